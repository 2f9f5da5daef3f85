#include <gtest/gtest.h>

#include "base/text.h"
#include "tokens/data.h"
#include "tokens/split/pretokenizer.h"
#include "tokens/split/split_scanner.h"
#include "tokens/text/text_regex.h"

namespace smelt {
namespace {

std::vector<std::string> by_scanner(const SplitRule& rule, std::string_view text) {
  std::vector<std::string> words;
  for_each_word(rule, text, [&](std::string_view word) { words.emplace_back(word); });
  return words;
}

std::vector<std::string> by_regex(const TextRegex& regex, std::string_view text) {
  std::vector<Stretch> stretches;
  regex.find(text, stretches);
  std::vector<std::string> words;
  for (const Stretch& s : stretches) {
    words.emplace_back(text.substr(s.begin, s.end - s.begin));
  }
  return words;
}

TextRegex compiled(const SplitRule& rule) {
  Result<TextRegex> regex = TextRegex::compile(split_regex(rule));
  EXPECT_TRUE(regex.ok());
  return std::move(regex).value();
}

TEST(SplitScanner, EqualsTheExpressionOnEveryCodePoint) {
  const SplitRule rule{SplitFamily::kTekken, 1};
  const TextRegex regex = compiled(rule);
  std::string differing;
  int differences = 0;
  for (uint32_t block = 0; block < 0x110000; block += 64) {
    std::string text;
    for (uint32_t code = block; code < block + 64; ++code) {
      if (code >= 0xD800 && code <= 0xDFFF) {
        continue;
      }
      for (const char* around : {"a", " ", "1", "A"}) {
        text += around;
        append_utf8(text, code);
      }
    }
    if (by_scanner(rule, text) != by_regex(regex, text)) {
      ++differences;
      differing += std::to_string(block) + " ";
    }
  }
  EXPECT_EQ(differences, 0) << differing;
}

}  // namespace
}  // namespace smelt
