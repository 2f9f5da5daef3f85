// Byte-pair encoding of one word (Sennrich et al., arXiv 1508.07909): the pair of lowest rank is merged first, the
// leftmost of equals, until no pair has a merge.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace smelt {

class MergeTable {
 public:
  static constexpr uint64_t kNone = UINT64_MAX;

  // byte_ids[b] is the token of byte b.
  explicit MergeTable(const std::vector<uint32_t>& byte_ids);
  void reserve(size_t merges);
  // Merge number `rank` turns (left, right) into `merged`. The last rank given to a pair counts, as in the Hugging
  // Face library.
  void add(uint32_t left, uint32_t right, uint32_t rank, uint32_t merged);
  // To be called once after the last add().
  void finish();

  // rank << 32 | merged, or kNone.
  uint64_t find(uint32_t left, uint32_t right) const;
  // Appends the tokens of a word of any bytes. Thread-safe. O(n^2) with a tiny constant for short words, O(n log n) for
  // long ones.
  void encode(std::string_view word, std::vector<uint32_t>& out) const;

 private:
  struct Slot {
    uint64_t pair = kNone;  // left << 32 | right
    uint64_t merge = kNone;
  };
  size_t slot_of(uint64_t pair) const { return static_cast<size_t>((pair * 0x9E3779B97F4A7C15ull) >> shift_); }
  void insert(uint64_t pair, uint64_t merge);
  void encode_short(std::string_view word, std::vector<uint32_t>& out) const;
  void encode_long(std::string_view word, std::vector<uint32_t>& out) const;

  std::vector<uint32_t> byte_ids_;
  std::vector<Slot> slots_;
  std::vector<uint64_t> byte_pairs_;  // the merge of two bytes, at first * 256 + second
  size_t count_ = 0;
  int shift_ = 0;
};

}  // namespace smelt
