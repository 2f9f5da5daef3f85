// One float vector for every instruction set: a thin wrapper over what the file is compiled for (AVX-512, AVX2 + FMA,
// else four floats of the compiler's own vectors). Kernels written over it are compiled once per instruction set
// (deps.cmake) and chosen at run time.
//
// Everything is in namespace SMELT_SIMD, whose name differs per instruction set, so that copies never mix at link time.
// fma() rounds once where the instruction set has FMA and twice in the generic build: results may differ between
// instruction sets, never between threads.
#pragma once

#include <cstdint>
#include <cstring>

#if defined(__AVX2__) || defined(__AVX512F__)
#include <immintrin.h>
#endif

#if defined(__AVX512F__)
#define SMELT_SIMD simd_avx512
#elif defined(__AVX2__)
#define SMELT_SIMD simd_avx2
#else
#define SMELT_SIMD simd_generic
#endif

#define SMELT_INLINE inline __attribute__((always_inline))

namespace smelt::kernels {
namespace SMELT_SIMD {

#if defined(__AVX512F__)

constexpr int kWidth = 16;

struct Mask {
  __mmask16 v;
};

struct Vec {
  __m512 v;
};

SMELT_INLINE Mask first_lanes(int64_t n) {
  return {static_cast<__mmask16>(n >= 16 ? 0xFFFFU : (1U << static_cast<unsigned>(n)) - 1U)};
}
SMELT_INLINE Vec zero() {
  return {_mm512_setzero_ps()};
}
SMELT_INLINE Vec set1(float x) {
  return {_mm512_set1_ps(x)};
}
SMELT_INLINE Vec load(const float* p) {
  return {_mm512_loadu_ps(p)};
}
SMELT_INLINE void store(float* p, Vec x) {
  _mm512_storeu_ps(p, x.v);
}
SMELT_INLINE Vec load(const float* p, Mask m) {
  return {_mm512_maskz_loadu_ps(m.v, p)};
}
SMELT_INLINE void store(float* p, Vec x, Mask m) {
  _mm512_mask_storeu_ps(p, m.v, x.v);
}
SMELT_INLINE Vec operator+(Vec a, Vec b) {
  return {_mm512_add_ps(a.v, b.v)};
}
SMELT_INLINE Vec operator-(Vec a, Vec b) {
  return {_mm512_sub_ps(a.v, b.v)};
}
SMELT_INLINE Vec operator*(Vec a, Vec b) {
  return {_mm512_mul_ps(a.v, b.v)};
}
SMELT_INLINE Vec operator/(Vec a, Vec b) {
  return {_mm512_div_ps(a.v, b.v)};
}
SMELT_INLINE Vec fma(Vec a, Vec b, Vec c) {
  return {_mm512_fmadd_ps(a.v, b.v, c.v)};
}
SMELT_INLINE Vec fnma(Vec a, Vec b, Vec c) {
  return {_mm512_fnmadd_ps(a.v, b.v, c.v)};
}
SMELT_INLINE Vec max(Vec a, Vec b) {
  return {_mm512_max_ps(a.v, b.v)};
}
SMELT_INLINE Vec min(Vec a, Vec b) {
  return {_mm512_min_ps(a.v, b.v)};
}
SMELT_INLINE Vec sqrt(Vec a) {
  return {_mm512_sqrt_ps(a.v)};
}
SMELT_INLINE Mask less(Vec a, Vec b) {
  return {_mm512_cmp_ps_mask(a.v, b.v, _CMP_LT_OQ)};
}
SMELT_INLINE Vec select(Mask m, Vec a, Vec b) {
  return {_mm512_mask_blend_ps(m.v, b.v, a.v)};
}
// kWidth bf16 values, widened.
SMELT_INLINE Vec load_bf16(const uint16_t* p) {
  const __m512i wide = _mm512_cvtepu16_epi32(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)));
  return {_mm512_castsi512_ps(_mm512_slli_epi32(wide, 16))};
}
// x * 2^n for the n that magic_n holds in its low mantissa bits.
SMELT_INLINE Vec scale_by_power(Vec x, Vec magic_n) {
  const __m512i shifted = _mm512_slli_epi32(_mm512_castps_si512(magic_n.v), 23);
  return {_mm512_castsi512_ps(_mm512_add_epi32(_mm512_castps_si512(x.v), shifted))};
}

#elif defined(__AVX2__)

constexpr int kWidth = 8;

struct Mask {
  __m256 v;
};

struct Vec {
  __m256 v;
};

