// The scan of blocks, compiled once per instruction set (word_scanner_generic.cpp, word_scanner_avx2.cpp). All of it
// has internal linkage.
#pragma once

#include <cstdint>
#include <cstring>

#include "tokens/split/word_scanner.h"

#if defined(__AVX2__)
#include <immintrin.h>
#elif defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace smelt {
namespace {

#define SMELT_INLINE inline __attribute__((always_inline))
#define SMELT_LAMBDA __attribute__((always_inline))

#if defined(__AVX2__)
struct Bytes {
  static constexpr int kWidth = 32;
  __m256i v;
  static SMELT_INLINE Bytes load(const char* p) { return {_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p))}; }
  SMELT_INLINE uint64_t equal(char c) const { return bits(_mm256_cmpeq_epi8(v, _mm256_set1_epi8(c))); }
  // [first, first + count) as numbers without sign, of the bytes with `set` bits set.
  SMELT_INLINE uint64_t in_range(char first, char count, char set = 0) const {
    const __m256i offset = _mm256_sub_epi8(_mm256_or_si256(v, _mm256_set1_epi8(set)), _mm256_set1_epi8(first));
    return bits(_mm256_cmpeq_epi8(_mm256_min_epu8(offset, _mm256_set1_epi8(static_cast<char>(count - 1))), offset));
  }
  SMELT_INLINE uint64_t high() const { return bits(v); }
  static SMELT_INLINE uint64_t bits(__m256i m) { return static_cast<uint32_t>(_mm256_movemask_epi8(m)); }
};
#elif defined(__SSE2__)
struct Bytes {
  static constexpr int kWidth = 16;
  __m128i v;
  static SMELT_INLINE Bytes load(const char* p) { return {_mm_loadu_si128(reinterpret_cast<const __m128i*>(p))}; }
  SMELT_INLINE uint64_t equal(char c) const { return bits(_mm_cmpeq_epi8(v, _mm_set1_epi8(c))); }
  SMELT_INLINE uint64_t in_range(char first, char count, char set = 0) const {
    const __m128i offset = _mm_sub_epi8(_mm_or_si128(v, _mm_set1_epi8(set)), _mm_set1_epi8(first));
    return bits(_mm_cmpeq_epi8(_mm_min_epu8(offset, _mm_set1_epi8(static_cast<char>(count - 1))), offset));
  }
  SMELT_INLINE uint64_t high() const { return bits(v); }
  static SMELT_INLINE uint64_t bits(__m128i m) { return static_cast<uint32_t>(_mm_movemask_epi8(m)); }
};
#else
struct Bytes {
  static constexpr int kWidth = 8;
  unsigned char v[kWidth];
  static SMELT_INLINE Bytes load(const char* p) {
    Bytes b;
    std::memcpy(b.v, p, kWidth);
    return b;
  }
  SMELT_INLINE uint64_t equal(char c) const { return in_range(c, 1); }
  SMELT_INLINE uint64_t in_range(char first, char count, char set = 0) const {
    uint64_t bits = 0;
    for (int i = 0; i < kWidth; ++i) {
      const auto offset = static_cast<unsigned char>((v[i] | static_cast<unsigned char>(set)) - first);
      bits |= uint64_t{offset < count} << i;
    }
    return bits;
  }
  SMELT_INLINE uint64_t high() const {
    uint64_t bits = 0;
    for (int i = 0; i < kWidth; ++i) {
      bits |= uint64_t{v[i] >= 0x80} << i;
    }
    return bits;
  }
};
#endif

constexpr int kBlock = 64;

// Bit i of each is for byte i of a block.
struct BlockClasses {
  uint64_t letter = 0;
  uint64_t upper = 0;
  uint64_t digit = 0;
  uint64_t space = 0;    // all white space
  uint64_t blank = 0;    // U+0020
  uint64_t newline = 0;  // \r, \n
  uint64_t apostrophe = 0;
  uint64_t slash = 0;
  uint64_t symbol = 0;  // first bytes of known symbols of three bytes
  uint64_t high = 0;    // what is not ASCII and not known
};

