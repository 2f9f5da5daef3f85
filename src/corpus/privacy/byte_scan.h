// Which bytes of a text could begin or hold personal data, 64 at a time.
#pragma once

#include <cstdint>

namespace smelt {

// Bit i is for byte i of the block.
struct ByteMasks {
  uint64_t at = 0;     // @
  uint64_t colon = 0;  // :
  uint64_t hyphen = 0;
  uint64_t digit = 0;
  uint64_t run = 0;  // letters, digits, _ and -
};

// Of 64 readable bytes.
ByteMasks scan_block(const char* bytes);

}  // namespace smelt
