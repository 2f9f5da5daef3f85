#include "base/hash_table.h"

#include <unordered_map>
#include <vector>

#include <gtest/gtest.h>

#include "base/rng.h"

namespace smelt {
namespace {

TEST(HashTable, CountsAsTheStandardMapDoes) {
  Rng rng(1, "hash_table");
  HashTable<uint32_t> table;
  for (const size_t keys : {size_t{0}, size_t{1}, size_t{32}, size_t{33}, size_t{5000}}) {
    table.reset(keys);
    std::vector<uint64_t> choice;
    for (size_t i = 0; i < keys; ++i) {
      // Few bits at either end, so that some share their place.
      choice.push_back((2 + rng.below(keys)) << (i % 2 == 0 ? 0 : 40));
    }
    std::unordered_map<uint64_t, uint32_t> expected;
    std::unordered_map<uint64_t, const uint32_t*> places;
    for (size_t i = 0; i < 4 * keys; ++i) {
      const uint64_t key = choice[rng.below(keys)];
      bool is_new = false;
      uint32_t& count = table.insert(key, is_new);
      EXPECT_EQ(is_new, ++expected[key] == 1);
      EXPECT_EQ(++count, expected[key]);
      EXPECT_EQ(places.emplace(key, &count).first->second, &count);
    }
    for (const auto& [key, count] : expected) {
      EXPECT_EQ(table[key], count);
    }
  }
}

TEST(HashTable, TakesTheHashZero) {
  HashTable<int> table;
  table.reset(1);
  table[0] = 7;
  EXPECT_EQ(table[0], 7);
}

}  // namespace
}  // namespace smelt
