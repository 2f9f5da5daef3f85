#include "arch/dtype.h"

#include <array>
#include <cstring>

#include "base/error.h"

namespace smelt {
namespace {

struct Row {
  DType dtype;
  const char* name;
  int64_t bytes;
};

constexpr std::array<Row, 12> kRows = {{{DType::kF64, "F64", 8},
                                        {DType::kF32, "F32", 4},
                                        {DType::kF16, "F16", 2},
                                        {DType::kBf16, "BF16", 2},
                                        {DType::kI64, "I64", 8},
                                        {DType::kI32, "I32", 4},
                                        {DType::kI16, "I16", 2},
                                        {DType::kI8, "I8", 1},
                                        {DType::kU8, "U8", 1},
                                        {DType::kBool, "BOOL", 1},
                                        {DType::kF8E4M3, "F8_E4M3", 1},
                                        {DType::kF8E5M2, "F8_E5M2", 1}}};

const Row& row_of(DType dtype) {
  for (const Row& row : kRows) {
    if (row.dtype == dtype) {
      return row;
    }
  }
  SMELT_CHECK(false);
  return kRows[0];
}

}  // namespace

const char* dtype_name(DType dtype) {
  return row_of(dtype).name;
}

int64_t dtype_bytes(DType dtype) {
  return row_of(dtype).bytes;
}

std::optional<DType> parse_dtype(std::string_view name) {
  for (const Row& row : kRows) {
    if (name == row.name) {
      return row.dtype;
    }
  }
  return std::nullopt;
}

DType dtype_of_torch_name(const std::string& name) {
  if (name == "bfloat16") {
    return DType::kBf16;
  }
  if (name == "float32") {
    return DType::kF32;
  }
  if (name == "float16") {
    return DType::kF16;
  }
  throw usage_error("'" + name + "' is no storage type of weights", {}, "use bfloat16, float32 or float16");
}

float half_to_float(uint16_t bits) {
  const uint32_t sign = static_cast<uint32_t>(bits & 0x8000U) << 16;
  const uint32_t exponent = (bits >> 10) & 0x1FU;
  const uint32_t mantissa = bits & 0x3FFU;
  if (exponent == 31) {
    return std::bit_cast<float>(sign | 0x7F800000U | (mantissa << 13));
  }
  if (exponent == 0) {
    const float magnitude = static_cast<float>(mantissa) * 0x1p-24F;
    return sign != 0 ? -magnitude : magnitude;
  }
  return std::bit_cast<float>(sign | ((exponent + 112) << 23) | (mantissa << 13));
}

uint16_t float_to_half(float value) {
  const auto bits = std::bit_cast<uint32_t>(value);
  const auto sign = static_cast<uint16_t>((bits >> 16) & 0x8000U);
  const uint32_t magnitude = bits & 0x7FFFFFFFU;
  if (magnitude > 0x7F800000U) {
    return static_cast<uint16_t>(sign | 0x7E00U);
  }
  if (magnitude >= 0x477FF000U) {  // 65520 and above round to infinity
    return static_cast<uint16_t>(sign | 0x7C00U);
  }
  const uint32_t exponent = magnitude >> 23;
  const uint32_t shift = exponent >= 113 ? 13U : 126U - exponent;  // below 2^-14 the step stays 2^-24
  if (shift > 24) {
    return sign;
  }
  const uint32_t mantissa = exponent >= 113 ? magnitude - (112U << 23) : (magnitude & 0x7FFFFFU) | 0x800000U;
  const uint32_t half = 1U << (shift - 1);
  const uint32_t kept = mantissa >> shift;
  const uint32_t rest = mantissa & ((1U << shift) - 1U);
  const uint32_t up = rest > half || (rest == half && (kept & 1U) != 0) ? 1U : 0U;
  return static_cast<uint16_t>(sign | (kept + up));
}

bool is_float_dtype(DType dtype) {
  return dtype == DType::kF32 || dtype == DType::kBf16 || dtype == DType::kF16 || dtype == DType::kF64;
}

void bytes_to_floats(DType dtype, const char* bytes, int64_t count, float* out) {
  SMELT_CHECK(is_float_dtype(dtype));
  if (dtype == DType::kF32) {
    std::memcpy(out, bytes, static_cast<size_t>(count) * sizeof(float));
    return;
  }
  for (int64_t i = 0; i < count; ++i) {
    if (dtype == DType::kF64) {
      double value = 0;
      std::memcpy(&value, bytes + i * 8, 8);
      out[i] = static_cast<float>(value);
    } else {
      uint16_t value = 0;
      std::memcpy(&value, bytes + i * 2, 2);
      out[i] = dtype == DType::kBf16 ? bf16_to_float(value) : half_to_float(value);
    }
  }
}

void floats_to_bytes(DType dtype, const float* values, int64_t count, char* out) {
  SMELT_CHECK(is_float_dtype(dtype));
  if (dtype == DType::kF32) {
    std::memcpy(out, values, static_cast<size_t>(count) * sizeof(float));
    return;
  }
  for (int64_t i = 0; i < count; ++i) {
    if (dtype == DType::kF64) {
      const auto value = static_cast<double>(values[i]);
      std::memcpy(out + i * 8, &value, 8);
    } else {
      const uint16_t value = dtype == DType::kBf16 ? float_to_bf16(values[i]) : float_to_half(values[i]);
      std::memcpy(out + i * 2, &value, 2);
    }
  }
}

}  // namespace smelt
