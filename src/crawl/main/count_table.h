// How often hashes were seen.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace smelt {

// Open addressing with linear probing; constant time a call.
class CountTable {
 public:
  // `most`: how many different hashes there may be.
  explicit CountTable(size_t most)
      : slots_(std::bit_ceil(2 * most + 2)), shift_(64 - std::countr_zero(slots_.size())) {}

  // Counts the hash and returns where its count is kept.
  uint32_t add(uint64_t hash) {
    size_t at = static_cast<size_t>(hash * 0x9E3779B97F4A7C15ULL >> shift_);  // all bits of the hash have a say
    while (slots_[at].count != 0 && slots_[at].hash != hash) {
      at = (at + 1) & (slots_.size() - 1);
    }
    slots_[at].hash = hash;
    ++slots_[at].count;
    return static_cast<uint32_t>(at);
  }
  uint32_t count(uint32_t slot) const { return slots_[slot].count; }

 private:
  struct Slot {
    uint64_t hash = 0;
    uint32_t count = 0;
  };
  std::vector<Slot> slots_;
  int shift_;
};

}  // namespace smelt
