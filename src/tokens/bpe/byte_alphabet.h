// The 256 printable characters that stand for bytes in byte-level vocabularies (GPT-2, Radford et al. 2019): printable
// Latin-1 bytes stand for themselves, the other 68 are U+0100 onwards in byte order.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace smelt {

class ByteAlphabet {
 public:
  static const ByteAlphabet& get();

  std::string to_chars(std::string_view bytes) const;                 // bytes -> UTF-8 of their characters
  std::optional<std::string> to_bytes(std::string_view chars) const;  // nullopt where a character stands for no byte
  uint16_t code_point(uint8_t byte) const { return code_points_[byte]; }
  // All bytes in the order of their characters: the order of a new vocabulary.
  std::array<uint8_t, 256> in_order() const;

 private:
  ByteAlphabet();
  static constexpr uint32_t kEnd = 256 + 68;

  std::array<uint16_t, 256> code_points_{};
  std::array<int16_t, kEnd> bytes_{};
};

}  // namespace smelt
