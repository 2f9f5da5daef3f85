// Matrix products for inference: y = x W^T with W [rows, cols] as stored (float32 or bfloat16), x [tokens, cols] and y
// [tokens, rows] in fp32.
//
// One token is limited by reading W, many by fused multiply-adds. Each output is one sum in one fixed order (lanes over
// blocks of 1,024 columns, folded, blocks added up), whatever the number of tokens, rows, threads and the storage type:
// a row of a batch has the same bits as alone. The order differs between instruction sets only. bfloat16 is widened
// exactly. NaN and infinity follow IEEE 754.
//
// Thread safety: calls share nothing.
#pragma once

#include <cstdint>

#include "base/cpu.h"
#include "base/threads.h"

namespace smelt::kernels {

struct LinearWeight {
  const void* data = nullptr;  // row-major; aligned to its type
  bool bf16 = false;           // uint16_t bfloat16, else float
  int64_t rows = 0;
  int64_t cols = 0;

  int64_t bytes() const { return rows * cols * (bf16 ? 2 : 4); }
};

struct LinearArguments {
  const float* x = nullptr;
  int64_t x_stride = 0;  // floats between tokens; 0: cols
  int64_t tokens = 1;
  float* y = nullptr;
  int64_t y_stride = 0;     // floats between tokens; 0: rows
  bool accumulate = false;  // y += x W^T, the sum added last
};

// x and y must not overlap.
void linear(Executor& executor, const LinearWeight& weight, const LinearArguments& arguments, Isa isa = active_isa());

}  // namespace smelt::kernels
