#include <array>
#include <map>

#include "crawl/encoding/decoders.h"
#include "crawl/encoding/tables.h"
#include "crawl/encoding/utf8_writer.h"

namespace smelt {
namespace {

// A character of bytes 0x80 to 0xFF, ready to be copied.
struct Sequence {
  std::array<char, 4> bytes;
  uint32_t length;
};
using Sequences = std::array<Sequence, 128>;

Sequence encode(uint32_t code) {
  std::string text;
  append_utf8(text, code == 0 ? kReplacementCharacter : code);
  Sequence sequence{{}, static_cast<uint32_t>(text.size())};
  std::copy(text.begin(), text.end(), sequence.bytes.begin());
  return sequence;
}

Sequences make_sequences(const char* characters) {
  const EncodingIndex index(characters);
  Sequences sequences;
  for (size_t i = 0; i < sequences.size(); ++i) {
    sequences[i] = encode(index[i]);
  }
  return sequences;
}

const Sequences* find_sequences(std::string_view encoding) {
  static const std::map<std::string_view, Sequences> all = [] {
    std::map<std::string_view, Sequences> out;
    for (const SingleByteTable& table : kSingleByteTables) {
      out.emplace(table.encoding, make_sequences(table.characters));
    }
    out.emplace("iso-8859-8-i", out.at("iso-8859-8"));
    return out;
  }();
  const auto found = all.find(encoding);
  return found == all.end() ? nullptr : &found->second;
}

std::string decode(std::string_view bytes, const Sequences& sequences) {
  Utf8Writer out(bytes.size());
  const auto* in = reinterpret_cast<const Byte*>(bytes.data());
  const Byte* const end = in + bytes.size();
  while (in < end) {
    const size_t run = ascii_run(in, end);
    out.copy(in, run);
    in += run;
    // Words of other scripts stand between single blanks: do not look for a run after each.
    constexpr size_t kBatch = 16;
    const Byte* const batch_end = in + std::min<size_t>(kBatch, static_cast<size_t>(end - in));
    out.ensure(4 * kBatch);
    for (; in < batch_end; ++in) {
      if (*in < 0x80) {
        out.put_ascii(*in);
      } else {
        const Sequence& sequence = sequences[*in - 0x80U];
        out.put_short(sequence.bytes.data(), sequence.length);
      }
    }
  }
  return out.take();
}

}  // namespace

bool is_single_byte(std::string_view encoding) {
  return find_sequences(encoding) != nullptr;
}

std::string decode_single_byte(std::string_view bytes, std::string_view encoding) {
  return decode(bytes, *find_sequences(encoding));
}

std::string decode_x_user_defined(std::string_view bytes) {
  static const Sequences sequences = [] {
    Sequences out;
    for (uint32_t i = 0; i < out.size(); ++i) {
      out[i] = encode(0xF780 + i);
    }
    return out;
  }();
  return decode(bytes, sequences);
}

}  // namespace smelt
