// Depthwise causal convolution with bias and SiLU, forward and backward, and one step: the short convolution of
// Mamba-2.
//
//   v[t, c] = bias[c] + sum_{k=0..width-1} weight[c, k] * x[t - (width - 1) + k, c];   y = v * sigmoid(v), or v without
//   SiLU
// The last tap weighs the current token. Before token 0 stands the initial state, or zeros. With seq_idx [batch,
// length], taps that fall in another document than the token's are zero; the initial state belongs to the document of
// token 0.
//
// Shapes, row-major: x, y [batch, length, channels], with steps between tokens in floats (0: dense; between sequences
// length times that); weight [channels, width]; bias [channels]; states [batch, width - 1, channels], oldest token
// first. fp32, width 1 to 16.
//
// Thread safety: calls share nothing. The same inputs give the same bytes for any number of threads.
#pragma once

#include <cstdint>

#include "base/cpu.h"
#include "base/threads.h"

namespace smelt::kernels {

constexpr int64_t kMaxConvWidth = 16;

struct ConvShape {
  int64_t batch = 1;
  int64_t length = 0;
  int64_t channels = 0;
  int64_t width = 4;
  bool silu = true;
};

struct ConvInputs {
  const float* x = nullptr;
  int64_t x_stride = 0;
  const float* weight = nullptr;
  const float* bias = nullptr;           // null: zero
  const float* initial_state = nullptr;  // null: zeros
  const int32_t* seq_idx = nullptr;      // null: one document per sequence
};

// `final_state` (may be null) takes the last width - 1 inputs, whatever their documents.
void causal_conv_forward(Executor& executor, const ConvShape& shape, const ConvInputs& in, float* y, int64_t y_stride,
                         float* final_state, Isa isa = active_isa());

struct ConvGradients {
  const float* dy = nullptr;
  int64_t dy_stride = 0;
  // Outputs, overwritten. Null: not wanted (for dbias and d_initial_state).
  float* dx = nullptr;
  int64_t dx_stride = 0;
  float* dweight = nullptr;
  float* dbias = nullptr;
  float* d_initial_state = nullptr;
};

void causal_conv_backward(Executor& executor, const ConvShape& shape, const ConvInputs& in, const ConvGradients& grad,
                          Isa isa = active_isa());

// One token per sequence (shape.length is ignored): x, y [batch, channels] with x_stride between sequences; `state` is
// shifted by one token.
void causal_conv_step(Executor& executor, const ConvShape& shape, const ConvInputs& in, float* state, float* y,
                      Isa isa = active_isa());

}  // namespace smelt::kernels
