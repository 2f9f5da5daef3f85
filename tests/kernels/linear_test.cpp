#include "kernels/linear.h"

#include <bit>
#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include "base/rng.h"

namespace smelt::kernels {
namespace {

struct Case {
  int64_t rows;
  int64_t cols;
  int64_t tokens;
};

struct Problem {
  std::vector<float> w;
  std::vector<uint16_t> w16;
  std::vector<float> x;

  LinearWeight weight(bool bf16, const Case& c) const {
    return {bf16 ? static_cast<const void*>(w16.data()) : static_cast<const void*>(w.data()), bf16, c.rows, c.cols};
  }
};

// Weights are bfloat16 values from the start, so that both storage types hold the same numbers.
Problem make_problem(const Case& c, uint64_t seed) {
  Problem p;
  Rng rng(seed, "linear_test");
  for (int64_t i = 0; i < c.rows * c.cols; ++i) {
    const auto bits = static_cast<uint16_t>(std::bit_cast<uint32_t>(static_cast<float>(rng.normal())) >> 16);
    p.w16.push_back(bits);
    p.w.push_back(std::bit_cast<float>(static_cast<uint32_t>(bits) << 16));
  }
  for (int64_t i = 0; i < c.tokens * c.cols; ++i) {
    p.x.push_back(static_cast<float>(rng.normal()));
  }
  return p;
}

class LinearTest : public testing::TestWithParam<Isa> {};

TEST_P(LinearTest, AgreesWithDoublePrecisionAtOddSizes) {
  ThreadPool pool(2);
  for (const Case c : {Case{1, 1, 1}, Case{3, 7, 1}, Case{8, 16, 1}, Case{65, 33, 2}, Case{70, 1030, 5},
                       Case{130, 2049, 1}, Case{37, 1500, 51}, Case{9, 64, 100}, Case{4, 1024, 6}}) {
    const Problem p = make_problem(c, 1);
    std::vector<float> y(static_cast<size_t>(c.tokens * c.rows), 7.0F);
    linear(pool, p.weight(true, c), {.x = p.x.data(), .tokens = c.tokens, .y = y.data()}, GetParam());
    for (int64_t t = 0; t < c.tokens; ++t) {
      for (int64_t r = 0; r < c.rows; ++r) {
        double sum = 0;
        double size = 0;
        for (int64_t i = 0; i < c.cols; ++i) {
          const double term =
              static_cast<double>(p.w[static_cast<size_t>(r * c.cols + i)]) * p.x[static_cast<size_t>(t * c.cols + i)];
          sum += term;
          size += std::abs(term);
        }
        // A sum of n terms in any order errs by at most n * eps/2 times the sum of the terms' sizes.
        const double bound = (static_cast<double>(c.cols) + 2) * 0x1p-24 * size;
        ASSERT_NEAR(y[static_cast<size_t>(t * c.rows + r)], sum, bound)
            << c.rows << "x" << c.cols << " token " << t << " row " << r;
      }
    }
  }
}

TEST_P(LinearTest, SameBitsForAnyBatchThreadsAndStorage) {
  SerialExecutor serial;
  ThreadPool pool(3);
  const Case c{75, 2100, 53};
  const Problem p = make_problem(c, 2);
  std::vector<float> all(static_cast<size_t>(c.tokens * c.rows));
  linear(pool, p.weight(true, c), {.x = p.x.data(), .tokens = c.tokens, .y = all.data()}, GetParam());
  for (const bool bf16 : {false, true}) {
    std::vector<float> one(static_cast<size_t>(c.rows));
    for (int64_t t = 0; t < c.tokens; ++t) {
      linear(serial, p.weight(bf16, c), {.x = p.x.data() + t * c.cols, .tokens = 1, .y = one.data()}, GetParam());
      ASSERT_TRUE(std::equal(one.begin(), one.end(), all.begin() + t * c.rows)) << t << " " << bf16;
    }
    for (int64_t count = 2; count < 20; ++count) {
      std::vector<float> few(static_cast<size_t>(count * c.rows));
      linear(serial, p.weight(bf16, c), {.x = p.x.data(), .tokens = count, .y = few.data()}, GetParam());
      ASSERT_TRUE(std::equal(few.begin(), few.end(), all.begin())) << count;
    }
    std::vector<float> again(all.size());
    linear(serial, p.weight(bf16, c), {.x = p.x.data(), .tokens = c.tokens, .y = again.data()}, GetParam());
    ASSERT_EQ(again, all);
  }
}

TEST_P(LinearTest, StridesAndAccumulation) {
  SerialExecutor serial;
  const Case c{10, 40, 4};
  const Problem p = make_problem(c, 3);
  std::vector<float> plain(static_cast<size_t>(c.tokens * c.rows));
  linear(serial, p.weight(false, c), {.x = p.x.data(), .tokens = c.tokens, .y = plain.data()}, GetParam());
  std::vector<float> wide_x(static_cast<size_t>(c.tokens * 45), -3.0F);
  std::vector<float> wide_y(static_cast<size_t>(c.tokens * 13), 5.0F);
  for (int64_t t = 0; t < c.tokens; ++t) {
    std::copy_n(p.x.data() + t * c.cols, c.cols, wide_x.data() + t * 45);
  }
  linear(
      serial, p.weight(false, c),
      {.x = wide_x.data(), .x_stride = 45, .tokens = c.tokens, .y = wide_y.data(), .y_stride = 13, .accumulate = true},
      GetParam());
  for (int64_t t = 0; t < c.tokens; ++t) {
    for (int64_t r = 0; r < 13; ++r) {
      const float expected = r < c.rows ? 5.0F + plain[static_cast<size_t>(t * c.rows + r)] : 5.0F;
      ASSERT_EQ(wide_y[static_cast<size_t>(t * 13 + r)], expected);
    }
  }
}

TEST_P(LinearTest, NanReachesItsRowsOnly) {
  SerialExecutor serial;
  const Case c{6, 20, 3};
  Problem p = make_problem(c, 4);
  p.x[25] = std::numeric_limits<float>::quiet_NaN();  // token 1
  std::vector<float> y(static_cast<size_t>(c.tokens * c.rows));
  linear(serial, p.weight(false, c), {.x = p.x.data(), .tokens = c.tokens, .y = y.data()}, GetParam());
  for (int64_t i = 0; i < c.tokens * c.rows; ++i) {
    EXPECT_EQ(std::isnan(y[static_cast<size_t>(i)]), i / c.rows == 1);
  }
}

INSTANTIATE_TEST_SUITE_P(Isas, LinearTest, testing::ValuesIn(available_isas()),
                         [](const auto& tested) { return std::string(isa_name(tested.param)); });

}  // namespace
}  // namespace smelt::kernels
