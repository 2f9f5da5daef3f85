// 64 bytes compared at once: bit i of an answer is for byte i.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace smelt {

class ByteBlock {
 public:
  static constexpr size_t kSize = 64;

#if defined(__SSE2__)
  // Of 64 readable bytes.
  explicit ByteBlock(const char* bytes) {
    for (size_t part = 0; part < kParts; ++part) {
      parts_[part] = _mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes + 16 * part));
    }
  }

  uint64_t equal(char c) const {
    return each([c](__m128i v) { return _mm_cmpeq_epi8(v, _mm_set1_epi8(c)); });
  }
  // [first, first + count), as numbers without sign.
  uint64_t in_range(char first, char count) const {
    return each([=](__m128i v) { return in_range(v, first, count); });
  }
  uint64_t letters() const {  // a to z, A to Z
    return each([](__m128i v) { return in_range(_mm_or_si128(v, _mm_set1_epi8(0x20)), 'a', 26); });
  }
  uint64_t high() const {  // 0x80 and above: parts of longer characters
    return each([](__m128i v) { return v; });
  }

 private:
  static __m128i in_range(__m128i v, char first, char count) {
    const __m128i offset = _mm_sub_epi8(v, _mm_set1_epi8(first));
    return _mm_cmpeq_epi8(_mm_min_epu8(offset, _mm_set1_epi8(static_cast<char>(count - 1))), offset);
  }
  template <class Compare>
  uint64_t each(Compare compare) const {
    uint64_t bits = 0;
    for (size_t part = 0; part < kParts; ++part) {
      bits |= uint64_t{static_cast<uint32_t>(_mm_movemask_epi8(compare(parts_[part])))} << 16 * part;
    }
    return bits;
  }

  static constexpr size_t kParts = kSize / sizeof(__m128i);
  __m128i parts_[kParts];  // std::array drops the attributes of the type
#else
  explicit ByteBlock(const char* bytes) { std::memcpy(bytes_, bytes, kSize); }

  uint64_t equal(char c) const {
    return each([c](unsigned char v) { return v == static_cast<unsigned char>(c); });
  }
  uint64_t in_range(char first, char count) const {
    return each([=](unsigned char v) { return static_cast<unsigned char>(v - first) < count; });
  }
  uint64_t letters() const {
    return each([](unsigned char v) { return static_cast<unsigned char>((v | 0x20) - 'a') < 26; });
  }
  uint64_t high() const {
    return each([](unsigned char v) { return v >= 0x80; });
  }

 private:
  template <class Compare>
  uint64_t each(Compare compare) const {
    uint64_t bits = 0;
    for (size_t i = 0; i < kSize; ++i) {
      bits |= uint64_t{compare(bytes_[i])} << i;
    }
    return bits;
  }
  unsigned char bytes_[kSize];
#endif
};

}  // namespace smelt
