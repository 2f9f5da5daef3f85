// AdamW (Loshchilov and Hutter, 2019, algorithm 2) over flat fp32 buffers in one pass, and the norm that gradient
// clipping needs.
//
//   g = grad_scale * grad;  m = beta1 m + (1 - beta1) g;  v = beta2 v + (1 - beta2) g^2
//   param = param * (1 - lr * weight_decay) - lr * (m / (1 - beta1^step)) / (sqrt(v / (1 - beta2^step)) + eps)
//
// Thread safety: calls share nothing. The same inputs give the same bytes for any number of threads.
#pragma once

#include <cstdint>

#include "base/cpu.h"
#include "base/threads.h"

namespace smelt::kernels {

struct AdamWSettings {
  double lr = 0;
  double beta1 = 0.9;
  double beta2 = 0.95;
  double eps = 1e-8;
  double weight_decay = 0.1;
  int64_t step = 1;         // from 1
  double grad_scale = 1.0;  // for clipping and for undoing a loss scale
};

void adamw_update(Executor& executor, int64_t n, const AdamWSettings& settings, const float* grad, float* param,
                  float* m, float* v, Isa isa = active_isa());

// Sum of squares in double, in an order that depends on n alone: the same bits on any instruction set and number of
// threads.
double squared_norm(Executor& executor, int64_t n, const float* x, Isa isa = active_isa());

}  // namespace smelt::kernels
