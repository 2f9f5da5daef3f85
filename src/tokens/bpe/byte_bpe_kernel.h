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

// The byte offset of a key's set in the front. Only code of one instruction set works with one cache.
SMELT_INLINE uint64_t front_offset(uint64_t key) {
  constexpr uint64_t kMask = (WordCache::kFrontSets - 1) * sizeof(WordCache::FrontSet);
#if defined(__AVX2__)
  return _mm_crc32_u64(0, key) & kMask;
#else
  return (((key ^ (key >> 31)) * 0x9E3779B97F4A7C15) >> 32) & kMask;
#endif
}

// Which ways of a set of the front have a key: bit i for way i.
SMELT_INLINE unsigned ways_with(const WordCache::FrontSet& set, uint64_t key) {
#if defined(__AVX2__)
  const __m256i keys = _mm256_load_si256(reinterpret_cast<const __m256i*>(set.keys));
  const __m256i same = _mm256_cmpeq_epi64(keys, _mm256_set1_epi64x(static_cast<int64_t>(key)));
  return static_cast<unsigned>(_mm256_movemask_pd(_mm256_castsi256_pd(same)));
#else
  unsigned ways = 0;
  for (unsigned way = 0; way < 4; ++way) {
    ways |= static_cast<unsigned>(set.keys[way] == key) << way;
  }
  return ways;
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

// Writes all ids that an entry has room for, of which its count are ids.
template <int kIdBytes>
SMELT_INLINE void unpack_entry(const WordCache::Entry& entry, uint32_t* ids) {
#if defined(__AVX2__)
  const __m128i packed = _mm_loadu_si128(reinterpret_cast<const __m128i*>(entry.ids));
  if constexpr (kIdBytes == 2) {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(ids), _mm256_cvtepu16_epi32(packed));
  } else {
    const __m128i first = _mm_setr_epi8(0, 1, 2, -1, 3, 4, 5, -1, 6, 7, 8, -1, 9, 10, 11, -1);
    const __m128i rest = _mm_setr_epi8(12, 13, 14, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1);
    _mm_storeu_si128(reinterpret_cast<__m128i*>(ids), _mm_shuffle_epi8(packed, first));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(ids + 4), _mm_shuffle_epi8(packed, rest));
  }
#else
  for (int i = 0; i < 15 / kIdBytes; ++i) {
    uint32_t id = 0;
    std::memcpy(&id, entry.ids + kIdBytes * i, kIdBytes);
    ids[i] = id;
  }
#endif
}

// The words of one batch, as many as are on their way from memory at a time.
template <int kIdBytes>
class Batch {
 public:
  Batch(const WordCache& cache, WordIds& others, uint32_t* aside) : cache_(cache), others_(others), aside_(aside) {}
  static constexpr size_t kWords = kBatchWords;

  // Looks in the front and asks memory for what is behind it.
  SMELT_INLINE void begin(const WordCache::View& view, const char* p, const char* end, const char* const* word_ends,
                          size_t count) {
    count_ = count;
    find_in_front(view, p, end, word_ends);
    fetch(view, end);
  }

  SMELT_INLINE uint32_t* finish(WordCache::View& view, uint32_t* ids) {
    aside_end_ = aside_;
    for (size_t m = 0; m < missing_count_; ++m) {
      entries_[m] = entry_of(view, keys_[m]);
      if (entries_[m] != nullptr && entries_[m]->count == WordCache::kInArena) {
        __builtin_prefetch(&WordCache::record_of(view, *entries_[m]));
      }
    }
    size_t unknown = 0;
    for (size_t m = 0; m < missing_count_; ++m) {
      if (!find_behind(view, m)) {
        unknown_index_[unknown] = missing_[m];
        unknown_[unknown++] = {keys_[m], word_at(missing_[m]), nullptr, 0};
      }
    }
    if (unknown != 0) {
      encode_unknown(unknown);
      view = cache_.view();
    }
    return write(ids);
  }

 private:
  using Pack = Packed<kIdBytes>;

  static SMELT_INLINE WordCache::FrontSet& front_set(const WordCache::View& view, uint64_t key) {
    return *reinterpret_cast<WordCache::FrontSet*>(reinterpret_cast<char*>(view.front) + front_offset(key));
  }

