#pragma once

#include <cstdint>

namespace smelt {

// Unicode's property White_Space.
constexpr bool is_white_space(uint32_t c) {
  if (c < 0x80) {
    return c == ' ' || (c >= 9 && c <= 13);
  }
  return c == 0x85 || c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 ||
         c == 0x202F || c == 0x205F || c == 0x3000;
}

}  // namespace smelt
