// The model's operations written with LibTorch's own tensor operations: any device, any floating dtype, differentiable
// twice.
//
// The path for what the hand-written kernels do not take (double, bf16, accelerators), and the yardstick that their
// tests compare with. Shapes: b batch, t time, h heads, p head dimension, g groups of B and C, n state size, c
// channels.
#pragma once

#include <cstdint>

#include <ATen/core/Tensor.h>

#include "model/op_set.h"

namespace smelt::portable {

// x * rsqrt(mean(x^2) + eps) * weight over the last dimension, statistics in at least float.
at::Tensor rms_norm(const at::Tensor& x, const at::Tensor& weight, double eps);

// y * silu(z), then rms_norm within each of `groups` equal parts of the last dimension (Mamba-2's gate before norm).
at::Tensor gated_rms_norm(const at::Tensor& y, const at::Tensor& z, const at::Tensor& weight, int64_t groups,
                          double eps);

// silu(bias[c] + sum_k weight[c, k] * x[t - K + 1 + k, c]), zeros before t = 0. x [b, t, c], weight [c, K], bias [c].
at::Tensor causal_conv_silu(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias);

// max(x, 0)^2.
at::Tensor squared_relu(const at::Tensor& x);

struct SsdInputs {
  at::Tensor x;        // [b, t, h, p]
  at::Tensor dt;       // [b, t, h], before bias and softplus
  at::Tensor a_log;    // [h]
  at::Tensor b;        // [b, t, g, n]
  at::Tensor c;        // [b, t, g, n]
  at::Tensor d;        // [h]
  at::Tensor dt_bias;  // [h]
};

// The selective state space of Mamba-2 in chunks of `chunk` steps, from a zero state (Dao and Gu 2024, "Transformers
// are SSMs", listing 1): S_t = S_{t-1} exp(dt_t A) + dt_t x_t B_t^T, y_t = S_t C_t + D x_t, with dt = softplus(dt +
// dt_bias), A = -exp(a_log). Gives [b, t, h, p].
at::Tensor ssd(const SsdInputs& in, int64_t chunk);

// The whole middle of a Mamba-2 mixer, from the functions above (op_set.h).
at::Tensor mamba(const at::Tensor& projected, const MambaWeights& weights, const MambaShape& shape);

// Causal attention without position embedding. q [b, t, heads, dim], k and v [b, t, kv_heads, dim]; gives [b, t, heads,
// dim].
at::Tensor causal_attention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v);

// Mean over the targets that are not `ignore_index` of -log softmax(hidden weight^T)[target]; 0 where all are ignored.
// hidden [rows, d], weight [vocab, d], targets [rows] int64.
at::Tensor linear_cross_entropy(const at::Tensor& hidden, const at::Tensor& weight, const at::Tensor& targets,
                                int64_t ignore_index);

}  // namespace smelt::portable
