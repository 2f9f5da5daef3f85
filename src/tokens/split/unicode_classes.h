// The classes of characters that splitting rules ask for, one byte a code point.
//
// The classes are Unicode's general categories and White_Space as utf8proc knows them; a code point that it does not
// know has no class.
#pragma once

#include <cstdint>
#include <memory>

namespace smelt {

// Bits of a class. A letter is also upper-like, lower-like or both, as the split rules of newer vocabularies group
// them.
constexpr uint8_t kClassLetter = 1;      // \p{L}
constexpr uint8_t kClassNumber = 2;      // \p{N}
constexpr uint8_t kClassSpace = 4;       // White_Space
constexpr uint8_t kClassUpperLike = 8;   // Lu, Lt, Lm, Lo, M
constexpr uint8_t kClassLowerLike = 16;  // Ll, Lm, Lo, M
constexpr uint8_t kClassNewline = 32;    // \r, \n
constexpr uint8_t kClassWord = 64;       // \w: letters, marks, numbers, connector punctuation

class UnicodeClasses {
 public:
  // The table, built at the first call (some milliseconds) and immutable since. Thread-safe.
  static const UnicodeClasses& get();

  uint8_t of(uint32_t code_point) const {
    return code_point < kCodePoints
               ? blocks_[static_cast<size_t>(block_of_[code_point >> 8]) * 256 + (code_point & 255)]
               : 0;
  }
  const uint8_t* ascii() const { return blocks_.get(); }  // 128 classes

 private:
  static constexpr uint32_t kCodePoints = 0x110000;
  UnicodeClasses();

  uint16_t block_of_[kCodePoints >> 8];
  std::unique_ptr<uint8_t[]> blocks_;
};

// One character of a text: its class and its bytes (1 to 4). A byte that starts no valid UTF-8 sequence is a character
// of no class.
struct ClassedChar {
  uint8_t bits;
  uint8_t length;
};

ClassedChar classify_non_ascii(const UnicodeClasses& classes, const char* p, const char* end);

// p < end.
inline ClassedChar classify(const UnicodeClasses& classes, const char* p, const char* end) {
  const auto byte = static_cast<uint8_t>(*p);
  return byte < 0x80 ? ClassedChar{classes.ascii()[byte], 1} : classify_non_ascii(classes, p, end);
}

}  // namespace smelt