template <SplitFamily kFamily>
SMELT_INLINE BlockClasses classes_of(const char* p) {
  BlockClasses out;
  for (int at = 0; at < kBlock; at += Bytes::kWidth) {
    const Bytes bytes = Bytes::load(p + at);
    out.letter |= bytes.in_range('a', 26, 0x20) << at;
    out.digit |= bytes.in_range('0', 10) << at;
    out.blank |= bytes.equal(' ') << at;
    out.space |= bytes.in_range('\t', 5) << at;
    out.apostrophe |= bytes.equal('\'') << at;
    out.high |= bytes.high() << at;
    if constexpr (kFamily != SplitFamily::kGpt2) {
      out.newline |= (bytes.equal('\n') | bytes.equal('\r')) << at;
    }
    if constexpr (kFamily == SplitFamily::kTekken) {
      out.upper |= bytes.in_range('A', 26) << at;
      out.slash |= bytes.equal('/') << at;
    }
  }
  out.space |= out.blank;
  return out;
}

// The first bytes of characters that blocks know: of some symbols, and of letters of two bytes. With cases: U+00C0 to
// U+00FF, U+0400 to U+045F. Without: U+00C0 to U+02BF, U+0380 to U+047F, U+04C0 to U+04FF. There are a few other
// characters among them.
template <bool kCased>
struct KnownLeads {
  bool known[256] = {};
  constexpr KnownLeads() {
    for (const int byte : {0xC3, 0xD0, 0xD1, 0xE2}) {
      known[byte] = true;
    }
    for (const int byte : {0xC4, 0xC5, 0xC6, 0xC7, 0xC8, 0xC9, 0xCA, 0xCE, 0xCF, 0xD3}) {
      known[byte] = !kCased;
    }
  }
};
template <bool kCased>
constexpr KnownLeads<kCased> kKnownLeads;

// One bit a byte of a block.
template <class Test>
SMELT_INLINE uint64_t bits_of(const char* p, Test test) {
  uint64_t bits = 0;
  for (int at = 0; at < kBlock; at += Bytes::kWidth) {
    bits |= test(Bytes::load(p + at)) << at;
  }
  return bits;
}

SMELT_INLINE uint64_t equal(const char* p, int byte) {
  return bits_of(p, [byte](const Bytes& b) SMELT_LAMBDA { return b.equal(static_cast<char>(byte)); });
}
SMELT_INLINE uint64_t in_range(const char* p, int first, int count) {
  return bits_of(
      p, [=](const Bytes& b) SMELT_LAMBDA { return b.in_range(static_cast<char>(first), static_cast<char>(count)); });
}

// Makes letters of the known ones of two bytes.
template <bool kCased>
SMELT_INLINE void add_known_letters(const char* p, uint64_t c3, BlockClasses& c) {
  const uint64_t follows = in_range(p, 0x80, 0x40) >> 1;
  const uint64_t d0 = equal(p, 0xD0);
  const uint64_t d1 = equal(p, 0xD1);
  uint64_t first = c3 | d0 | d1;
  first &= ~(c3 & ((equal(p, 0x97) | equal(p, 0xB7)) >> 1));
  if constexpr (kCased) {
    first &= ~(d1 & (in_range(p, 0xA0, 0x20) >> 1)) & follows;
    const uint64_t upper = first & ((c3 & (in_range(p, 0x80, 0x1F) >> 1)) | (d0 & (in_range(p, 0x80, 0x30) >> 1)));
    c.upper |= upper | upper << 1;
  } else {
    first |= in_range(p, 0xC4, 7) | equal(p, 0xD3);
    if (const uint64_t greek = in_range(p, 0xCE, 2); greek != 0) {
      const uint64_t ce = equal(p, 0xCE);
      const uint64_t none = in_range(p, 0x80, 8) | equal(p, 0x8B) | equal(p, 0x8D) | equal(p, 0xA2);
      first |= greek & ~((ce & (none >> 1)) | (greek & ~ce & (equal(p, 0xB6) >> 1)));
    }
    first &= follows;
  }
  c.letter |= first | first << 1;
  c.high &= ~(first | first << 1);
}

// Makes symbols of U+2010 to U+2027 and U+2030 to U+203F: dashes, quotation marks, the ellipsis.
SMELT_INLINE void add_known_symbols(const char* p, uint64_t e2, BlockClasses& c) {
  const uint64_t third = in_range(p, 0x90, 0x18) | in_range(p, 0xB0, 0x10);
  c.symbol = e2 & (equal(p, 0x80) >> 1) & (third >> 2);
  c.high &= ~(c.symbol | c.symbol << 1 | c.symbol << 2);
}

