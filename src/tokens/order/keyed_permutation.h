// A shuffle that needs no memory: a permutation of [0, n) that is a pure function of (seed, stage, item).
//
// A Feistel network over pairs (left, right) in Z_a x Z_b with a * b just above n (Black and Rogaway, "Ciphers with
// arbitrary finite domains", CT-RSA 2002), eight rounds, walking on where a value falls outside. Immutable and
// thread-safe; some 30 ns a value.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace smelt {

class KeyedPermutation {
 public:
  KeyedPermutation(int64_t n, uint64_t seed, std::string_view stage, uint64_t item);  // 0 < n < 2^62
  int64_t operator()(int64_t i) const;                                                // 0 <= i < n

 private:
  static constexpr int kRounds = 8;
  uint64_t n_;
  uint64_t left_size_;
  uint64_t right_size_;
  std::array<uint64_t, kRounds> keys_{};
};

}  // namespace smelt
