// Searches over a page's bytes, sixteen at a time. Each stops at U+0000 as well, which follows every page
// (kHtmlPadding), so that none needs to know the end.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace smelt {

constexpr size_t kHtmlPadding = 32;  // bytes of U+0000 that stand after a page

inline bool is_html_space(char c) {
  return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f';
}
inline bool is_ascii_letter(char c) {
  return static_cast<unsigned char>((c | 0x20) - 'a') < 26;
}
inline bool is_ascii_alnum(char c) {
  return is_ascii_letter(c) || static_cast<unsigned char>(c - '0') < 10;
}

// The first of A, B, '\r' and '\0' at or after `p`.
template <char A, char B>
inline char* find_any(char* p) {
#if defined(__SSE2__)
  const __m128i a = _mm_set1_epi8(A);
  const __m128i b = _mm_set1_epi8(B);
  const __m128i cr = _mm_set1_epi8('\r');
  const __m128i nul = _mm_setzero_si128();
  while (true) {
    const __m128i v = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
    const __m128i hit = _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(v, a), _mm_cmpeq_epi8(v, b)),
                                     _mm_or_si128(_mm_cmpeq_epi8(v, cr), _mm_cmpeq_epi8(v, nul)));
    const auto mask = static_cast<unsigned>(_mm_movemask_epi8(hit));
    if (mask != 0) {
      return p + std::countr_zero(mask);
    }
    p += 16;
  }
#else
  while (*p != A && *p != B && *p != '\r' && *p != '\0') {
    ++p;
  }
  return p;
#endif
}

// What ends a name: 1 a tag's name, 2 an attribute's name, 4 an unquoted value; 8: a capital letter.
enum HtmlCharClass : uint8_t { kEndsTagName = 1, kEndsAttributeName = 2, kEndsUnquoted = 4, kCapital = 8 };

constexpr std::array<uint8_t, 256> make_html_classes() {
  std::array<uint8_t, 256> classes{};
  for (const char c : {' ', '\n', '\t', '\r', '\f', '>', '\0'}) {
    classes[static_cast<unsigned char>(c)] = kEndsTagName | kEndsAttributeName | kEndsUnquoted;
  }
  classes['/'] = kEndsTagName | kEndsAttributeName;
  classes['='] = kEndsAttributeName;
  classes['&'] = kEndsUnquoted;
  for (unsigned char c = 'A'; c <= 'Z'; ++c) {
    classes[c] = kCapital;
  }
  return classes;
}
inline constexpr std::array<uint8_t, 256> kHtmlClasses = make_html_classes();

inline uint8_t html_class(char c) {
  return kHtmlClasses[static_cast<unsigned char>(c)];
}

}  // namespace smelt
