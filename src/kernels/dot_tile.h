// Register tiles of dot products between rows of W and rows of X, both running along memory. Internal; compiled once
// per instruction set.
#pragma once

#include <cstdint>
#include <cstring>

#include "kernels/simd.h"

namespace smelt::kernels {
namespace SMELT_SIMD {

SMELT_INLINE Vec load_weight(const float* p) {
  return load(p);
}
SMELT_INLINE Vec load_weight_n(const float* p, int64_t n) {
  return load_n(p, n);
}

#if defined(__AVX512F__)
SMELT_INLINE Vec load_weight(const uint16_t* p) {
  const __m256i narrow = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
  return {_mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(narrow), 16))};
}
#elif defined(__AVX2__)
SMELT_INLINE Vec load_weight(const uint16_t* p) {
  const __m128i narrow = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
  return {_mm256_castsi256_ps(_mm256_slli_epi32(_mm256_cvtepu16_epi32(narrow), 16))};
}
#else
SMELT_INLINE Vec load_weight(const uint16_t* p) {
  using Bits4 = uint32_t __attribute__((vector_size(16)));
  const Bits4 bits = Bits4{p[0], p[1], p[2], p[3]} << 16;
  Vec out;
  std::memcpy(&out.v, &bits, sizeof(bits));
  return out;
}
#endif

SMELT_INLINE Vec load_weight_n(const uint16_t* p, int64_t n) {
  uint16_t padded[kWidth] = {};
  std::memcpy(padded, p, static_cast<size_t>(n) * sizeof(uint16_t));
  return load_weight(padded);
}

// sum_lanes without the way through memory: the same additions in the same order.
SMELT_INLINE float fold(Vec x) {
#if defined(__AVX2__)
#if defined(__AVX512F__)
  const __m256 eight = _mm256_add_ps(_mm512_castps512_ps256(x.v), _mm512_extractf32x8_ps(x.v, 1));
#else
  const __m256 eight = x.v;
#endif
  const __m128 four = _mm_add_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
  const __m128 two = _mm_add_ps(four, _mm_movehl_ps(four, four));
  return _mm_cvtss_f32(_mm_add_ss(two, _mm_shuffle_ps(two, two, 1)));
#else
  return sum_lanes(x);
#endif
}

// out[t * out_stride + r] (+)= w_r . x_t over n columns. W floats or bfloat16 bits.
template <int R, int T, bool kAdd, class W>
SMELT_INLINE void dot_tile(const W* w, int64_t w_stride, const float* x, int64_t x_stride, int64_t n, float* out,
                           int64_t out_stride) {
  Vec sums[R][T];
#pragma GCC unroll 16
  for (int r = 0; r < R; ++r) {
#pragma GCC unroll 16
    for (int t = 0; t < T; ++t) {
      sums[r][t] = zero();
    }
  }
  int64_t i = 0;
  for (; i + kWidth <= n; i += kWidth) {
    Vec tokens[T];
#pragma GCC unroll 16
    for (int t = 0; t < T; ++t) {
      tokens[t] = load(x + t * x_stride + i);
    }
#pragma GCC unroll 16
    for (int r = 0; r < R; ++r) {
      const Vec row = load_weight(w + r * w_stride + i);
#pragma GCC unroll 16
      for (int t = 0; t < T; ++t) {
        sums[r][t] = fma(row, tokens[t], sums[r][t]);
      }
    }
  }
  if (i < n) {
    for (int r = 0; r < R; ++r) {
      const Vec row = load_weight_n(w + r * w_stride + i, n - i);
      for (int t = 0; t < T; ++t) {
        sums[r][t] = fma(row, load_n(x + t * x_stride + i, n - i), sums[r][t]);
      }
    }
  }
#pragma GCC unroll 16
  for (int r = 0; r < R; ++r) {
#pragma GCC unroll 16
    for (int t = 0; t < T; ++t) {
      float* place = out + t * out_stride + r;
      *place = kAdd ? *place + fold(sums[r][t]) : fold(sums[r][t]);
    }
  }
}

}  // namespace SMELT_SIMD
}  // namespace smelt::kernels
