// The output norm of Mamba-2: gate, then RMSNorm by groups of channels (norm_before_gate = false), forward and
// backward.
//
//   u = y * z * sigmoid(z);   out[r, j] = u[r, j] * rstd[r, g(j)] * weight[j],  rstd = 1 / sqrt(mean over the group of
//   u^2 + eps)
// Shapes: y, z, out [rows, dim] with steps between rows in floats (0: dense), weight [dim], rstd [rows, groups]; groups
// divides dim. fp32.
//
// Thread safety: calls share nothing. The same inputs give the same bytes for any number of threads.
#pragma once

#include <cstdint>

#include "base/cpu.h"
#include "base/threads.h"

namespace smelt::kernels {

struct GatedNormShape {
  int64_t rows = 0;
  int64_t dim = 0;
  int64_t groups = 1;
  float eps = 1e-5F;
  int64_t y_stride = 0;
  int64_t z_stride = 0;
  int64_t out_stride = 0;  // of out and of its gradient
  int64_t dy_stride = 0;   // of the gradients of y and z
  int64_t dz_stride = 0;
};

// `rstd` may be null.
void gated_norm_forward(Executor& executor, const GatedNormShape& shape, const float* y, const float* z,
                        const float* weight, float* out, float* rstd, Isa isa = active_isa());

// `rstd` is what the forward gave; dweight may be null.
void gated_norm_backward(Executor& executor, const GatedNormShape& shape, const float* y, const float* z,
                         const float* weight, const float* rstd, const float* dout, float* dy, float* dz,
                         float* dweight, Isa isa = active_isa());

}  // namespace smelt::kernels