SMELT_INLINE Mask first_lanes(int64_t n) {
  const __m256i lane = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
  return {_mm256_castsi256_ps(_mm256_cmpgt_epi32(_mm256_set1_epi32(static_cast<int>(n >= 8 ? 8 : n)), lane))};
}
SMELT_INLINE Vec zero() {
  return {_mm256_setzero_ps()};
}
SMELT_INLINE Vec set1(float x) {
  return {_mm256_set1_ps(x)};
}
SMELT_INLINE Vec load(const float* p) {
  return {_mm256_loadu_ps(p)};
}
SMELT_INLINE void store(float* p, Vec x) {
  _mm256_storeu_ps(p, x.v);
}
SMELT_INLINE Vec load(const float* p, Mask m) {
  return {_mm256_maskload_ps(p, _mm256_castps_si256(m.v))};
}
SMELT_INLINE void store(float* p, Vec x, Mask m) {
  _mm256_maskstore_ps(p, _mm256_castps_si256(m.v), x.v);
}
SMELT_INLINE Vec operator+(Vec a, Vec b) {
  return {_mm256_add_ps(a.v, b.v)};
}
SMELT_INLINE Vec operator-(Vec a, Vec b) {
  return {_mm256_sub_ps(a.v, b.v)};
}
SMELT_INLINE Vec operator*(Vec a, Vec b) {
  return {_mm256_mul_ps(a.v, b.v)};
}
SMELT_INLINE Vec operator/(Vec a, Vec b) {
  return {_mm256_div_ps(a.v, b.v)};
}
SMELT_INLINE Vec fma(Vec a, Vec b, Vec c) {
  return {_mm256_fmadd_ps(a.v, b.v, c.v)};
}
SMELT_INLINE Vec fnma(Vec a, Vec b, Vec c) {
  return {_mm256_fnmadd_ps(a.v, b.v, c.v)};
}
SMELT_INLINE Vec max(Vec a, Vec b) {
  return {_mm256_max_ps(a.v, b.v)};
}
SMELT_INLINE Vec min(Vec a, Vec b) {
  return {_mm256_min_ps(a.v, b.v)};
}
SMELT_INLINE Vec sqrt(Vec a) {
  return {_mm256_sqrt_ps(a.v)};
}
SMELT_INLINE Mask less(Vec a, Vec b) {
  return {_mm256_cmp_ps(a.v, b.v, _CMP_LT_OQ)};
}
SMELT_INLINE Vec select(Mask m, Vec a, Vec b) {
  return {_mm256_blendv_ps(b.v, a.v, m.v)};
}
SMELT_INLINE Vec load_bf16(const uint16_t* p) {
  const __m256i wide = _mm256_cvtepu16_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)));
  return {_mm256_castsi256_ps(_mm256_slli_epi32(wide, 16))};
}
SMELT_INLINE Vec scale_by_power(Vec x, Vec magic_n) {
  const __m256i shifted = _mm256_slli_epi32(_mm256_castps_si256(magic_n.v), 23);
  return {_mm256_castsi256_ps(_mm256_add_epi32(_mm256_castps_si256(x.v), shifted))};
}

#else

constexpr int kWidth = 4;
using Float4 = float __attribute__((vector_size(16)));
using Int4 = int32_t __attribute__((vector_size(16)));

struct Mask {
  Int4 v;
};

struct Vec {
  Float4 v;
};

SMELT_INLINE Mask first_lanes(int64_t n) {
  const auto count = static_cast<int32_t>(n >= 4 ? 4 : n);
  return {Int4{0, 1, 2, 3} < Int4{count, count, count, count}};
}
SMELT_INLINE Vec zero() {
  return {Float4{0, 0, 0, 0}};
}
SMELT_INLINE Vec set1(float x) {
  return {Float4{x, x, x, x}};
}
SMELT_INLINE Vec load(const float* p) {
  Vec x;
  std::memcpy(&x.v, p, sizeof(x.v));
  return x;
}
SMELT_INLINE void store(float* p, Vec x) {
  std::memcpy(p, &x.v, sizeof(x.v));
}
SMELT_INLINE Vec load(const float* p, Mask m) {
  Vec x = zero();
  for (int i = 0; i < 4; ++i) {
    if (m.v[i] != 0) {
      x.v[i] = p[i];
    }
  }
  return x;
}
SMELT_INLINE void store(float* p, Vec x, Mask m) {
  for (int i = 0; i < 4; ++i) {
    if (m.v[i] != 0) {
      p[i] = x.v[i];
    }
  }
}
SMELT_INLINE Vec operator+(Vec a, Vec b) {
  return {a.v + b.v};
}
SMELT_INLINE Vec operator-(Vec a, Vec b) {
  return {a.v - b.v};
}
SMELT_INLINE Vec operator*(Vec a, Vec b) {
  return {a.v * b.v};
}
SMELT_INLINE Vec operator/(Vec a, Vec b) {
  return {a.v / b.v};
}
SMELT_INLINE Vec fma(Vec a, Vec b, Vec c) {
  return {a.v * b.v + c.v};
}
SMELT_INLINE Vec fnma(Vec a, Vec b, Vec c) {
  return {c.v - a.v * b.v};
}
// As the x86 instructions: the second operand where either is NaN.
SMELT_INLINE Vec max(Vec a, Vec b) {
  return {a.v > b.v ? a.v : b.v};
}
SMELT_INLINE Vec min(Vec a, Vec b) {
  return {a.v < b.v ? a.v : b.v};
}
SMELT_INLINE Vec sqrt(Vec a) {
  for (int i = 0; i < 4; ++i) {
    a.v[i] = __builtin_sqrtf(a.v[i]);
  }
  return a;
}
SMELT_INLINE Mask less(Vec a, Vec b) {
  return {a.v < b.v};
}
SMELT_INLINE Vec select(Mask m, Vec a, Vec b) {
  return {m.v ? a.v : b.v};
}
SMELT_INLINE Vec load_bf16(const uint16_t* p) {
  const uint32_t wide[4] = {static_cast<uint32_t>(p[0]) << 16, static_cast<uint32_t>(p[1]) << 16,
                            static_cast<uint32_t>(p[2]) << 16, static_cast<uint32_t>(p[3]) << 16};
  Vec x;
  std::memcpy(&x.v, wide, sizeof(wide));
  return x;
}
SMELT_INLINE Vec scale_by_power(Vec x, Vec magic_n) {
  using Bits4 = uint32_t __attribute__((vector_size(16)));
  Bits4 bits;
  Bits4 power;
  std::memcpy(&bits, &x.v, sizeof(bits));
  std::memcpy(&power, &magic_n.v, sizeof(power));
  bits += power << 23;
  std::memcpy(&x.v, &bits, sizeof(bits));
  return x;
}

