// The operations of a layer that are more than a matrix product, in two implementations behind one table.
//
// Shapes: b batch, t time, h heads, p head dimension, g groups, n state size. All are differentiable in every tensor
// argument.
#pragma once

#include <cstdint>

#include <ATen/core/Tensor.h>

namespace smelt {

// Sizes of a Mamba-2 mixer; d_inner = heads * head_dim, a row of its input projection is [z | x | B | C | dt].
struct MambaShape {
  int64_t heads = 0;
  int64_t head_dim = 0;
  int64_t groups = 0;
  int64_t state = 0;
  int64_t chunk = 128;
  double eps = 1e-5;

  int64_t d_inner() const { return heads * head_dim; }
  int64_t conv_dim() const { return d_inner() + 2 * groups * state; }
  int64_t rows() const { return d_inner() + conv_dim() + heads; }
};

struct MambaWeights {
  at::Tensor conv_weight;  // [conv_dim, kernel]
  at::Tensor conv_bias;    // [conv_dim]
  at::Tensor dt_bias;      // [heads]
  at::Tensor a_log;        // [heads]
  at::Tensor d;            // [heads]
  at::Tensor norm_weight;  // [d_inner]
};

struct OpSet {
  // x * rsqrt(mean(x^2) + eps) * weight over the last dimension.
  at::Tensor (*rms_norm)(const at::Tensor& x, const at::Tensor& weight, double eps);
  // Between a Mamba-2 mixer's projections: convolution and SiLU, state-space scan, gated norm. projected [b, t, rows]
  // -> [b, t, d_inner].
  at::Tensor (*mamba)(const at::Tensor& projected, const MambaWeights& weights, const MambaShape& shape);
  // max(x, 0)^2.
  at::Tensor (*squared_relu)(const at::Tensor& x);
  // Causal, no position embedding. q [b, t, heads, dim], k and v [b, t, kv_heads, dim] -> [b, t, heads, dim].
  at::Tensor (*attention)(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v);
  // Mean of -log softmax(hidden weight^T)[target] over the targets that are not ignore_index; 0 where all are ignored.
  // hidden [rows, d], weight [vocab, d], targets [rows] int64 -> scalar.
  at::Tensor (*linear_cross_entropy)(const at::Tensor& hidden, const at::Tensor& weight, const at::Tensor& targets,
                                     int64_t ignore_index);
};

const OpSet& portable_op_set();  // LibTorch operations; any device and floating dtype
const OpSet& kernel_op_set();    // our kernels; float32 on the CPU only

}  // namespace smelt
