#include "crawl/warc/sha1.h"

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>

namespace smelt {
namespace {

constexpr size_t kBlock = 64;
using State = std::array<uint32_t, 5>;

uint32_t big_endian(const unsigned char* bytes) {
  return static_cast<uint32_t>(bytes[0]) << 24 | static_cast<uint32_t>(bytes[1]) << 16 |
         static_cast<uint32_t>(bytes[2]) << 8 | static_cast<uint32_t>(bytes[3]);
}

// FIPS 180-4, section 6.1.2.
void add_block(State& state, const unsigned char* block) {
  std::array<uint32_t, 80> w;
  for (size_t t = 0; t < 16; ++t) {
    w[t] = big_endian(block + 4 * t);
  }
  for (size_t t = 16; t < 80; ++t) {
    w[t] = std::rotl(w[t - 3] ^ w[t - 8] ^ w[t - 14] ^ w[t - 16], 1);
  }
  auto [a, b, c, d, e] = state;
  for (size_t t = 0; t < 80; ++t) {
    const uint32_t f = t < 20 ? (b & c) | (~b & d) : t < 40 || t >= 60 ? b ^ c ^ d : (b & c) | (b & d) | (c & d);
    const uint32_t k = t < 20 ? 0x5A827999 : t < 40 ? 0x6ED9EBA1 : t < 60 ? 0x8F1BBCDC : 0xCA62C1D6;
    const uint32_t next = std::rotl(a, 5) + f + e + k + w[t];
    e = d;
    d = c;
    c = std::rotl(b, 30);
    b = a;
    a = next;
  }
  state[0] += a;
  state[1] += b;
  state[2] += c;
  state[3] += d;
  state[4] += e;
}

State sha1(std::string_view bytes) {
  State state = {0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476, 0xC3D2E1F0};
  const auto* data = reinterpret_cast<const unsigned char*>(bytes.data());
  size_t at = 0;
  for (; bytes.size() - at >= kBlock; at += kBlock) {
    add_block(state, data + at);
  }
  std::array<unsigned char, 2 * kBlock> last{};
  const size_t left = bytes.size() - at;
  if (left > 0) {
    std::memcpy(last.data(), data + at, left);
  }
  last[left] = 0x80;
  const size_t padded = left + 9 <= kBlock ? kBlock : 2 * kBlock;
  const uint64_t bits = static_cast<uint64_t>(bytes.size()) * 8;
  for (size_t i = 0; i < 8; ++i) {
    last[padded - 1 - i] = static_cast<unsigned char>(bits >> (8 * i));
  }
  for (size_t begin = 0; begin < padded; begin += kBlock) {
    add_block(state, last.data() + begin);
  }
  return state;
}

}  // namespace

std::string warc_digest(std::string_view bytes) {
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  std::string out = "sha1:";
  uint64_t held = 0;
  int bits = 0;
  for (const uint32_t word : sha1(bytes)) {
    held = held << 32 | word;
    bits += 32;
    for (; bits >= 5; bits -= 5) {
      out += kAlphabet[held >> (bits - 5) & 31];
    }
  }
  return out;
}

}  // namespace smelt