template <bool kCased>
SMELT_INLINE void add_known(const char* p, BlockClasses& c) {
  if (const uint64_t e2 = equal(p, 0xE2); e2 != 0) {
    add_known_symbols(p, e2, c);
  }
  if (in_range(p, 0xC3, 17) != 0) {
    add_known_letters<kCased>(p, equal(p, 0xC3), c);
  }
}

SMELT_INLINE uint64_t below(int n) {  // n of [0, 64]
  return n >= 64 ? ~uint64_t{0} : (uint64_t{1} << n) - 1;
}
SMELT_INLINE int lowest(uint64_t bits) {
  return __builtin_ctzll(bits);
}
SMELT_INLINE int highest(uint64_t bits) {
  return 63 - __builtin_clzll(bits);
}
SMELT_INLINE uint64_t run_starts(uint64_t bits) {
  return bits & ~(bits << 1);
}

// The beginnings of words in a block whose byte 0 begins one; `hard` is the first byte that is not known to be text of
// known classes. Bit i is right where i + 1 < hard and i <= certain.
struct Starts {
  uint64_t bits;
  int certain;
};

// Contractions that begin a word end it too.
template <bool kAnyCase>
SMELT_INLINE uint64_t cut_contractions(uint64_t starts, uint64_t apostrophes, const char* block, const char* end) {
  for (; apostrophes != 0; apostrophes &= apostrophes - 1) {
    const int at = lowest(apostrophes);
    if (const int length = SplitScanner::contraction(block + at, end, kAnyCase); length != 0) {
      starts &= ~(uint64_t{2} << at);
      starts |= at + length < kBlock ? uint64_t{1} << (at + length) : 0;
    }
  }
  return starts;
}

// Contractions behind a word belong to it, one to each.
SMELT_INLINE uint64_t join_contractions(uint64_t starts, uint64_t apostrophes, const char* block, const char* end) {
  int begun = 0;
  for (; apostrophes != 0; apostrophes &= apostrophes - 1) {
    const int at = lowest(apostrophes);
    const int length = at == begun ? 0 : SplitScanner::contraction(block + at, end, true);
    if (length != 0) {
      begun = at + length;
      starts &= ~(below(begun) ^ below(at));
      starts |= begun < kBlock ? uint64_t{1} << begun : 0;
    }
  }
  return starts;
}

SMELT_INLINE Starts starts_gpt2(const BlockClasses& c, const char* block, const char* end) {
  const uint64_t other = ~(c.letter | c.digit | c.space);
  const uint64_t words = run_starts(c.letter) | run_starts(c.digit) | run_starts(other);
  const uint64_t starts = run_starts(c.space) | (c.space & (~c.space >> 1)) | (words & ~(c.blank << 1));
  return {cut_contractions<false>(starts, c.apostrophe & (starts | 1) & (c.letter >> 1), block, end), kBlock};
}

SMELT_INLINE uint64_t digit_starts(uint64_t digit, int most) {
  if (most == 1) {
    return digit;
  }
  uint64_t starts = run_starts(digit);
  if (most > 1) {
    uint64_t whole = digit;
    for (int i = 0; i < most; ++i) {
      whole &= whole << 1;
    }
    for (uint64_t next = (starts << most) & whole; next != 0; next = (next << most) & whole) {
      starts |= next;
    }
  }
  return starts;
}

// Behind the last line break of each run of white space.
SMELT_INLINE uint64_t after_line_breaks(uint64_t inner, uint64_t newline, uint64_t known) {
  uint64_t after = inner & (newline << 1);
  for (uint64_t more = (inner + after) & ~inner & newline & known; more != 0; more &= more - 1) {
    const uint64_t candidates = after & ((more & (~more + 1)) - 1);
    after ^= candidates == 0 ? 0 : uint64_t{1} << highest(candidates);
  }
  return after;
}

