#include "corpus/contamination/ngram_table.h"

#include <algorithm>
#include <bit>

namespace smelt {

NgramTable::NgramTable(std::vector<std::pair<uint64_t, uint32_t>> pairs) {
  std::sort(pairs.begin(), pairs.end());
  pairs.erase(std::unique(pairs.begin(), pairs.end()), pairs.end());
  for (size_t i = 0; i < pairs.size(); ++i) {
    hashes_ += i == 0 || pairs[i].first != pairs[i - 1].first ? 1 : 0;
  }
  // Sixteen bits a hash: one absent hash in sixteen at most gets as far as the table.
  const size_t bits = std::max<size_t>(64, std::bit_ceil(16 * hashes_));
  bitmap_.assign(bits / 64, 0);
  bitmap_shift_ = 64 - std::countr_zero(bits);
  slot_mask_ = std::bit_ceil(2 * hashes_ + 1) - 1;
  slots_.assign(slot_mask_ + 1, Slot{});
  values_.reserve(pairs.size());
  for (size_t i = 0; i < pairs.size();) {
    const uint64_t hash = pairs[i].first;
    Slot slot{hash, static_cast<uint32_t>(values_.size()), 0};
    for (; i < pairs.size() && pairs[i].first == hash; ++i) {
      values_.push_back(pairs[i].second);
      ++slot.count;
    }
    const uint64_t bit = hash >> bitmap_shift_;
    bitmap_[bit / 64] |= uint64_t{1} << (bit % 64);
    size_t at = hash & slot_mask_;
    while (slots_[at].count != 0) {
      at = (at + 1) & slot_mask_;
    }
    slots_[at] = slot;
  }
}

std::span<const uint32_t> NgramTable::find(uint64_t hash) const {
  if (!may_contain(hash)) {
    return {};
  }
  for (size_t at = hash & slot_mask_; slots_[at].count != 0; at = (at + 1) & slot_mask_) {
    if (slots_[at].hash == hash) {
      return {values_.data() + slots_[at].begin, slots_[at].count};
    }
  }
  return {};
}

}  // namespace smelt
