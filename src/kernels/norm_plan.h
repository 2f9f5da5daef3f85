// What the norm kernels of every instruction set provide. Internal.
#pragma once

#include <cstdint>

namespace smelt::kernels {

struct NormKernels {
  void (*rms_norm_row)(int64_t dim, float eps, const float* x, const float* residual, const float* weight, float* y,
                       float* h, float* rstd);
  void (*rms_norm_row_backward)(int64_t dim, const float* h, const float* weight, float rstd, const float* dy,
                                const float* extra, float* dx, float* dweight);
  void (*gated_norm_group)(int64_t dim, float eps, const float* y, const float* z, const float* weight, float* out,
                           float* rstd);
  void (*gated_norm_group_backward)(int64_t dim, const float* y, const float* z, const float* weight, float rstd,
                                    const float* dout, float* dy, float* dz, float* dweight);
};

}  // namespace smelt::kernels
