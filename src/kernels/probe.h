// What this machine can do at most, measured: the denominators of every "share of the limit" that reports and `smelt
// doctor` print.
//
// Rates are the best of several short runs, so that a busy machine shows through as little as possible; they still fall
// when others use the cores. "All threads" is one run on every thread of the executor at once. Arithmetic rates count a
// multiply-add as two operations.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "base/threads.h"

namespace smelt::kernels {

struct MeasuredRate {
  std::string instructions;  // "avx2", "avx512vnni", "amx", ...; what the rate was measured with
  double one_thread = 0;
  double all_threads = 0;
  bool emulated = false;  // bf16 only: widened to fp32 in registers, no bf16 arithmetic
};

struct MachineLimits {
  std::string cpu;
  std::string isa;  // the level that kernels use (SMELT_ISA included)
  int threads = 1;
  MeasuredRate read;               // GB/s (1e9 bytes) of reading memory beyond the caches
  MeasuredRate fp32_peak;          // GFLOP/s of multiply-adds on registers
  MeasuredRate fp32_gemm;          // GFLOP/s of our blocked matrix product, 256 x 256 x 256 per thread
  std::vector<MeasuredRate> bf16;  // GFLOP/s, one entry per way to compute that the machine grants
  std::vector<MeasuredRate> int8;  // GOP/s, likewise

  Json to_json() const;
};

// Takes about `seconds_budget` seconds and 128 MB of memory. Measures every instruction set up to the active one.
MachineLimits measure_limits(Executor& executor, double seconds_budget = 2.0);

}  // namespace smelt::kernels
