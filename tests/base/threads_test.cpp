#include "base/threads.h"

#include <chrono>
#include <numeric>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "base/rng.h"

namespace smelt {
namespace {

TEST(ThreadPool, every_task_runs_exactly_once) {
  for (const int width : {1, 2, 5}) {
    ThreadPool pool(width);
    for (int round = 0; round < 200; ++round) {
      std::vector<int> hits(137, 0);
      pool.run(137, [&](int64_t i) { ++hits[static_cast<size_t>(i)]; });
      EXPECT_EQ(hits, std::vector<int>(137, 1));
    }
  }
}

TEST(ThreadPool, nested_regions_and_exceptions) {
  ThreadPool pool(3);
  std::atomic<int> count{0};
  pool.run(10, [&](int64_t) { pool.run(10, [&](int64_t) { ++count; }); });
  EXPECT_EQ(count, 100);
  EXPECT_THROW(pool.run(50,
                        [](int64_t i) {
                          if (i == 31) {
                            throw std::runtime_error("thirty-one");
                          }
                        }),
               std::runtime_error);
  pool.run(10, [&](int64_t) { ++count; });
  EXPECT_EQ(count, 110);
}

TEST(ParallelFor, covers_the_range_in_chunks) {
  ThreadPool pool(2);
  std::vector<int> hits(1001, 0);
  parallel_for(pool, 1001, 64, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      ++hits[static_cast<size_t>(i)];
    }
  });
  EXPECT_EQ(std::accumulate(hits.begin(), hits.end(), 0), 1001);
}

TEST(OrderedMap, hands_results_over_in_input_order_for_any_width) {
  for (const int width : {1, 2, 4}) {
    int next = 0;
    std::vector<int> out;
    ordered_map<int, int>(
        width, [&]() -> std::optional<int> { return next < 500 ? std::optional<int>(next++) : std::nullopt; },
        [](int i) {
          // Uneven work shuffles the order of completion.
          std::this_thread::sleep_for(std::chrono::microseconds(Rng(1, "sleep", static_cast<uint64_t>(i)).below(200)));
          return i * i;
        },
        [&](int square) { out.push_back(square); });
    ASSERT_EQ(out.size(), 500U);
    for (int i = 0; i < 500; ++i) {
      EXPECT_EQ(out[static_cast<size_t>(i)], i * i);
    }
  }
}

TEST(OrderedMap, the_first_exception_of_any_part_comes_out) {
  for (const int width : {1, 3}) {
    for (const int part : {0, 1, 2}) {
      int next = 0;
      const auto thrower = [&](int mine, int i) {
        if (mine == part && i == 40) {
          throw std::runtime_error("part");
        }
      };
      EXPECT_THROW((ordered_map<int, int>(
                       width,
                       [&]() -> std::optional<int> {
                         thrower(0, next);
                         return next < 100 ? std::optional<int>(next++) : std::nullopt;
                       },
                       [&](int i) {
                         thrower(1, i);
                         return i;
                       },
                       [&](int i) { thrower(2, i); })),
                   std::runtime_error);
    }
  }
}

}  // namespace
}  // namespace smelt
