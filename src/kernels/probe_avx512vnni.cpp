#include "kernels/probe_plan.h"
#include "kernels/simd.h"

namespace smelt::kernels {

double probe_int8_avx512vnni(int64_t rounds, float* sink) {
#if defined(__AVX512VNNI__)
  constexpr int kChains = 12;
  __m512i sums[kChains];
  for (int i = 0; i < kChains; ++i) {
    sums[i] = _mm512_set1_epi32(i);
  }
  const __m512i a = _mm512_set1_epi8(1);
  const __m512i b = _mm512_castps_si512(_mm512_loadu_ps(sink));
  for (int64_t r = 0; r < rounds; ++r) {
#pragma GCC unroll 12
    for (int i = 0; i < kChains; ++i) {
      sums[i] = _mm512_dpbusd_epi32(sums[i], a, b);
      // Keeps the compiler from folding the rounds into one.
      __asm__ volatile("" : "+v"(sums[i]));
    }
  }
  for (int i = 1; i < kChains; ++i) {
    sums[0] = _mm512_add_epi32(sums[0], sums[i]);
  }
  _mm512_storeu_ps(sink + 16, _mm512_cvtepi32_ps(sums[0]));
  return static_cast<double>(rounds) * kChains * 128;
#else
  return static_cast<double>(rounds) * static_cast<double>(sink[0]) * 0.0;
#endif
}

}  // namespace smelt::kernels
