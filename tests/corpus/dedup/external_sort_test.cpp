#include "corpus/dedup/external_sort.h"

#include <algorithm>
#include <vector>

#include <gtest/gtest.h>

#include "base/rng.h"
#include "base/threads.h"
#include "corpus/testing.h"

namespace smelt {
namespace {

struct Record {
  uint64_t key;
  uint64_t value;
  auto operator<=>(const Record&) const = default;
};

std::vector<Record> drained(ExternalSorter<Record>& sorter) {
  std::vector<Record> out;
  sorter.drain([&](const Record& record) { out.push_back(record); });
  return out;
}

TEST(ExternalSorter, SortsAnyNumberInAnyMemory) {
  const TemporaryFolder folder;
  for (const size_t count : {0u, 1u, 1023u, 1024u, 1025u, 50'000u}) {
    Rng rng(count, "external_sort_test");
    std::vector<Record> records;
    for (size_t i = 0; i < count; ++i) {
      records.push_back({rng.below(count), rng.below(4)});
    }
    std::vector<Record> expected = records;
    std::sort(expected.begin(), expected.end());
    for (const size_t memory : {size_t{1}, size_t{100'000}, size_t{1} << 30}) {
      ExternalSorter<Record> sorter({folder.path(), memory});
      sorter.add(records);
      EXPECT_EQ(drained(sorter), expected) << count << " " << memory;
    }
  }
  EXPECT_TRUE(list_files(folder.path()).empty());
}

// More runs than are merged at a time: 300 of 1,024 records.
TEST(ExternalSorter, MergesMoreRunsThanItReadsAtOnce) {
  const TemporaryFolder folder;
  ExternalSorter<Record> sorter({folder.path(), 1});
  std::vector<Record> expected;
  Rng rng(1, "external_sort_test");
  for (int i = 0; i < 300 * 1024 + 17; ++i) {
    expected.push_back({rng.u64(), static_cast<uint64_t>(i)});
  }
  sorter.add(expected);
  std::sort(expected.begin(), expected.end());
  EXPECT_EQ(drained(sorter), expected);
}

TEST(ExternalSorter, TakesRecordsOfSeveralThreads) {
  const TemporaryFolder folder;
  ExternalSorter<Record> sorter({folder.path(), 200'000});
  ThreadPool pool(3);
  pool.run(8, [&](int64_t task) {
    SorterFeed feed(sorter);
    for (uint64_t i = 0; i < 5000; ++i) {
      feed.add({i, static_cast<uint64_t>(task)});
    }
    feed.flush();
  });
  const std::vector<Record> out = drained(sorter);
  ASSERT_EQ(out.size(), 40'000u);
  for (size_t i = 0; i < out.size(); ++i) {
    EXPECT_EQ(out[i], (Record{i / 8, i % 8}));
  }
}

TEST(Scratch, ArraysAndListsAreTheSameInMemoryAndInFiles) {
  const TemporaryFolder folder;
  for (const size_t memory : {size_t{16}, size_t{1} << 20}) {
    const ScratchSpace space{folder.path(), memory};
    ScratchArray<uint64_t> array(1000, 7, space);
    ScratchList<uint64_t> list(space);
    for (uint64_t i = 0; i < 1000; ++i) {
      EXPECT_EQ(array[i], 7u);
      array[i] = i * i;
      list.push_back(i * i);
    }
    list.finish();
    ASSERT_EQ(list.values().size(), 1000u);
    const ScratchArray<uint64_t> moved = std::move(array);
    for (uint64_t i = 0; i < 1000; ++i) {
      EXPECT_EQ(moved[i], i * i);
      EXPECT_EQ(list.values()[i], i * i);
    }
  }
  ScratchList<uint64_t> none({folder.path(), 16});
  none.finish();
  EXPECT_TRUE(none.values().empty());
  EXPECT_THROW(ScratchFile("/nonexistent/folder"), UserError);
}

}  // namespace
}  // namespace smelt
