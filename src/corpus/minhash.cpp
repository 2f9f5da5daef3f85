#include "corpus/minhash.h"

#include <utf8proc.h>

#include <algorithm>
#include <bit>
#include <limits>

#include "base/cpu.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/rng.h"
#include "base/text.h"

namespace smelt {

namespace {

constexpr int kLanes = 16;    // 32-bit values of one vector
constexpr int kVectors = 4;   // kept in registers at a time
constexpr size_t kBlock = kLanes * kVectors;

using Lanes = uint32_t __attribute__((vector_size(kLanes * sizeof(uint32_t))));

Lanes minimum(Lanes a, Lanes b) __attribute__((always_inline));
inline Lanes minimum(Lanes a, Lanes b) {
  return a < b ? a : b;
}

uint64_t mix(uint64_t x) {
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
  return x ^ (x >> 31);
}

bool is_space(uint32_t c) {
  return c == ' ' || (c >= 9 && c <= 13) || c == 0x85 || c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) ||
         c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
}

}  // namespace
}  // namespace smelt