  // The values of the words that the front has; the others are left in missing_. Without a branch, as which words are
  // there is anyone's guess. Keys of words of 8 to 255 bytes are no key in the front: their top byte is above 7.
  SMELT_INLINE void find_in_front(const WordCache::View& view, const char* p, const char* end,
                                  const char* const* word_ends) {
    const size_t count = count_;
    begin_ = p;
    ends_ = word_ends;
    size_t missing = 0;
    size_t sizes = 0;
    if (end - word_ends[count - 1] >= 8) [[likely]] {
      for (size_t i = 0; i < count; ++i) {
        const char* const q = word_ends[i];
        const auto size = static_cast<size_t>(q - p);
        const uint64_t key = (read64(p) & kKeyMasks.of_length[size & 15].low) | static_cast<uint64_t>(size) << 56;
        const WordCache::FrontSet& set = front_set(view, key);
        const unsigned ways = ways_with(set, key);
        values_[i] = set.values[__builtin_ctz(ways | 8)];
        missing_[missing] = static_cast<uint32_t>(i);
        missing += ways == 0;
        sizes |= size;
        p = q;
      }
    }
    if (sizes == 0 || sizes > 255) {  // the end of the text is near, or there is a very long word: leave all to others
      missing = count;
      for (size_t i = 0; i < count; ++i) {
        missing_[i] = static_cast<uint32_t>(i);
      }
    }
    missing_count_ = missing;
  }

  SMELT_INLINE void fetch(const WordCache::View& view, const char* end) {
    for (size_t m = 0; m < missing_count_; ++m) {
      const std::string_view word = word_at(missing_[m]);
      keys_[m] = key_of(word.data(), word.size(), end);
      const size_t set = WordCache::hash_of(keys_[m]) >> view.shift;
      __builtin_prefetch(view.sets + set, 0, 0);
      __builtin_prefetch(view.sets + (set ^ 1), 0, 0);
    }
  }

  // The entry of a key in its set or the one beside it.
  static SMELT_INLINE const WordCache::Entry* entry_of(const WordCache::View& view, const WordKey& key) {
    const size_t at = WordCache::hash_of(key) >> view.shift;
    const WordCache::Set& set = view.sets[at];
    const WordCache::Entry* const entry = &set.ways[!same_key(set.ways[0], key)];
    if (same_key(*entry, key)) [[likely]] {
      return entry;
    }
    if (set.ways[1].count != 0) {
      for (const WordCache::Entry& other : view.sets[at ^ 1].ways) {
        if (same_key(other, key)) {
          return &other;
        }
      }
    }
    return nullptr;
  }

  // False where the word is to be encoded.
  SMELT_INLINE bool find_behind(const WordCache::View& view, size_t m) {
    const WordKey key = keys_[m];
    const size_t index = missing_[m];
    const std::string_view word = word_at(index);
    const WordCache::Entry* const entry = entries_[m];
    if (entry == nullptr) {
      values_[index] = Pack::kTooLong;
      return word.size() > WordCache::kLongestWord;
    }
    if (entry->count <= Pack::kMost) {
      const uint64_t value = Pack::pack(*entry);
      values_[index] = value;
      // Without a branch, as there is no telling which words are short.
      const uint64_t front_key = key.low | static_cast<uint64_t>(word.size()) << 56;
      const uint64_t is_short = 0 - static_cast<uint64_t>(word.size() <= WordCache::kFrontBytes);
      const auto none = reinterpret_cast<uintptr_t>(&no_set_);
      const auto set = reinterpret_cast<uintptr_t>(&front_set(view, front_key));
      // NOLINTNEXTLINE(performance-no-int-to-ptr): an address chosen without a branch
      put_in_front(*reinterpret_cast<WordCache::FrontSet*>(none ^ ((none ^ set) & is_short)), front_key, value);
      return true;
    }
    if (entry->count < WordCache::kInArena) {
      unpack_entry<kIdBytes>(*entry, aside_end_);
      put_aside(index, entry->count);
      return true;
    }
    const WordCache::Record& record = WordCache::record_of(view, *entry);
    if (word.size() > WordCache::kInlineBytes && !record.is_of(word)) {
      return false;
    }
    copy_ids(record.ids(), record.count, aside_end_);
    put_aside(index, record.count);
    return true;
  }

