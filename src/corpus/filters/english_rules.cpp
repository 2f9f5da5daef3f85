#include "corpus/filters/english_rules.h"

#include <algorithm>
#include <array>

#include "corpus/filters/characters.h"

namespace smelt::english {

namespace {

constexpr char32_t kDegree = 0xB0;
constexpr char32_t kEnDash = 0x2013;
constexpr char32_t kEmDash = 0x2014;
constexpr char32_t kEllipsis = 0x2026;

bool is_ascii_digit(char32_t c) {
  return c >= '0' && c <= '9';
}

size_t dots_at(Word word, size_t pos) {
  size_t end = pos;
  while (end < word.size() && word[end] == '.') {
    ++end;
  }
  return end - pos;
}

// US$, C$ or A$.
size_t dollar_prefix(Word word) {
  for (const Word name : {Word(U"US$"), Word(U"C$"), Word(U"A$")}) {
    if (word.starts_with(name)) {
      return name.size();
    }
  }
  return 0;
}

// Units that stand directly behind a number. One is two joined by accident, which is how the list is published.
constexpr std::array<Word, 98> kUnits = {
    U"km",  U"km²",  U"km³", U"m",   U"m²",  U"m³",  U"dm",   U"dm²", U"dm³", U"cm",  U"cm²", U"cm³", U"mm",   U"mm²",
    U"mm³", U"ha",   U"µm",  U"nm",  U"yd",  U"in",  U"ft",   U"kg",  U"g",   U"mg",  U"µg",  U"t",   U"lb",   U"oz",
    U"m/s", U"km/h", U"kmh", U"mph", U"hPa", U"Pa",  U"mbar", U"mb",  U"MB",  U"kb",  U"KB",  U"gb",  U"GB",   U"tb",
    U"TB",  U"T",    U"G",   U"M",   U"K",   U"%",   U"км",   U"км²", U"км³", U"м",   U"м²",  U"м³",  U"дм",   U"дм²",
    U"дм³", U"см",   U"см²", U"см³", U"мм",  U"мм²", U"мм³",  U"нм",  U"кг",  U"г",   U"мг",  U"м/с", U"км/ч", U"кПа",
    U"Па",  U"мбар", U"Кб",  U"КБ",  U"кб",  U"Мб",  U"МБ",   U"мб",  U"Гб",  U"ГБ",  U"гб",  U"Тб",  U"ТБ",   U"тбكم",
    U"كم²", U"كم³",  U"م",   U"م²",  U"م³",  U"سم",  U"سم²",  U"سم³", U"مم",  U"مم²", U"مم³", U"كم",  U"غرام", U"جرام"};
constexpr std::array<Word, 5> kMoreUnits = {U"جم", U"كغ", U"ملغ", U"كوب", U"اكواب"};

size_t unit_suffix(Word word) {
  size_t longest = 0;
  const auto try_unit = [&](Word unit) {
    if (unit.size() > longest && word.size() > unit.size() && word.ends_with(unit) &&
        is_ascii_digit(word[word.size() - unit.size() - 1])) {
      longest = unit.size();
    }
  };
  const auto last = word.back();
  if (last == '.' || last == ',' || last == ')') {
    return 0;
  }
  std::for_each(kUnits.begin(), kUnits.end(), try_unit);
  std::for_each(kMoreUnits.begin(), kMoreUnits.end(), try_unit);
  for (const Word dollar : {Word(U"US$"), Word(U"C$"), Word(U"A$")}) {
    try_unit(dollar);
  }
  return longest;
}

// A full stop is split off behind what ends sentences, not behind a single capital.
bool splits_period(Word before) {
  const char32_t last = before.back();
  if (is_ascii_digit(last) || has_class(last, kTokenLower | kTokenQuote)) {
    return true;
  }
  if (last == '%' || last == 0xB2 || last == '-' || last == '+' || last == '|' ||
      (has_class(last, kTokenAffix) && !has_class(last, kTokenIcon))) {
    return true;
  }
  if (before.size() < 2) {
    return false;
  }
  const char32_t previous = before[before.size() - 2];
  const bool temperature = last == 'F' || last == 'f' || last == 'C' || last == 'c' || last == 'K' || last == 'k';
  return (previous == kDegree && temperature) || (has_class(last, kTokenUpper) && has_class(previous, kTokenUpper));
}

bool is_hyphen(char32_t c) {
  return c == '-' || c == kEnDash || c == kEmDash || c == '~';
}

// Length of the hyphen at pos that stands between letters: - -- --- U+2013 U+2014 (one or two) ~.
size_t hyphen_length(Word word, size_t pos) {
  const char32_t c = word[pos];
  size_t end = pos;
  while (end < word.size() && word[end] == c) {
    ++end;
  }
  const size_t length = end - pos;
  const size_t longest = c == '-' ? 3 : c == kEmDash ? 2 : 1;
  return length <= longest && end < word.size() && has_class(word[end], kTokenAlpha) ? length : 0;
}

// Length of the infix at pos, 0 for none.
size_t infix_length(Word word, size_t pos) {
  const char32_t c = word[pos];
  if (c == '.' && dots_at(word, pos) >= 2) {
    return dots_at(word, pos);
  }
  if (c == kEllipsis || has_class(c, kTokenIcon)) {
    return 1;
  }
  if (pos == 0) {
    return 0;
  }
  const char32_t before = word[pos - 1];
  const char32_t after = pos + 1 < word.size() ? word[pos + 1] : 0;
  const bool operation = c == '+' || c == '-' || c == '*' || c == '^';
  if (operation && is_ascii_digit(before) && (is_ascii_digit(after) || after == '-')) {
    return 1;
  }
  if (c == '.') {
    return has_class(before, kTokenLower | kTokenQuote) && after != 0 && has_class(after, kTokenUpper | kTokenQuote)
               ? 1
               : 0;
  }
  const bool alpha_before = has_class(before, kTokenAlpha);
  const bool alpha_after = after != 0 && has_class(after, kTokenAlpha);
  if (c == ',') {
    return alpha_before && alpha_after ? 1 : 0;
  }
  if (!alpha_before && !is_ascii_digit(before)) {
    return 0;
  }
  if (is_hyphen(c)) {
    return hyphen_length(word, pos);
  }
  const bool joint = c == ':' || c == '<' || c == '>' || c == '=' || c == '/';
  return joint && alpha_after ? 1 : 0;
}

bool may_be_infix(char32_t c) {
  return c == '.' || c == ',' || c == '+' || c == '*' || c == '^' || c == ':' || c == '<' || c == '>' || c == '=' ||
         c == '/' || is_hyphen(c) || c >= 0x80;
}

}  // namespace

size_t prefix_length(Word word) {
  const char32_t c = word.front();
  if (c == 0xA7 || c == '%' || c == '=' || c == kEmDash || c == kEnDash) {
    return 1;
  }
  if (c == '+') {
    return word.size() > 1 && is_ascii_digit(word[1]) ? 0 : 1;
  }
  if (c == '.') {
    const size_t dots = dots_at(word, 0);
    return dots >= 2 ? dots : 0;
  }
  if (has_class(c, kTokenAffix | kTokenCurrency)) {
    return 1;
  }
  return c == 'U' || c == 'C' || c == 'A' ? dollar_prefix(word) : 0;
}

size_t suffix_length(Word word) {
  if (word.empty()) {
    return 0;
  }
  const char32_t last = word.back();
  const size_t size = word.size();
  const char32_t before = size > 1 ? word[size - 2] : 0;
  if (last == '.') {
    size_t dots = 1;
    while (dots < size && word[size - dots - 1] == '.') {
      ++dots;
    }
    return dots >= 2 ? dots : size > 1 && splits_period(word.substr(0, size - 1)) ? 1 : 0;
  }
  if (last == kEllipsis && before == kEllipsis) {
    return 2;
  }
  if ((last == 's' || last == 'S') && (before == '\'' || before == 0x2019)) {
    return 2;
  }
  if (has_class(last, kTokenAffix) || last == kEmDash || last == kEnDash) {
    return 1;
  }
  if (last == '+') {
    return is_ascii_digit(before) ? 1 : 0;
  }
  const size_t unit = unit_suffix(word);
  if (unit > 0) {
    return unit;
  }
  return has_class(last, kTokenCurrency) && is_ascii_digit(before) ? 1 : 0;
}

void for_each_infix(Word word, const std::function<void(size_t, size_t)>& found) {
  for (size_t pos = 0; pos < word.size();) {
    const size_t length = may_be_infix(word[pos]) ? infix_length(word, pos) : 0;
    if (length > 0) {
      found(pos, pos + length);
    }
    pos += std::max<size_t>(length, 1);
  }
}

}  // namespace smelt::english
