// Merging one short word, compiled once per instruction set (merge_short_generic.cpp, merge_short_avx2.cpp). All of it
// has internal linkage.
#pragma once

#include "tokens/bpe/merge_table.h"

#if defined(__AVX2__)
#include <immintrin.h>
#endif

namespace smelt {
namespace {

#define SMELT_INLINE inline __attribute__((always_inline))

constexpr int kMost = static_cast<int>(MergeTable::kShortWord);
constexpr int32_t kNothing = INT32_MAX;

// NOLINTBEGIN(portability-simd-intrinsics): this file is compiled once per instruction set
#if defined(__AVX2__)
SMELT_INLINE int32_t lowest_of(const int32_t* order, int count) {
  __m256i low = _mm256_load_si256(reinterpret_cast<const __m256i*>(order));
  for (int i = 8; i < count; i += 8) {
    low = _mm256_min_epi32(low, _mm256_load_si256(reinterpret_cast<const __m256i*>(order + i)));
  }
  __m128i half = _mm_min_epi32(_mm256_castsi256_si128(low), _mm256_extracti128_si256(low, 1));
  half = _mm_min_epi32(half, _mm_shuffle_epi32(half, 0x4E));
  half = _mm_min_epi32(half, _mm_shuffle_epi32(half, 0xB1));
  return _mm_cvtsi128_si32(half);
}
#else
SMELT_INLINE int32_t lowest_of(const int32_t* order, int count) {
  int32_t low = order[0];
  for (int i = 1; i < count; ++i) {
    low = order[i] < low ? order[i] : low;
  }
  return low;
}
#endif
// NOLINTEND(portability-simd-intrinsics)

constexpr MergeTable::Bucket kEmptyBucket;

// rank + 1 << 32 | merged of a pair, 0 where it has no merge.
SMELT_INLINE uint64_t find_merge(const MergeTable& table, uint32_t left, uint32_t right) {
  const MergeTable::View& view = table.view();
  const uint64_t pair = MergeTable::pair_of(left, right);
  const uint64_t hash = MergeTable::hash_of(pair);
  const uint64_t bit = hash >> view.filter_shift;
  // Most pairs have none; they should not pull memory in, nor be a branch.
  const uint64_t may_be = 0 - ((view.filter[bit >> 6] >> (bit & 63)) & 1);
  const auto empty = reinterpret_cast<uintptr_t>(&kEmptyBucket);
  const auto full = reinterpret_cast<uintptr_t>(view.buckets + (hash >> view.bucket_shift));
  // NOLINTNEXTLINE(performance-no-int-to-ptr): an address chosen without a branch
  const auto& bucket = *reinterpret_cast<const MergeTable::Bucket*>(empty ^ ((empty ^ full) & may_be));
  uint64_t merge = 0;
#if defined(__AVX2__)
  const __m256i pairs = _mm256_load_si256(reinterpret_cast<const __m256i*>(bucket.pairs));
  const __m256i merges = _mm256_load_si256(reinterpret_cast<const __m256i*>(bucket.merges));
  const __m256i found =
      _mm256_and_si256(_mm256_cmpeq_epi64(pairs, _mm256_set1_epi64x(static_cast<int64_t>(pair))), merges);
  const __m128i half = _mm_or_si128(_mm256_castsi256_si128(found), _mm256_extracti128_si256(found, 1));
  merge = static_cast<uint64_t>(_mm_cvtsi128_si64(_mm_or_si128(half, _mm_unpackhi_epi64(half, half))));
#else
  for (int way = 0; way < 4; ++way) {
    merge |= bucket.merges[way] & (0 - static_cast<uint64_t>(bucket.pairs[way] == pair));
  }
#endif
  if ((bucket.merges[0] & MergeTable::kMore) != 0) [[unlikely]] {
    const uint64_t slow = table.find(left, right);
    return slow == MergeTable::kNone ? 0 : slow + (uint64_t{1} << 32);
  }
  return merge;
}

// The tokens of a word by the place of their first byte.
struct Symbols {
  alignas(32) int32_t order[kMost];  // rank + 1 << 6 | place of the merge with the next one, kNothing
  uint32_t ids[kMost];
  uint32_t merged[kMost];
  uint64_t alive;

