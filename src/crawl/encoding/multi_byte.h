// What the decoders of encodings with sequences of several bytes share.
#pragma once

#include <string>
#include <string_view>

#include "crawl/encoding/utf8_writer.h"

namespace smelt {

inline bool is_between(Byte byte, Byte low, Byte high) {
  return byte >= low && byte <= high;
}

// Copies runs of ASCII; `step(in, end, out)` decodes what begins with a byte above 0x7F at `in`: it writes at most 8
// bytes and moves `in` behind what it read, by one byte at least and not beyond `end`.
template <class Step>
std::string decode_runs(std::string_view bytes, Step step) {
  Utf8Writer out(bytes.size());
  const auto* in = reinterpret_cast<const Byte*>(bytes.data());
  const Byte* const end = in + bytes.size();
  while (in < end) {
    if (*in < 0x80) {
      const size_t run = ascii_run(in, end);
      out.copy(in, run);
      in += run;
      continue;
    }
    out.ensure(8);
    step(in, end, out);
  }
  return out.take();
}

// Writes what the two bytes at `in` stand for, `code` 0 for nothing, and moves behind them: an ASCII byte that ends no
// pair is read again.
inline void take_pair(const Byte*& in, uint32_t code, Utf8Writer& out) {
  if (code == 0) {
    out.error();
    in += in[1] < 0x80 ? 1 : 2;
  } else {
    out.put(code);
    in += 2;
  }
}

// Writes the error of one byte that begins nothing.
inline void take_stray(const Byte*& in, Utf8Writer& out) {
  out.error();
  ++in;
}

}  // namespace smelt
