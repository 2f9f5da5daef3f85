#include "tokens/unicode/properties.h"

#include <algorithm>
#include <cstring>
#include <iterator>
#include <string>

#include <utf8proc.h>

#include "base/text.h"
#include "tokens/unicode/tables.h"

namespace smelt {
namespace {

constexpr const char* kCategoryNames[] = {"Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl",
                                          "No", "Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po", "Sm", "Sc",
                                          "Sk", "So", "Zs", "Zl", "Zp", "Cc", "Cf", "Co"};

}  // namespace

const UnicodeProperties& UnicodeProperties::get() {
  static const UnicodeProperties properties;
  return properties;
}

UnicodeProperties::UnicodeProperties() : bits_(std::make_unique<uint8_t[]>(kInvalidByte)) {
  using unicode_tables::kBits;
  using unicode_tables::kBitsSize;
  for (size_t i = 0; i < kBitsSize; ++i) {
    const uint32_t end = i + 1 < kBitsSize ? kBits[i + 1] >> 8 : kInvalidByte;
    std::memset(bits_.get() + (kBits[i] >> 8), static_cast<int>(kBits[i] & 255), end - (kBits[i] >> 8));
  }
}

int lower_case(uint32_t c, std::array<uint32_t, 2>& out) {
  out[0] = c;
  if (c < 0x80) {
    out[0] = c >= 'A' && c <= 'Z' ? c + 32 : c;
    return 1;
  }
  if (c >= kInvalidByte) {
    return 1;
  }
  if (c == 0x130) {  // the one letter whose lower case is two code points
    out = {'i', 0x307};
    return 2;
  }
  for (size_t i = 0; i < unicode_tables::kLowerSize; ++i) {
    const unicode_tables::LowerRun& run = unicode_tables::kLower[i];
    if (c >= run.first && c <= run.last) {
      out[0] = static_cast<uint32_t>(static_cast<int32_t>(c) + run.distance);
      return 1;
    }
  }
  out[0] = static_cast<uint32_t>(utf8proc_tolower(static_cast<utf8proc_int32_t>(c)));
  return 1;
}

uint8_t script_of(uint32_t c) {
  using unicode_tables::kScripts;
  const uint32_t* const end = kScripts + unicode_tables::kScriptsSize;
  const uint32_t* const next = std::upper_bound(kScripts, end, c << 8 | 255);
  return c >= kInvalidByte || next == kScripts ? 0 : static_cast<uint8_t>(next[-1] & 255);
}

std::vector<std::pair<uint32_t, uint32_t>> category_runs(std::string_view name) {
  using unicode_tables::kCategories;
  using unicode_tables::kCategoriesSize;
  std::vector<std::pair<uint32_t, uint32_t>> out;
  for (size_t i = 0; i < kCategoriesSize && !name.empty(); ++i) {
    const uint32_t index = kCategories[i] & 255;
    if (index >= std::size(kCategoryNames) || !std::string_view(kCategoryNames[index]).starts_with(name)) {
      continue;
    }
    const uint32_t first = kCategories[i] >> 8;
    const uint32_t last = (i + 1 < kCategoriesSize ? kCategories[i + 1] >> 8 : kInvalidByte) - 1;
    if (!out.empty() && out.back().second + 1 == first) {
      out.back().second = last;
    } else {
      out.emplace_back(first, last);
    }
  }
  return out;
}

Character character_at(std::string_view text, size_t at) {
  const auto* b = reinterpret_cast<const uint8_t*>(text.data()) + at;
  const size_t left = text.size() - at;
  if (b[0] < 0x80) {
    return {b[0], 1};
  }
  const auto continues = [&](size_t i) { return i < left && (b[i] & 0xC0) == 0x80; };
  if (b[0] >= 0xC2 && b[0] < 0xE0 && continues(1)) {
    return {static_cast<uint32_t>((b[0] & 0x1F) << 6 | (b[1] & 0x3F)), 2};
  }
  if (b[0] >= 0xE0 && b[0] < 0xF0 && continues(1) && continues(2)) {
    const auto c = static_cast<uint32_t>((b[0] & 0x0F) << 12 | (b[1] & 0x3F) << 6 | (b[2] & 0x3F));
    if (c >= 0x800 && (c < 0xD800 || c > 0xDFFF)) {
      return {c, 3};
    }
  }
  if (b[0] >= 0xF0 && b[0] < 0xF5 && continues(1) && continues(2) && continues(3)) {
    const auto c =
        static_cast<uint32_t>((b[0] & 0x07) << 18 | (b[1] & 0x3F) << 12 | (b[2] & 0x3F) << 6 | (b[3] & 0x3F));
    if (c >= 0x10000 && c < 0x110000) {
      return {c, 4};
    }
  }
  return {kInvalidByte + b[0], 1};
}

Character character_before(std::string_view text, size_t end) {
  for (size_t back = 1; back <= 4 && back <= end; ++back) {
    const Character c = character_at(text.substr(0, end), end - back);
    if (c.length == back && c.code_point < kInvalidByte) {
      return c;
    }
  }
  return {kInvalidByte + static_cast<uint8_t>(text[end - 1]), 1};
}

void append_character(std::string& out, uint32_t c) {
  if (c >= kInvalidByte) {
    out += static_cast<char>(c - kInvalidByte);
  } else {
    append_utf8(out, c);
  }
}

}  // namespace smelt
