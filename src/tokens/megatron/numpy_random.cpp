#include "tokens/megatron/numpy_random.h"

#include <bit>

namespace smelt {

uint64_t NumpyRandomState::interval(uint64_t max) {
  if (max == 0) {
    return 0;
  }
  const uint64_t mask = UINT64_MAX >> std::countl_zero(max);
  while (true) {
    uint64_t value = u32();
    if (max > UINT32_MAX) {
      value = value << 32 | u32();
    }
    value &= mask;
    if (value <= max) {
      return value;
    }
  }
}

}  // namespace smelt
