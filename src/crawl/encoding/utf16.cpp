// UTF-16 and the replacement encoding.
#include "crawl/encoding/decoders.h"
#include "crawl/encoding/utf8_writer.h"

namespace smelt {
namespace {

template <bool kBigEndian>
std::string decode(std::string_view bytes) {
  Utf8Writer out(bytes.size() / 2);
  const auto* in = reinterpret_cast<const Byte*>(bytes.data());
  const Byte* const end = in + bytes.size();
  const auto unit = [](const Byte* p) {
    return kBigEndian ? static_cast<uint32_t>(p[0] << 8 | p[1]) : static_cast<uint32_t>(p[1] << 8 | p[0]);
  };
  while (end - in >= 2) {
    out.ensure(8);
    const uint32_t first = unit(in);
    in += 2;
    if (first < 0xD800 || first > 0xDFFF) {
      out.put(first);
      continue;
    }
    if (first > 0xDBFF) {
      out.error();
      continue;
    }
    if (end - in < 2) {
      // A lead surrogate at the end is one error together with an odd byte after it.
      out.error();
      return out.take();
    }
    const uint32_t second = unit(in);
    if (second < 0xDC00 || second > 0xDFFF) {
      out.error();
      continue;
    }
    in += 2;
    out.put(0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00));
  }
  if (in < end) {
    out.ensure(8);
    out.error();
  }
  return out.take();
}

}  // namespace

std::string decode_utf16(std::string_view bytes, bool big_endian) {
  return big_endian ? decode<true>(bytes) : decode<false>(bytes);
}

std::string decode_replacement(std::string_view bytes) {
  return bytes.empty() ? std::string() : std::string("\xEF\xBF\xBD");
}

}  // namespace smelt