  // Eight at a time: there is room to read and to write them.
  static SMELT_INLINE void copy_ids(const uint32_t* from, size_t count, uint32_t* to) {
    for (size_t at = 0; at < count; at += 8) {
      std::memcpy(to + at, from + at, 8 * sizeof(uint32_t));
    }
  }

  SMELT_INLINE void put_aside(size_t index, size_t count) {
    values_[index] = Pack::kAside | static_cast<uint64_t>(aside_end_ - aside_) << 16 | count;
    aside_end_ += count;
  }

  SMELT_INLINE void encode_unknown(size_t count) {
    for (size_t i = 0; i < count; ++i) {
      unknown_[i].ids = aside_end_;
      aside_end_ += unknown_[i].word.size();
    }
    others_.encode(unknown_, count);
    for (size_t i = 0; i < count; ++i) {
      aside_end_ = unknown_[i].ids;
      put_aside(unknown_index_[i], unknown_[i].count);
    }
  }

  // The word that was put in first goes.
  static SMELT_INLINE void put_in_front(WordCache::FrontSet& set, uint64_t key, uint64_t value) {
#if defined(__AVX2__)
    for (const auto& [lanes, first] : {std::pair{set.keys, key}, std::pair{set.values, value}}) {
      auto* const at = reinterpret_cast<__m256i*>(lanes);
      const __m256i moved = _mm256_permute4x64_epi64(_mm256_load_si256(at), 0x90);
      _mm256_store_si256(at, _mm256_blend_epi32(moved, _mm256_set1_epi64x(static_cast<int64_t>(first)), 0x03));
    }
#else
    for (int way = 3; way > 0; --way) {
      set.keys[way] = set.keys[way - 1];
      set.values[way] = set.values[way - 1];
    }
    set.keys[0] = key;
    set.values[0] = value;
#endif
  }

  SMELT_INLINE uint32_t* write(uint32_t* ids) {
    for (size_t i = 0; i < count_; ++i) {
      const uint64_t value = values_[i];
      const uint64_t ids_here = value >> Pack::kCountShift;
      if (ids_here <= Pack::kMost) [[likely]] {
        Pack::unpack(value, ids);
        ids += ids_here;
      } else if (ids_here == Pack::kAside >> Pack::kCountShift) {
        const size_t n = value & 0xFFFF;
        copy_ids(aside_ + ((value >> 16) & 0xFFFFFFFF), n, ids);
        ids += n;
      } else {
        ids = others_.encode_long(word_at(i), ids);
      }
    }
    return ids;
  }

  SMELT_INLINE std::string_view word_at(size_t index) const {
    const char* const begin = index == 0 ? begin_ : ends_[index - 1];
    return {begin, static_cast<size_t>(ends_[index] - begin)};
  }

  const WordCache& cache_;
  WordIds& others_;
  uint32_t* aside_;
  const char* begin_ = nullptr;
  const char* const* ends_ = nullptr;
  size_t count_ = 0;
  size_t missing_count_ = 0;
  uint32_t missing_[kWords + 1];  // the words that the front lacks
  uint64_t values_[kWords];
  WordKey keys_[kWords];        // of missing_
  WordCache::FrontSet no_set_;  // takes what does not belong in the front
  const WordCache::Entry* entries_[kWords];
  uint32_t* aside_end_ = nullptr;
  WordIds::Unknown unknown_[kWords];
  size_t unknown_index_[kWords];
};

template <int kIdBytes>
uint32_t* look_up_words(const WordCache& cache, const char* p, const char* end, const char* const* word_ends,
                        size_t count, WordIds& others, uint32_t* aside, uint32_t* ids) {
  using Words = Batch<kIdBytes>;
  // While the words of one are finished, memory brings what the other asked for.
  Words batches[2] = {{cache, others, aside}, {cache, others, aside}};
  WordCache::View view = cache.view();
  int last = 0;
  for (size_t done = 0; done < count; done += Words::kWords) {
    const size_t n = count - done < Words::kWords ? count - done : Words::kWords;
    batches[1 - last].begin(view, p, end, word_ends + done, n);
    ids = batches[last].finish(view, ids);
    p = word_ends[done + n - 1];
    last = 1 - last;
  }
  return batches[last].finish(view, ids);
}

}  // namespace
}  // namespace smelt
