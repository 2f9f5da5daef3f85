// The look-up of words, compiled once per instruction set (byte_bpe_generic.cpp, byte_bpe_avx2.cpp). All of it has
// internal linkage.
#pragma once

#include <cstring>

#include "tokens/bpe/byte_bpe.h"

#if defined(__AVX2__)
#include <immintrin.h>
#elif defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace smelt {
namespace {

#define SMELT_INLINE inline __attribute__((always_inline))

struct KeyMask {
  uint64_t low;
  uint64_t high;
};
struct KeyMasks {
  KeyMask of_length[16];
};
constexpr KeyMasks make_key_masks() {
  KeyMasks masks{};
  for (unsigned n = 0; n < 16; ++n) {
    masks.of_length[n].low = n >= 8 ? ~uint64_t{0} : (uint64_t{1} << (n * 8)) - 1;
    masks.of_length[n].high = n <= 8 ? 0 : (uint64_t{1} << ((n - 8) * 8)) - 1;
  }
  return masks;
}
constexpr KeyMasks kKeyMasks = make_key_masks();

SMELT_INLINE uint64_t read64(const char* p) {
  uint64_t value = 0;
  std::memcpy(&value, p, sizeof(value));
  return value;
}

// The key of a word with 16 readable bytes.
SMELT_INLINE WordKey key_of(const char* p, size_t size, const char* end) {
  if (size > WordCache::kInlineBytes || end - p < 16) {
    return WordCache::key_of({p, size});
  }
  const KeyMask& mask = kKeyMasks.of_length[size];
  return {read64(p) & mask.low, (read64(p + 8) & mask.high) | static_cast<uint64_t>(size) << 56};
}

SMELT_INLINE bool same_key(const WordCache::Entry& entry, const WordKey& key) {
  return ((entry.low ^ key.low) | (entry.high ^ key.high)) == 0;
}

// The value of a key in a set of the front, 0 where it is not there.
SMELT_INLINE uint64_t value_in(const WordCache::FrontSet& set, uint64_t key) {
#if defined(__AVX2__)
  const __m256i keys = _mm256_load_si256(reinterpret_cast<const __m256i*>(set.keys));
  const __m256i values = _mm256_load_si256(reinterpret_cast<const __m256i*>(set.values));
  const __m256i found =
      _mm256_and_si256(_mm256_cmpeq_epi64(keys, _mm256_set1_epi64x(static_cast<int64_t>(key))), values);
  const __m128i half = _mm_or_si128(_mm256_castsi256_si128(found), _mm256_extracti128_si256(found, 1));
  return static_cast<uint64_t>(_mm_cvtsi128_si64(_mm_or_si128(half, _mm_unpackhi_epi64(half, half))));
#else
  uint64_t value = 0;
  for (int way = 0; way < 4; ++way) {
    value |= set.values[way] & (0 - static_cast<uint64_t>(set.keys[way] == key));
  }
  return value;
#endif
}

// How ids of a word are kept in 64 bits while the words of a batch are gathered.
template <int kIdBytes>
struct Packed {
  static constexpr uint64_t kMost = kIdBytes == 2 ? 3 : 2;
  static constexpr int kCountShift = kIdBytes == 2 ? 48 : 56;
  static constexpr uint64_t kAside = uint64_t{0x40} << kCountShift;    // many ids, in a buffer of their own
  static constexpr uint64_t kTooLong = uint64_t{0x50} << kCountShift;  // a word that is not kept

  static SMELT_INLINE uint64_t pack(const WordCache::Entry& entry) {
    uint64_t value = 0;
    std::memcpy(&value, entry.ids, sizeof(value));
    return (value & ((uint64_t{1} << 48) - 1)) | static_cast<uint64_t>(entry.count) << kCountShift;
  }
  // Writes four ids, of which those that the value has count.
  static SMELT_INLINE void unpack(uint64_t value, uint32_t* ids) {
    if constexpr (kIdBytes == 2) {
#if defined(__AVX2__)
      const __m128i packed = _mm_cvtsi64_si128(static_cast<int64_t>(value));
      _mm_storeu_si128(reinterpret_cast<__m128i*>(ids), _mm_cvtepu16_epi32(packed));
#else
      ids[0] = value & 0xFFFF;
      ids[1] = (value >> 16) & 0xFFFF;
      ids[2] = (value >> 32) & 0xFFFF;
#endif
    } else {
      ids[0] = value & 0xFFFFFF;
      ids[1] = (value >> 24) & 0xFFFFFF;
    }
  }
};

template <int kIdBytes>
SMELT_INLINE uint32_t* unpack_entry(const WordCache::Entry& entry, uint32_t* ids) {
  for (int i = 0; i < entry.count; ++i) {
    uint32_t id = 0;
    std::memcpy(&id, entry.ids + kIdBytes * i, kIdBytes);
    ids[i] = id;
  }
  return ids + entry.count;
}

// The words of one batch, as many as are on their way from memory at a time.
template <int kIdBytes>
class Batch {
 public:
  Batch(const WordCache& cache, WordIds& others, uint32_t* aside)
      : cache_(cache), others_(others), aside_(aside), view_(cache.view()) {}
  static constexpr size_t kWords = 64;

