#include "corpus/filters/word_stats.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "base/text.h"
#include "corpus/filters/characters.h"
#include "corpus/filters/word_hash.h"

namespace smelt {

namespace {

constexpr std::array<std::string_view, 6> kEllipses = {"...", "[...]", "(...)", "\u2026", "[\u2026]", "-\u00BB"};

// A word of up to four bytes as a number.
constexpr uint32_t packed(std::string_view word) {
  uint32_t value = 0;
  for (const char c : word) {
    value = value << 8 | static_cast<uint8_t>(c);
  }
  return value;
}

bool is_common_english(std::string_view word) {
  switch (packed(word)) {
    case packed("the"):
    case packed("be"):
    case packed("to"):
    case packed("of"):
    case packed("and"):
    case packed("that"):
    case packed("have"):
    case packed("with"):
      return true;
    default:
      return false;
  }
}

// What a byte means to the search for words; flags of a word's bytes are ORed together.
enum ByteClass : uint8_t { kOther = 0, kSpace = 1, kHigh = 2, kLetter = 4, kDigit = 8, kHash = 16 };

constexpr std::array<uint8_t, 256> make_byte_classes() {
  std::array<uint8_t, 256> classes{};
  for (int c = 0; c < 256; ++c) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    const bool space = c == ' ' || (c >= 9 && c <= 13) || (c >= 0x1C && c <= 0x1F);
    const bool digit = c >= '0' && c <= '9';
    classes[static_cast<size_t>(c)] = c >= 0x80  ? kHigh
                                      : space    ? kSpace
                                      : letter   ? kLetter
                                      : digit    ? kDigit
                                      : c == '#' ? kHash
                                                 : kOther;
  }
  return classes;
}
constexpr std::array<uint8_t, 256> kByteClasses = make_byte_classes();

bool is_ellipsis(std::string_view word, TextRules rules) {
  return std::find(kEllipses.begin(), kEllipses.end(), word) != kEllipses.end() ||
         (rules == TextRules::kFixed && word == "(\u2026)");
}

// Curator divides the runs of '#' by the characters, so "##" is no symbol but "#a#" is one.
bool is_mostly_hashes(std::string_view word, int64_t characters, TextRules rules) {
  int64_t hashes = 0;
  for (size_t i = 0; i < word.size(); ++i) {
    const bool repeated = i > 0 && word[i - 1] == '#' && rules == TextRules::kPublished;
    hashes += word[i] == '#' && !repeated ? 1 : 0;
  }
  return 2 * hashes > characters;
}

}  // namespace

struct WordCounter::Current {
  size_t begin = 0;
  int64_t characters = 0;
  uint32_t classes = 0;  // ByteClass flags; alphabetic code points as letters, numbers as digits
};

void WordCounter::finish(std::string_view text, size_t end, Current& current, TextStats& stats) {
  const int64_t characters = current.characters;
  if (characters == 0) {
    return;
  }
  const std::string_view word = text.substr(current.begin, end - current.begin);
  words_.push_back({word_hash(word), static_cast<uint32_t>(characters), static_cast<uint32_t>(current.begin)});
  stats.word_characters += characters;
  stats.longest_word = std::max(stats.longest_word, characters);
  const bool letter = (current.classes & kLetter) != 0;
  const bool plain = (current.classes & (kLetter | kDigit)) != 0;
  stats.alphabetic_words += letter ? 1 : 0;
  stats.plain_words += plain ? 1 : 0;
  stats.plain_word_characters += plain ? characters : 0;
  if (word.size() <= 4) {
    stats.common_english_words += is_common_english(word) ? 1 : 0;
  }
  if (!letter && word.size() <= 7) {
    stats.symbol_words += is_ellipsis(word, rules_) ? 1 : 0;
  }
  if ((current.classes & kHash) != 0) {
    stats.symbol_words += is_mostly_hashes(word, characters, rules_) ? 1 : 0;
  }
  current.characters = 0;
  current.classes = 0;
}

void WordCounter::step_over_code_point(std::string_view text, bool unspaced, size_t& pos, Current& current,
                                       TextStats& stats) {
  const size_t start = pos;
  const uint32_t c = next_code_point(text, pos);
  const uint32_t classes = character_classes(c);
  if ((classes & kSpaceCharacter) != 0) {
    finish(text, start, current, stats);
    current.begin = pos;
    return;
  }
  stats.digits += (classes & kDigitCharacter) != 0 && rules_ == TextRules::kFixed ? 1 : 0;
  stats.parentheses += c == 0x27E8 || c == 0x27E9 ? 1 : 0;
  const bool word_by_itself = unspaced && (classes & kLetterCharacter) != 0;
  if (word_by_itself) {
    finish(text, start, current, stats);
    current.begin = start;
  }
  ++current.characters;
  current.classes |= (classes & kAlphabeticCharacter) != 0 ? kLetter : 0;
  current.classes |= (classes & kNumberCharacter) != 0 ? kDigit : 0;
  if (word_by_itself) {
    finish(text, pos, current, stats);
    current.begin = pos;
  }
}

// Walks over the text once; code points are only decoded where a byte is not ASCII.
void WordCounter::count(std::string_view text, bool unspaced, TextRules rules, TextStats& stats) {
  words_.clear();
  rules_ = rules;
  Current current;
  size_t pos = 0;
  while (pos < text.size()) {
    const uint8_t kind = kByteClasses[static_cast<unsigned char>(text[pos])];
    if (kind == kSpace) {
      finish(text, pos, current, stats);
      current.begin = ++pos;
    } else if (kind != kHigh) {
      const size_t begin = pos;
      uint32_t classes = kind;
      for (++pos; pos < text.size(); ++pos) {
        const uint8_t next = kByteClasses[static_cast<unsigned char>(text[pos])];
        if ((next & (kSpace | kHigh)) != 0) {
          break;
        }
        classes |= next;
      }
      current.characters += static_cast<int64_t>(pos - begin);
      current.classes |= classes;
    } else {
      step_over_code_point(text, unspaced, pos, current, stats);
    }
  }
  finish(text, text.size(), current, stats);
  stats.words = static_cast<int64_t>(words_.size());
}

std::string_view word_at(std::string_view text, const Word& word) {
  size_t end = word.begin;
  for (uint32_t i = 0; i < word.characters; ++i) {
    take_code_point(text, end);
  }
  return text.substr(word.begin, end - word.begin);
}

}  // namespace smelt
