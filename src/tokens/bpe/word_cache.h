// A cache of encoded words: a pure memo, so what it holds never changes a result.
//
// In front are the short words (up to 7 bytes, 3 ids) met last, small enough for the second-level cache of a core: four
// ways of 16 bytes a cache line. Behind it is a table of 32-byte entries, two a cache line, that doubles while words
// are pushed out of it: words of up to 15 bytes whose ids fit in 15 bytes live in their entry, the others in an arena,
// where longer ones are compared byte by byte. Not thread-safe: one a thread.
#pragma once

#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <vector>

namespace smelt {

// Identifies a word: its bytes where they fit, with its length in the top byte; else a hash of them under kLong.
struct WordKey {
  uint64_t low;
  uint64_t high;
};

void* allocate_huge(size_t bytes);
void free_huge(void* p);

// Memory in large pages where the system has them, so that a look-up anywhere in it needs no walk of page tables.
template <class T>
struct HugePages {
  using value_type = T;
  HugePages() = default;
  template <class U>
  explicit HugePages(const HugePages<U>&) {}
  T* allocate(size_t count) { return static_cast<T*>(allocate_huge(count * sizeof(T))); }
  void deallocate(T* p, size_t) { free_huge(p); }
  bool operator==(const HugePages&) const = default;
};

class WordCache {
 public:
  static constexpr size_t kInlineBytes = 15;
  static constexpr size_t kLongestWord = 256;  // longer ones are not kept
  static constexpr uint8_t kLong = 0xFF;       // in the top byte of a key
  static constexpr uint8_t kInArena = 0xFF;    // as the count of an entry

  struct Entry {
    uint64_t low = 0;
    uint64_t high = 0;
    uint8_t ids[15] = {};  // little-endian, id_bytes each; or where in the arena (4 bytes)
    uint8_t count = 0;     // 0: free
  };
  struct alignas(64) Set {
    Entry ways[2];
  };

  static constexpr size_t kFrontBytes = 7;
  static constexpr size_t kFrontSets = 1 << 12;  // 256 KB
  // A key is the word's bytes with its length in the top byte. Of ids of two bytes a value has three with their number
  // in the top two bytes, of ids of three bytes two with their number in the top byte.
  struct alignas(64) FrontSet {
    uint64_t keys[4] = {};
    uint64_t values[4] = {};
  };

  // What a look-up reads; changed by put().
  struct View {
    FrontSet* front;
    const Set* sets;
    const uint32_t* arena;  // records; seven ids more than there are may be read
    int shift;
  };

  // id_bytes: 2 or 3, what holds every id. The table has 2^log2_sets sets and grows up to 2^log2_most.
  WordCache(int id_bytes, int log2_sets, int log2_most);
  WordCache(const WordCache& other);
  WordCache& operator=(const WordCache&) = delete;

  static WordKey key_of(std::string_view word);  // not empty
  static uint64_t hash_of(const WordKey& key) {
    const auto product =
        static_cast<unsigned __int128>(key.low ^ 0x9E3779B97F4A7C15u) * (key.high ^ 0xD6E8FEB86659FD93u);
    return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
  }

  const View& view() const { return view_; }
  int id_bytes() const { return id_bytes_; }
  // In the arena: the ids come behind it, then the bytes.
  struct Record {
    uint32_t size;   // of the word in bytes
    uint32_t count;  // of ids
    const uint32_t* ids() const { return reinterpret_cast<const uint32_t*>(this + 1); }
    bool is_of(std::string_view word) const {
      return size == word.size() && std::memcmp(ids() + count, word.data(), size) == 0;
    }
  };
  static const Record& record_of(const View& view, const Entry& entry) {
    uint32_t at = 0;
    std::memcpy(&at, entry.ids, sizeof(at));
    return *reinterpret_cast<const Record*>(view.arena + at);
  }
  void put(const WordKey& key, std::string_view word, std::span<const uint32_t> ids);

 private:
  static constexpr size_t kArenaLimit = 1 << 22;  // in 4-byte units
  static constexpr size_t kArenaSlack = 8;
  void place(const Entry& entry);
  void grow();
  void refresh() { view_ = {front_.data(), sets_.data(), arena_.data(), shift_}; }

  int id_bytes_;
  int shift_;
  int least_shift_;
  size_t pushed_out_ = 0;
  std::vector<FrontSet, HugePages<FrontSet>> front_;
  std::vector<Set, HugePages<Set>> sets_;
  std::vector<uint32_t> arena_;  // ends in kArenaSlack units of nothing
  View view_{};
};

}  // namespace smelt