  SMELT_INLINE void offer(int place, uint64_t merge) {
    const auto rank = static_cast<int32_t>(merge >> 32);
    order[place] = rank == 0 ? kNothing : rank << 6 | place;
    merged[place] = static_cast<uint32_t>(merge);
  }
};

SMELT_INLINE void begin(const MergeTable& table, const unsigned char* bytes, int n, Symbols& s) {
  const MergeTable::View& view = table.view();
  MergeTable::BytePair pairs[kMost + 1];
  pairs[0] = {MergeTable::kNoRank, 0, MergeTable::kNoRank, MergeTable::kNoRank};
  for (int i = 0; i + 1 < n; ++i) {
    pairs[i + 1] = view.byte_pairs[static_cast<unsigned>(bytes[i]) << 8 | bytes[i + 1]];
  }
  pairs[n] = pairs[0];
  uint64_t first = 0;  // pairs that are merged before anything else
  if (view.bytes_first) {
    for (int i = 0; i + 1 < n; ++i) {
      const uint32_t rank = pairs[i + 1].rank;
      first |= static_cast<uint64_t>((rank < pairs[i].before) & (rank < pairs[i + 2].behind)) << i;
    }
  }
  for (int i = 0; i < n; ++i) {
    s.ids[i] = (first >> i) & 1 ? pairs[i + 1].merged : view.byte_ids[bytes[i]];
    s.order[i] = kNothing;
  }
  for (int i = n; (i & 7) != 0; ++i) {
    s.order[i] = kNothing;
  }
  s.alive = (n == 64 ? ~uint64_t{0} : (uint64_t{1} << n) - 1) & ~(first << 1);
  uint64_t left = s.alive;
  while (true) {
    const int i = __builtin_ctzll(left);
    left &= left - 1;
    if (left == 0) {
      break;
    }
    const int k = __builtin_ctzll(left);
    if (((first >> i | first >> k) & 1) == 0) {
      const MergeTable::BytePair& pair = pairs[i + 1];
      s.offer(i, pair.rank == MergeTable::kNoRank ? 0 : (static_cast<uint64_t>(pair.rank) + 1) << 32 | pair.merged);
    } else {
      s.offer(i, find_merge(table, s.ids[i], s.ids[k]));
    }
  }
}

// Merges the pair of lowest rank; false where none is left.
SMELT_INLINE bool merge_one(const MergeTable& table, int n, Symbols& s) {
  const int32_t best = lowest_of(s.order, n);
  if (best == kNothing) {
    return false;
  }
  const int i = best & 63;
  uint64_t behind = s.alive & (~uint64_t{1} << i);
  const int gone = __builtin_ctzll(behind);
  behind &= behind - 1;
  s.alive ^= uint64_t{1} << gone;
  s.order[gone] = kNothing;
  s.ids[i] = s.merged[i];
  if (behind != 0) {
    s.offer(i, find_merge(table, s.ids[i], s.ids[__builtin_ctzll(behind)]));
  } else {
    s.order[i] = kNothing;
  }
  const uint64_t before = s.alive & ((uint64_t{1} << i) - 1);
  if (before != 0) {
    const int k = 63 - __builtin_clzll(before);
    s.offer(k, find_merge(table, s.ids[k], s.ids[i]));
  }
  return true;
}

SMELT_INLINE void finish(const Symbols& s, MergeTable::ShortWord& word) {
  size_t count = 0;
  for (uint64_t left = s.alive; left != 0; left &= left - 1) {
    word.ids[count++] = s.ids[__builtin_ctzll(left)];
  }
  word.count = count;
}

void merge_short(const MergeTable& table, MergeTable::ShortWord* words, size_t count) {
  constexpr size_t kLanes = 4;
  struct Lane {
    MergeTable::ShortWord* word;
    int size;
    Symbols symbols;
  };
  Lane lanes[kLanes];
  size_t next = 0;
  size_t active = 0;
  const auto start = [&](Lane& lane) {
    while (next < count) {
      MergeTable::ShortWord& word = words[next++];
      const auto* const bytes = reinterpret_cast<const unsigned char*>(word.bytes.data());
      if (word.bytes.size() >= 2) {
        lane.word = &word;
        lane.size = static_cast<int>(word.bytes.size());
        begin(table, bytes, lane.size, lane.symbols);
        return true;
      }
      word.count = word.bytes.size();
      if (word.count == 1) {
        word.ids[0] = table.view().byte_ids[bytes[0]];
      }
    }
    return false;
  };
  Lane* order[kLanes];
  for (Lane& lane : lanes) {
    if (start(lane)) {
      order[active++] = &lane;
    }
  }
  while (active > 0) {
    for (size_t i = 0; i < active;) {
      Lane& lane = *order[i];
      if (merge_one(table, lane.size, lane.symbols)) [[likely]] {
        ++i;
        continue;
      }
      finish(lane.symbols, *lane.word);
      if (start(lane)) {
        ++i;
      } else {
        order[i] = order[--active];
      }
    }
  }
}

}  // namespace
}  // namespace smelt
