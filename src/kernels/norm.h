// RMSNorm (Zhang and Sennrich, 2019), with the residual addition before it fused where wanted, forward and backward.
//
//   h = x + residual;   y[r, j] = h[r, j] * rstd[r] * weight[j],  rstd[r] = 1 / sqrt(mean_j h[r, j]^2 + eps)
// Shapes: x, residual, h, y [rows, dim] dense, weight [dim], rstd [rows]. fp32. Backward of the fused form: `d_h_extra`
// is the gradient that reaches h past the norm (the residual stream), and dx is the gradient of both x and residual.
//
// Thread safety: calls share nothing. The same inputs give the same bytes for any number of threads. NaN or infinity in
// a row makes that row NaN.
#pragma once

#include <cstdint>

#include "base/cpu.h"
#include "base/threads.h"

namespace smelt::kernels {

struct RmsNormShape {
  int64_t rows = 0;
  int64_t dim = 0;
  float eps = 1e-5F;
};

// `residual`, `h` and `rstd` may be null; h may be x or residual itself. Without residual h is a copy of x.
void rms_norm_forward(Executor& executor, const RmsNormShape& shape, const float* x, const float* residual,
                      const float* weight, float* y, float* h, float* rstd, Isa isa = active_isa());

// `h` is what was normalised, `rstd` what the forward gave; d_h_extra and dweight may be null; dx may be dy or
// d_h_extra itself.
void rms_norm_backward(Executor& executor, const RmsNormShape& shape, const float* h, const float* weight,
                       const float* rstd, const float* dy, const float* d_h_extra, float* dx, float* dweight,
                       Isa isa = active_isa());

}  // namespace smelt::kernels
