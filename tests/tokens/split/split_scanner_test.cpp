#include "tokens/split/split_scanner.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "tokens/data.h"
#include "tokens/split/pretokenizer.h"

namespace smelt {
namespace {

std::vector<SplitRule> all_rules() {
  return {{SplitFamily::kGpt2},      {SplitFamily::kCl100k, 3},       {SplitFamily::kCl100k, 1},
          {SplitFamily::kTekken, 1}, {SplitFamily::kTekken, 3, true}, {SplitFamily::kTekken, 0, false}};
}

std::vector<std::string> by_scanner(const SplitRule& rule, std::string_view text) {
  std::vector<std::string> words;
  for_each_word(rule, text, [&](std::string_view word) { words.emplace_back(word); });
  return words;
}

std::vector<std::string> by_regex(const RegexSplitter& regex, std::string_view text) {
  std::vector<std::string> words;
  regex.split(text, [&](std::string_view word, bool) { words.emplace_back(word); });
  return words;
}

RegexSplitter compiled(const SplitRule& rule) {
  Result<RegexSplitter> regex = RegexSplitter::compile(split_regex(rule));
  EXPECT_TRUE(regex.ok());
  return std::move(regex).value();
}

TEST(SplitScanner, KnowsItsOwnExpressions) {
  for (const SplitRule& rule : all_rules()) {
    EXPECT_EQ(known_split_rule(split_regex(rule)), rule) << split_regex(rule);
  }
  EXPECT_EQ(known_split_rule(R"(\w+|\s)"), std::nullopt);
}

TEST(SplitScanner, EqualsTheExpressionOnRandomMixesOfEveryKindOfCharacter) {
  const std::vector<uint32_t> alphabet = test::telling_code_points();
  for (const SplitRule& rule : all_rules()) {
    const RegexSplitter regex = compiled(rule);
    for (uint64_t trial = 0; trial < 4000; ++trial) {
      Rng rng(7, "test/scanner", trial);
      std::string text;
      // Few distinct characters a text, so that runs and their borders come up.
      const size_t kinds = 1 + rng.below(6);
      std::vector<uint32_t> chosen;
      for (size_t i = 0; i < kinds; ++i) {
        chosen.push_back(alphabet[rng.below(alphabet.size())]);
      }
      for (size_t i = 0, n = 1 + rng.below(trial % 4 == 0 ? 150 : 24); i < n; ++i) {
        append_utf8(text, chosen[rng.below(kinds)]);
      }
      ASSERT_EQ(by_scanner(rule, text), by_regex(regex, text)) << split_regex(rule) << "\non <" << text << ">";
    }
  }
}

TEST(SplitScanner, EqualsTheExpressionOnTextOf75Languages) {
  const std::string dir = test::data_dir() + "/langid";
  if (!path_exists(dir)) {
    GTEST_SKIP() << "no test data";
  }
  for (const SplitRule& rule : {SplitRule{SplitFamily::kGpt2}, {SplitFamily::kCl100k, 3}, {SplitFamily::kTekken, 1}}) {
    const RegexSplitter regex = compiled(rule);
    for (const std::string& file : list_files(dir)) {
      const std::string text = read_file(dir + "/" + file).substr(0, 30000);
      const std::string valid = replace_invalid_utf8(text);
      ASSERT_EQ(by_scanner(rule, valid), by_regex(regex, valid)) << file << " " << split_regex(rule);
    }
  }
}

TEST(SplitScanner, CoversAnyBytesWithoutGaps) {
  for (const SplitRule& rule : all_rules()) {
    Rng rng(3, "test/bytes");
    const std::string text = test::random_bytes(rng, 50000);
    std::string joined;
    for (const std::string& word : by_scanner(rule, text)) {
      ASSERT_FALSE(word.empty());
      joined += word;
    }
    EXPECT_EQ(joined, text);
  }
}

TEST(SplitScanner, SplitsAsThePapersShow) {
  EXPECT_EQ(by_scanner({SplitFamily::kGpt2}, "Don't  stop 1234!"),
            (std::vector<std::string>{"Don", "'t", " ", " stop", " 1234", "!"}));
  EXPECT_EQ(by_scanner({SplitFamily::kCl100k, 3}, "X'S 12345\n\n  y"),
            (std::vector<std::string>{"X", "'S", " ", "123", "45", "\n\n", " ", " y"}));
  EXPECT_EQ(by_scanner({SplitFamily::kTekken, 1}, "HTTPServer42 //x"),
            (std::vector<std::string>{"HTTPServer", "4", "2", " //", "x"}));
}

TEST(PreTokenizer, DigitsAndSequences) {
  PreTokenizer digits;
  digits.add_digits(true);
  std::vector<std::string_view> words;
  digits.split("a12b", words);
  EXPECT_EQ(words, (std::vector<std::string_view>{"a", "1", "2", "b"}));
  words.clear();
  PreTokenizer sequence;
  sequence.add_literal("--", PreTokenizer::Keep::kGapsOnly);
  sequence.add_digits(false);
  sequence.add_rule({SplitFamily::kGpt2});
  sequence.split("go on--at 10am", words);
  EXPECT_EQ(words, (std::vector<std::string_view>{"go", " on", "at", " ", "10", "am"}));
}

}  // namespace
}  // namespace smelt
