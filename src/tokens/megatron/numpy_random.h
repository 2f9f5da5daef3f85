// NumPy's legacy generator, bit for bit: numpy.random.RandomState(seed).
//
// MT19937 (Matsumoto and Nishimura 1998) seeded as init_genrand does; integers in a range by masked rejection of 32-bit
// draws (64-bit draws, high half first, above 2^32 - 1); shuffle is Fisher-Yates from the end. Not thread-safe.
#pragma once

#include <cstdint>
#include <random>
#include <span>
#include <utility>

namespace smelt {

class NumpyRandomState {
 public:
  explicit NumpyRandomState(uint32_t seed) : engine_(seed) {}

  uint32_t u32() { return static_cast<uint32_t>(engine_()); }
  uint64_t interval(uint64_t max);  // uniform in [0, max]
  template <class T>
  void shuffle(std::span<T> values) {
    for (size_t i = values.size(); i-- > 1;) {
      std::swap(values[i], values[interval(i)]);
    }
  }

 private:
  std::mt19937 engine_;
};

}  // namespace smelt
