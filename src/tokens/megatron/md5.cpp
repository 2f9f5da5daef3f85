#include "tokens/megatron/md5.h"

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>

#include <fmt/core.h>

namespace smelt {
namespace {

constexpr int kShifts[4][4] = {{7, 12, 17, 22}, {5, 9, 14, 20}, {4, 11, 16, 23}, {6, 10, 15, 21}};

// floor(2^32 |sin(i + 1)|): the constants as the RFC defines them.
std::array<uint32_t, 64> sine_table() {
  std::array<uint32_t, 64> table{};
  for (size_t i = 0; i < table.size(); ++i) {
    table[i] = static_cast<uint32_t>(std::floor(std::abs(std::sin(static_cast<double>(i + 1))) * 4294967296.0));
  }
  return table;
}

void digest_block(const char* block, const std::array<uint32_t, 64>& sines, std::array<uint32_t, 4>& state) {
  std::array<uint32_t, 16> words{};
  std::memcpy(words.data(), block, sizeof(words));
  auto [a, b, c, d] = state;
  for (uint32_t i = 0; i < 64; ++i) {
    uint32_t f = 0;
    uint32_t word = 0;
    switch (i / 16) {
      case 0:
        f = (b & c) | (~b & d);
        word = i;
        break;
      case 1:
        f = (d & b) | (~d & c);
        word = 5 * i + 1;
        break;
      case 2:
        f = b ^ c ^ d;
        word = 3 * i + 5;
        break;
      default:
        f = c ^ (b | ~d);
        word = 7 * i;
    }
    const uint32_t sum = a + f + sines[i] + words[word % 16];
    a = d;
    d = c;
    c = b;
    b += std::rotl(sum, kShifts[i / 16][i % 4]);
  }
  state[0] += a;
  state[1] += b;
  state[2] += c;
  state[3] += d;
}

}  // namespace

std::string md5_hex(std::string_view bytes) {
  static_assert(std::endian::native == std::endian::little);
  const std::array<uint32_t, 64> sines = sine_table();
  std::array<uint32_t, 4> state = {0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476};
  std::string tail(bytes.substr(bytes.size() / 64 * 64));
  for (size_t at = 0; at + 64 <= bytes.size(); at += 64) {
    digest_block(bytes.data() + at, sines, state);
  }
  tail += '\x80';
  tail.append((120 - tail.size() % 64) % 64, '\0');
  const uint64_t bits = static_cast<uint64_t>(bytes.size()) * 8;
  tail.append(reinterpret_cast<const char*>(&bits), sizeof(bits));
  for (size_t at = 0; at < tail.size(); at += 64) {
    digest_block(tail.data() + at, sines, state);
  }
  std::string out;
  for (const uint32_t word : state) {
    for (int byte = 0; byte < 4; ++byte) {
      out += fmt::format("{:02x}", word >> (8 * byte) & 255);
    }
  }
  return out;
}

}  // namespace smelt
