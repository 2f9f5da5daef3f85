#include "tokens/bpe/merge_table.h"

#include <algorithm>
#include <bit>
#include <functional>
#include <iterator>
#include <queue>
#include <utility>

namespace smelt {
namespace {

MergeTable::MergeShort merge_short_for(Isa isa) {
#if defined(__x86_64__)
  if (isa >= Isa::kAvx2 && __builtin_cpu_supports("bmi2") != 0) {
    return merge_short_avx2();
  }
#endif
  return merge_short_generic();
}

}  // namespace

MergeTable::MergeTable(const std::vector<uint32_t>& byte_ids, Isa isa)
    : byte_ids_(byte_ids), merge_short_(merge_short_for(isa)) {
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
  ranks_ = std::max(ranks_, uint64_t{rank} + 1);
  insert(pair_of(left, right), static_cast<uint64_t>(rank) << 32 | merged);
}

void MergeTable::finish() {
  fill_byte_pairs();
  fill_buckets();
  view_.byte_ids = byte_ids_.data();
  view_.byte_pairs = byte_pairs_.data();
  view_.buckets = buckets_.data();
  view_.filter = filter_.data();
}

void MergeTable::fill_byte_pairs() {
  byte_pairs_.assign(256 * 256, {kNoRank, 0, kNoRank, kNoRank});
  for (size_t i = 0; i < byte_pairs_.size(); ++i) {
    if (const uint64_t merge = find(byte_ids_[i >> 8], byte_ids_[i & 255]); merge != kNone) {
      byte_pairs_[i].rank = static_cast<uint32_t>(merge >> 32);
      byte_pairs_[i].merged = static_cast<uint32_t>(merge);
    }
  }
  view_.bytes_first = fill_bounds();
}

bool MergeTable::fill_bounds() {
  struct Token {
    int16_t first = -1;  // its first and last byte
    int16_t last = -1;
    bool is_byte = false;
    bool used = false;  // by a merge
  };
  uint32_t highest = *std::max_element(byte_ids_.begin(), byte_ids_.end());
  for (const Slot& slot : slots_) {
    if (slot.pair != kNone) {
      highest = std::max({highest, static_cast<uint32_t>(slot.pair >> 32), static_cast<uint32_t>(slot.pair),
                          static_cast<uint32_t>(slot.merge)});
    }
  }
  std::vector<Token> tokens(size_t{highest} + 1);
  for (size_t byte = 0; byte < 256; ++byte) {
    Token& token = tokens[byte_ids_[byte]];
    if (token.is_byte) {
      return false;
    }
    token = {static_cast<int16_t>(byte), static_cast<int16_t>(byte), true, false};
  }
  std::vector<const Slot*> by_rank(ranks_);
  for (const Slot& slot : slots_) {
    if (slot.pair != kNone) {
      by_rank[slot.merge >> 32] = &slot;
    }
  }
  for (uint32_t rank = 0; rank < ranks_; ++rank) {
    if (by_rank[rank] == nullptr) {
      continue;
    }
    Token& left = tokens[by_rank[rank]->pair >> 32];
    Token& right = tokens[static_cast<uint32_t>(by_rank[rank]->pair)];
    Token& merged = tokens[static_cast<uint32_t>(by_rank[rank]->merge)];
    left.used = right.used = true;
    const bool same_bytes = merged.first < 0 || (merged.first == left.first && merged.last == right.last);
    if (left.first < 0 || right.first < 0 || merged.used || merged.is_byte || !same_bytes) {
      return false;
    }
    merged.first = left.first;
    merged.last = right.last;
    if (right.is_byte) {
      uint32_t& before = byte_pairs_[static_cast<size_t>(left.last) << 8 | static_cast<size_t>(right.first)].before;
      before = std::min(before, rank);
    }
    if (left.is_byte) {
      uint32_t& behind = byte_pairs_[static_cast<size_t>(left.first) << 8 | static_cast<size_t>(right.first)].behind;
      behind = std::min(behind, rank);
    }
  }
  return true;
}

void MergeTable::fill_buckets() {
  const size_t buckets = std::bit_ceil(count_ / 2 + 2);  // one to two merges each
  const size_t bits = std::bit_ceil(count_ * 8 + 64);
  buckets_.assign(buckets, {});
  filter_.assign(bits / 64, 0);
  view_.bucket_shift = 64 - std::countr_zero(buckets);
  view_.filter_shift = 64 - std::countr_zero(bits);
  for (const Slot& slot : slots_) {
    if (slot.pair == kNone) {
      continue;
    }
    const uint64_t hash = hash_of(slot.pair);
    const uint64_t bit = hash >> view_.filter_shift;
    filter_[bit >> 6] |= uint64_t{1} << (bit & 63);
    Bucket& bucket = buckets_[hash >> view_.bucket_shift];
    const auto* const free = std::find(std::begin(bucket.pairs), std::end(bucket.pairs), kNone);
    if (free == std::end(bucket.pairs)) {
      bucket.merges[0] |= kMore;
      continue;
    }
    const auto way = free - std::begin(bucket.pairs);
    bucket.pairs[way] = slot.pair;
    bucket.merges[way] = slot.merge + (uint64_t{1} << 32);
  }
}

uint64_t MergeTable::find(uint32_t left, uint32_t right) const {
  const uint64_t pair = pair_of(left, right);
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
  if (!is_short(word)) {
    encode_long(word, out);
    return;
  }
  uint32_t ids[kShortWord];
  ShortWord one{word, ids};
  encode_short(&one, 1);
  out.insert(out.end(), ids, ids + one.count);
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
