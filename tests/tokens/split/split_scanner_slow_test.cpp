#include <gtest/gtest.h>

#include "base/text.h"
#include "tokens/data.h"
#include "tokens/split/pretokenizer.h"
#include "tokens/split/split_scanner.h"

namespace smelt {
namespace {

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

// utf8proc's Unicode version may lag behind PCRE2's: a code point unknown to the table is skipped. U+180E is white
// space to PCRE2 by history, not to Unicode.
TEST(SplitScanner, EqualsTheExpressionOnEveryCodePoint) {
  const SplitRule rule{SplitFamily::kTekken, 1};
  const RegexSplitter regex = compiled(rule);
  std::string differing;
  int differences = 0;
  for (uint32_t block = 0; block < 0x110000; block += 64) {
    std::string text;
    for (uint32_t code = block; code < block + 64; ++code) {
      if ((code >= 0xD800 && code <= 0xDFFF) || code == 0x180E) {
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
  // Blocks with characters of Unicode 14 and later; there are 17,408 blocks.
  EXPECT_LT(differences, 120) << differing;
}

}  // namespace
}  // namespace smelt
