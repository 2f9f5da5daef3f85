// The hot loops of MinHash, each compiled for several instruction sets from one code; all give the same bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/cpu.h"

namespace smelt {

// An affine map modulo 2^32.
struct AffineMap {
  uint32_t multiplier = 1;  // odd
  uint32_t offset = 0;
};

// A hash of which every bit depends on the whole shingle; bijective for each map.
inline uint32_t sketch_hash(uint32_t shingle, AffineMap map) {
  uint32_t x = shingle * map.multiplier + map.offset;
  x = (x ^ (x >> 16)) * 0x7FEB352Du;
  return x ^ (x >> 15);
}
// The place that a hash chooses, by its high bits; and its value there, in which the low bits come first.
inline uint32_t sketch_place(uint32_t hash, uint32_t size) {
  return static_cast<uint32_t>((uint64_t{hash} * size) >> 32);
}
inline uint32_t sketch_value(uint32_t hash) {
  return (hash << 16) | (hash >> 16);
}

// From the linear 64-bit hash of a window to 32 bits of which each depends on all of it.
inline uint32_t finish_window(uint64_t hash) {
  uint32_t x = static_cast<uint32_t>(hash >> 32) ^ (static_cast<uint32_t>(hash) * 0x9E3779B1u);
  x = (x ^ (x >> 16)) * 0x85EBCA6Bu;
  x = (x ^ (x >> 13)) * 0xC2B2AE35u;
  return x ^ (x >> 16);
}

struct DedupKernels {
  // out[i] = finish_window(in[i])
  void (*finish_windows)(const uint64_t* in, uint32_t* out, size_t count);
  // minima[place] = min(minima[place], value) for the hashes of all shingles.
  void (*sketch)(std::span<const uint32_t> shingles, AffineMap map, std::span<uint32_t> minima);
};
const DedupKernels& dedup_kernels(Isa isa);

}  // namespace smelt
