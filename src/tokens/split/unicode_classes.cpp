#include "tokens/split/unicode_classes.h"

#include <algorithm>
#include <cstring>
#include <map>
#include <string>
#include <vector>

#include "base/white_space.h"
#include "tokens/unicode/properties.h"

namespace smelt {
namespace {

// Classes by the general category, of Unicode 16.0 as in Oniguruma, which Hugging Face's library splits with.
constexpr std::pair<const char*, uint8_t> kClassesOfCategories[] = {
    {"Lu", kClassLetter | kClassUpperLike | kClassWord},
    {"Lt", kClassLetter | kClassUpperLike | kClassWord},
    {"Ll", kClassLetter | kClassLowerLike | kClassWord},
    {"Lm", kClassLetter | kClassUpperLike | kClassLowerLike | kClassWord},
    {"Lo", kClassLetter | kClassUpperLike | kClassLowerLike | kClassWord},
    {"M", kClassUpperLike | kClassLowerLike | kClassWord},
    {"Nd", kClassNumber | kClassWord},
    {"Nl", kClassNumber},
    {"No", kClassNumber},
    {"Pc", kClassWord}};

}  // namespace

const UnicodeClasses& UnicodeClasses::get() {
  static const UnicodeClasses classes;
  return classes;
}

UnicodeClasses::UnicodeClasses() {
  std::string bits(kCodePoints, '\0');
  for (const auto& [name, classes] : kClassesOfCategories) {
    for (const auto& [first, last] : category_runs(name)) {
      std::fill(bits.begin() + first, bits.begin() + last + 1, static_cast<char>(classes));
    }
  }
  for (uint32_t c = 0; c <= 0x3000; ++c) {
    if (is_white_space(c)) {
      bits[c] = static_cast<char>(bits[c] | kClassSpace | (c == '\r' || c == '\n' ? kClassNewline : 0));
    }
  }
  std::map<std::string, uint16_t> seen;
  std::string all;
  for (uint32_t block = 0; block < (kCodePoints >> 8); ++block) {
    const std::string bytes = bits.substr(static_cast<size_t>(block) * 256, 256);
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
