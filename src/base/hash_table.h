// An open-addressing table from 64-bit hashes to values, cleared in time of its use: for counting the n-grams, lines or
// blocks of one text after the other without allocation.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace smelt {

// The hashes 0 and 1 are one key.
template <class Value>
class HashTable {
 public:
  // Empties the table and makes room for `count` keys.
  void reset(size_t count) {
    size_t capacity = 64;
    shift_ = 58;
    while (capacity < 2 * count) {
      capacity *= 2;
      --shift_;
    }
    mask_ = capacity - 1;
    entries_.assign(capacity, Entry{});
  }

  // The value of `key`, value-initialised where `is_new`; it stays in its place until reset().
  Value& insert(uint64_t key, bool& is_new) {
    key |= static_cast<uint64_t>(key == 0);
    size_t slot = static_cast<size_t>((key * 0x9E3779B97F4A7C15u) >> shift_);
    while (entries_[slot].key != key && entries_[slot].key != 0) {
      slot = (slot + 1) & mask_;
    }
    is_new = entries_[slot].key == 0;
    entries_[slot].key = key;
    return entries_[slot].value;
  }
  Value& operator[](uint64_t key) {
    bool is_new = false;
    return insert(key, is_new);
  }

 private:
  struct Entry {
    uint64_t key = 0;
    Value value{};
  };
  std::vector<Entry> entries_;
  size_t mask_ = 0;
  int shift_ = 58;
};

struct Nothing {};

}  // namespace smelt
