#include "tokens/train/word_counts.h"

#include <algorithm>

#include "base/error.h"
#include "base/hash.h"

namespace smelt {
namespace {

constexpr size_t kFirstSlots = 4096;

}  // namespace

WordCounts::WordCounts() : short_(kFirstSlots) {}

void WordCounts::clear() {
  *this = WordCounts();
}

uint64_t WordCounts::memory() const {
  return short_.capacity() * sizeof(Short) + long_slots_.capacity() * sizeof(uint32_t) +
         long_.capacity() * sizeof(Long) + arena_.capacity();
}

void WordCounts::grow_short(size_t slots) {
  std::vector<Short> old(slots);
  old.swap(short_);
  num_short_ = 0;
  for (const Short& slot : old) {
    if (slot.word.high != 0) {
      insert_short(slot.word, slot.count);
    }
  }
}

void WordCounts::insert_short(const Packed& word, int64_t count) {
  if (num_short_ * 2 >= short_.size()) {
    grow_short(short_.size() * 2);
  }
  const size_t mask = short_.size() - 1;
  size_t at = hash(word) & mask;
  while (short_[at].word.high != 0) {
    at = (at + 1) & mask;
  }
  short_[at] = {word, count};
  ++num_short_;
}

void WordCounts::grow_long() {
  long_slots_.assign(std::max(kFirstSlots, long_slots_.size() * 2), 0);
  const size_t mask = long_slots_.size() - 1;
  for (size_t i = 0; i < long_.size(); ++i) {
    size_t at = long_[i].hash & mask;
    while (long_slots_[at] != 0) {
      at = (at + 1) & mask;
    }
    long_slots_[at] = static_cast<uint32_t>(i + 1);
  }
}

void WordCounts::add_long(std::string_view word, int64_t count) {
  if (long_.size() * 2 >= long_slots_.size()) {
    grow_long();
  }
  const uint64_t hash = hash64(word);
  const size_t mask = long_slots_.size() - 1;
  size_t at = hash & mask;
  for (; long_slots_[at] != 0; at = (at + 1) & mask) {
    Long& known = long_[long_slots_[at] - 1];
    if (known.hash == hash && view(known) == word) {
      known.count += count;
      return;
    }
  }
  SMELT_CHECK(long_.size() < UINT32_MAX - 1);
  long_.push_back({hash, arena_.size(), word.size(), count});
  arena_.insert(arena_.end(), word.begin(), word.end());
  long_slots_[at] = static_cast<uint32_t>(long_.size());
}

void WordCounts::for_each(FunctionRef<void(std::string_view, int64_t)> visit) const {
  for (const Short& slot : short_) {
    if (slot.word.high != 0) {
      visit(slot.view(), slot.count);
    }
  }
  for (const Long& word : long_) {
    visit(view(word), word.count);
  }
}

void WordCounts::for_each_sorted(FunctionRef<void(std::string_view, int64_t)> visit) const {
  std::vector<std::pair<std::string_view, int64_t>> words;
  words.reserve(size());
  for_each([&](std::string_view word, int64_t count) { words.emplace_back(word, count); });
  std::sort(words.begin(), words.end());
  for (const auto& [word, count] : words) {
    visit(word, count);
  }
}

void WordCounts::add(const WordCounts& other) {
  // Words in the order of another table would pile up in one that is too small for them.
  size_t slots = short_.size();
  while (slots < 2 * (num_short_ + other.num_short_)) {
    slots *= 2;
  }
  if (slots > short_.size()) {
    grow_short(slots);
  }
  other.for_each([&](std::string_view word, int64_t count) { add(word, count); });
}

}  // namespace smelt
