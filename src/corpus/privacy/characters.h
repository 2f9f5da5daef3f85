// Classes of bytes and word boundaries, as the finders of personal data need them.
#pragma once

#include <algorithm>
#include <array>
#include <string_view>

namespace smelt {

constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
constexpr bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}
constexpr bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || is_upper(c);
}
constexpr bool is_alphanumeric(char c) {
  return is_letter(c) || is_digit(c);
}
constexpr bool is_hex(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}
constexpr char to_upper(char c) {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}
constexpr bool is_non_ascii(char c) {
  return static_cast<unsigned char>(c) >= 0x80;
}

// text[i], a zero byte outside of the text.
constexpr char byte_at(std::string_view text, size_t i) {
  return i < text.size() ? text[i] : '\0';
}

template <size_t N>
bool is_any(std::string_view word, const std::array<std::string_view, N>& words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

// A letter, digit or underscore ends before `pos` or starts at it. Of the letters outside of ASCII those of alphabets
// count; ideographs, kana and other letters without case do not, since their scripts put addresses and numbers next to
// words without a space.
bool is_word_before(std::string_view text, size_t pos);
bool is_word_at(std::string_view text, size_t pos);

// The start of the code point that ends before `pos` > 0, at most 4 bytes back.
size_t previous_code_point(std::string_view text, size_t pos);

// A cased letter or a mark of an alphabet outside of ASCII at `pos`.
bool is_foreign_letter_at(std::string_view text, size_t pos);

}  // namespace smelt
