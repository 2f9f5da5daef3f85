#include "kernels/probe_plan.h"
#include "kernels/simd.h"

namespace smelt::kernels {

#if defined(__AMX_TILE__)
namespace {

// Palette 1: eight tiles of 16 rows of 64 bytes.
struct alignas(64) TileConfig {
  uint8_t palette = 1;
  uint8_t start_row = 0;
  uint8_t reserved[14] = {};
  uint16_t row_bytes[16] = {64, 64, 64, 64, 64, 64, 64, 64};
  uint8_t rows[16] = {16, 16, 16, 16, 16, 16, 16, 16};
};

void configure_tiles() {
  const TileConfig config;
  // g++ 12 declares that the instruction reads 8 of the 64 bytes; without this the other stores may vanish.
  __asm__ volatile("" : : "m"(config) : "memory");
  _tile_loadconfig(&config);
  _tile_zero(0);
  _tile_zero(1);
  _tile_zero(2);
  _tile_zero(3);
}

void load_operands(const void* data) {
  // The tile loads do not say which memory they read.
  __asm__ volatile("" : : "r"(data) : "memory");
  _tile_loadd(4, data, 64);
  _tile_loadd(5, data, 64);
  _tile_loadd(6, data, 64);
  _tile_loadd(7, data, 64);
}

void keep_result(float* sink) {
  alignas(64) int32_t result[256];
  _tile_stored(0, result, 64);
  _tile_release();
  __asm__ volatile("" : : "r"(result) : "memory");
  sink[48] = static_cast<float>(result[0]);
}

}  // namespace
#endif

double probe_int8_amx(int64_t rounds, float* sink) {
#if defined(__AMX_INT8__)
  alignas(64) const int8_t data[1024] = {1, 2, 3};
  configure_tiles();
  load_operands(data);
  for (int64_t r = 0; r < rounds; ++r) {
    _tile_dpbssd(0, 4, 6);
    _tile_dpbssd(1, 4, 7);
    _tile_dpbssd(2, 5, 6);
    _tile_dpbssd(3, 5, 7);
  }
  keep_result(sink);
  return static_cast<double>(rounds) * 4 * 2 * 16 * 16 * 64;
#else
  return static_cast<double>(rounds) * static_cast<double>(sink[0]) * 0.0;
#endif
}

double probe_bf16_amx(int64_t rounds, float* sink) {
#if defined(__AMX_BF16__)
  alignas(64) const uint16_t data[512] = {0x3F80, 0x3F00};
  configure_tiles();
  load_operands(data);
  for (int64_t r = 0; r < rounds; ++r) {
    _tile_dpbf16ps(0, 4, 6);
    _tile_dpbf16ps(1, 4, 7);
    _tile_dpbf16ps(2, 5, 6);
    _tile_dpbf16ps(3, 5, 7);
  }
  keep_result(sink);
  return static_cast<double>(rounds) * 4 * 2 * 16 * 16 * 32;
#else
  return static_cast<double>(rounds) * static_cast<double>(sink[0]) * 0.0;
#endif
}

}  // namespace smelt::kernels
