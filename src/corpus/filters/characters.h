// What the heuristic filters ask of a code point, from one table: Unicode's categories, and the classes that published
// filters define by lists of their own.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.h"

namespace smelt {

constexpr uint32_t kSpaceCharacter = 1 << 0;       // White_Space and U+001C..U+001F, what Python's str.isspace() takes
constexpr uint32_t kLetterCharacter = 1 << 1;      // category L, what str.isalpha() takes
constexpr uint32_t kAlphabeticCharacter = 1 << 2;  // Unicode's property Alphabetic
constexpr uint32_t kDigitCharacter = 1 << 3;       // category Nd
constexpr uint32_t kNumberCharacter = 1 << 4;      // category N
constexpr uint32_t kUpperCharacter = 1 << 5;       // category Lu, upper-case numerals and circled letters
constexpr uint32_t kPunctuationCategory = 1 << 6;  // category P
constexpr uint32_t kTerminalMark = 1 << 7;         // ends a sentence in some script: FineWeb's list (datatrove 0.10.1)
constexpr uint32_t kSentenceMark = 1 << 8;         // the part of them that spaCy 3.8's sentencizer knows
constexpr uint32_t kGopherPunctuation = 1 << 9;  // a word of nothing else is none to Gopher's rules (datatrove 0.10.1)
// The character classes of spaCy 3.8's tokenizer rules; scripts without case are both lower and upper.
constexpr uint32_t kTokenLower = 1 << 10;
constexpr uint32_t kTokenUpper = 1 << 11;
constexpr uint32_t kTokenAlpha = 1 << 12;
constexpr uint32_t kTokenAffix = 1 << 13;  // split off at both ends of a word: punctuation, quotes, icons
constexpr uint32_t kTokenQuote = 1 << 14;
constexpr uint32_t kTokenIcon = 1 << 15;
constexpr uint32_t kTokenCurrency = 1 << 16;

namespace detail {
constexpr uint32_t kClassTableSize = 0x10000;
const std::vector<uint32_t>& make_class_table();
uint32_t compute_classes(uint32_t code_point);
inline const uint32_t* class_table() {
  static const uint32_t* const kTable = make_class_table().data();
  return kTable;
}
}  // namespace detail

// The classes of a code point, ORed together.
inline uint32_t character_classes(uint32_t code_point) {
  return code_point < detail::kClassTableSize ? detail::class_table()[code_point] : detail::compute_classes(code_point);
}

inline bool has_class(uint32_t code_point, uint32_t classes) {
  return (character_classes(code_point) & classes) != 0;
}

// next_code_point (base/text.h) with a short way for ASCII.
inline uint32_t take_code_point(std::string_view text, size_t& pos) {
  const auto byte = static_cast<uint8_t>(text[pos]);
  if (byte < 0x80) {
    ++pos;
    return byte;
  }
  return next_code_point(text, pos);
}

// The text in lower case (ASCII), in a buffer that is used again.
void lower_into(std::string_view text, std::string& lower);

// std::string_view::find for phrases whose first letter is common.
bool contains_phrase(std::string_view text, std::string_view phrase);
// How often it stands in the text; of places that overlap the first counts.
int64_t count_phrase(std::string_view text, std::string_view phrase);

// Spaces (kSpaceCharacter) off both ends, or one.
std::string_view strip_spaces(std::string_view text);
std::string_view strip_leading_spaces(std::string_view text);
std::string_view strip_trailing_spaces(std::string_view text);

// The last code point, 0 of an empty text.
uint32_t last_code_point(std::string_view text);

// Cuts the first line off `text`, without its end: a carriage return, a line feed, both, U+000B, U+000C,
// U+001C..U+001E, U+0085, U+2028 or U+2029 (what Python's str.splitlines() takes). False where `text` is empty.
bool next_line(std::string_view& text, std::string_view& line);

}  // namespace smelt
