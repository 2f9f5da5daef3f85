// The probe's fp32 loops for the instruction set at hand. Internal.
#pragma once

#include "kernels/probe_plan.h"
#include "kernels/tile_gemm.h"

namespace smelt::kernels {
namespace SMELT_SIMD {

// Twelve independent chains: more than two units times the latency of four or five cycles.
static double probe_fma_peak(int64_t rounds, float* sink) {
  constexpr int kChains = 12;
  Vec sums[kChains];
  for (int i = 0; i < kChains; ++i) {
    sums[i] = set1(static_cast<float>(i));
  }
  const Vec a = set1(0.5F);
  const Vec b = load(sink);
  for (int64_t r = 0; r < rounds; ++r) {
#pragma GCC unroll 12
    for (int i = 0; i < kChains; ++i) {
      sums[i] = fma(sums[i], a, b);
    }
  }
  for (int i = 1; i < kChains; ++i) {
    sums[0] = sums[0] + sums[i];
  }
  store(sink, sums[0]);
  return static_cast<double>(rounds) * kChains * kWidth * 2;
}

// What bf16 weights cost where only fp32 arithmetic exists: load, widen, multiply-add.
static double probe_bf16_emulated(int64_t rounds, float* sink) {
  constexpr int kChains = 8;
  uint16_t weights[kChains * kWidth];
  for (int i = 0; i < kChains * kWidth; ++i) {
    weights[i] = 0x3F00;  // 0.5
  }
  Vec sums[kChains];
  for (int i = 0; i < kChains; ++i) {
    sums[i] = zero();
  }
  const Vec b = load(sink);
  for (int64_t r = 0; r < rounds; ++r) {
    __asm__ volatile("" : : "r"(weights) : "memory");
#pragma GCC unroll 8
    for (int i = 0; i < kChains; ++i) {
      sums[i] = fma(load_bf16(weights + i * kWidth), b, sums[i]);
    }
  }
  for (int i = 1; i < kChains; ++i) {
    sums[0] = sums[0] + sums[i];
  }
  store(sink, sums[0]);
  return static_cast<double>(rounds) * kChains * kWidth * 2;
}

static double probe_read(const float* data, int64_t floats, float* sink) {
  constexpr int kChains = 8;
  Vec sums[kChains];
  for (int i = 0; i < kChains; ++i) {
    sums[i] = zero();
  }
  int64_t i = 0;
  for (; i + kChains * kWidth <= floats; i += kChains * kWidth) {
#pragma GCC unroll 8
    for (int j = 0; j < kChains; ++j) {
      sums[j] = sums[j] + load(data + i + j * kWidth);
    }
  }
  for (int j = 1; j < kChains; ++j) {
    sums[0] = sums[0] + sums[j];
  }
  store(sink, sums[0]);
  return static_cast<double>(i) * sizeof(float);
}

static double probe_gemm(int64_t size, const float* a, const float* b, float* c) {
  tile_gemm<false, Part::kAll>(size, size, size, {a, size, 1}, {b, size, 1}, c, size);
  return 2.0 * static_cast<double>(size) * static_cast<double>(size) * static_cast<double>(size);
}

}  // namespace SMELT_SIMD
}  // namespace smelt::kernels
