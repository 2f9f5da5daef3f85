#include "kernels/norm.h"

#include <algorithm>
#include <vector>

#include "base/error.h"
#include "kernels/gated_norm.h"
#include "kernels/train_table.h"
#include "kernels/workspace.h"

namespace smelt::kernels {

namespace {

constexpr int64_t kForwardRows = 16;  // rows of one task
// Rows whose weight gradients are summed in fp32 before the sums are added in double, in order.
constexpr int64_t kBackwardRows = 64;

// Calls body(row, dweight) for all rows, where dweight points to a zeroed sum of the row's block, and adds the blocks
// up.
void rows_with_weight_sums(Executor& executor, int64_t rows, int64_t dim, float* dweight,
                           FunctionRef<void(int64_t, float*)> body) {
  const int64_t blocks = (rows + kBackwardRows - 1) / kBackwardRows;
  Workspace<float> sums(dweight == nullptr ? 0 : blocks * dim);
  executor.run(blocks, [&](int64_t block) {
    float* sum = dweight == nullptr ? nullptr : sums.data() + block * dim;
    if (sum != nullptr) {
      std::fill(sum, sum + dim, 0.0F);
    }
    const int64_t end = std::min(rows, (block + 1) * kBackwardRows);
    for (int64_t row = block * kBackwardRows; row < end; ++row) {
      body(row, sum);
    }
  });
  if (dweight == nullptr) {
    return;
  }
  std::vector<double> total(static_cast<size_t>(dim), 0.0);
  for (int64_t block = 0; block < blocks; ++block) {
    for (int64_t j = 0; j < dim; ++j) {
      total[static_cast<size_t>(j)] += static_cast<double>(sums[block * dim + j]);
    }
  }
  std::copy(total.begin(), total.end(), dweight);
}

int64_t or_dense(int64_t stride, int64_t dim) {
  return stride == 0 ? dim : stride;
}

}  // namespace

void rms_norm_forward(Executor& executor, const RmsNormShape& shape, const float* x, const float* residual,
                      const float* weight, float* y, float* h, float* rstd, Isa isa) {
  SMELT_CHECK(shape.rows >= 0 && shape.dim > 0);
  const NormKernels& kernels = train_table(isa).norm;
  parallel_for(executor, shape.rows, kForwardRows, [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      const int64_t at = row * shape.dim;
      kernels.rms_norm_row(shape.dim, shape.eps, x + at, residual == nullptr ? nullptr : residual + at, weight, y + at,
                           h == nullptr ? nullptr : h + at, rstd == nullptr ? nullptr : rstd + row);
    }
  });
}

void rms_norm_backward(Executor& executor, const RmsNormShape& shape, const float* h, const float* weight,
                       const float* rstd, const float* dy, const float* d_h_extra, float* dx, float* dweight, Isa isa) {
  SMELT_CHECK(shape.rows >= 0 && shape.dim > 0);
  const NormKernels& kernels = train_table(isa).norm;
  rows_with_weight_sums(executor, shape.rows, shape.dim, dweight, [&](int64_t row, float* sum) {
    const int64_t at = row * shape.dim;
    kernels.rms_norm_row_backward(shape.dim, h + at, weight, rstd[row], dy + at,
                                  d_h_extra == nullptr ? nullptr : d_h_extra + at, dx + at, sum);
  });
}

void gated_norm_forward(Executor& executor, const GatedNormShape& shape, const float* y, const float* z,
                        const float* weight, float* out, float* rstd, Isa isa) {
  SMELT_CHECK(shape.rows >= 0 && shape.dim > 0 && shape.groups > 0 && shape.dim % shape.groups == 0);
  const NormKernels& kernels = train_table(isa).norm;
  const int64_t width = shape.dim / shape.groups;
  parallel_for(executor, shape.rows, kForwardRows, [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      for (int64_t g = 0; g < shape.groups; ++g) {
        kernels.gated_norm_group(width, shape.eps, y + row * or_dense(shape.y_stride, shape.dim) + g * width,
                                 z + row * or_dense(shape.z_stride, shape.dim) + g * width, weight + g * width,
                                 out + row * or_dense(shape.out_stride, shape.dim) + g * width,
                                 rstd == nullptr ? nullptr : rstd + row * shape.groups + g);
      }
    }
  });
}

void gated_norm_backward(Executor& executor, const GatedNormShape& shape, const float* y, const float* z,
                         const float* weight, const float* rstd, const float* dout, float* dy, float* dz,
                         float* dweight, Isa isa) {
  SMELT_CHECK(shape.rows >= 0 && shape.dim > 0 && shape.groups > 0 && shape.dim % shape.groups == 0);
  const NormKernels& kernels = train_table(isa).norm;
  const int64_t width = shape.dim / shape.groups;
  rows_with_weight_sums(executor, shape.rows, shape.dim, dweight, [&](int64_t row, float* sum) {
    for (int64_t g = 0; g < shape.groups; ++g) {
      const int64_t j = g * width;
      kernels.gated_norm_group_backward(
          width, y + row * or_dense(shape.y_stride, shape.dim) + j, z + row * or_dense(shape.z_stride, shape.dim) + j,
          weight + j, rstd[row * shape.groups + g], dout + row * or_dense(shape.out_stride, shape.dim) + j,
          dy + row * or_dense(shape.dy_stride, shape.dim) + j, dz + row * or_dense(shape.dz_stride, shape.dim) + j,
          sum == nullptr ? nullptr : sum + j);
    }
  });
}

}  // namespace smelt::kernels
