#include "model/portable_ops.h"

#include <limits>

#include <ATen/TensorOperators.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/conv1d.h>
#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/pad.h>
#include <ATen/ops/relu.h>
#include <ATen/ops/rsqrt.h>
#include <ATen/ops/scaled_dot_product_attention.h>
#include <ATen/ops/silu.h>
#include <ATen/ops/softplus.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/zeros.h>
#include <ATen/ops/zeros_like.h>

namespace smelt::portable {
namespace {

// Half-width inputs are computed in float; float and double stay.
at::Tensor widen(const at::Tensor& x) {
  return x.scalar_type() == at::kDouble ? x : x.to(at::kFloat);
}

at::Tensor normalise(const at::Tensor& x, double eps) {
  return x * at::rsqrt(x.square().mean(-1, true) + eps);
}

// [b, t, ...] padded with zeros to whole chunks, as [b, chunks, chunk, ...].
at::Tensor in_chunks(const at::Tensor& x, int64_t chunk) {
  const int64_t t = x.size(1);
  const int64_t chunks = (t + chunk - 1) / chunk;
  at::Tensor padded = x;
  if (chunks * chunk != t) {
    std::vector<int64_t> shape = x.sizes().vec();
    shape[1] = chunks * chunk - t;
    padded = at::cat({x, at::zeros(shape, x.options())}, 1);
  }
  std::vector<int64_t> shape = x.sizes().vec();
  shape[1] = chunks;
  shape.insert(shape.begin() + 2, chunk);
  return padded.reshape(shape);
}

}  // namespace

at::Tensor rms_norm(const at::Tensor& x, const at::Tensor& weight, double eps) {
  return (normalise(widen(x), eps) * widen(weight)).to(x.scalar_type());
}

at::Tensor gated_rms_norm(const at::Tensor& y, const at::Tensor& z, const at::Tensor& weight, int64_t groups,
                          double eps) {
  const at::Tensor gated = widen(y) * at::silu(widen(z));
  const at::Tensor normed = normalise(gated.unflatten(-1, {groups, gated.size(-1) / groups}), eps).flatten(-2);
  return (normed * widen(weight)).to(y.scalar_type());
}

at::Tensor causal_conv_silu(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias) {
  const int64_t width = weight.size(1);
  const at::Tensor padded = at::pad(x.transpose(1, 2), {width - 1, 0});
  const at::Tensor y = at::conv1d(padded, weight.unsqueeze(1), bias, at::IntArrayRef{1}, at::IntArrayRef{0},
                                  at::IntArrayRef{1}, weight.size(0));
  return at::silu(y).transpose(1, 2);
}

at::Tensor squared_relu(const at::Tensor& x) {
  return at::relu(x).square();
}

at::Tensor ssd(const SsdInputs& in, int64_t chunk) {
  const int64_t t = in.x.size(1);
  const int64_t heads = in.x.size(2);
  const int64_t groups = in.b.size(2);
  const at::Tensor dt_bth = at::softplus(widen(in.dt) + widen(in.dt_bias));
  const at::Tensor a_bth = dt_bth * -widen(in.a_log).exp();
  const at::Tensor x_bthp = widen(in.x);

  // l, s: steps within chunk m. Everything per head from here on; padding has dt = 0, so it leaves the state alone.
  const at::Tensor x_bmhlp = in_chunks(x_bthp * dt_bth.unsqueeze(-1), chunk).transpose(2, 3);
  const at::Tensor a_bmhl = in_chunks(a_bth, chunk).transpose(2, 3).cumsum(-1);
  const at::Tensor b_bmhln = in_chunks(widen(in.b), chunk).transpose(2, 3).repeat_interleave(heads / groups, 2);
  const at::Tensor c_bmhln = in_chunks(widen(in.c), chunk).transpose(2, 3).repeat_interleave(heads / groups, 2);

  const at::Tensor later = at::ones({chunk, chunk}, x_bthp.options().dtype(at::kBool)).triu(1);
  const at::Tensor decay_bmhls =
      (a_bmhl.unsqueeze(-1) - a_bmhl.unsqueeze(-2)).masked_fill(later, -std::numeric_limits<double>::infinity()).exp();
  const at::Tensor scores_bmhls = at::matmul(c_bmhln, b_bmhln.transpose(-1, -2)) * decay_bmhls;
  const at::Tensor within_bmhlp = at::matmul(scores_bmhls, x_bmhlp);

  const at::Tensor last_bmh = a_bmhl.select(-1, chunk - 1);
  const at::Tensor to_end_bmhl = (last_bmh.unsqueeze(-1) - a_bmhl).exp();
  const at::Tensor added_bmhpn = at::matmul((x_bmhlp * to_end_bmhl.unsqueeze(-1)).transpose(-1, -2), b_bmhln);
  const at::Tensor carry_bmh = last_bmh.exp();
  at::Tensor state_bhpn = at::zeros_like(added_bmhpn.select(1, 0));
  std::vector<at::Tensor> before;
  for (int64_t m = 0; m < added_bmhpn.size(1); ++m) {
    before.push_back(state_bhpn);
    state_bhpn = state_bhpn * carry_bmh.select(1, m).unsqueeze(-1).unsqueeze(-1) + added_bmhpn.select(1, m);
  }
  const at::Tensor from_before_bmhlp =
      at::matmul(c_bmhln, at::stack(before, 1).transpose(-1, -2)) * a_bmhl.exp().unsqueeze(-1);

  const at::Tensor y_bthp = (within_bmhlp + from_before_bmhlp).transpose(2, 3).flatten(1, 2).narrow(1, 0, t);
  return (y_bthp + x_bthp * widen(in.d).unsqueeze(-1)).to(in.x.scalar_type());
}

at::Tensor mamba(const at::Tensor& projected, const MambaWeights& weights, const MambaShape& shape) {
  const auto parts = projected.split_with_sizes({shape.d_inner(), shape.conv_dim(), shape.heads}, -1);
  const at::Tensor mixed = causal_conv_silu(parts[1], weights.conv_weight, weights.conv_bias);
  const int64_t shared = shape.groups * shape.state;
  const auto xbc = mixed.split_with_sizes({shape.d_inner(), shared, shared}, -1);
  const at::Tensor y_bthp = ssd({.x = xbc[0].unflatten(-1, {shape.heads, shape.head_dim}),
                                 .dt = parts[2],
                                 .a_log = weights.a_log,
                                 .b = xbc[1].unflatten(-1, {shape.groups, shape.state}),
                                 .c = xbc[2].unflatten(-1, {shape.groups, shape.state}),
                                 .d = weights.d,
                                 .dt_bias = weights.dt_bias},
                                shape.chunk);
  return gated_rms_norm(y_bthp.flatten(-2), parts[0], weights.norm_weight, shape.groups, shape.eps);
}

at::Tensor causal_attention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v) {
  const bool grouped = q.size(2) != k.size(2);
  return at::scaled_dot_product_attention(q.transpose(1, 2), k.transpose(1, 2), v.transpose(1, 2), {}, 0.0, true, {},
                                          grouped)
      .transpose(1, 2);
}

at::Tensor linear_cross_entropy(const at::Tensor& hidden, const at::Tensor& weight, const at::Tensor& targets,
                                int64_t ignore_index) {
  const at::Tensor logits = widen(at::linear(hidden, weight));
  const at::Tensor count = targets.ne(ignore_index).sum().clamp_min(1);
  return at::cross_entropy_loss(logits, targets, {}, at::Reduction::Sum, ignore_index) / count;
}

}  // namespace smelt::portable

namespace smelt {

const OpSet& portable_op_set() {
  static const OpSet ops = {portable::rms_norm, portable::mamba, portable::squared_relu, portable::causal_attention,
                            portable::linear_cross_entropy};
  return ops;
}

}  // namespace smelt
