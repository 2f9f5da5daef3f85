// Counter-based random numbers: Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011).
//
// A stream is a pure function of (seed, stage, item): any thread can make the numbers of any item, in any order, after
// any restart.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace smelt {

// One block: 128 random bits from a 128-bit counter and a 64-bit key.
std::array<uint32_t, 4> philox4x32(std::array<uint32_t, 4> counter, std::array<uint32_t, 2> key);

class Rng {
 public:
  // `stage` names the use ("init/backbone.layers.0", "sampler"); `item` numbers within it.
  Rng(uint64_t seed, std::string_view stage, uint64_t item = 0);

  uint32_t u32();
  uint64_t u64();
  double uniform();                // [0, 1), 53 bits
  uint64_t below(uint64_t bound);  // [0, bound) without bias; bound > 0
  double normal();                 // mean 0, deviation 1 (Box-Muller)

 private:
  std::array<uint32_t, 2> key_{};
  std::array<uint32_t, 4> counter_{};
  std::array<uint32_t, 4> block_{};
  int used_ = 4;
  bool has_spare_ = false;
  double spare_ = 0;
};

}  // namespace smelt
