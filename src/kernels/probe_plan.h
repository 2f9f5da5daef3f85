// The loops that the probe times. Internal. Each returns how many operations or bytes it did; `sink` [64] keeps the
// results alive.
#pragma once

#include <cstdint>

namespace smelt::kernels {

using ProbeLoop = double (*)(int64_t rounds, float* sink);

// Of each fp32 instruction set (train_table.h).
struct ProbeKernels {
  ProbeLoop fma_peak;
  ProbeLoop bf16_emulated;
  double (*read)(const float* data, int64_t floats, float* sink);
  double (*gemm)(int64_t size, const float* a, const float* b, float* c);  // square, row-major, size a multiple of 16
};

// Only to be called where available_isas() has the instruction set that the name says.
double probe_int8_avx2(int64_t rounds, float* sink);
double probe_int8_avx512vnni(int64_t rounds, float* sink);
double probe_bf16_avx512bf16(int64_t rounds, float* sink);
double probe_int8_amx(int64_t rounds, float* sink);
double probe_bf16_amx(int64_t rounds, float* sink);

}  // namespace smelt::kernels
