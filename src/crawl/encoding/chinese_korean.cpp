// gb18030, Big5 and EUC-KR.
#include <algorithm>

#include "crawl/encoding/decoders.h"
#include "crawl/encoding/multi_byte.h"
#include "crawl/encoding/tables.h"

namespace smelt {
namespace {

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

// The four bytes at `in`, of which the first is a lead byte and the second a digit. Where they are no sequence, all but
// the first are read again.
void take_four_bytes(const Byte*& in, const Byte* end, Utf8Writer& out) {
  const auto left = static_cast<size_t>(end - in);
  if ((left > 2 && !is_between(in[2], 0x81, 0xFE)) || (left > 3 && !is_between(in[3], '0', '9'))) {
    take_stray(in, out);
  } else if (left < 4) {
    out.error();
    in = end;
  } else {
    out.put_or_error(
        range_code_point((in[0] - 0x81U) * 12600 + (in[1] - 0x30U) * 1260 + (in[2] - 0x81U) * 10 + (in[3] - 0x30U)));
    in += 4;
  }
}

// Sequences of two bytes whose first is 0x81 to 0xFE, which `pair(in, out)` reads.
template <class Pair>
std::string decode_pairs(std::string_view bytes, Pair pair) {
  return decode_runs(bytes, [&pair](const Byte*& in, const Byte* end, Utf8Writer& out) {
    if (is_between(*in, 0x81, 0xFE) && end - in >= 2) {
      pair(in, out);
    } else {
      take_stray(in, out);
    }
  });
}

}  // namespace

std::string decode_gb18030(std::string_view bytes) {
  const EncodingIndex& index = gb18030_index();
  return decode_runs(bytes, [&index](const Byte*& in, const Byte* end, Utf8Writer& out) {
    if (*in == 0x80) {
      out.put(0x20AC);
      ++in;
    } else if (*in == 0xFF || end - in < 2) {
      take_stray(in, out);
    } else if (is_between(in[1], '0', '9')) {
      take_four_bytes(in, end, out);
    } else {
      const Byte trail = in[1];
      const bool is_trail = is_between(trail, 0x40, 0x7E) || is_between(trail, 0x80, 0xFE);
      take_pair(in, is_trail ? index[(in[0] - 0x81U) * 190 + trail - (trail < 0x7F ? 0x40U : 0x41U)] : 0, out);
    }
  });
}

std::string decode_big5(std::string_view bytes) {
  const EncodingIndex& index = big5_index();
  return decode_pairs(bytes, [&index](const Byte*& in, Utf8Writer& out) {
    const Byte trail = in[1];
    if (!is_between(trail, 0x40, 0x7E) && !is_between(trail, 0xA1, 0xFE)) {
      take_pair(in, 0, out);
      return;
    }
    const uint32_t pointer = (in[0] - 0x81U) * 157 + trail - (trail < 0x7F ? 0x40U : 0x62U);
    // Letters with two marks, which Unicode writes as two code points.
    if (pointer == 1133 || pointer == 1135 || pointer == 1164 || pointer == 1166) {
      out.put(pointer < 1164 ? 0x00CA : 0x00EA);
      out.put(pointer == 1133 || pointer == 1164 ? 0x0304 : 0x030C);
      in += 2;
      return;
    }
    take_pair(in, index[pointer], out);
  });
}

std::string decode_euc_kr(std::string_view bytes) {
  const EncodingIndex& index = euc_kr_index();
  return decode_pairs(bytes, [&index](const Byte*& in, Utf8Writer& out) {
    take_pair(in, is_between(in[1], 0x41, 0xFE) ? index[(in[0] - 0x81U) * 190 + in[1] - 0x41U] : 0, out);
  });
}

}  // namespace smelt
