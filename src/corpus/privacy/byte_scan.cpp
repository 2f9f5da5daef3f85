#include "corpus/privacy/byte_scan.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#else
#include "corpus/privacy/characters.h"
#endif

namespace smelt {

#if defined(__SSE2__)

namespace {

// Bytes of v in [first, first + count), compared without sign.
__m128i in_range(__m128i v, char first, char count) {
  const __m128i offset = _mm_sub_epi8(v, _mm_set1_epi8(first));
  return _mm_cmpeq_epi8(_mm_min_epu8(offset, _mm_set1_epi8(static_cast<char>(count - 1))), offset);
}

uint64_t bits(__m128i mask) {
  return static_cast<uint64_t>(static_cast<uint32_t>(_mm_movemask_epi8(mask)));
}

}  // namespace

ByteMasks scan_block(const char* bytes) {
  ByteMasks masks;
  for (int part = 0; part < 4; ++part) {
    const int shift = 16 * part;
    const __m128i v = _mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes + shift));
    const __m128i digit = in_range(v, '0', 10);
    const __m128i hyphen = _mm_cmpeq_epi8(v, _mm_set1_epi8('-'));
    const __m128i letter = in_range(_mm_or_si128(v, _mm_set1_epi8(0x20)), 'a', 26);
    const __m128i other = _mm_or_si128(hyphen, _mm_cmpeq_epi8(v, _mm_set1_epi8('_')));
    masks.at |= bits(_mm_cmpeq_epi8(v, _mm_set1_epi8('@'))) << shift;
    masks.colon |= bits(_mm_cmpeq_epi8(v, _mm_set1_epi8(':'))) << shift;
    masks.hyphen |= bits(hyphen) << shift;
    masks.digit |= bits(digit) << shift;
    masks.run |= bits(_mm_or_si128(_mm_or_si128(digit, letter), other)) << shift;
  }
  return masks;
}

#else

ByteMasks scan_block(const char* bytes) {
  ByteMasks masks;
  for (int i = 0; i < 64; ++i) {
    const char c = bytes[i];
    const auto bit = [i](bool set) { return static_cast<uint64_t>(set) << i; };
    masks.at |= bit(c == '@');
    masks.colon |= bit(c == ':');
    masks.hyphen |= bit(c == '-');
    masks.digit |= bit(is_digit(c));
    masks.run |= bit(is_alphanumeric(c) || c == '_' || c == '-');
  }
  return masks;
}

#endif

}  // namespace smelt