  SMELT_INLINE uint32_t* look_up(const char* p, const char* end, const char* const* word_ends, size_t count,
                                 uint32_t* ids) {
    find_in_front(p, end, word_ends, count);
    fetch(end);
    uint32_t* aside_end = aside_;
    for (size_t m = 0; m < missing_; ++m) {
      aside_end = find_behind(m, aside_end);
    }
    return write(count, ids);
  }

 private:
  using Pack = Packed<kIdBytes>;

  SMELT_INLINE void find_in_front(const char* p, const char* end, const char* const* word_ends, size_t count) {
    size_t missing = 0;
    for (size_t i = 0; i < count; ++i) {
      const char* const q = word_ends[i];
      const auto size = static_cast<size_t>(q - p);
      const bool may_be = (size <= WordCache::kFrontBytes) & (end - p >= 8);
      static constexpr char kNothing[8] = {};
      const uint64_t bytes = read64(may_be ? p : kNothing);
      const uint64_t key = (bytes & kKeyMasks.of_length[size & 15].low) | static_cast<uint64_t>(size) << 56;
      const WordCache::FrontSet& set = view_.front[WordCache::front_hash(key) >> WordCache::kFrontShift];
      const uint64_t value = value_in(set, key) & (0 - static_cast<uint64_t>(may_be));
      values_[i] = value;
      words_[missing] = {p, size, i};
      missing += value == 0;
      p = q;
    }
    missing_ = missing;
  }

  SMELT_INLINE void fetch(const char* end) {
    for (size_t m = 0; m < missing_; ++m) {
      keys_[m] = key_of(words_[m].begin, words_[m].size, end);
      __builtin_prefetch(view_.sets + (WordCache::hash_of(keys_[m]) >> view_.shift));
    }
  }

  SMELT_INLINE uint32_t* find_behind(size_t m, uint32_t* aside) {
    const WordKey key = keys_[m];
    const Word word = words_[m];
    const WordCache::Set& set = view_.sets[WordCache::hash_of(key) >> view_.shift];
    const WordCache::Entry& entry = set.ways[!same_key(set.ways[0], key)];
    const bool same = same_key(entry, key);
    if (same && entry.count <= Pack::kMost) {
      const uint64_t value = Pack::pack(entry);
      values_[word.index] = value;
      if (word.size <= WordCache::kFrontBytes) {
        put_in_front(key.low | static_cast<uint64_t>(word.size) << 56, value);
      }
      return aside;
    }
    if (word.size > WordCache::kLongestWord) {
      values_[word.index] = Pack::kTooLong | m;
      return aside;
    }
    const std::string_view bytes(word.begin, word.size);
    uint32_t* next = aside;
    if (same && entry.count < WordCache::kInArena) {
      next = unpack_entry<kIdBytes>(entry, aside);
    } else {
      std::span<const uint32_t> found;
      if (same) {
        found = WordCache::in_arena(view_, entry, bytes);
      }
      if (found.empty()) {
        next = others_.encode(key, bytes, aside);
        view_ = cache_.view();
      } else {
        std::memcpy(aside, found.data(), found.size_bytes());
        next = aside + found.size();
      }
    }
    values_[word.index] =
        Pack::kAside | static_cast<uint64_t>(aside - aside_) << 16 | static_cast<uint64_t>(next - aside);
    return next;
  }

  SMELT_INLINE void put_in_front(uint64_t key, uint64_t value) {
    WordCache::FrontSet& set = view_.front[WordCache::front_hash(key) >> WordCache::kFrontShift];
    for (int way = 3; way > 0; --way) {
      set.keys[way] = set.keys[way - 1];
      set.values[way] = set.values[way - 1];
    }
    set.keys[0] = key;
    set.values[0] = value;
  }

  SMELT_INLINE uint32_t* write(size_t count, uint32_t* ids) {
    for (size_t i = 0; i < count; ++i) {
      const uint64_t value = values_[i];
      const uint64_t ids_here = value >> Pack::kCountShift;
      if (ids_here <= Pack::kMost) [[likely]] {
        Pack::unpack(value, ids);
        ids += ids_here;
      } else if (ids_here == Pack::kAside >> Pack::kCountShift) {
        const size_t n = value & 0xFFFF;
        std::memcpy(ids, aside_ + ((value >> 16) & 0xFFFFFFFF), n * sizeof(uint32_t));
        ids += n;
      } else {
        const Word& word = words_[value & 0xFFFF];
        ids = others_.encode_long({word.begin, word.size}, ids);
      }
    }
    return ids;
  }

  struct Word {
    const char* begin;
    size_t size;
    size_t index;
  };
  const WordCache& cache_;
  WordIds& others_;
  uint32_t* aside_;
  WordCache::View view_;
  size_t missing_ = 0;
  uint64_t values_[kWords];
  Word words_[kWords + 1];  // those that the front lacks
  WordKey keys_[kWords];
};

template <int kIdBytes>
uint32_t* look_up_words(const WordCache& cache, const char* p, const char* end, const char* const* word_ends,
                        size_t count, WordIds& others, uint32_t* aside, uint32_t* ids) {
  using Words = Batch<kIdBytes>;
  Words words(cache, others, aside);
  for (size_t done = 0; done < count; done += Words::kWords) {
    const size_t n = count - done < Words::kWords ? count - done : Words::kWords;
    ids = words.look_up(p, end, word_ends + done, n, ids);
    p = word_ends[done + n - 1];
  }
  return ids;
}

}  // namespace
}  // namespace smelt
