// What the convolution kernels of every instruction set share. Internal.
#pragma once

#include <cstdint>

#include "kernels/causal_conv.h"

namespace smelt::kernels {

// Tasks are blocks of tokens by blocks of channels, so that what one task touches stays in the second-level cache.
constexpr int64_t kConvTokens = 128;
constexpr int64_t kConvChannels = 128;

struct ConvPlan {
  ConvShape shape;
  ConvInputs in;        // strides resolved
  const float* taps;    // [width, channel blocks * kConvChannels]: the weights transposed
  int64_t tap_row = 0;  // step between taps
  const int32_t*
      history;         // [batch, length]: how many earlier rows a token may use, at most width - 1; null: all there are
  const float* zeros;  // kConvChannels zeros

  // The row of inputs at t (negative: initial state), from channel c on.
  const float* row(int64_t b, int64_t t, int64_t c) const {
    if (t >= 0) {
      return in.x + (b * shape.length + t) * in.x_stride + c;
    }
    return in.initial_state == nullptr
               ? zeros
               : in.initial_state + (b * (shape.width - 1) + shape.width - 1 + t) * shape.channels + c;
  }
  int64_t reach(int64_t b, int64_t t) const {
    return history == nullptr ? shape.width - 1 : history[b * shape.length + t];
  }
};

struct ConvKernels {
  // Tokens [t0, t1), channels [c0, c1).
  void (*forward)(const ConvPlan& plan, int64_t b, int64_t t0, int64_t t1, int64_t c0, int64_t c1, float* y,
                  int64_t y_stride);
  // Writes dx of those tokens (and the initial state's gradient with the first block); `partial` [width + 1,
  // kConvChannels] takes the block's sums for the taps and the bias. Scratch: (kConvTokens + width) * kConvChannels
  // floats.
  void (*backward)(const ConvPlan& plan, const ConvGradients& grad, int64_t b, int64_t t0, int64_t t1, int64_t c0,
                   int64_t c1, float* partial, float* scratch);
};

}  // namespace smelt::kernels
