#include <algorithm>

#include "corpus/filters/characters.h"
#include "corpus/filters/english_rules.h"

namespace smelt::english {

namespace {

bool is_digit(char32_t c) {
  return has_class(c, kDigitCharacter);
}

bool is_label_character(char32_t c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c >= 0xA1 && c <= 0xFFFF);
}

// What may follow a host: nothing, or a port (two to five digits) and then a path.
bool is_tail(Word word, size_t pos) {
  if (pos < word.size() && word[pos] == ':') {
    size_t end = pos + 1;
    while (end < word.size() && is_digit(word[end])) {
      ++end;
    }
    if (end - pos < 3 || end - pos > 6) {
      return false;
    }
    pos = end;
  }
  return pos == word.size() || word[pos] == '/' || word[pos] == '?' || word[pos] == '#';
}

// One part of an address of four numbers, its value where all digits are ASCII.
struct Octet {
  size_t size = 0;
  int value = -1;
  bool leading_zero = false;
};

Octet octet_at(Word word, size_t pos) {
  Octet octet;
  int value = 0;
  bool ascii = true;
  while (pos + octet.size < word.size() && octet.size < 4 && is_digit(word[pos + octet.size])) {
    const char32_t c = word[pos + octet.size++];
    ascii = ascii && c < 0x80;
    value = value * 10 + static_cast<int>(c & 0xF);
  }
  octet.value = ascii ? value : -1;
  octet.leading_zero = octet.size > 0 && word[pos] == '0';
  return octet;
}

// Public addresses only: not 10/8, 127/8, 169.254/16, 192.168/16, 172.16/12, nor first parts above 223.
bool is_ip_address(Word word, size_t pos) {
  Octet parts[4];
  for (int i = 0; i < 4; ++i) {
    parts[i] = octet_at(word, pos);
    const int value = parts[i].value;
    const bool edge = i == 0 || i == 3;
    if (parts[i].size == 0 || parts[i].size > 3 || value < 0 || value > 255 || (edge && parts[i].leading_zero) ||
        (!edge && parts[i].size == 3 && parts[i].leading_zero) || (i == 0 && value > 223) || (i == 3 && value > 254)) {
      return false;
    }
    pos += parts[i].size;
    if (i < 3) {
      if (pos >= word.size() || word[pos] != '.') {
        return false;
      }
      ++pos;
    }
  }
  const int first = parts[0].value;
  const int second = parts[1].value;
  const bool is_private = first == 10 || first == 127 || (first == 169 && second == 254) ||
                          (first == 192 && second == 168) || (first == 172 && second >= 16 && second <= 31);
  return !is_private && is_tail(word, pos);
}

// Labels of at most 64 characters that start and end with a letter or digit, each with a full stop behind, then two to
// 63 lower-case letters.
bool is_domain(Word word, size_t pos) {
  for (size_t labels = 0; pos < word.size(); ++labels) {
    const size_t begin = pos;
    bool lower = true;
    while (pos < word.size() && (is_label_character(word[pos]) || word[pos] == '_' || word[pos] == '-' ||
                                 has_class(word[pos], kTokenLower))) {
      lower = lower && has_class(word[pos], kTokenLower);
      ++pos;
    }
    const size_t size = pos - begin;
    if (labels > 0 && lower && size >= 2 && size <= 63 && is_tail(word, pos)) {
      return true;
    }
    const Word label = word.substr(begin, size);
    const bool plain = std::all_of(label.begin(), label.end(),
                                   [](char32_t c) { return is_label_character(c) || c == '_' || c == '-'; });
    if (pos >= word.size() || word[pos] != '.' || size == 0 || size > 64 || !plain ||
        !is_label_character(label.front()) || !is_label_character(label.back())) {
      return false;
    }
    ++pos;
  }
  return false;
}

bool is_host(Word word, size_t pos) {
  return is_ip_address(word, pos) || is_domain(word, pos);
}

// Length of "scheme://", 0 where there is none.
size_t scheme_length(Word word) {
  size_t pos = 0;
  while (pos < word.size() && (has_class(word[pos], kLetterCharacter | kNumberCharacter) || word[pos] == '_' ||
                               word[pos] == '+' || word[pos] == '-' || word[pos] == '.')) {
    ++pos;
  }
  return pos >= 2 && word.substr(pos).starts_with(U"://") ? pos + 3 : 0;
}

}  // namespace

bool is_address(Word word) {
  const size_t scheme = scheme_length(word);
  if (is_host(word, 0) || (scheme > 0 && is_host(word, scheme))) {
    return true;
  }
  for (size_t at = word.find(U'@', 1); at != Word::npos; at = word.find(U'@', at + 1)) {
    if (is_host(word, at + 1)) {
      return true;
    }
  }
  return false;
}

}  // namespace smelt::english
