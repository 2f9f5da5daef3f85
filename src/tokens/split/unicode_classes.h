// The classes of characters that splitting rules ask for, one byte a code point.
//
// The classes are Unicode's general categories (16.0) and White_Space; an unassigned code point has no class.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

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
  const uint8_t* ascii() const { return below_800_; }  // 128 classes

  // The class of a sequence of two bytes from (C2, 80) to (DF, BF).
  uint8_t of_two(uint8_t first, uint8_t second) const { return below_800_[(first & 0x1F) << 6 | (second & 0x3F)]; }
  // The class of a sequence of three bytes that begins with E0 to EF, kInvalid where it codes nothing.
  static constexpr uint8_t kInvalid = 128;
  uint8_t of_three(uint8_t first, uint8_t second, uint8_t third) const {
    return of_three_[static_cast<size_t>(three_[(first & 0x0F) << 6 | (second & 0x3F)]) << 6 | (third & 0x3F)];
  }

 private:
  static constexpr uint32_t kCodePoints = 0x110000;
  UnicodeClasses();
  void fill_three();

  uint8_t below_800_[0x800];
  uint16_t three_[1024];  // by the first two bytes: the 64 classes in of_three_
  std::vector<uint8_t> of_three_;
  uint16_t block_of_[kCodePoints >> 8];
  std::unique_ptr<uint8_t[]> blocks_;
};

// One character of a text: its class and its bytes (1 to 4). A byte that starts no valid UTF-8 sequence is a character
// of no class.
struct ClassedChar {
  uint8_t bits;
  uint8_t length;
};

// Sequences of four bytes and what is no sequence.
ClassedChar classify_rare(const UnicodeClasses& classes, const char* p, const char* end);

// p < end.
inline ClassedChar classify(const UnicodeClasses& classes, const char* p, const char* end) {
  const auto first = static_cast<uint8_t>(*p);
  if (first < 0x80) {
    return {classes.ascii()[first], 1};
  }
  const auto continues = [](uint8_t byte) { return (byte & 0xC0) == 0x80; };
  if (end - p >= 3) {
    const auto second = static_cast<uint8_t>(p[1]);
    const auto third = static_cast<uint8_t>(p[2]);
    if (first >= 0xE0 && first < 0xF0 && continues(second) && continues(third)) {
      const uint8_t bits = classes.of_three(first, second, third);
      return bits == UnicodeClasses::kInvalid ? ClassedChar{0, 1} : ClassedChar{bits, 3};
    }
    if (first >= 0xC2 && first < 0xE0 && continues(second)) {
      return {classes.of_two(first, second), 2};
    }
  }
  return classify_rare(classes, p, end);
}

}  // namespace smelt
