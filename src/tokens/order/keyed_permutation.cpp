#include "tokens/order/keyed_permutation.h"

#include <cmath>

#include "base/error.h"
#include "base/rng.h"

namespace smelt {
namespace {

// Some number below `size`, which is below 2^32, from the other half and the round's key (finalizer of MurmurHash3).
uint64_t round_value(uint64_t half, uint64_t key, uint64_t size) {
  uint64_t x = half ^ key;
  x = (x ^ (x >> 33)) * 0xFF51AFD7ED558CCDull;
  x = (x ^ (x >> 33)) * 0xC4CEB9FE1A85EC53ull;
  return (x >> 32) * size >> 32;
}

}  // namespace

KeyedPermutation::KeyedPermutation(int64_t n, uint64_t seed, std::string_view stage, uint64_t item)
    : n_(static_cast<uint64_t>(n)) {
  SMELT_CHECK(n > 0 && n < (int64_t{1} << 62));
  left_size_ = static_cast<uint64_t>(std::sqrt(static_cast<double>(n_)));
  while (left_size_ * left_size_ < n_) {
    ++left_size_;
  }
  right_size_ = (n_ + left_size_ - 1) / left_size_;
  Rng rng(seed, stage, item);
  for (uint64_t& key : keys_) {
    key = rng.u64();
  }
}

int64_t KeyedPermutation::operator()(int64_t i) const {
  auto value = static_cast<uint64_t>(i);
  do {
    uint64_t left = value / right_size_;
    uint64_t right = value % right_size_;
    for (int round = 0; round < kRounds; round += 2) {
      left += round_value(right, keys_[static_cast<size_t>(round)], left_size_);
      left -= left >= left_size_ ? left_size_ : 0;
      right += round_value(left, keys_[static_cast<size_t>(round) + 1], right_size_);
      right -= right >= right_size_ ? right_size_ : 0;
    }
    value = left * right_size_ + right;
  } while (value >= n_);
  return static_cast<int64_t>(value);
}

}  // namespace smelt
