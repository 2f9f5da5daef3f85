// Samples by a hash: which texts are in does not depend on their order or on what else there is.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/hash.h"

namespace smelt {

// Whether the text (or id) is in the sample of `share`, 0 to 1.
inline bool is_sampled(std::string_view text, double share, uint64_t seed) {
  return share >= 1 || static_cast<double>(hash64(text, seed) >> 11) * 0x1.0p-53 < share;
}

}  // namespace smelt
