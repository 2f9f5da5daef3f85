// Byte-pair encoding of one word (Sennrich et al., arXiv 1508.07909): the pair of lowest rank is merged first, the
// leftmost of equals, until no pair has a merge.
//
// Most pairs of bytes can be merged before anything else. Let every merge use tokens that merges of lower rank make
// (as training does). A pair (a, b) of rank r, with byte x before it and y behind it, is merged sooner or later, and
// may be merged at once, when every merge of a with a token before it that ends in x, and of b with a token behind it
// that begins with y, has a rank above r: nothing can take a or b away first, and nothing that uses ab comes before r.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/cpu.h"

namespace smelt {

class MergeTable {
 public:
  static constexpr uint64_t kNone = UINT64_MAX;

  // byte_ids[b] is the token of byte b.
  explicit MergeTable(const std::vector<uint32_t>& byte_ids, Isa isa = active_isa());
  MergeTable(MergeTable&&) = default;
  MergeTable& operator=(MergeTable&&) = default;
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

  // A word of kShortWord bytes or fewer whose tokens are wanted: room for one a byte at `ids`.
  static constexpr size_t kShortWord = 64;
  struct ShortWord {
    std::string_view bytes;
    uint32_t* ids;
    size_t count = 0;  // of tokens
  };
  // Merges words side by side, so that none waits for another's memory.
  void encode_short(ShortWord* words, size_t count) const { merge_short_(*this, words, count); }
  bool is_short(std::string_view word) const { return word.size() <= kShortWord && ranks_ <= kMostRanks; }

  // Two adjacent bytes.
  struct BytePair {
    uint32_t rank;    // of their merge, kNoRank where there is none
    uint32_t merged;  // its token
    uint32_t before;  // the lowest rank of a merge of any token that ends in the first byte with the second byte
    uint32_t behind;  // the lowest rank of a merge of the first byte with any token that begins with the second
  };
  static constexpr uint32_t kNoRank = UINT32_MAX;
  // Merges by a hash of their pair, four a cache line.
  struct alignas(64) Bucket {
    uint64_t pairs[4] = {kNone, kNone, kNone, kNone};
    uint64_t merges[4] = {};  // rank + 1 << 32 | merged; kMore is set in the first where others are only in find()
  };
  static constexpr uint64_t kMore = uint64_t{1} << 63;
  // What merging short words reads.
  struct View {
    const uint32_t* byte_ids;
    const BytePair* byte_pairs;  // at first * 256 + second
    const Bucket* buckets;
    const uint64_t* filter;  // one bit a hash: whether any merge has it
    int bucket_shift;
    int filter_shift;
    bool bytes_first;  // pairs of bytes may be merged before anything else
  };
  using MergeShort = void (*)(const MergeTable& table, ShortWord* words, size_t count);
  const View& view() const { return view_; }
  static uint64_t pair_of(uint32_t left, uint32_t right) { return static_cast<uint64_t>(left) << 32 | right; }
  static uint64_t hash_of(uint64_t pair) {
    const auto product = static_cast<unsigned __int128>(pair ^ 0x9E3779B97F4A7C15u) * 0xD6E8FEB86659FD93u;
    return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
  }

 private:
  static constexpr uint32_t kMostRanks = (1U << 25) - 1;  // short words pack a rank and a place into 31 bits
  struct Slot {
    uint64_t pair = kNone;  // left << 32 | right
    uint64_t merge = kNone;
  };
  size_t slot_of(uint64_t pair) const { return static_cast<size_t>(hash_of(pair) >> shift_); }
  void insert(uint64_t pair, uint64_t merge);
  void fill_byte_pairs();
  bool fill_bounds();
  void fill_buckets();
  void encode_long(std::string_view word, std::vector<uint32_t>& out) const;

  std::vector<uint32_t> byte_ids_;
  std::vector<Slot> slots_;
  std::vector<BytePair> byte_pairs_;
  std::vector<Bucket> buckets_;
  std::vector<uint64_t> filter_;
  size_t count_ = 0;
  uint64_t ranks_ = 0;  // the highest + 1
  int shift_ = 0;
  MergeShort merge_short_;
  View view_{};
};

MergeTable::MergeShort merge_short_generic();
MergeTable::MergeShort merge_short_avx2();

}  // namespace smelt
