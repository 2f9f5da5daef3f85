#include "tokens/train/word_counts.h"

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/rng.h"
#include "support/temporary_directory.h"
#include "tokens/train/word_spill.h"

namespace smelt {
namespace {

using Counts = std::map<std::string, int64_t>;

// Words of 1 to 40 bytes, any bytes, most of them several times.
std::vector<std::string> random_words(size_t number, uint64_t item) {
  Rng rng(7, "test/words", item);
  std::vector<std::string> out;
  for (size_t i = 0; i < number; ++i) {
    const uint64_t length = 1 + rng.below(rng.below(3) == 0 ? 40 : 3);
    std::string word;
    for (uint64_t c = 0; c < length; ++c) {
      word += static_cast<char>(rng.below(4) * 0x55);  // 0 too
    }
    out.push_back(std::move(word));
  }
  return out;
}

template <class Source>
Counts counts_of(const Source& source) {
  Counts out;
  source.for_each([&](std::string_view word, int64_t count) {
    EXPECT_TRUE(out.emplace(word, count).second) << "twice the same word";
  });
  return out;
}

TEST(WordCounts, EqualsAMap) {
  WordCounts counts;
  Counts expected;
  std::string text;
  for (const std::string& word : random_words(30000, 0)) {
    text = word + "tail that is no part of it";
    counts.add(std::string_view(text).substr(0, word.size()), 3, text.size());
    counts.add(word);
    expected[word] += 4;
  }
  counts.add("");
  EXPECT_EQ(counts_of(counts), expected);
  EXPECT_EQ(counts.size(), expected.size());
  std::vector<std::string> sorted;
  counts.for_each_sorted([&](std::string_view word, int64_t) { sorted.emplace_back(word); });
  EXPECT_TRUE(std::is_sorted(sorted.begin(), sorted.end()));
  WordCounts sum;
  sum.add("x");
  sum.add(counts);
  expected["x"] += 1;
  EXPECT_EQ(counts_of(sum), expected);
}

TEST(WordSpill, RunsAddUp) {
  const TemporaryDirectory dir;
  WordSpill spill(dir.path());
  EXPECT_TRUE(spill.empty());
  Counts expected;
  for (uint64_t run = 0; run < 5; ++run) {
    WordCounts counts;
    for (const std::string& word : random_words(run == 3 ? 0 : 5000, run)) {
      counts.add(word, static_cast<int64_t>(run + 1));
      expected[word] += static_cast<int64_t>(run + 1);
    }
    const std::string huge(200'000, static_cast<char>('a' + run % 2));
    counts.add(huge);
    expected[huge] += 1;
    spill.write(counts);
    EXPECT_EQ(counts.size(), 0u);
  }
  EXPECT_EQ(counts_of(spill), expected);
  EXPECT_EQ(counts_of(spill), expected) << "the second time";
}

}  // namespace
}  // namespace smelt
