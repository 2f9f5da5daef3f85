#include "corpus/dedup/normalize.h"

#include <algorithm>
#include <array>
#include <cstring>

#include <utf8proc.h>

#include "base/text.h"
#include "base/white_space.h"

namespace smelt {

namespace {

constexpr size_t kLanes = 16;  // every target has vectors of this width
using Bytes __attribute__((vector_size(kLanes))) = uint8_t;
using Words __attribute__((vector_size(kLanes))) = uint64_t;

Bytes load(const char* from) {
  Bytes bytes;
  std::memcpy(&bytes, from, kLanes);
  return bytes;
}

bool any(Bytes bytes) {
  const auto words = reinterpret_cast<Words>(bytes);
  return (words[0] | words[1]) != 0;
}

Bytes is_ascii_space(Bytes c) {
  return reinterpret_cast<Bytes>((c == ' ') | (static_cast<Bytes>(c - 9) <= 4));
}

const std::array<char, 128>& normalized_ascii() {
  static const std::array<char, 128> kMap = [] {
    std::array<char, 128> map{};
    for (uint32_t c = 0; c < 128; ++c) {
      map[c] = is_white_space(c) ? ' ' : static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
    }
    return map;
  }();
  return kMap;
}

// Normalises whole vectors at `from`, of which the byte before is readable, while they are ASCII without two spaces in
// a row (counting the byte before). Returns how many bytes it took; as many were written.
size_t normalize_vectors(const char* from, size_t size, char* to) {
  size_t done = 0;
  for (; done + kLanes <= size; done += kLanes) {
    const Bytes c = load(from + done);
    const Bytes space = is_ascii_space(c);
    const Bytes space_before = is_ascii_space(load(from + done - 1));
    if (any((c & 0x80) | (space & space_before))) {
      break;
    }
    const auto upper = reinterpret_cast<Bytes>(static_cast<Bytes>(c - 'A') <= 25);
    const Bytes out = (space & ' ') | (~space & (c | (upper & 0x20)));
    std::memcpy(to + done, &out, kLanes);
  }
  return done;
}

}  // namespace

std::string normalize_for_duplicates(std::string_view text) {
  const std::array<char, 128>& ascii = normalized_ascii();
  std::string out(text.size(), '\0');
  std::string wide;  // a mapped character that is not ASCII
  size_t end = 0;
  bool space = true;      // the last character written is one, or there is none: no further space is wanted
  size_t vectors_at = 1;  // where to try whole vectors next
  for (size_t pos = 0; pos < text.size();) {
    const auto byte = static_cast<unsigned char>(text[pos]);
    if (byte < 0x80) {
      // The byte before must be ASCII, so that it says whether a space was written last.
      if (pos >= vectors_at && static_cast<unsigned char>(text[pos - 1]) < 0x80) {
        const size_t taken = normalize_vectors(text.data() + pos, text.size() - pos, out.data() + end);
        vectors_at = pos + taken + kLanes;
        if (taken > 0) {
          pos += taken;
          end += taken;
          space = out[end - 1] == ' ';
          continue;
        }
      }
      const char mapped = ascii[byte];
      out[end] = mapped;
      end += space && mapped == ' ' ? 0 : 1;
      space = mapped == ' ';
      ++pos;
      continue;
    }
    const uint32_t c = next_code_point(text, pos);
    wide.clear();
    if (!is_white_space(c)) {
      append_utf8(wide, static_cast<uint32_t>(utf8proc_tolower(static_cast<utf8proc_int32_t>(c))));
    } else if (!space) {
      wide = " ";
    }
    // A mapped character may be longer than what it stands for: U+FFFD for one bad byte.
    if (end + wide.size() + (text.size() - pos) > out.size()) {
      out.resize(out.size() + out.size() / 2 + 16);
    }
    wide.copy(out.data() + end, wide.size());
    end += wide.size();
    space = is_white_space(c);
  }
  out.resize(end > 0 && out[end - 1] == ' ' ? end - 1 : end);
  return out;
}

}  // namespace smelt
