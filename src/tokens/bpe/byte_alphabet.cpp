#include "tokens/bpe/byte_alphabet.h"

#include "base/text.h"

namespace smelt {

const ByteAlphabet& ByteAlphabet::get() {
  static const ByteAlphabet alphabet;
  return alphabet;
}

ByteAlphabet::ByteAlphabet() {
  bytes_.fill(-1);
  uint16_t next = 256;
  for (int byte = 0; byte < 256; ++byte) {
    const bool printable = (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
    const auto code = printable ? static_cast<uint16_t>(byte) : next++;
    code_points_[static_cast<size_t>(byte)] = code;
    bytes_[code] = static_cast<int16_t>(byte);
  }
}

std::string ByteAlphabet::to_chars(std::string_view bytes) const {
  std::string out;
  for (const char c : bytes) {
    append_utf8(out, code_points_[static_cast<uint8_t>(c)]);
  }
  return out;
}

std::optional<std::string> ByteAlphabet::to_bytes(std::string_view chars) const {
  std::string out;
  for (size_t pos = 0; pos < chars.size();) {
    const uint32_t code = next_code_point(chars, pos);
    if (code >= kEnd || bytes_[code] < 0) {
      return std::nullopt;
    }
    out += static_cast<char>(bytes_[code]);
  }
  return out;
}

std::array<uint8_t, 256> ByteAlphabet::in_order() const {
  std::array<uint8_t, 256> out{};
  size_t count = 0;
  for (const int16_t byte : bytes_) {
    if (byte >= 0) {
      out[count++] = static_cast<uint8_t>(byte);
    }
  }
  return out;
}

}  // namespace smelt
