#include "tokens/models/vocabulary.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace smelt {
namespace {

uint32_t hash_of(std::string_view text) {
  uint64_t hash = 0x9E3779B97F4A7C15ull ^ text.size();
  size_t at = 0;
  for (; at + 8 <= text.size(); at += 8) {
    uint64_t chunk = 0;
    std::memcpy(&chunk, text.data() + at, 8);
    hash = (hash ^ chunk) * 0xBF58476D1CE4E5B9ull;
    hash ^= hash >> 29;
  }
  uint64_t rest = 0;
  std::memcpy(&rest, text.data() + at, text.size() - at);
  hash = (hash ^ rest) * 0x94D049BB133111EBull;
  return static_cast<uint32_t>(hash >> 32);
}

}  // namespace

void Vocabulary::reserve(size_t tokens, size_t bytes) {
  bytes_.reserve(bytes);
  entries_.reserve(tokens);
  if (slots_.size() < tokens * 2) {
    slots_.resize(std::bit_ceil(tokens * 2 + 16));
  }
}

void Vocabulary::grow() {
  std::vector<Slot> old(std::max<size_t>(64, slots_.size() * 2));
  old.swap(slots_);
  for (const Slot& slot : old) {
    if (slot.id != kNone) {
      size_t at = slot_of(slot.hash);
      while (slots_[at].id != kNone) {
        at = (at + 1) & (slots_.size() - 1);
      }
      slots_[at] = slot;
    }
  }
}

bool Vocabulary::add(std::string_view spelling, uint32_t id) {
  if (id > kHighestId) {
    return false;
  }
  if (slots_.size() < (count_ + 1) * 2) {
    grow();
  }
  if (id >= entries_.size()) {
    entries_.resize(id + 1);
  }
  if (entries_[id].taken && (*this)[id] != spelling) {
    return false;
  }
  const uint32_t hash = hash_of(spelling);
  size_t at = slot_of(hash);
  while (slots_[at].id != kNone && (slots_[at].hash != hash || (*this)[slots_[at].id] != spelling)) {
    at = (at + 1) & (slots_.size() - 1);
  }
  if (slots_[at].id == kNone) {
    ++count_;
  } else if (slots_[at].id != id) {
    entries_[slots_[at].id] = {};
  }
  slots_[at] = {hash, id};
  if (!entries_[id].taken) {
    entries_[id] = {bytes_.size(), static_cast<uint32_t>(spelling.size()), true};
    bytes_ += spelling;
    longest_ = std::max(longest_, spelling.size());
  }
  return true;
}

uint32_t Vocabulary::find(std::string_view spelling) const {
  if (slots_.empty()) {
    return kNone;
  }
  const uint32_t hash = hash_of(spelling);
  for (size_t at = slot_of(hash); slots_[at].id != kNone; at = (at + 1) & (slots_.size() - 1)) {
    if (slots_[at].hash == hash && (*this)[slots_[at].id] == spelling) {
      return slots_[at].id;
    }
  }
  return kNone;
}

}  // namespace smelt
