// What tokenizers ask about a code point.
//
// The answers are those of Hugging Face's tokenizers library 0.23, whose parts follow Unicode of different years:
// numbers 17.0, words and general categories (regular expressions) 16.0, normal forms 9.0, punctuation, controls and
// non-spacing marks 8.0. Values that are no code point (kInvalidByte and above) have no property. Thread-safe.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

namespace smelt {

constexpr uint8_t kUnicodeNumber = 1;        // Nd, Nl, No
constexpr uint8_t kUnicodeWord = 2;          // \w of Unicode Technical Standard 18
constexpr uint8_t kUnicodePunctuation = 4;   // P*, and all of ASCII's punctuation and symbols
constexpr uint8_t kUnicodeOther = 8;         // Cc, Cf, Co; not \t, \n, \r
constexpr uint8_t kUnicodeNonspacing = 16;   // Mn
constexpr uint8_t kUnicodeMark = 32;         // Mn, Mc, Me
constexpr uint8_t kUnicodeReordered = 64;    // a canonical combining class other than 0
constexpr uint8_t kUnicodeDecomposed = 128;  // a compatibility decomposition

// Stands for byte b that is no part of valid UTF-8: kInvalidByte + b.
constexpr uint32_t kInvalidByte = 0x110000;

class UnicodeProperties {
 public:
  static const UnicodeProperties& get();  // built at the first call (a few milliseconds)

  uint8_t bits(uint32_t code_point) const { return code_point < kInvalidByte ? bits_[code_point] : 0; }
  bool is(uint32_t code_point, uint8_t any_of) const { return (bits(code_point) & any_of) != 0; }

 private:
  UnicodeProperties();
  std::unique_ptr<uint8_t[]> bits_;
};

// The lower case, one to two code points; returns how many.
int lower_case(uint32_t code_point, std::array<uint32_t, 2>& out);
// The script as a number; Han, Hiragana and Katakana are one; 0 goes with any script.
uint8_t script_of(uint32_t code_point);

// Runs [first, last] of the code points whose general category is `name`: "L", "Lu", "Nd"... Empty for other names.
std::vector<std::pair<uint32_t, uint32_t>> category_runs(std::string_view name);

// One character of UTF-8; bytes that are not valid UTF-8 are characters of one byte, kInvalidByte + byte.
struct Character {
  uint32_t code_point;
  uint32_t length;  // in bytes
};
Character character_at(std::string_view text, size_t at);
// The character that ends at `end` (> 0).
Character character_before(std::string_view text, size_t end);
// Appends a code point, or the byte that kInvalidByte + b stands for.
void append_character(std::string& out, uint32_t code_point);

}  // namespace smelt
