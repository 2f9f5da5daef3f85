#include "kernels/probe_plan.h"
#include "kernels/simd.h"

namespace smelt::kernels {

// The pair of instructions that int8 products take without VNNI: bytes to sums of two in 16 bits, those to sums of four
// in 32 bits.
double probe_int8_avx2(int64_t rounds, float* sink) {
#if defined(__AVX2__)
  constexpr int kChains = 8;
  __m256i sums[kChains];
  __m256i a[kChains];
  for (int i = 0; i < kChains; ++i) {
    sums[i] = _mm256_setzero_si256();
    a[i] = _mm256_set1_epi8(static_cast<char>(i));
  }
  const __m256i b = _mm256_castps_si256(_mm256_loadu_ps(sink));
  const __m256i ones = _mm256_set1_epi16(1);
  for (int64_t r = 0; r < rounds; ++r) {
    __asm__ volatile("" : : "r"(a) : "memory");
#pragma GCC unroll 8
    for (int i = 0; i < kChains; ++i) {
      const __m256i pairs = _mm256_maddubs_epi16(_mm256_loadu_si256(a + i), b);
      sums[i] = _mm256_add_epi32(sums[i], _mm256_madd_epi16(pairs, ones));
    }
  }
  for (int i = 1; i < kChains; ++i) {
    sums[0] = _mm256_add_epi32(sums[0], sums[i]);
  }
  _mm256_storeu_ps(sink + 8, _mm256_cvtepi32_ps(sums[0]));
  return static_cast<double>(rounds) * kChains * 64;
#else
  return static_cast<double>(rounds) * static_cast<double>(sink[0]) * 0.0;
#endif
}

}  // namespace smelt::kernels
