#include "corpus/filters/characters.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <vector>

#include <utf8proc.h>

#include "base/text.h"
#include "corpus/filters/character_tables.h"

namespace smelt {

namespace {

template <class Ranges>
bool contains(const Ranges& ranges, uint32_t c) {
  const auto after = std::upper_bound(ranges.begin(), ranges.end(), c,
                                      [](uint32_t value, const CodeRange& r) { return value < r.first; });
  return after != ranges.begin() && c <= (after - 1)->last;
}

template <class List>
bool is_listed(const List& list, uint32_t c) {
  return std::find(list.begin(), list.end(), c) != list.end();
}

bool is_space(uint32_t c) {
  return c == ' ' || (c >= 9 && c <= 13) || (c >= 0x1C && c <= 0x1F) || c == 0x85 || c == 0xA0 || c == 0x1680 ||
         (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
}

// Roman numerals and circled letters.
bool is_upper_sign(uint32_t c) {
  return (c >= 0x2160 && c <= 0x216F) || (c >= 0x24B6 && c <= 0x24CF) || (c >= 0x1F130 && c <= 0x1F149) ||
         (c >= 0x1F150 && c <= 0x1F169) || (c >= 0x1F170 && c <= 0x1F189);
}

bool is_alphabetic(uint32_t c, utf8proc_category_t category) {
  const bool letter = category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_LO;
  const bool mark = category >= UTF8PROC_CATEGORY_MN && category <= UTF8PROC_CATEGORY_ME;
  if (letter || category == UTF8PROC_CATEGORY_NL || is_upper_sign(c)) {
    return true;
  }
  return c > 0xFFFF ? category == UTF8PROC_CATEGORY_MC
                    : (mark || category == UTF8PROC_CATEGORY_SO) && contains(kAlphabeticMarks, c);
}

uint32_t general_classes(uint32_t c, utf8proc_category_t category) {
  uint32_t classes = is_space(c) ? kSpaceCharacter : 0;
  const bool letter = category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_LO;
  classes |= letter ? kLetterCharacter : 0;
  classes |= is_alphabetic(c, category) ? kAlphabeticCharacter : 0;
  classes |= category == UTF8PROC_CATEGORY_ND ? kDigitCharacter : 0;
  classes |= category >= UTF8PROC_CATEGORY_ND && category <= UTF8PROC_CATEGORY_NO ? kNumberCharacter : 0;
  classes |= category == UTF8PROC_CATEGORY_LU || is_upper_sign(c) ? kUpperCharacter : 0;
  classes |= category >= UTF8PROC_CATEGORY_PC && category <= UTF8PROC_CATEGORY_PO ? kPunctuationCategory : 0;
  const bool terminal = contains(kTerminalMarks, c);
  classes |= terminal ? kTerminalMark : 0;
  classes |= terminal && !contains(kNoSentenceMarks, c) ? kSentenceMark : 0;
  classes |= terminal || contains(kOtherPunctuation, c) ? kGopherPunctuation : 0;
  return classes;
}

uint32_t token_classes(uint32_t c, utf8proc_category_t category) {
  constexpr uint32_t kGlottalStop = 0x294;      // a lower-case letter to spaCy, of no case to Unicode
  constexpr uint32_t kUnassignedGreek = 0x3A2;  // inside the range of upper-case letters
  const bool cased = contains(kCasedBlocks, c);
  const bool uncased = contains(kUncasedBlocks, c);
  const bool lower = cased && (category == UTF8PROC_CATEGORY_LL || c == kGlottalStop);
  const bool upper = cased && (category == UTF8PROC_CATEGORY_LU || c == kUnassignedGreek);
  const bool neither = cased && (c == 0x1BB || category == UTF8PROC_CATEGORY_LT);
  const bool quote = is_listed(kTokenQuotes, c);
  const bool icon = contains(kIcons, c);
  uint32_t classes = lower || uncased ? kTokenLower : 0;
  classes |= upper || uncased ? kTokenUpper : 0;
  classes |= lower || upper || uncased || neither ? kTokenAlpha : 0;
  classes |= quote ? kTokenQuote : 0;
  classes |= icon ? kTokenIcon : 0;
  classes |= quote || icon || is_listed(kTokenPunctuation, c) ? kTokenAffix : 0;
  classes |= contains(kTokenCurrencies, c) ? kTokenCurrency : 0;
  return classes;
}

// Where the code point that ends at `end` begins.
size_t previous_start(std::string_view text, size_t end) {
  size_t start = end - 1;
  while (start > 0 && end - start < 4 && (static_cast<uint8_t>(text[start]) & 0xC0) == 0x80) {
    --start;
  }
  return start;
}

// Bytes of the line end at `pos`, 0 where there is none.
size_t line_end_size(std::string_view text, size_t pos) {
  const auto byte = static_cast<uint8_t>(text[pos]);
  if (byte == '\r') {
    return text.substr(pos + 1).starts_with('\n') ? 2 : 1;
  }
  if ((byte >= 0x0A && byte <= 0x0C) || (byte >= 0x1C && byte <= 0x1E)) {
    return 1;
  }
  const std::string_view rest = text.substr(pos);
  return rest.starts_with("\u0085") ? 2 : rest.starts_with("\u2028") || rest.starts_with("\u2029") ? 3 : 0;
}

// Bytes that may start a line end.
constexpr std::array<bool, 256> kMayEndLine = [] {
  std::array<bool, 256> may{};
  for (const size_t byte : {0x0A, 0x0B, 0x0C, 0x0D, 0x1C, 0x1D, 0x1E, 0xC2, 0xE2}) {
    may[byte] = true;
  }
  return may;
}();

}  // namespace

namespace detail {

uint32_t compute_classes(uint32_t code_point) {
  const utf8proc_category_t category = utf8proc_category(static_cast<utf8proc_int32_t>(code_point));
  return general_classes(code_point, category) | token_classes(code_point, category);
}

const std::vector<uint32_t>& make_class_table() {
  static const std::vector<uint32_t> kTable = [] {
    std::vector<uint32_t> table(kClassTableSize);
    for (uint32_t c = 0; c < kClassTableSize; ++c) {
      table[c] = compute_classes(c);
    }
    return table;
  }();
  return kTable;
}

}  // namespace detail

void lower_into(std::string_view text, std::string& lower) {
  lower.resize(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<uint8_t>(text[i]);
    lower[i] = static_cast<char>(c + (static_cast<uint8_t>(c - 'A') < 26 ? 32 : 0));
  }
}

bool contains_phrase(std::string_view text, std::string_view phrase) {
  return memmem(text.data(), text.size(), phrase.data(), phrase.size()) != nullptr;
}

int64_t count_phrase(std::string_view text, std::string_view phrase) {
  int64_t places = 0;
  for (size_t at = text.find(phrase); at != std::string_view::npos; at = text.find(phrase, at + phrase.size())) {
    ++places;
  }
  return places;
}

std::string_view strip_leading_spaces(std::string_view text) {
  for (size_t pos = 0; pos < text.size();) {
    const size_t start = pos;
    if (!is_space(take_code_point(text, pos))) {
      return text.substr(start);
    }
  }
  return {};
}

std::string_view strip_trailing_spaces(std::string_view text) {
  while (!text.empty()) {
    size_t start = previous_start(text, text.size());
    const size_t begin = start;
    if (!is_space(take_code_point(text, start)) || start != text.size()) {
      break;
    }
    text = text.substr(0, begin);
  }
  return text;
}

std::string_view strip_spaces(std::string_view text) {
  return strip_trailing_spaces(strip_leading_spaces(text));
}

uint32_t last_code_point(std::string_view text) {
  if (text.empty()) {
    return 0;
  }
  size_t pos = previous_start(text, text.size());
  return take_code_point(text, pos);
}

bool next_line(std::string_view& text, std::string_view& line) {
  if (text.empty()) {
    return false;
  }
  for (size_t pos = 0; pos < text.size(); ++pos) {
    const size_t size = kMayEndLine[static_cast<uint8_t>(text[pos])] ? line_end_size(text, pos) : 0;
    if (size > 0) {
      line = text.substr(0, pos);
      text = text.substr(pos + size);
      return true;
    }
  }
  line = text;
  text = {};
  return true;
}

}  // namespace smelt
