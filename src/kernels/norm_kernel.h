// RMSNorm and the gated norm, row by row, for the instruction set at hand. Internal.
#pragma once

#include "kernels/norm_plan.h"
#include "kernels/simd.h"

namespace smelt::kernels {
namespace SMELT_SIMD {

// Four running vectors per sum: shorter chains of additions, smaller rounding errors.
struct WideSum {
  Vec part[4] = {zero(), zero(), zero(), zero()};
  SMELT_INLINE float total() const { return sum_lanes((part[0] + part[1]) + (part[2] + part[3])); }
};

static float inverse_rms(float sum_of_squares, int64_t dim, float eps) {
  return 1.0F / __builtin_sqrtf(sum_of_squares / static_cast<float>(dim) + eps);
}

static void rms_norm_row(int64_t dim, float eps, const float* x, const float* residual, const float* weight, float* y,
                         float* h, float* rstd) {
  WideSum squares;
  for (int64_t j = 0; j < dim; j += kWidth) {
    Vec value = load_n(x + j, dim - j);
    if (residual != nullptr) {
      value = value + load_n(residual + j, dim - j);
    }
    if (h != nullptr) {
      store_n(h + j, value, dim - j);
    }
    Vec& sum = squares.part[(j / kWidth) % 4];
    sum = fma(value, value, sum);
  }
  const float scale = inverse_rms(squares.total(), dim, eps);
  if (rstd != nullptr) {
    *rstd = scale;
  }
  const Vec by = set1(scale);
  for (int64_t j = 0; j < dim; j += kWidth) {
    const int64_t left = dim - j;
    Vec value = zero();
    if (h != nullptr) {
      value = load_n(h + j, left);
    } else {
      value = load_n(x + j, left);
      if (residual != nullptr) {
        value = value + load_n(residual + j, left);
      }
    }
    store_n(y + j, value * by * load_n(weight + j, left), left);
  }
}

// dx = rstd * (w dy - hat * mean(w dy hat)) + extra, hat = h * rstd; dweight += dy * hat.
static void rms_norm_row_backward(int64_t dim, const float* h, const float* weight, float rstd, const float* dy,
                                  const float* extra, float* dx, float* dweight) {
  const Vec scale = set1(rstd);
  WideSum dots;
  for (int64_t j = 0; j < dim; j += kWidth) {
    const int64_t left = dim - j;
    const Vec hat = load_n(h + j, left) * scale;
    const Vec grad = load_n(dy + j, left);
    Vec& sum = dots.part[(j / kWidth) % 4];
    sum = fma(grad * load_n(weight + j, left), hat, sum);
    if (dweight != nullptr) {
      store_n(dweight + j, fma(grad, hat, load_n(dweight + j, left)), left);
    }
  }
  const Vec mean = set1(dots.total() / static_cast<float>(dim));
  for (int64_t j = 0; j < dim; j += kWidth) {
    const int64_t left = dim - j;
    const Vec hat = load_n(h + j, left) * scale;
    Vec grad = fnma(hat, mean, load_n(dy + j, left) * load_n(weight + j, left)) * scale;
    if (extra != nullptr) {
      grad = grad + load_n(extra + j, left);
    }
    store_n(dx + j, grad, left);
  }
}

// One group of one row.
static void gated_norm_group(int64_t dim, float eps, const float* y, const float* z, const float* weight, float* out,
                             float* rstd) {
  WideSum squares;
  for (int64_t j = 0; j < dim; j += kWidth) {
    const int64_t left = dim - j;
    const Vec gate = load_n(z + j, left);
    const Vec u = load_n(y + j, left) * gate * sigmoid(gate);
    store_n(out + j, u, left);
    Vec& sum = squares.part[(j / kWidth) % 4];
    sum = fma(u, u, sum);
  }
  const float scale = inverse_rms(squares.total(), dim, eps);
  if (rstd != nullptr) {
    *rstd = scale;
  }
  const Vec by = set1(scale);
  for (int64_t j = 0; j < dim; j += kWidth) {
    const int64_t left = dim - j;
    store_n(out + j, load_n(out + j, left) * by * load_n(weight + j, left), left);
  }
}

static void gated_norm_group_backward(int64_t dim, const float* y, const float* z, const float* weight, float rstd,
                                      const float* dout, float* dy, float* dz, float* dweight) {
  const Vec scale = set1(rstd);
  const Vec one = set1(1.0F);
  WideSum dots;
  for (int64_t j = 0; j < dim; j += kWidth) {
    const int64_t left = dim - j;
    const Vec gate = load_n(z + j, left);
    const Vec hat = load_n(y + j, left) * gate * sigmoid(gate) * scale;
    const Vec grad = load_n(dout + j, left);
    Vec& sum = dots.part[(j / kWidth) % 4];
    sum = fma(grad * load_n(weight + j, left), hat, sum);
    if (dweight != nullptr) {
      store_n(dweight + j, fma(grad, hat, load_n(dweight + j, left)), left);
    }
  }
  const Vec mean = set1(dots.total() / static_cast<float>(dim));
  for (int64_t j = 0; j < dim; j += kWidth) {
    const int64_t left = dim - j;
    const Vec gate = load_n(z + j, left);
    const Vec value = load_n(y + j, left);
    const Vec s = sigmoid(gate);
    const Vec silu = gate * s;
    const Vec hat = value * silu * scale;
    const Vec du = fnma(hat, mean, load_n(dout + j, left) * load_n(weight + j, left)) * scale;
    store_n(dy + j, du * silu, left);
    store_n(dz + j, du * value * s * fma(gate, one - s, one), left);
  }
}

}  // namespace SMELT_SIMD
}  // namespace smelt::kernels
