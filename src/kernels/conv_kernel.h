// The causal convolution for the instruction set at hand. Internal.
#pragma once

#include "kernels/conv_plan.h"
#include "kernels/simd.h"

namespace smelt::kernels {
namespace SMELT_SIMD {

// The rows that token t sees, oldest first; those outside its document are rows of zeros.
static void conv_rows(const ConvPlan& plan, int64_t b, int64_t t, int64_t c, const float** rows) {
  const int64_t reach = plan.reach(b, t);
  for (int64_t k = 0; k < plan.shape.width; ++k) {
    const int64_t lag = plan.shape.width - 1 - k;
    rows[k] = lag <= reach ? plan.row(b, t - lag, c) : plan.zeros;
  }
}

SMELT_INLINE Vec conv_sum(const float* const* rows, const float* taps, int64_t tap_row, int64_t width, Vec bias,
                          int64_t c, int64_t left) {
  Vec sum = bias;
  for (int64_t k = 0; k < width; ++k) {
    sum = fma(load_n(taps + k * tap_row + c, left), load_n(rows[k] + c, left), sum);
  }
  return sum;
}

static void conv_forward(const ConvPlan& plan, int64_t b, int64_t t0, int64_t t1, int64_t c0, int64_t c1, float* y,
                         int64_t y_stride) {
  const float* rows[kMaxConvWidth];
  const float* taps = plan.taps + c0;
  for (int64_t t = t0; t < t1; ++t) {
    conv_rows(plan, b, t, c0, rows);
    float* out = y + (b * plan.shape.length + t) * y_stride + c0;
    for (int64_t c = 0; c < c1 - c0; c += kWidth) {
      const int64_t left = c1 - c0 - c;
      const Vec bias = plan.in.bias == nullptr ? zero() : load_n(plan.in.bias + c0 + c, left);
      const Vec v = conv_sum(rows, taps, plan.tap_row, plan.shape.width, bias, c, left);
      store_n(out + c, plan.shape.silu ? v * sigmoid(v) : v, left);
    }
  }
}

// dv[t - t0] for tokens [t0, t1): the gradient before the activation.
static void conv_before_activation(const ConvPlan& plan, const ConvGradients& grad, int64_t b, int64_t t0, int64_t t1,
                                   int64_t c0, int64_t c1, float* dv) {
  const float* rows[kMaxConvWidth];
  const float* taps = plan.taps + c0;
  for (int64_t t = t0; t < t1; ++t) {
    conv_rows(plan, b, t, c0, rows);
    const float* dy = grad.dy + (b * plan.shape.length + t) * grad.dy_stride + c0;
    float* out = dv + (t - t0) * kConvChannels;
    for (int64_t c = 0; c < c1 - c0; c += kWidth) {
      const int64_t left = c1 - c0 - c;
      Vec value = load_n(dy + c, left);
      if (plan.shape.silu) {
        const Vec bias = plan.in.bias == nullptr ? zero() : load_n(plan.in.bias + c0 + c, left);
        const Vec v = conv_sum(rows, taps, plan.tap_row, plan.shape.width, bias, c, left);
        const Vec s = sigmoid(v);
        value = value * s * fma(v, set1(1.0F) - s, set1(1.0F));
      }
      store(out + c, value);
    }
  }
}

// Sums over the block's tokens of dv times each tap's input, and of dv.
static void conv_partial(const ConvPlan& plan, int64_t b, int64_t t0, int64_t t1, int64_t c0, int64_t c1,
                         const float* dv, float* partial) {
  const int64_t width = plan.shape.width;
  for (int64_t i = 0; i < (width + 1) * kConvChannels; ++i) {
    partial[i] = 0.0F;
  }
  const float* rows[kMaxConvWidth];
  for (int64_t t = t0; t < t1; ++t) {
    conv_rows(plan, b, t, c0, rows);
    const float* from = dv + (t - t0) * kConvChannels;
    for (int64_t c = 0; c < c1 - c0; c += kWidth) {
      const Vec value = load(from + c);
      for (int64_t k = 0; k < width; ++k) {
        float* sum = partial + k * kConvChannels + c;
        store(sum, fma(value, load_n(rows[k] + c, c1 - c0 - c), load(sum)));
      }
      float* sum = partial + width * kConvChannels + c;
      store(sum, load(sum) + value);
    }
  }
}

static void conv_backward(const ConvPlan& plan, const ConvGradients& grad, int64_t b, int64_t t0, int64_t t1,
                          int64_t c0, int64_t c1, float* partial, float* scratch) {
  const int64_t width = plan.shape.width;
  const int64_t length = plan.shape.length;
  // Inputs of this block also feed the next width - 1 tokens.
  const int64_t beyond = t1 + width - 1 < length ? t1 + width - 1 : length;
  conv_before_activation(plan, grad, b, t0, beyond, c0, c1, scratch);
  conv_partial(plan, b, t0, t1, c0, c1, scratch, partial);
  const int64_t first = t0 == 0 && grad.d_initial_state != nullptr ? 1 - width : t0;
  for (int64_t u = first; u < t1; ++u) {
    float* out = u >= 0 ? grad.dx + (b * length + u) * grad.dx_stride + c0
                        : grad.d_initial_state + (b * (width - 1) + width - 1 + u) * plan.shape.channels + c0;
    for (int64_t c = 0; c < c1 - c0; c += kWidth) {
      const int64_t left = c1 - c0 - c;
      Vec sum = zero();
      for (int64_t lag = 0; lag < width; ++lag) {
        const int64_t t = u + lag;
        if (t >= t0 && t < length && plan.reach(b, t) >= lag) {
          sum = fma(load_n(plan.taps + (width - 1 - lag) * plan.tap_row + c0 + c, left),
                    load(scratch + (t - t0) * kConvChannels + c), sum);
        }
      }
      store_n(out + c, sum, left);
    }
  }
}

}  // namespace SMELT_SIMD
}  // namespace smelt::kernels
