// A hash of words, short ones in place.
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

#include "base/hash.h"

namespace smelt {

// Equal words have equal hashes; most words fit into one or two loads, where the general hash would be a call. The word
// is not empty.
inline uint64_t word_hash(std::string_view word) {
  uint64_t first = 0;
  uint64_t last = 0;
  if (word.size() > 16) {
    return hash64(word);
  }
  if (word.size() >= 8) {
    std::memcpy(&first, word.data(), 8);
    std::memcpy(&last, word.data() + word.size() - 8, 8);
  } else if (word.size() >= 4) {
    uint32_t head = 0;
    uint32_t tail = 0;
    std::memcpy(&head, word.data(), 4);
    std::memcpy(&tail, word.data() + word.size() - 4, 4);
    first = head | static_cast<uint64_t>(tail) << 32;
  } else {
    const auto byte = [&](size_t i) { return static_cast<uint64_t>(static_cast<uint8_t>(word[i])); };
    first = byte(0) | byte(word.size() / 2) << 8 | byte(word.size() - 1) << 16;
  }
  uint64_t hash = (first ^ 0x9E3779B97F4A7C15u) * 0xBF58476D1CE4E5B9u;
  hash = (hash ^ (hash >> 32) ^ last ^ (word.size() << 56)) * 0x94D049BB133111EBu;
  return hash ^ (hash >> 31);
}

}  // namespace smelt
