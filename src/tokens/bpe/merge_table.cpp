#include "tokens/bpe/merge_table.h"

#include <algorithm>
#include <bit>
#include <functional>
#include <queue>
#include <utility>

namespace smelt {
namespace {

constexpr size_t kShortWord = 48;

uint64_t pair_key(uint32_t left, uint32_t right) {
  return static_cast<uint64_t>(left) << 32 | right;
}

}  // namespace

MergeTable::MergeTable(const std::vector<uint32_t>& byte_ids) : byte_ids_(byte_ids) {
  reserve(16);
}

void MergeTable::reserve(size_t merges) {
  const size_t size = std::bit_ceil(merges * 2 + 2);
  if (size > slots_.size()) {
    std::vector<Slot> old(size);
    old.swap(slots_);
    shift_ = 64 - std::countr_zero(size);
    count_ = 0;
    for (const Slot& slot : old) {
      if (slot.pair != kNone) {
        insert(slot.pair, slot.merge);
      }
    }
  }
}

void MergeTable::insert(uint64_t pair, uint64_t merge) {
  size_t at = slot_of(pair);
  while (slots_[at].pair != kNone && slots_[at].pair != pair) {
    at = (at + 1) & (slots_.size() - 1);
  }
  count_ += slots_[at].pair == kNone ? 1 : 0;
  slots_[at] = {pair, merge};
}

void MergeTable::add(uint32_t left, uint32_t right, uint32_t rank, uint32_t merged) {
  reserve(count_ + 1);
  insert(pair_key(left, right), static_cast<uint64_t>(rank) << 32 | merged);
}

void MergeTable::finish() {
  byte_pairs_.resize(256 * 256);
  for (size_t i = 0; i < byte_pairs_.size(); ++i) {
    byte_pairs_[i] = find(byte_ids_[i >> 8], byte_ids_[i & 255]);
  }
}

uint64_t MergeTable::find(uint32_t left, uint32_t right) const {
  const uint64_t pair = pair_key(left, right);
  size_t at = slot_of(pair);
  while (slots_[at].pair != pair) {
    if (slots_[at].pair == kNone) {
      return kNone;
    }
    at = (at + 1) & (slots_.size() - 1);
  }
  return slots_[at].merge;
}

void MergeTable::encode(std::string_view word, std::vector<uint32_t>& out) const {
  if (word.size() == 1) {
    out.push_back(byte_ids_[static_cast<uint8_t>(word[0])]);
  } else if (word.size() <= kShortWord) {
    encode_short(word, out);
  } else {
    encode_long(word, out);
  }
}

void MergeTable::encode_short(std::string_view word, std::vector<uint32_t>& out) const {
  const size_t bytes = word.size();
  if (bytes == 0) {
    return;
  }
  uint32_t ids[kShortWord];
  uint64_t merges[kShortWord];  // of ids[i], ids[i + 1]; the last is kNone
  for (size_t i = 0; i < bytes; ++i) {
    ids[i] = byte_ids_[static_cast<uint8_t>(word[i])];
  }
  for (size_t i = 0; i + 1 < bytes; ++i) {
    merges[i] =
        byte_pairs_[static_cast<size_t>(static_cast<uint8_t>(word[i])) << 8 | static_cast<uint8_t>(word[i + 1])];
  }
  merges[bytes - 1] = kNone;
  size_t n = bytes;
  while (n > 1) {
    size_t best = 0;
    uint64_t best_merge = merges[0];
    for (size_t i = 1; i + 1 < n; ++i) {
      const bool lower = merges[i] < best_merge;
      best = lower ? i : best;
      best_merge = lower ? merges[i] : best_merge;
    }
    if (best_merge == kNone) {
      break;
    }
    ids[best] = static_cast<uint32_t>(best_merge);
    for (size_t i = best + 1; i + 1 < n; ++i) {
      ids[i] = ids[i + 1];
      merges[i] = merges[i + 1];
    }
    --n;
    merges[best] = best + 1 < n ? find(ids[best], ids[best + 1]) : kNone;
    if (best > 0) {
      merges[best - 1] = find(ids[best - 1], ids[best]);
    }
  }
  out.insert(out.end(), ids, ids + n);
}

void MergeTable::encode_long(std::string_view word, std::vector<uint32_t>& out) const {
  constexpr uint32_t kEnd = UINT32_MAX;
  struct Symbol {
    uint32_t id;
    uint32_t previous;
    uint32_t next;
    bool alive;
  };
  struct Candidate {
    uint64_t merge;
    uint32_t left;
    bool operator>(const Candidate& o) const {
      return (merge >> 32) != (o.merge >> 32) ? (merge >> 32) > (o.merge >> 32) : left > o.left;
    }
  };
  // Positions are 32-bit: a longer run without a break is encoded in parts.
  constexpr size_t kLongest = 1u << 30;
  if (word.size() > kLongest) {
    encode_long(word.substr(0, kLongest), out);
    encode(word.substr(kLongest), out);
    return;
  }
  const auto n = static_cast<uint32_t>(word.size());
  std::vector<Symbol> symbols(n);
  std::vector<Candidate> initial;
  for (uint32_t i = 0; i < n; ++i) {
    symbols[i] = {byte_ids_[static_cast<uint8_t>(word[i])], i == 0 ? kEnd : i - 1, i + 1 < n ? i + 1 : kEnd, true};
  }
  for (uint32_t i = 0; i + 1 < n; ++i) {
    if (const uint64_t merge = find(symbols[i].id, symbols[i + 1].id); merge != kNone) {
      initial.push_back({merge, i});
    }
  }
  std::priority_queue<Candidate, std::vector<Candidate>, std::greater<>> queue(std::greater<>(), std::move(initial));
  const auto offer = [&](uint32_t left) {
    const uint64_t merge = find(symbols[left].id, symbols[symbols[left].next].id);
    if (merge != kNone) {
      queue.push({merge, left});
    }
  };
  while (!queue.empty()) {
    const Candidate top = queue.top();
    queue.pop();
    Symbol& left = symbols[top.left];
    // A candidate is stale when either side has changed since it was offered.
    if (!left.alive || left.next == kEnd || find(left.id, symbols[left.next].id) != top.merge) {
      continue;
    }
    Symbol& right = symbols[left.next];
    left.id = static_cast<uint32_t>(top.merge);
    right.alive = false;
    left.next = right.next;
    if (left.next != kEnd) {
      symbols[left.next].previous = top.left;
      offer(top.left);
    }
    if (left.previous != kEnd) {
      offer(left.previous);
    }
  }
  for (uint32_t i = 0; i != kEnd; i = symbols[i].next) {
    out.push_back(symbols[i].id);
  }
}

}  // namespace smelt