// Both newer families: white space is cut behind its last line break, symbols swallow the line breaks behind them, and
// one character before letters belongs to them.
template <bool kTekken>
SMELT_INLINE Starts starts_newer(const SplitRule& rule, const BlockClasses& c, int hard, const char* block,
                                 const char* end) {
  const uint64_t known = below(hard);
  const uint64_t other = ~(c.letter | c.digit | c.space);
  const uint64_t swallowed = c.newline & ~(c.newline + ((other << 1) & c.newline));
  const uint64_t space = c.space & ~swallowed;
  const uint64_t inner = space & ~c.newline;
  const uint64_t other_starts = run_starts(other) & ~(c.blank << 1);
  const uint64_t single = other_starts & ~(other >> 1);
  uint64_t letters = run_starts(c.letter) & ~((inner | single) << 1) & ~((other_starts & c.symbol) << 3);
  if constexpr (kTekken) {
    letters |= c.upper & ((c.letter & ~c.upper) << 1);
  }
  uint64_t starts = run_starts(space) | after_line_breaks(inner, c.newline & ~swallowed, known) |
                    (inner & (~c.space >> 1)) | other_starts | letters | digit_starts(c.digit, rule.max_digits);
  if constexpr (!kTekken) {
    starts = cut_contractions<true>(starts, c.apostrophe & (starts | 1) & (c.letter >> 1), block, end);
  } else if (rule.contraction_suffix) {
    starts = join_contractions(starts, c.apostrophe & (c.letter << 1) & (c.letter >> 1), block, end);
  }
  // White space that reaches the end of what is known may go on behind it.
  const uint64_t not_space = ~space & known;
  return {starts, not_space == 0 ? 0 : highest(not_space) + 1};
}

template <SplitFamily kFamily>
SMELT_INLINE uint64_t word_starts(const SplitRule& rule, const char* block, int left) {
  BlockClasses c = classes_of<kFamily>(block);
  if (c.high != 0) {
    add_known<kFamily == SplitFamily::kTekken>(block, c);
  }
  uint64_t not_known = c.high;
  if constexpr (kFamily == SplitFamily::kTekken) {
    not_known |= c.slash & (c.newline << 1);  // may be swallowed with the line breaks before it
  }
  int hard = left < kBlock ? left : kBlock;
  if (not_known != 0 && lowest(not_known) < hard) {
    hard = lowest(not_known);
  }
  if (hard < 2) {
    return 0;
  }
  const char* const end = block + left;
  Starts starts{};
  if constexpr (kFamily == SplitFamily::kGpt2) {
    starts = starts_gpt2(c, block, end);
  } else {
    starts = starts_newer < kFamily == SplitFamily::kTekken > (rule, c, hard, block, end);
  }
  const int certain = starts.certain + 1 < hard - 1 ? starts.certain + 1 : hard - 1;
  return starts.bits & below(certain) & ~uint64_t{1};
}

// Whether the word at p is worth a block: the first of its eight bytes that is not ASCII begins a letter that blocks
// know.
template <bool kCased>
SMELT_INLINE bool suits_block(const char* p, const char* end) {
  uint64_t bytes = 0;
  if (end - p >= 8) {
    std::memcpy(&bytes, p, 8);
  }
  const uint64_t high = bytes & 0x8080808080808080;
  return high == 0 || kKnownLeads<kCased>.known[static_cast<uint8_t>(p[lowest(high) >> 3])];
}

template <SplitFamily kFamily>
size_t scan_words(const SplitScanner& scanner, const char* p, const char* end, const char** ends, size_t count) {
  constexpr uint64_t kTop = uint64_t{1} << 63;  // never a certain beginning: keeps lowest() defined
  char padded[kBlock];
  const SplitRule rule = scanner.rule();
  size_t n = 0;
  while (n < count && p < end) {
    uint64_t starts = 0;
    if (suits_block < kFamily == SplitFamily::kTekken > (p, end)) {
      const char* block = p;
      auto left = end - p;
      if (left < kBlock) {
        std::memset(padded, 0, kBlock);
        std::memcpy(padded, p, static_cast<size_t>(left));
        block = padded;
      }
      starts = word_starts<kFamily>(rule, block, static_cast<int>(left < 4 * kBlock ? left : 4 * kBlock));
    }
    if (starts == 0) {
      p = scanner.next_word<kFamily>(p, end);
      ends[n++] = p;
      continue;
    }
    const auto words = static_cast<size_t>(__builtin_popcountll(starts));
    const char* const last = p + highest(starts);
    for (size_t i = 0; i < words; i += 4) {
      for (size_t k = 0; k < 4; ++k) {
        ends[n + i + k] = p + lowest(starts | kTop);
        starts &= starts - 1;
      }
    }
    n += words;
    p = last;
  }
  return n;
}

}  // namespace
}  // namespace smelt
