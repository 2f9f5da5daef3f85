#include "base/byte_block.h"

#include <array>

#include <gtest/gtest.h>

namespace smelt {
namespace {

template <class Wanted>
void expect_bits(const std::array<char, 64>& bytes, uint64_t bits, Wanted wanted) {
  for (size_t i = 0; i < bytes.size(); ++i) {
    EXPECT_EQ(bits >> i & 1U, wanted(static_cast<unsigned char>(bytes[i])) ? 1U : 0U) << i;
  }
}

TEST(ByteBlock, ComparesEveryByte) {
  std::array<char, 64> bytes{};
  for (int first = 0; first < 256; first += 64) {
    for (size_t i = 0; i < bytes.size(); ++i) {
      bytes[(i * 37) % 64] = static_cast<char>(first + static_cast<int>(i));
    }
    const ByteBlock block(bytes.data());
    expect_bits(bytes, block.equal('@'), [](unsigned char c) { return c == '@'; });
    expect_bits(bytes, block.equal('\xC3'), [](unsigned char c) { return c == 0xC3; });
    expect_bits(bytes, block.in_range('0', 10), [](unsigned char c) { return c >= '0' && c <= '9'; });
    expect_bits(bytes, block.in_range('!', 94), [](unsigned char c) { return c > ' ' && c < 0x7F; });
    expect_bits(bytes, block.letters(),
                [](unsigned char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); });
    expect_bits(bytes, block.high(), [](unsigned char c) { return c >= 0x80; });
  }
}

}  // namespace
}  // namespace smelt
