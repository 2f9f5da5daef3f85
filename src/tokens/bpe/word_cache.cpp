#include "tokens/bpe/word_cache.h"

#include <algorithm>
#include <cstdlib>
#include <new>

#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace smelt {
namespace {

uint64_t read64(const char* p) {
  uint64_t value = 0;
  std::memcpy(&value, p, sizeof(value));
  return value;
}

uint64_t mix(uint64_t a, uint64_t b) {
  const auto product = static_cast<unsigned __int128>(a) * b;
  return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
}

WordKey long_key(std::string_view word) {
  constexpr uint64_t kA = 0xA0761D6478BD642F;
  constexpr uint64_t kB = 0xE7037ED1A0B428DB;
  const char* p = word.data();
  const char* const tail = p + word.size() - 16;
  uint64_t a = kA ^ word.size();
  uint64_t b = kB;
  for (; p < tail; p += 16) {
    a = mix(a ^ read64(p), kA ^ read64(p + 8));
    b = mix(b ^ read64(p + 8), kB ^ read64(p));
  }
  a = mix(a ^ read64(tail), kB ^ read64(tail + 8));
  b = mix(b ^ read64(tail + 8), a ^ read64(tail));
  return {a, b >> 8 | static_cast<uint64_t>(WordCache::kLong) << 56};
}

}  // namespace

void* allocate_huge(size_t bytes) {
  constexpr size_t kPage = size_t{2} << 20;
  const size_t page = bytes >= kPage ? kPage : 64;
  void* const p = std::aligned_alloc(page, (bytes + page - 1) / page * page);
  if (p == nullptr) {
    throw std::bad_alloc();
  }
#if defined(__linux__)
  if (page == kPage) {
    madvise(p, bytes, MADV_HUGEPAGE);
  }
#endif
  return p;
}
void free_huge(void* p) {
  std::free(p);
}

WordCache::WordCache(int id_bytes, int log2_sets, int log2_most)
    : id_bytes_(id_bytes),
      shift_(64 - log2_sets),
      least_shift_(64 - log2_most),
      front_(kFrontSets),
      sets_(size_t{1} << log2_sets),
      arena_(kArenaSlack) {
  refresh();
}

WordCache::WordCache(const WordCache& other)
    : id_bytes_(other.id_bytes_),
      shift_(other.shift_),
      least_shift_(other.least_shift_),
      front_(other.front_),
      sets_(other.sets_),
      arena_(other.arena_) {
  refresh();
}

WordKey WordCache::key_of(std::string_view word) {
  if (word.size() > kInlineBytes) {
    return long_key(word);
  }
  WordKey key{0, 0};
  char padded[16] = {};
  std::memcpy(padded, word.data(), word.size());
  std::memcpy(&key.low, padded, 8);
  std::memcpy(&key.high, padded + 8, 8);
  key.high |= static_cast<uint64_t>(word.size()) << 56;
  return key;
}

void WordCache::put(const WordKey& key, std::string_view word, std::span<const uint32_t> ids) {
  if (ids.empty() || word.size() > kLongestWord) {
    return;
  }
  Entry entry{key.low, key.high, {}, 0};
  if (word.size() <= kInlineBytes && ids.size() * static_cast<size_t>(id_bytes_) < sizeof(Entry::ids) + 1) {
    for (size_t i = 0; i < ids.size(); ++i) {
      std::memcpy(entry.ids + i * static_cast<size_t>(id_bytes_), &ids[i], static_cast<size_t>(id_bytes_));
    }
    entry.count = static_cast<uint8_t>(ids.size());
  } else {
    const size_t units = 2 + ids.size() + (word.size() + 3) / 4;
    if (arena_.size() + units > kArenaLimit) {
      arena_.assign(kArenaSlack, 0);
      std::fill(sets_.begin(), sets_.end(), Set{});
    }
    const auto at = static_cast<uint32_t>(arena_.size() - kArenaSlack);
    arena_.resize(at + units + kArenaSlack);
    arena_[at] = static_cast<uint32_t>(word.size());
    arena_[at + 1] = static_cast<uint32_t>(ids.size());
    std::copy(ids.begin(), ids.end(), arena_.begin() + at + 2);
    std::memcpy(arena_.data() + at + 2 + ids.size(), word.data(), word.size());
    std::memcpy(entry.ids, &at, sizeof(at));
    entry.count = kInArena;
  }
  place(entry);
  if (pushed_out_ * 4 > sets_.size() && shift_ > least_shift_) {
    grow();
  }
  refresh();
}

void WordCache::place(const Entry& entry) {
  const size_t at = hash_of({entry.low, entry.high}) >> shift_;
  // The ways of a set are filled in order; a look-up goes on to the set beside it only where both are taken.
  for (Set* const set : {&sets_[at], &sets_[at ^ 1]}) {
    for (Entry& way : set->ways) {
      if (way.count == 0) {
        way = entry;
        return;
      }
    }
  }
  ++pushed_out_;
  sets_[at].ways[1] = sets_[at].ways[0];
  sets_[at].ways[0] = entry;
}

void WordCache::grow() {
  std::vector<Set, HugePages<Set>> old(sets_.size() * 2);
  old.swap(sets_);
  --shift_;
  for (const Set& set : old) {
    for (const Entry* entry : {&set.ways[1], &set.ways[0]}) {
      if (entry->count != 0) {
        place(*entry);
      }
    }
  }
  pushed_out_ = 0;
}

}  // namespace smelt
