#include "corpus/privacy/number_run.h"

#include "base/text.h"
#include "corpus/privacy/characters.h"
#include "corpus/privacy/ip_address.h"

namespace smelt {

namespace {

constexpr size_t kMaxSeparator = 3;  // characters between two groups: ") -"

// The separator that the code point at text[pos] stands for, '\0' where it is none; pos moves past it.
char read_separator(std::string_view text, size_t& pos) {
  const char c = byte_at(text, pos);
  if (c == ' ' || c == '-' || c == '.' || c == '/' || c == '(' || c == ')') {
    ++pos;
    return c;
  }
  if (!is_non_ascii(c)) {
    return '\0';
  }
  const uint32_t code_point = next_code_point(text, pos);
  switch (code_point) {
    case 0x00A0:  // no-break space
    case 0x2007:  // figure space
    case 0x2009:  // thin space
    case 0x202F:  // narrow no-break space
      return ' ';
    case 0x2010:  // hyphen, non-breaking hyphen, figure dash, en dash, minus
    case 0x2011:
    case 0x2012:
    case 0x2013:
    case 0x2212:
      return '-';
    default:
      return '\0';
  }
}

// Reads the separator after a group. Empty where no digit follows. Spaces around another separator are left out.
std::string separator_at(std::string_view text, size_t& pos) {
  std::string out;
  size_t i = pos;
  while (!is_digit(byte_at(text, i))) {
    const char c = read_separator(text, i);
    if (c == '\0' || out.size() == kMaxSeparator || (!out.empty() && out.back() == c)) {
      return {};
    }
    out += c;
  }
  // "A / B" are two numbers.
  if (out.find('/') != std::string::npos && out.find(' ') != std::string::npos) {
    return {};
  }
  pos = i;
  if (out == " -" || out == "- " || out == " - ") {
    return "-";
  }
  if (out == ") " || out == ")-" || out == " (" || out == "-(" || out == ". ") {
    return out == ". " ? std::string() : out.find(')') != std::string::npos ? ")" : " (";
  }
  return out;
}

char length_letter(size_t length) {
  return length < 10 ? static_cast<char>('0' + length) : length < 36 ? static_cast<char>('a' + length - 10) : '*';
}

bool starts_ipv4(std::string_view text, size_t begin, size_t digits_end) {
  return digits_end - begin <= 3 && byte_at(text, digits_end) == '.' && find_ipv4(text, begin, {}).has_value();
}

}  // namespace

NumberRun::NumberRun(std::string_view text, size_t begin) : text_(text), end_(begin) {
  const char before = begin > 0 ? text[begin - 1] : ' ';
  const char earlier = begin > 1 ? text[begin - 2] : ' ';
  plus_ = before == '+' || (before == '(' && earlier == '+');
  if (before == '(' || (before == '+' && earlier == '(')) {
    shape_ = "(";
  }
  size_t i = begin;
  while (true) {
    size_t digits_end = i;
    while (is_digit(byte_at(text, digits_end))) {
      ++digits_end;
    }
    if (i != begin && starts_ipv4(text, i, digits_end)) {
      break;
    }
    add_group(i, digits_end);
    i = digits_end;
    const std::string separator = separator_at(text, i);
    if (separator.empty()) {
      break;
    }
    if (!too_many_) {
      shape_ += separator;
    }
  }
}

void NumberRun::add_group(size_t begin, size_t end) {
  end_ = end;
  if (count_ == kMaxGroups) {
    too_many_ = true;
    return;
  }
  groups_[count_++] = {begin, end, digits_.size(), shape_.size()};
  digits_ += text_.substr(begin, std::min<size_t>(end - begin, 40));
  shape_ += length_letter(end - begin);
}

std::string_view NumberRun::digits(size_t i, size_t j) const {
  const size_t end = j + 1 < count_ ? groups_[j + 1].digits : digits_.size();
  return std::string_view(digits_).substr(groups_[i].digits, end - groups_[i].digits);
}

bool NumberRun::opens_bracket(size_t i, size_t j) const {
  const size_t at = groups_[i].shape;
  return at > 0 && shape_[at - 1] == '(' &&
         std::string_view(shape_).substr(at, groups_[j].shape - at).find(')') != std::string_view::npos;
}

std::string_view NumberRun::shape(size_t i, size_t j) const {
  const size_t begin = groups_[i].shape - (opens_bracket(i, j) ? 1 : 0);
  return std::string_view(shape_).substr(begin, groups_[j].shape + 1 - begin);
}

size_t NumberRun::begin_of(size_t i, size_t j) const {
  size_t begin = groups_[i].begin;
  begin -= begin > 0 && opens_bracket(i, j) && text_[begin - 1] == '(' ? 1 : 0;
  if (i == 0 && plus_) {
    begin = text_[groups_[0].begin - 1] == '+' ? groups_[0].begin - 1 : groups_[0].begin - 2;
    begin -=
        begin > 0 && text_[begin] == '+' && text_[begin - 1] == '(' && shape_.find(')') != std::string::npos ? 1 : 0;
  }
  return begin;
}

std::string_view NumberRun::separator(size_t i) const {
  if (i + 1 >= count_) {
    return {};
  }
  return std::string_view(shape_).substr(groups_[i].shape + 1, groups_[i + 1].shape - groups_[i].shape - 1);
}

}  // namespace smelt
