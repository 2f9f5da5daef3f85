#include "corpus/dedup/kernels.h"

#include <algorithm>
#include <array>
#include <vector>

namespace smelt {

namespace {

#define SMELT_INLINE inline __attribute__((always_inline))

constexpr size_t kBlock = 256;  // shingles hashed before their values are placed
// Tables of minima that take turns: a table of its own for each of neighbouring shingles, so that a load seldom has to
// wait for a store just before it to the same place.
constexpr size_t kTables = 4;
constexpr size_t kSmall = 512;  // places of a table on the stack

SMELT_INLINE void finish(const uint64_t* in, uint32_t* out, size_t count) {
  for (size_t i = 0; i < count; ++i) {
    out[i] = finish_window(in[i]);
  }
}

SMELT_INLINE void sketch_into(std::span<const uint32_t> shingles, AffineMap map, uint32_t size, uint32_t* tables) {
  std::array<uint32_t, kBlock> places;
  std::array<uint32_t, kBlock> values;
  uint32_t* const first = tables;
  uint32_t* const second = first + size;
  uint32_t* const third = second + size;
  uint32_t* const fourth = third + size;
  const auto keep_least = [](uint32_t& least, uint32_t value) { least = std::min(least, value); };
  for (size_t done = 0; done < shingles.size(); done += kBlock) {
    const size_t count = std::min(kBlock, shingles.size() - done);
    for (size_t i = 0; i < count; ++i) {
      const uint32_t hash = sketch_hash(shingles[done + i], map);
      places[i] = sketch_place(hash, size);
      values[i] = sketch_value(hash);
    }
    size_t i = 0;
    for (; i + kTables <= count; i += kTables) {
      keep_least(first[places[i]], values[i]);
      keep_least(second[places[i + 1]], values[i + 1]);
      keep_least(third[places[i + 2]], values[i + 2]);
      keep_least(fourth[places[i + 3]], values[i + 3]);
    }
    for (; i < count; ++i) {
      keep_least(first[places[i]], values[i]);
    }
  }
}

SMELT_INLINE void sketch_all(std::span<const uint32_t> shingles, AffineMap map, std::span<uint32_t> minima) {
  const size_t size = minima.size();
  std::array<uint32_t, kTables * kSmall> on_stack;
  std::vector<uint32_t> on_heap(size > kSmall ? kTables * size : 0);
  uint32_t* const tables = size > kSmall ? on_heap.data() : on_stack.data();
  std::fill(tables, tables + kTables * size, ~0u);
  sketch_into(shingles, map, static_cast<uint32_t>(size), tables);
  for (size_t table = 0; table < kTables; ++table) {
    for (size_t i = 0; i < size; ++i) {
      minima[i] = std::min(minima[i], tables[table * size + i]);
    }
  }
}

void finish_generic(const uint64_t* in, uint32_t* out, size_t count) {
  finish(in, out, count);
}
void sketch_generic(std::span<const uint32_t> shingles, AffineMap map, std::span<uint32_t> minima) {
  sketch_all(shingles, map, minima);
}
constexpr DedupKernels kGeneric = {finish_generic, sketch_generic};

#if defined(__x86_64__)
#define SMELT_AVX2 __attribute__((target("avx2")))
#define SMELT_AVX512 __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,prefer-vector-width=512")))

SMELT_AVX2 void finish_avx2(const uint64_t* in, uint32_t* out, size_t count) {
  finish(in, out, count);
}
SMELT_AVX2 void sketch_avx2(std::span<const uint32_t> shingles, AffineMap map, std::span<uint32_t> minima) {
  sketch_all(shingles, map, minima);
}
constexpr DedupKernels kAvx2 = {finish_avx2, sketch_avx2};

SMELT_AVX512 void finish_avx512(const uint64_t* in, uint32_t* out, size_t count) {
  finish(in, out, count);
}
SMELT_AVX512 void sketch_avx512(std::span<const uint32_t> shingles, AffineMap map, std::span<uint32_t> minima) {
  sketch_all(shingles, map, minima);
}
constexpr DedupKernels kAvx512 = {finish_avx512, sketch_avx512};
#endif

}  // namespace

const DedupKernels& dedup_kernels(Isa isa) {
#if defined(__x86_64__)
  if (isa >= Isa::kAvx512) {
    return kAvx512;
  }
  if (isa >= Isa::kAvx2) {
    return kAvx2;
  }
#endif
  return kGeneric;
}

}  // namespace smelt
