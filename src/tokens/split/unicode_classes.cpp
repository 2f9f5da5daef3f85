#include "tokens/split/unicode_classes.h"

#include <cstring>
#include <map>
#include <string>
#include <vector>

#include <utf8proc.h>

namespace smelt {
namespace {

bool is_white_space(uint32_t code_point, utf8proc_category_t category) {
  return (code_point >= 9 && code_point <= 13) || code_point == 0x85 || category == UTF8PROC_CATEGORY_ZS ||
         category == UTF8PROC_CATEGORY_ZL || category == UTF8PROC_CATEGORY_ZP;
}

uint8_t bits_of_category(utf8proc_category_t category) {
  switch (category) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LT:
      return kClassLetter | kClassUpperLike | kClassWord;
    case UTF8PROC_CATEGORY_LL:
      return kClassLetter | kClassLowerLike | kClassWord;
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
      return kClassLetter | kClassUpperLike | kClassLowerLike | kClassWord;
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_MC:
    case UTF8PROC_CATEGORY_ME:
      return kClassUpperLike | kClassLowerLike | kClassWord;
    case UTF8PROC_CATEGORY_ND:
      return kClassNumber | kClassWord;
    case UTF8PROC_CATEGORY_NL:
    case UTF8PROC_CATEGORY_NO:
      return kClassNumber;
    case UTF8PROC_CATEGORY_PC:
      return kClassWord;
    default:
      return 0;
  }
}

uint8_t bits_of(uint32_t code_point) {
  const utf8proc_category_t category = utf8proc_category(static_cast<utf8proc_int32_t>(code_point));
  uint8_t bits = bits_of_category(category);
  if (is_white_space(code_point, category)) {
    bits |= kClassSpace;
  }
  if (code_point == '\r' || code_point == '\n') {
    bits |= kClassNewline;
  }
  return bits;
}

}  // namespace

const UnicodeClasses& UnicodeClasses::get() {
  static const UnicodeClasses classes;
  return classes;
}

UnicodeClasses::UnicodeClasses() {
  std::map<std::string, uint16_t> seen;
  std::string all;
  for (uint32_t block = 0; block < (kCodePoints >> 8); ++block) {
    std::string bytes(256, '\0');
    for (uint32_t i = 0; i < 256; ++i) {
      bytes[i] = static_cast<char>(bits_of(block * 256 + i));
    }
    const auto [it, is_new] = seen.emplace(bytes, static_cast<uint16_t>(seen.size()));
    if (is_new) {
      all += bytes;
    }
    block_of_[block] = it->second;
  }
  blocks_ = std::make_unique<uint8_t[]>(all.size());
  std::memcpy(blocks_.get(), all.data(), all.size());
  for (uint32_t code_point = 0; code_point < sizeof(below_800_); ++code_point) {
    below_800_[code_point] = of(code_point);
  }
  fill_three();
}

void UnicodeClasses::fill_three() {
  std::map<std::string, uint16_t> seen;
  for (uint32_t high = 0; high < std::size(three_); ++high) {
    std::string classes(64, static_cast<char>(kInvalid));
    for (uint32_t low = 0; low < 64; ++low) {
      const uint32_t code_point = high << 6 | low;
      if (code_point >= 0x800 && (code_point < 0xD800 || code_point > 0xDFFF)) {
        classes[low] = static_cast<char>(of(code_point));
      }
    }
    const auto [it, is_new] = seen.emplace(classes, static_cast<uint16_t>(seen.size()));
    if (is_new) {
      of_three_.insert(of_three_.end(), classes.begin(), classes.end());
    }
    three_[high] = it->second;
  }
}

ClassedChar classify_rare(const UnicodeClasses& classes, const char* p, const char* end) {
  const auto* b = reinterpret_cast<const uint8_t*>(p);
  const auto left = end - p;
  const auto continues = [&](int i) { return (b[i] & 0xC0) == 0x80; };
  if (b[0] >= 0xC2 && b[0] < 0xE0) {
    if (left >= 2 && continues(1)) {
      return {classes.of(static_cast<uint32_t>((b[0] & 0x1F) << 6 | (b[1] & 0x3F))), 2};
    }
  } else if (b[0] >= 0xE0 && b[0] < 0xF0) {
    if (left >= 3 && continues(1) && continues(2)) {
      const auto code = static_cast<uint32_t>((b[0] & 0x0F) << 12 | (b[1] & 0x3F) << 6 | (b[2] & 0x3F));
      if (code >= 0x800 && (code < 0xD800 || code > 0xDFFF)) {
        return {classes.of(code), 3};
      }
    }
  } else if (b[0] >= 0xF0 && b[0] < 0xF5) {
    if (left >= 4 && continues(1) && continues(2) && continues(3)) {
      const auto code =
          static_cast<uint32_t>((b[0] & 0x07) << 18 | (b[1] & 0x3F) << 12 | (b[2] & 0x3F) << 6 | (b[3] & 0x3F));
      if (code >= 0x10000 && code < 0x110000) {
        return {classes.of(code), 4};
      }
    }
  }
  return {0, 1};
}

}  // namespace smelt
