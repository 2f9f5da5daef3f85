// UTF-8 as the decoders write it.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <utility>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "base/text.h"

namespace smelt {

using Byte = unsigned char;

// How many bytes from `in` on are ASCII.
inline size_t ascii_run(const Byte* in, const Byte* end) {
  const Byte* p = in;
#if defined(__SSE2__)
  while (end - p >= 16) {
    const int mask = _mm_movemask_epi8(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)));
    if (mask != 0) {
      return static_cast<size_t>(p - in) + static_cast<size_t>(std::countr_zero(static_cast<unsigned>(mask)));
    }
    p += 16;
  }
#endif
  while (p < end && *p < 0x80) {
    ++p;
  }
  return static_cast<size_t>(p - in);
}

class Utf8Writer {
 public:
  explicit Utf8Writer(size_t input_bytes) { grow(input_bytes + input_bytes / 2 + kSlack); }

  // Room for `bytes` more; the other calls but copy() take it for granted.
  void ensure(size_t bytes) {
    if (static_cast<size_t>(end_ - out_) < bytes) {
      grow(text_.size() + std::max(text_.size() / 2, bytes + kSlack));
    }
  }
  void put_ascii(Byte byte) { *out_++ = static_cast<char>(byte); }
  void put(uint32_t code) {
    if (code < 0x80) {
      put_byte(code);
    } else if (code < 0x800) {
      put_byte(0xC0 | (code >> 6));
      put_byte(0x80 | (code & 0x3F));
    } else if (code < 0x10000) {
      put_byte(0xE0 | (code >> 12));
      put_byte(0x80 | ((code >> 6) & 0x3F));
      put_byte(0x80 | (code & 0x3F));
    } else {
      put_byte(0xF0 | (code >> 18));
      put_byte(0x80 | ((code >> 12) & 0x3F));
      put_byte(0x80 | ((code >> 6) & 0x3F));
      put_byte(0x80 | (code & 0x3F));
    }
  }
  // Writes four bytes of which `length` count.
  void put_short(const char* bytes, size_t length) {
    std::memcpy(out_, bytes, 4);
    out_ += length;
  }
  void copy(const Byte* bytes, size_t count) {
    ensure(count);
    std::memcpy(out_, bytes, count);
    out_ += count;
  }
  void error() { put(kReplacementCharacter); }
  // 0 stands for no code point.
  void put_or_error(uint32_t code) { put(code == 0 ? kReplacementCharacter : code); }
  std::string take() {
    text_.resize(static_cast<size_t>(out_ - text_.data()));
    return std::move(text_);
  }

 private:
  static constexpr size_t kSlack = 64;
  void put_byte(uint32_t byte) { *out_++ = static_cast<char>(byte); }
  void grow(size_t size) {
    const auto used = out_ == nullptr ? 0 : static_cast<size_t>(out_ - text_.data());
    text_.resize(size);
    out_ = text_.data() + used;
    end_ = text_.data() + text_.size();
  }

  std::string text_;
  char* out_ = nullptr;
  char* end_ = nullptr;
};

}  // namespace smelt
