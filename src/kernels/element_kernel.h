// Element-wise kernels and the rows of the softmax, for the instruction set at hand. Internal.
#pragma once

#include "kernels/element_plan.h"
#include "kernels/simd.h"

namespace smelt::kernels {
namespace SMELT_SIMD {

// max() gives its second operand where one is NaN, so NaN passes.
static void squared_relu(int64_t n, const float* x, float* y) {
  for (int64_t i = 0; i < n; i += kWidth) {
    const Vec positive = max(zero(), load_n(x + i, n - i));
    store_n(y + i, positive * positive, n - i);
  }
}

static void squared_relu_backward(int64_t n, const float* x, const float* dy, float* dx) {
  for (int64_t i = 0; i < n; i += kWidth) {
    const Vec positive = max(zero(), load_n(x + i, n - i));
    store_n(dx + i, (positive + positive) * load_n(dy + i, n - i), n - i);
  }
}

static void adamw(int64_t n, const AdamWFactors& f, const float* grad, float* param, float* m, float* v) {
  const Vec beta1 = set1(f.beta1);
  const Vec beta2 = set1(f.beta2);
  const Vec take1 = set1(f.one_minus_beta1);
  const Vec take2 = set1(f.one_minus_beta2);
  const Vec scale = set1(f.grad_scale);
  for (int64_t i = 0; i < n; i += kWidth) {
    const int64_t left = n - i;
    const Vec g = load_n(grad + i, left) * scale;
    const Vec first = fma(load_n(m + i, left), beta1, take1 * g);
    const Vec second = fma(load_n(v + i, left), beta2, take2 * g * g);
    store_n(m + i, first, left);
    store_n(v + i, second, left);
    const Vec spread = fma(sqrt(second), set1(f.inverse_root), set1(f.eps));
    store_n(param + i, fnma(set1(f.rate), first / spread, load_n(param + i, left) * set1(f.keep)), left);
  }
}

// Sixteen running sums in double, whatever the instruction set.
static double squared_norm(int64_t n, const float* x) {
  constexpr int64_t kSums = 16;
  double sums[kSums] = {};
  int64_t i = 0;
  for (; i + kSums <= n; i += kSums) {
    for (int64_t j = 0; j < kSums; ++j) {
      const auto value = static_cast<double>(x[i + j]);
      sums[j] += value * value;
    }
  }
  for (int64_t j = 0; i + j < n; ++j) {
    const auto value = static_cast<double>(x[i + j]);
    sums[j] += value * value;
  }
  for (int64_t half = kSums / 2; half > 0; half /= 2) {
    for (int64_t j = 0; j < half; ++j) {
      sums[j] += sums[j + half];
    }
  }
  return sums[0];
}

static float row_max(int64_t n, const float* x) {
  const float lowest = -__builtin_inff();
  Vec best = set1(lowest);
  int64_t i = 0;
  for (; i + kWidth <= n; i += kWidth) {
    best = max(best, load(x + i));
  }
  float most = max_lane(best);
  for (; i < n; ++i) {
    most = x[i] > most ? x[i] : most;
  }
  return most;
}

static double sum_of_exps(int64_t n, const float* x, float shift, float* out) {
  constexpr int64_t kBlock = 64 * kWidth;
  const Vec by = set1(shift);
  double total = 0;
  for (int64_t begin = 0; begin < n; begin += kBlock) {
    const int64_t end = begin + kBlock < n ? begin + kBlock : n;
    Vec sum = zero();
    int64_t i = begin;
    for (; i + kWidth <= end; i += kWidth) {
      const Vec e = exp(load(x + i) - by);
      if (out != nullptr) {
        store(out + i, e);
      }
      sum = sum + e;
    }
    if (i < end) {
      const Mask rest = first_lanes(end - i);
      const Vec e = select(rest, exp(load(x + i, rest) - by), zero());
      if (out != nullptr) {
        store(out + i, e, rest);
      }
      sum = sum + e;
    }
    total += static_cast<double>(sum_lanes(sum));
  }
  return total;
}

static void scale_all(int64_t n, float by, float* x) {
  for (int64_t i = 0; i < n; i += kWidth) {
    store_n(x + i, load_n(x + i, n - i) * set1(by), n - i);
  }
}

}  // namespace SMELT_SIMD
}  // namespace smelt::kernels
