#include "corpus/quality/words.h"

#include <algorithm>
#include <iterator>
#include <vector>

#include <gtest/gtest.h>

#include "corpus/quality/hashed_features.h"

namespace smelt {
namespace {

std::vector<std::string> words_of(std::string_view text, WordOptions options = {}) {
  std::vector<std::string> out;
  WordScanner scanner(text, options);
  for (std::string_view word; scanner.next(word);) {
    out.emplace_back(word);
  }
  return out;
}

using Words = std::vector<std::string>;

TEST(Words, SplitLettersFromOthersAndLowerThem) {
  EXPECT_EQ(words_of("Don't  STOP -- it's 3.5%!\n"),
            (Words{"don", "'", "t", "stop", "--", "it", "'", "s", "3", ".", "5", "%!"}));
  EXPECT_EQ(words_of("ÄRGER Ωmega"), (Words{"ärger", "ωmega"}));
  EXPECT_EQ(words_of("Ärger", {.lower_case = false}), (Words{"Ärger"}));
  EXPECT_EQ(words_of("in 1984, ٣٤", {.zero_digits = true}), (Words{"in", "0000", ",", "00"}));
  EXPECT_EQ(words_of(""), Words{});
  EXPECT_EQ(words_of(" \t\r\n\u00A0\u2003"), Words{});
}

TEST(Words, TakeLettersOfUnspacedScriptsOneByOne) {
  EXPECT_EQ(words_of("東京tower。"), (Words{"東", "京", "tower", "。"}));
  EXPECT_EQ(words_of("かな"), (Words{"か", "な"}));
}

TEST(Words, TakeAnyBytes) {
  std::string bytes;
  for (int i = 0; i < 512; ++i) {
    bytes += static_cast<char>(i * 37);
  }
  size_t total = 0;
  for (const std::string& word : words_of(bytes)) {
    EXPECT_FALSE(word.empty());
    total += word.size();
  }
  EXPECT_LE(total, 3 * bytes.size());
}

TEST(HashedFeatures, CountEveryNgramOnce) {
  std::vector<uint32_t> out;
  append_features("a b c d", {.bits = 20, .word_ngrams = 3}, out);
  EXPECT_EQ(out.size(), 4u + 3u + 2u);
  std::vector<uint32_t> other;
  append_features("x b c d", {.bits = 20, .word_ngrams = 3}, other);
  // Only n-grams with the first word differ: a, a b, a b c.
  size_t same = 0;
  for (const uint32_t bucket : out) {
    same += static_cast<size_t>(std::count(other.begin(), other.end(), bucket));
  }
  EXPECT_EQ(same, 6u);
  out.clear();
  append_features("ab", {.bits = 20, .word_ngrams = 0, .min_characters = 1, .max_characters = 2}, out);
  EXPECT_EQ(out.size(), 4u + 3u);  // \2 a b \3, and their pairs
}

TEST(HashedFeatures, OrderOfWordsMattersToPairs) {
  std::vector<uint32_t> ab;
  std::vector<uint32_t> ba;
  append_features("a b", {.bits = 24, .word_ngrams = 2}, ab);
  append_features("b a", {.bits = 24, .word_ngrams = 2}, ba);
  std::sort(ab.begin(), ab.end());
  std::sort(ba.begin(), ba.end());
  std::vector<uint32_t> common;
  std::set_intersection(ab.begin(), ab.end(), ba.begin(), ba.end(), std::back_inserter(common));
  EXPECT_EQ(common.size(), 2u);
}

}  // namespace
}  // namespace smelt
