// Tokens as a file spells them, by id and by spelling: one block of bytes, one open-addressing table. Immutable once
// filled, then thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace smelt {

class Vocabulary {
 public:
  static constexpr uint32_t kNone = UINT32_MAX;
  static constexpr uint32_t kHighestId = (1u << 24) - 1;

  void reserve(size_t tokens, size_t bytes);
  // The last id given to a spelling counts, the others are free again; false where the id is too high or belongs to
  // another spelling.
  bool add(std::string_view spelling, uint32_t id);

  uint32_t find(std::string_view spelling) const;  // kNone where it is not there
  // The longest token that is a prefix of a text is not longer than this.
  size_t longest() const { return longest_; }
  std::string_view operator[](uint32_t id) const {
    return id < entries_.size() ? std::string_view(bytes_).substr(entries_[id].begin, entries_[id].length)
                                : std::string_view();
  }
  bool has(uint32_t id) const { return id < entries_.size() && entries_[id].taken; }
  uint32_t end_id() const { return static_cast<uint32_t>(entries_.size()); }  // the highest id + 1
  size_t size() const { return count_; }                                      // how many spellings

 private:
  struct Entry {
    size_t begin = 0;
    uint32_t length = 0;
    bool taken = false;
  };
  struct Slot {
    uint32_t hash = 0;
    uint32_t id = kNone;
  };
  void grow();
  size_t slot_of(uint32_t hash) const { return hash & (slots_.size() - 1); }

  std::string bytes_;
  std::vector<Entry> entries_;
  std::vector<Slot> slots_;
  size_t count_ = 0;
  size_t longest_ = 0;
};

}  // namespace smelt
