// Counts of pairs of symbols.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace smelt {

using PairKey = uint64_t;

constexpr PairKey pair_key(uint32_t left, uint32_t right) {
  return PairKey{left} << 32 | right;
}
constexpr uint32_t left_of(PairKey pair) {
  return static_cast<uint32_t>(pair >> 32);
}
constexpr uint32_t right_of(PairKey pair) {
  return static_cast<uint32_t>(pair);
}

// Open addressing with linear probing, 16 bytes a slot. A pair whose count is 0 may be forgotten.
class PairTable {
 public:
  PairTable() : slots_(size_t{1} << kFirstBits), shift_(64 - kFirstBits) {}

  int64_t count(PairKey pair) const { return slots_[find(pair)].count; }
  bool contains(PairKey pair) const { return slots_[find(pair)].pair == pair; }
  // The new count.
  int64_t add(PairKey pair, int64_t count) {
    Slot* slot = &slots_[find(pair)];
    if (slot->pair != pair) {
      if (++used_ * 8 > slots_.size() * 5) {
        rebuild();
        slot = &slots_[find(pair)];
      }
      slot->pair = pair;
    }
    return slot->count += count;
  }
  // Of a pair that is known; others are left alone.
  void subtract(PairKey pair, int64_t count) {
    if (Slot& slot = slots_[find(pair)]; slot.pair == pair) {
      slot.count -= count;
    }
  }
  void prefetch(PairKey pair) const { __builtin_prefetch(&slots_[first(pair)]); }

  template <class F>
  void for_each(F&& visit) const {
    for (const Slot& slot : slots_) {
      if (slot.pair != kFree) {
        visit(slot.pair, slot.count);
      }
    }
  }

 private:
  static constexpr PairKey kFree = UINT64_MAX;
  static constexpr int kFirstBits = 14;
  struct Slot {
    PairKey pair = kFree;
    int64_t count = 0;
  };

  size_t first(PairKey pair) const { return static_cast<size_t>((pair * 0x9E3779B97F4A7C15u) >> shift_); }
  size_t find(PairKey pair) const {
    size_t at = first(pair);
    while (slots_[at].pair != pair && slots_[at].pair != kFree) {
      at = (at + 1) & (slots_.size() - 1);
    }
    return at;
  }
  void rebuild() {
    std::vector<Slot> old;
    old.swap(slots_);
    size_t live = 1;
    for (const Slot& slot : old) {
      live += static_cast<size_t>(slot.pair != kFree && slot.count != 0);
    }
    const bool grows = live * 2 > old.size() * 5 / 8;
    shift_ -= grows ? 1 : 0;
    slots_.resize(grows ? old.size() * 2 : old.size());
    for (const Slot& slot : old) {
      if (slot.pair != kFree && slot.count != 0) {
        slots_[find(slot.pair)] = slot;
      }
    }
    used_ = live;
  }

  std::vector<Slot> slots_;
  size_t used_ = 0;
  int shift_;
};

}  // namespace smelt
