#include "kernels/probe_plan.h"
#include "kernels/simd.h"

namespace smelt::kernels {

double probe_bf16_avx512bf16(int64_t rounds, float* sink) {
#if defined(__AVX512BF16__)
  constexpr int kChains = 12;
  __m512 sums[kChains];
  for (int i = 0; i < kChains; ++i) {
    sums[i] = _mm512_set1_ps(static_cast<float>(i));
  }
  const __m512bh a = _mm512_cvtne2ps_pbh(_mm512_set1_ps(0.5F), _mm512_set1_ps(0.5F));
  const __m512bh b = _mm512_cvtne2ps_pbh(_mm512_loadu_ps(sink), _mm512_loadu_ps(sink + 16));
  for (int64_t r = 0; r < rounds; ++r) {
#pragma GCC unroll 12
    for (int i = 0; i < kChains; ++i) {
      sums[i] = _mm512_dpbf16_ps(sums[i], a, b);
      __asm__ volatile("" : "+v"(sums[i]));
    }
  }
  for (int i = 1; i < kChains; ++i) {
    sums[0] = _mm512_add_ps(sums[0], sums[i]);
  }
  _mm512_storeu_ps(sink + 32, sums[0]);
  return static_cast<double>(rounds) * kChains * 64;
#else
  return static_cast<double>(rounds) * static_cast<double>(sink[0]) * 0.0;
#endif
}

}  // namespace smelt::kernels
