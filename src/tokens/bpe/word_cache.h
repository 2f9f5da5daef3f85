// A cache of encoded words: a pure memo, so what it holds never changes a result.
//
// Two-way sets of 32-byte entries, two a cache line. Words of up to 15 bytes with up to 3 tokens live in their entry;
// longer ones are kept in an arena and compared byte by byte. Not thread-safe: one a thread.
#pragma once

#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace smelt {

class WordCache {
 public:
  // Identifies a word: its bytes where they fit, else a hash of them.
  struct Key {
    uint64_t low;
    uint64_t high;  // top byte: the length, or kLong
  };
  static constexpr size_t kInlineBytes = 15;
  static constexpr size_t kInlineTokens = 3;

  explicit WordCache(int log2_sets = 15);

  // `readable` says how many bytes may be read from word.data(), at least word.size().
  static Key key_of(std::string_view word, size_t readable);

  // The tokens of a word, empty where it is not cached. Valid until the next put().
  std::span<const uint32_t> find(const Key& key, std::string_view word) const;
  void put(const Key& key, std::string_view word, std::span<const uint32_t> tokens);

 private:
  static constexpr uint8_t kLong = 0xFF;
  static constexpr size_t kArenaLimit = 1 << 21;  // in 4-byte units
  struct Entry {
    uint64_t low = 0;
    uint64_t high = 0;
    uint32_t count = 0;  // 0: free; above kInlineTokens or a long word: in the arena
    uint32_t tokens[kInlineTokens] = {};
  };
  struct alignas(64) Set {
    Entry ways[2];
  };
  static bool in_arena(const Key& key, size_t tokens) { return (key.high >> 56) == kLong || tokens > kInlineTokens; }
  size_t set_of(const Key& key) const {
    const uint64_t mixed = (key.low ^ (key.high * 0x9E3779B97F4A7C15ull)) * 0xD6E8FEB86659FD93ull;
    return static_cast<size_t>((mixed ^ (mixed >> 32)) * 0x9E3779B97F4A7C15ull >> shift_);
  }

  int shift_;
  std::vector<Set> sets_;
  std::vector<uint32_t> arena_;
};

inline WordCache::Key WordCache::key_of(std::string_view word, size_t readable) {
  if (word.size() > kInlineBytes) {
    uint64_t a = 0x9E3779B97F4A7C15ull ^ word.size();
    uint64_t b = 0xD6E8FEB86659FD93ull;
    size_t at = 0;
    for (; at + 8 <= word.size(); at += 8) {
      uint64_t chunk = 0;
      std::memcpy(&chunk, word.data() + at, 8);
      a = (a ^ chunk) * 0xBF58476D1CE4E5B9ull;
      b = (b + (a >> 29)) ^ (a << 21);
    }
    uint64_t chunk = 0;
    std::memcpy(&chunk, word.data() + word.size() - 8, 8);
    a = (a ^ chunk) * 0x94D049BB133111EBull;
    return {a ^ (a >> 31), (b ^ a) >> 8 | static_cast<uint64_t>(kLong) << 56};
  }
  Key key{0, 0};
  if (readable >= 16) {
    std::memcpy(&key.low, word.data(), 8);
    std::memcpy(&key.high, word.data() + 8, 8);
    const size_t n = word.size();
    if (n < 8) {
      key.low &= (uint64_t{1} << (n * 8)) - 1;
      key.high = 0;
    } else {
      key.high &= (uint64_t{1} << ((n - 8) * 8)) - 1;
    }
  } else {
    char padded[16] = {};
    std::memcpy(padded, word.data(), word.size());
    std::memcpy(&key.low, padded, 8);
    std::memcpy(&key.high, padded + 8, 8);
  }
  key.high |= static_cast<uint64_t>(word.size()) << 56;
  return key;
}

inline std::span<const uint32_t> WordCache::find(const Key& key, std::string_view word) const {
  const Set& set = sets_[set_of(key)];
  for (const Entry& entry : set.ways) {
    if (entry.low == key.low && entry.high == key.high && entry.count != 0) {
      if (!in_arena(key, entry.count)) {
        return {entry.tokens, entry.count};
      }
      const uint32_t* stored = arena_.data() + entry.tokens[0];
      if (stored[0] == word.size() && std::memcmp(stored + 1 + entry.count, word.data(), word.size()) == 0) {
        return {stored + 1, entry.count};
      }
    }
  }
  return {};
}

}  // namespace smelt
