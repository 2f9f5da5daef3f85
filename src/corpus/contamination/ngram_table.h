// A read-only table from 64-bit hashes to lists of values: open addressing behind a bitmap that answers nearly every
// look-up of an absent hash.
#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace smelt {

class NgramTable {
 public:
  NgramTable() = default;
  // Pairs of hash and value in any order; repeated pairs count once. 16 bytes a hash, 4 a value, and 2 bits of bitmap
  // for each bit of the next power of two of the number of hashes.
  explicit NgramTable(std::vector<std::pair<uint64_t, uint32_t>> pairs);

  // A false one is certain.
  bool may_contain(uint64_t hash) const {
    const uint64_t bit = hash >> bitmap_shift_;
    return (bitmap_[bit / 64] >> (bit % 64) & 1u) != 0;
  }
  // The values of the hash in ascending order; empty where it is absent.
  std::span<const uint32_t> find(uint64_t hash) const;
  size_t size() const { return hashes_; }

 private:
  struct Slot {
    uint64_t hash = 0;
    uint32_t begin = 0;
    uint32_t count = 0;  // 0: free
  };
  std::vector<uint64_t> bitmap_ = {0};
  int bitmap_shift_ = 63;
  std::vector<Slot> slots_ = {Slot{}};
  size_t slot_mask_ = 0;
  std::vector<uint32_t> values_;
  size_t hashes_ = 0;
};

}  // namespace smelt
