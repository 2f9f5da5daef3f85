#include "corpus/filters/characters.h"

#include <algorithm>
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

bool is_circled_letter(uint32_t c) {
  return (c >= 0x24B6 && c <= 0x24E9) || (c >= 0x1F130 && c <= 0x1F149) || (c >= 0x1F150 && c <= 0x1F169) ||
         (c >= 0x1F170 && c <= 0x1F189);
}

uint32_t general_classes(uint32_t c, utf8proc_category_t category) {
  uint32_t classes = is_space(c) ? kSpaceCharacter : 0;
  const bool letter = category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_LO;
  classes |= letter ? kLetterCharacter : 0;
  classes |= letter || category == UTF8PROC_CATEGORY_NL || is_circled_letter(c) ? kAlphabeticCharacter : 0;
  classes |= category == UTF8PROC_CATEGORY_ND ? kDigitCharacter : 0;
  classes |= category >= UTF8PROC_CATEGORY_ND && category <= UTF8PROC_CATEGORY_NO ? kNumberCharacter : 0;
  classes |= category == UTF8PROC_CATEGORY_LU ? kUpperCharacter : 0;
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

uint32_t compute_classes(uint32_t c) {
  const utf8proc_category_t category = utf8proc_category(static_cast<utf8proc_int32_t>(c));
  return general_classes(c, category) | token_classes(c, category);
}

constexpr uint32_t kTableSize = 0x10000;

const std::vector<uint32_t>& class_table() {
  static const std::vector<uint32_t> kTable = [] {
    std::vector<uint32_t> table(kTableSize);
    for (uint32_t c = 0; c < kTableSize; ++c) {
      table[c] = compute_classes(c);
    }
    return table;
  }();
  return kTable;
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

bool may_end_line(char c) {
  const auto byte = static_cast<uint8_t>(c);
  return (byte >= 0x0A && byte <= 0x0D) || (byte >= 0x1C && byte <= 0x1E) || byte == 0xC2 || byte == 0xE2;
}

}  // namespace

uint32_t character_classes(uint32_t code_point) {
  return code_point < kTableSize ? class_table()[code_point] : compute_classes(code_point);
}

std::string_view strip_leading_spaces(std::string_view text) {
  for (size_t pos = 0; pos < text.size();) {
    const size_t start = pos;
    if (!is_space(next_code_point(text, pos))) {
      return text.substr(start);
    }
  }
  return {};
}

std::string_view strip_trailing_spaces(std::string_view text) {
  while (!text.empty()) {
    size_t start = previous_start(text, text.size());
    const size_t begin = start;
    if (!is_space(next_code_point(text, start)) || start != text.size()) {
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
  return next_code_point(text, pos);
}

bool next_line(std::string_view& text, std::string_view& line) {
  if (text.empty()) {
    return false;
  }
  for (size_t pos = 0; pos < text.size(); ++pos) {
    const size_t size = may_end_line(text[pos]) ? line_end_size(text, pos) : 0;
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
