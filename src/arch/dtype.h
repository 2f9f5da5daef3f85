// Storage types of tensors in files, and their conversion to and from float.
#pragma once

#include <bit>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace smelt {

enum class DType { kF64, kF32, kF16, kBf16, kI64, kI32, kI16, kI8, kU8, kBool, kF8E4M3, kF8E5M2 };

const char* dtype_name(DType dtype);  // as safetensors writes it: F32, BF16, ...
std::optional<DType> parse_dtype(std::string_view name);
int64_t dtype_bytes(DType dtype);
// From config.json's torch_dtype: bfloat16, float32 or float16.
DType dtype_of_torch_name(const std::string& name);

inline float bf16_to_float(uint16_t bits) {
  return std::bit_cast<float>(static_cast<uint32_t>(bits) << 16);
}

// Rounds to nearest, ties to even; NaN stays NaN.
inline uint16_t float_to_bf16(float value) {
  const auto bits = std::bit_cast<uint32_t>(value);
  if ((bits & 0x7FFFFFFFU) > 0x7F800000U) {
    return static_cast<uint16_t>((bits >> 16) | 0x40U);
  }
  return static_cast<uint16_t>((bits + 0x7FFFU + ((bits >> 16) & 1U)) >> 16);
}

float half_to_float(uint16_t bits);
uint16_t float_to_half(float value);  // nearest, ties to even

// Widens or narrows `count` values between `bytes` (any alignment) and floats. dtype is F32, BF16, F16 or F64.
void bytes_to_floats(DType dtype, const char* bytes, int64_t count, float* out);
void floats_to_bytes(DType dtype, const float* values, int64_t count, char* out);
bool is_float_dtype(DType dtype);  // whether the two above take it

}  // namespace smelt
