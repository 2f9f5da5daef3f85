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

// kFull: a whole vector of channels; else `left` of them.
template <bool kFull>
SMELT_INLINE Vec conv_load(const float* p, int64_t left) {
  return kFull ? load(p) : load_n(p, left);
}

// kTaps: the width where it is known when compiling, else 0.
template <int kTaps, bool kFull>
SMELT_INLINE Vec conv_sum(const ConvPlan& plan, const float* const* rows, const float* taps, int64_t c0, int64_t c,
                          int64_t left) {
  const int64_t width = kTaps > 0 ? kTaps : plan.shape.width;
  Vec sum = plan.in.bias == nullptr ? zero() : conv_load<kFull>(plan.in.bias + c0 + c, left);
  for (int64_t k = 0; k < width; ++k) {
    sum = fma(conv_load<kFull>(taps + k * plan.tap_row + c, left), conv_load<kFull>(rows[k] + c, left), sum);
  }
  return sum;
}

// Calls body.template operator()<kFull>(c, left) for the vectors of `channels` channels.
template <class Body>
SMELT_INLINE void for_channels(int64_t channels, Body body) {
  int64_t c = 0;
  for (; c + kWidth <= channels; c += kWidth) {
    body.template operator()<true>(c, kWidth);
  }
  if (c < channels) {
    body.template operator()<false>(c, channels - c);
  }
}

template <int kTaps>
static void conv_forward_taps(const ConvPlan& plan, int64_t b, int64_t t0, int64_t t1, int64_t c0, int64_t c1, float* y,
                              int64_t y_stride) {
  const float* rows[kMaxConvWidth];
  const float* taps = plan.taps + c0;
  for (int64_t t = t0; t < t1; ++t) {
    conv_rows(plan, b, t, c0, rows);
    float* out = y + (b * plan.shape.length + t) * y_stride + c0;
    for_channels(c1 - c0, [&]<bool kFull>(int64_t c, int64_t left) {
      const Vec v = conv_sum<kTaps, kFull>(plan, rows, taps, c0, c, left);
      store_n(out + c, plan.shape.silu ? v * sigmoid(v) : v, left);
    });
  }
}

static void conv_forward(const ConvPlan& plan, int64_t b, int64_t t0, int64_t t1, int64_t c0, int64_t c1, float* y,
                         int64_t y_stride) {
  if (plan.shape.width == 4) {
    conv_forward_taps<4>(plan, b, t0, t1, c0, c1, y, y_stride);
  } else {
    conv_forward_taps<0>(plan, b, t0, t1, c0, c1, y, y_stride);
  }
}

// dv[t - t0] for tokens [t0, t1): the gradient before the activation.
template <int kTaps>
static void conv_before_activation(const ConvPlan& plan, const ConvGradients& grad, int64_t b, int64_t t0, int64_t t1,
                                   int64_t c0, int64_t c1, float* dv) {
  const float* rows[kMaxConvWidth];
  const float* taps = plan.taps + c0;
  for (int64_t t = t0; t < t1; ++t) {
    conv_rows(plan, b, t, c0, rows);
    const float* dy = grad.dy + (b * plan.shape.length + t) * grad.dy_stride + c0;
    float* out = dv + (t - t0) * kConvChannels;
    for_channels(c1 - c0, [&]<bool kFull>(int64_t c, int64_t left) {
      Vec value = conv_load<kFull>(dy + c, left);
      if (plan.shape.silu) {
        const Vec v = conv_sum<kTaps, kFull>(plan, rows, taps, c0, c, left);
        const Vec s = sigmoid(v);
        value = value * s * fma(v, set1(1.0F) - s, set1(1.0F));
      }
      store(out + c, value);
    });
  }
}

// Sums over the block's tokens of dv times each tap's input, and of dv, for one vector of channels; the sums stay in
// registers for known widths.
template <int kTaps, bool kFull>
SMELT_INLINE void conv_partial_channels(const ConvPlan& plan, int64_t tokens, const float* const* rows, int64_t c,
                                        int64_t left, const float* dv, float* partial) {
  const int64_t width = kTaps > 0 ? kTaps : plan.shape.width;
  Vec sums[kTaps > 0 ? kTaps : kMaxConvWidth];
  for (int64_t k = 0; k < width; ++k) {
    sums[k] = zero();
  }
  Vec bias = zero();
  for (int64_t i = 0; i < tokens; ++i) {
    const Vec value = load(dv + i * kConvChannels + c);
    for (int64_t k = 0; k < width; ++k) {
      sums[k] = fma(value, conv_load<kFull>(rows[i * kMaxConvWidth + k] + c, left), sums[k]);
    }
    bias = bias + value;
  }
  for (int64_t k = 0; k < width; ++k) {
    store(partial + k * kConvChannels + c, sums[k]);
  }
  store(partial + width * kConvChannels + c, bias);
}

template <int kTaps>
static void conv_partial(const ConvPlan& plan, int64_t b, int64_t t0, int64_t t1, int64_t c0, int64_t c1,
                         const float* dv, float* partial) {
  const float* rows[kConvTokens * kMaxConvWidth];
  for (int64_t t = t0; t < t1; ++t) {
    conv_rows(plan, b, t, c0, rows + (t - t0) * kMaxConvWidth);
  }
  for_channels(c1 - c0, [&]<bool kFull>(int64_t c, int64_t left) {
    conv_partial_channels<kTaps, kFull>(plan, t1 - t0, rows, c, left, dv, partial);
  });
}

static void conv_backward(const ConvPlan& plan, const ConvGradients& grad, int64_t b, int64_t t0, int64_t t1,
                          int64_t c0, int64_t c1, float* partial, float* scratch) {
  const int64_t width = plan.shape.width;
  const int64_t length = plan.shape.length;
  // Inputs of this block also feed the next width - 1 tokens.
  const int64_t beyond = t1 + width - 1 < length ? t1 + width - 1 : length;
  if (width == 4) {
    conv_before_activation<4>(plan, grad, b, t0, beyond, c0, c1, scratch);
    conv_partial<4>(plan, b, t0, t1, c0, c1, scratch, partial);
  } else {
    conv_before_activation<0>(plan, grad, b, t0, beyond, c0, c1, scratch);
    conv_partial<0>(plan, b, t0, t1, c0, c1, scratch, partial);
  }
  const int64_t first = t0 == 0 && grad.d_initial_state != nullptr ? 1 - width : t0;
  for (int64_t u = first; u < t1; ++u) {
    float* out = u >= 0 ? grad.dx + (b * length + u) * grad.dx_stride + c0
                        : grad.d_initial_state + (b * (width - 1) + width - 1 + u) * plan.shape.channels + c0;
    // The later tokens that use this row, as the tap they use it with and their gradient.
    const float* taps[kMaxConvWidth];
    const float* grads[kMaxConvWidth];
    int64_t users = 0;
    for (int64_t lag = 0; lag < width; ++lag) {
      const int64_t t = u + lag;
      if (t >= t0 && t < length && plan.reach(b, t) >= lag) {
        taps[users] = plan.taps + (width - 1 - lag) * plan.tap_row + c0;
        grads[users] = scratch + (t - t0) * kConvChannels;
        ++users;
      }
    }
    for_channels(c1 - c0, [&]<bool kFull>(int64_t c, int64_t left) {
      Vec sum = zero();
      for (int64_t i = 0; i < users; ++i) {
        sum = fma(conv_load<kFull>(taps[i] + c, left), load(grads[i] + c), sum);
      }
      store_n(out + c, sum, left);
    });
  }
}

}  // namespace SMELT_SIMD
}  // namespace smelt::kernels