#endif

// The first n floats (any n >= 0; from kWidth on a whole vector); the other lanes are zero, and memory behind them is
// not touched.
SMELT_INLINE Vec load_n(const float* p, int64_t n) {
  return n >= kWidth ? load(p) : load(p, first_lanes(n));
}
SMELT_INLINE void store_n(float* p, Vec x, int64_t n) {
  if (n >= kWidth) {
    store(p, x);
  } else {
    store(p, x, first_lanes(n));
  }
}

// Sum of the lanes, always in the same order: halves are folded.
SMELT_INLINE float sum_lanes(Vec x) {
  float lanes[kWidth];
  store(lanes, x);
  for (int half = kWidth / 2; half > 0; half /= 2) {
    for (int i = 0; i < half; ++i) {
      lanes[i] += lanes[i + half];
    }
  }
  return lanes[0];
}

// Largest lane. A NaN lane may be lost: test for it apart where it matters.
SMELT_INLINE float max_lane(Vec x) {
  float lanes[kWidth];
  store(lanes, x);
  float best = lanes[0];
  for (int i = 1; i < kWidth; ++i) {
    best = lanes[i] > best ? lanes[i] : best;
  }
  return best;
}

// e^x to about 1.5 units in the last place. Below -86.6 it is 0; above 88 it stays e^88 (no infinity); NaN stays NaN.
// 2^n * e^r with n = round(x / ln 2), |r| <= ln(2) / 2, and e^r by its Taylor polynomial of degree 7 (remainder 5e-9).
SMELT_INLINE Vec exp(Vec x) {
  const Vec low = set1(-86.6F);
  const Mask underflow = less(x, low);
  const Vec clamped = min(set1(88.0F), max(low, x));
  const Vec magic = set1(12582912.0F);  // 1.5 * 2^23: adding it rounds to an integer kept in the low mantissa bits
  const Vec magic_n = fma(clamped, set1(1.44269504F), magic);
  const Vec n = magic_n - magic;
  // ln 2 in two parts; the first has 9 significant bits, so that n times it is exact.
  Vec r = fnma(n, set1(0.693359375F), clamped);
  r = fnma(n, set1(-2.12194440e-4F), r);
  Vec p = set1(1.0F / 5040.0F);
  p = fma(p, r, set1(1.0F / 720.0F));
  p = fma(p, r, set1(1.0F / 120.0F));
  p = fma(p, r, set1(1.0F / 24.0F));
  p = fma(p, r, set1(1.0F / 6.0F));
  p = fma(p, r, set1(0.5F));
  p = fma(p, r, set1(1.0F));
  p = fma(p, r, set1(1.0F));
  // The difference is 0, or NaN where x is: a NaN's payload must not reach the exponent by the shift alone.
  return select(underflow, zero(), scale_by_power(p, magic_n) + (clamped - clamped));
}

// 1 / (1 + e^-x).
SMELT_INLINE Vec sigmoid(Vec x) {
  return set1(1.0F) / (set1(1.0F) + exp(zero() - x));
}

}  // namespace SMELT_SIMD
}  // namespace smelt::kernels
