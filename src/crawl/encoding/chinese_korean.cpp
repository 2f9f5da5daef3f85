// gb18030, Big5 and EUC-KR.
#include <algorithm>

#include "crawl/encoding/decoders.h"
#include "crawl/encoding/tables.h"
#include "crawl/encoding/utf8_writer.h"

namespace smelt {
namespace {

bool is_between(Byte byte, Byte low, Byte high) {
  return byte >= low && byte <= high;
}

// "Index gb18030 ranges code point"; 0: none.
uint32_t range_code_point(uint32_t pointer) {
  if ((pointer > 39419 && pointer < 189000) || pointer > 1237575) {
    return 0;
  }
  if (pointer == 7457) {
    return 0xE7C7;
  }
  const auto after = std::upper_bound(kGb18030Ranges.begin(), kGb18030Ranges.end(), pointer,
                                      [](uint32_t p, const Gb18030Range& range) { return p < range.pointer; });
  const Gb18030Range& range = *(after - 1);
  return range.code_point + pointer - range.pointer;
}

// The four bytes at `in`, of which the first is a lead byte and the second a digit. How many were read: 4, or 1 where
// they are no sequence, since all but the first are to be read again.
size_t put_four_bytes(const Byte* in, const Byte* end, Utf8Writer& out) {
  const auto left = static_cast<size_t>(end - in);
  if ((left > 2 && !is_between(in[2], 0x81, 0xFE)) || (left > 3 && !is_between(in[3], '0', '9'))) {
    out.error();
    return 1;
  }
  if (left < 4) {
    out.error();
    return left;
  }
  const uint32_t code =
      range_code_point((in[0] - 0x81U) * 12600 + (in[1] - 0x30U) * 1260 + (in[2] - 0x81U) * 10 + (in[3] - 0x30U));
  out.put_or_error(code);
  return 4;
}

// Sequences of two bytes whose first is 0x81 to 0xFE. `code_point(lead, trail, out)` gives 0 where there is none, and
// may write itself and give kWritten; other bytes above 0x7F are `single`'s.
constexpr uint32_t kWritten = 1;

template <class CodePoint>
std::string decode_pairs(std::string_view bytes, CodePoint code_point) {
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
    if (!is_between(*in, 0x81, 0xFE) || end - in < 2) {
      out.error();
      ++in;
      continue;
    }
    const uint32_t code = code_point(in[0], in[1], out);
    if (code > kWritten) {
      out.put(code);
    } else if (code == 0) {
      out.error();
    }
    in += code == 0 && in[1] < 0x80 ? 1 : 2;
  }
  return out.take();
}

}  // namespace

std::string decode_gb18030(std::string_view bytes) {
  const EncodingIndex& index = gb18030_index();
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
    if (*in == 0x80) {
      out.put(0x20AC);
      ++in;
    } else if (*in == 0xFF || end - in < 2) {
      out.error();
      ++in;
    } else if (is_between(in[1], '0', '9')) {
      in += put_four_bytes(in, end, out);
    } else {
      const Byte trail = in[1];
      const bool is_trail = is_between(trail, 0x40, 0x7E) || is_between(trail, 0x80, 0xFE);
      const uint32_t code = is_trail ? index[(in[0] - 0x81U) * 190 + trail - (trail < 0x7F ? 0x40U : 0x41U)] : 0;
      out.put_or_error(code);
      in += code == 0 && trail < 0x80 ? 1 : 2;
    }
  }
  return out.take();
}

std::string decode_big5(std::string_view bytes) {
  const EncodingIndex& index = big5_index();
  return decode_pairs(bytes, [&index](Byte lead, Byte trail, Utf8Writer& out) -> uint32_t {
    if (!is_between(trail, 0x40, 0x7E) && !is_between(trail, 0xA1, 0xFE)) {
      return 0;
    }
    const uint32_t pointer = (lead - 0x81U) * 157 + trail - (trail < 0x7F ? 0x40U : 0x62U);
    // Letters with two marks, which Unicode writes as two code points.
    if (pointer == 1133 || pointer == 1135 || pointer == 1164 || pointer == 1166) {
      out.put(pointer < 1164 ? 0x00CA : 0x00EA);
      out.put(pointer == 1133 || pointer == 1164 ? 0x0304 : 0x030C);
      return kWritten;
    }
    return index[pointer];
  });
}

std::string decode_euc_kr(std::string_view bytes) {
  const EncodingIndex& index = euc_kr_index();
  return decode_pairs(bytes, [&index](Byte lead, Byte trail, Utf8Writer&) {
    return is_between(trail, 0x41, 0xFE) ? index[(lead - 0x81U) * 190 + trail - 0x41U] : 0;
  });
}

}  // namespace smelt
