// How often each word occurs: what a vocabulary is learnt from.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "base/function_ref.h"

namespace smelt {

// A hash table from words to counts. Words of up to 15 bytes, nearly all of a text, lie in their slots; the bytes of
// longer ones lie in an arena. Not thread-safe.
class WordCounts {
 public:
  WordCounts();

  // An empty word is not counted. `readable` says how many bytes may be read from word.data(), at least word.size().
  void add(std::string_view word, int64_t count = 1, size_t readable = 0) {
    if (word.size() <= kShort) {
      add_short(pack(word, readable), count);
    } else {
      add_long(word, count);
    }
  }
  void add(const WordCounts& other);
  void clear();  // gives the memory back

  size_t size() const { return num_short_ + long_.size(); }
  uint64_t memory() const;  // bytes in use
  // Calls visit(word, count) for every word, in no order that means anything.
  void for_each(FunctionRef<void(std::string_view, int64_t)> visit) const;
  // In byte order of the words.
  void for_each_sorted(FunctionRef<void(std::string_view, int64_t)> visit) const;

 private:
  static constexpr size_t kShort = 15;
  // The bytes of a short word, zeros behind them, its length in the last byte: so that no word but the empty one is 0.
  struct Packed {
    uint64_t low = 0;
    uint64_t high = 0;
    bool operator==(const Packed&) const = default;
    size_t size() const { return high >> 56; }
  };
  struct Short {
    Packed word;
    int64_t count = 0;
    std::string_view view() const { return {reinterpret_cast<const char*>(&word), word.size()}; }
  };
  struct Long {
    uint64_t hash = 0;
    uint64_t begin = 0;
    uint64_t length = 0;
    int64_t count = 0;
  };

  static Packed pack(std::string_view word, size_t readable) {
    Packed packed;
    if (readable >= sizeof(Packed)) {
      std::memcpy(&packed, word.data(), sizeof(Packed));
      const int extra = 8 * static_cast<int>(word.size() < 8 ? 8 - word.size() : 16 - word.size());
      uint64_t& cut = word.size() < 8 ? packed.low : packed.high;
      cut = extra == 64 ? 0 : cut << extra >> extra;
      packed.high = word.size() < 8 ? 0 : packed.high;
    } else {
      std::memcpy(&packed, word.data(), word.size());
    }
    packed.high |= uint64_t{word.size()} << 56;
    return packed;
  }
  static uint64_t hash(const Packed& word) {
    const unsigned __int128 product =
        static_cast<unsigned __int128>(word.low ^ 0x9E3779B97F4A7C15u) * (word.high ^ 0xD1B54A32D192ED03u);
    return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
  }
  void add_short(const Packed& word, int64_t count) {
    const size_t mask = short_.size() - 1;
    size_t at = hash(word) & mask;
    while (!(short_[at].word == word)) {
      if (short_[at].word.high == 0) {
        if (word.high != 0) {
          insert_short(word, count);
        }
        return;
      }
      at = (at + 1) & mask;
    }
    short_[at].count += count;
  }
  void insert_short(const Packed& word, int64_t count);
  void grow_short(size_t slots);
  void add_long(std::string_view word, int64_t count);
  void grow_long();
  std::string_view view(const Long& word) const { return {arena_.data() + word.begin, word.length}; }

  std::vector<Short> short_;
  size_t num_short_ = 0;
  std::vector<uint32_t> long_slots_;  // index into long_ + 1, 0 where free
  std::vector<Long> long_;
  std::vector<char> arena_;
};

}  // namespace smelt
