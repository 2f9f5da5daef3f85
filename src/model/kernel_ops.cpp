// The operations of op_set.h on our kernels: float32 on the CPU, gradients by hand.
#include <algorithm>

#include <ATen/TensorOperators.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/mm.h>
#include <ATen/ops/scalar_tensor.h>
#include <c10/core/GradMode.h>
#include <torch/csrc/autograd/custom_function.h>

#include "base/error.h"
#include "kernels/causal_conv.h"
#include "kernels/cross_entropy.h"
#include "kernels/gated_norm.h"
#include "kernels/norm.h"
#include "kernels/squared_relu.h"
#include "kernels/ssd.h"
#include "model/op_set.h"
#include "model/portable_ops.h"
#include "model/torch_executor.h"

namespace smelt {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

// Logits of so many bytes exist at a time: large enough for the matrix products, small enough for a last-level cache.
constexpr int64_t kLogitBytes = 8 << 20;

at::Tensor dense(const at::Tensor& x) {
  SMELT_CHECK(x.scalar_type() == at::kFloat && x.is_cpu());
  return x.contiguous();
}

const float* data(const at::Tensor& x) {
  return x.const_data_ptr<float>();
}

float* out(at::Tensor& x) {
  return x.mutable_data_ptr<float>();
}

class RmsNormFunction : public torch::autograd::Function<RmsNormFunction> {
 public:
  static at::Tensor forward(AutogradContext* context, const at::Tensor& input, const at::Tensor& weight, double eps) {
    TorchExecutor executor;
    const at::Tensor x = dense(input);
    at::Tensor y = at::empty_like(x);
    const kernels::RmsNormShape shape = shape_of(x, eps);
    at::Tensor rstd = at::empty({shape.rows}, x.options());
    kernels::rms_norm_forward(executor, shape, data(x), nullptr, data(weight), out(y), nullptr, out(rstd));
    context->save_for_backward({x, weight, rstd});
    return y;
  }

  static variable_list backward(AutogradContext* context, variable_list grads) {
    TorchExecutor executor;
    const variable_list saved = context->get_saved_variables();
    const at::Tensor dy = dense(grads[0]);
    at::Tensor dx = at::empty_like(saved[0]);
    at::Tensor dweight = at::empty_like(saved[1]);
    kernels::rms_norm_backward(executor, shape_of(saved[0], 0), data(saved[0]), data(saved[1]), data(saved[2]),
                               data(dy), nullptr, out(dx), out(dweight));
    return {dx, dweight, at::Tensor()};
  }

 private:
  static kernels::RmsNormShape shape_of(const at::Tensor& x, double eps) {
    return {.rows = x.numel() / x.size(-1), .dim = x.size(-1), .eps = static_cast<float>(eps)};
  }
};

class SquaredReluFunction : public torch::autograd::Function<SquaredReluFunction> {
 public:
  static at::Tensor forward(AutogradContext* context, const at::Tensor& input) {
    TorchExecutor executor;
    const at::Tensor x = dense(input);
    at::Tensor y = at::empty_like(x);
    kernels::squared_relu_forward(executor, x.numel(), data(x), out(y));
    context->save_for_backward({x});
    return y;
  }

  static variable_list backward(AutogradContext* context, variable_list grads) {
    TorchExecutor executor;
    const at::Tensor x = context->get_saved_variables()[0];
    const at::Tensor dy = dense(grads[0]);
    at::Tensor dx = at::empty_like(x);
    kernels::squared_relu_backward(executor, x.numel(), data(x), data(dy), out(dx));
    return {dx};
  }
};

// The kernels' views of one mixer: where z, x, B, C and dt lie inside rows of the projection and of the convolution's
// output.
struct MambaPlan {
  MambaPlan(const MambaShape& mixer, int64_t batch, int64_t length, int64_t width)
      : d_inner(mixer.d_inner()),
        conv_dim(mixer.conv_dim()),
        rows(mixer.rows()),
        b_offset(d_inner),
        c_offset(d_inner + mixer.groups * mixer.state),
        dt_offset(d_inner + conv_dim),
        conv{.batch = batch, .length = length, .channels = conv_dim, .width = width},
        ssd{.batch = batch,
            .length = length,
            .heads = mixer.heads,
            .head_dim = mixer.head_dim,
            .groups = mixer.groups,
            .state = mixer.state,
            .chunk = std::min<int64_t>(mixer.chunk, 512)},
        norm{.rows = batch * length,
             .dim = d_inner,
             .groups = mixer.groups,
             .eps = static_cast<float>(mixer.eps),
             .z_stride = rows,
             .dz_stride = rows} {}

  kernels::ConvInputs conv_inputs(const at::Tensor& projected, const variable_list& weights) const {
    return {.x = data(projected) + d_inner, .x_stride = rows, .weight = data(weights[0]), .bias = data(weights[1])};
  }
  kernels::SsdInputs ssd_inputs(const at::Tensor& projected, const at::Tensor& mixed,
                                const variable_list& weights) const {
    return {.x = data(mixed),
            .b = data(mixed) + b_offset,
            .c = data(mixed) + c_offset,
            .dt = data(projected) + dt_offset,
            .x_stride = conv_dim,
            .b_stride = conv_dim,
            .c_stride = conv_dim,
            .dt_stride = rows,
            .a_log = data(weights[3]),
            .dt_bias = data(weights[2]),
            .d = data(weights[4])};
  }

  int64_t d_inner;
  int64_t conv_dim;
  int64_t rows;
  int64_t b_offset;
  int64_t c_offset;
  int64_t dt_offset;
  kernels::ConvShape conv;
  kernels::SsdShape ssd;
  kernels::GatedNormShape norm;
};

class MambaFunction : public torch::autograd::Function<MambaFunction> {
 public:
  static at::Tensor forward(AutogradContext* context, const at::Tensor& input, const at::Tensor& conv_weight,
                            const at::Tensor& conv_bias, const at::Tensor& dt_bias, const at::Tensor& a_log,
                            const at::Tensor& d, const at::Tensor& norm_weight, const MambaShape& shape) {
    TorchExecutor executor;
    const at::Tensor projected = dense(input);
    const variable_list weights = {dense(conv_weight), conv_bias, dt_bias, a_log, d, norm_weight};
    const int64_t batch = projected.size(0);
    const int64_t length = projected.size(1);
    const MambaPlan plan(shape, batch, length, weights[0].size(1));

    at::Tensor mixed = at::empty({batch, length, plan.conv_dim}, projected.options());
    kernels::causal_conv_forward(executor, plan.conv, plan.conv_inputs(projected, weights), out(mixed), 0, nullptr);
    at::Tensor y = at::empty({batch, length, plan.d_inner}, projected.options());
    at::Tensor states = at::empty({kernels::ssd_saved_floats(plan.ssd)}, projected.options());
    kernels::SsdOutputs scanned;
    scanned.y = out(y);
    scanned.saved_states = out(states);
    kernels::ssd_forward(executor, plan.ssd, plan.ssd_inputs(projected, mixed, weights), scanned);
    at::Tensor normed = at::empty_like(y);
    at::Tensor rstd = at::empty({plan.norm.rows, plan.norm.groups}, projected.options());
    kernels::gated_norm_forward(executor, plan.norm, data(y), data(projected), data(weights[5]), out(normed),
                                out(rstd));

    variable_list saved = {projected, mixed, y, states, rstd};
    saved.insert(saved.end(), weights.begin(), weights.end());
    context->save_for_backward(saved);
    context->saved_data["shape"] =
        std::vector<int64_t>{shape.heads, shape.head_dim, shape.groups, shape.state, shape.chunk};
    return normed;
  }

  static variable_list backward(AutogradContext* context, variable_list grads) {
    TorchExecutor executor;
    const variable_list saved = context->get_saved_variables();
    const variable_list weights(saved.begin() + 5, saved.end());
    const auto sizes = context->saved_data["shape"].toIntVector();
    const at::Tensor& projected = saved[0];
    const at::Tensor& mixed = saved[1];
    const at::Tensor& y = saved[2];
    const MambaPlan plan(
        {.heads = sizes[0], .head_dim = sizes[1], .groups = sizes[2], .state = sizes[3], .chunk = sizes[4]},
        projected.size(0), projected.size(1), weights[0].size(1));
    variable_list dweights;
    for (const at::Tensor& weight : weights) {
      dweights.push_back(at::empty_like(weight));
    }
    const at::Tensor dnormed = dense(grads[0]);
    at::Tensor dprojected = at::empty_like(projected);
    at::Tensor dy = at::empty_like(y);
    kernels::gated_norm_backward(executor, plan.norm, data(y), data(projected), data(weights[5]), data(saved[4]),
                                 data(dnormed), out(dy), out(dprojected), out(dweights[5]));
    at::Tensor dmixed = at::empty_like(mixed);
    kernels::SsdGradients scan;
    scan.dy = data(dy);
    scan.saved_states = data(saved[3]);
    scan.dx = out(dmixed);
    scan.db = out(dmixed) + plan.b_offset;
    scan.dc = out(dmixed) + plan.c_offset;
    scan.ddt = out(dprojected) + plan.dt_offset;
    scan.dx_stride = scan.db_stride = scan.dc_stride = plan.conv_dim;
    scan.ddt_stride = plan.rows;
    scan.ddt_bias = out(dweights[2]);
    scan.da_log = out(dweights[3]);
    scan.dd = out(dweights[4]);
    kernels::ssd_backward(executor, plan.ssd, plan.ssd_inputs(projected, mixed, weights), scan);
    kernels::ConvGradients conv;
    conv.dy = data(dmixed);
    conv.dx = out(dprojected) + plan.d_inner;
    conv.dx_stride = plan.rows;
    conv.dweight = out(dweights[0]);
    conv.dbias = out(dweights[1]);
    kernels::causal_conv_backward(executor, plan.conv, plan.conv_inputs(projected, weights), conv);

    variable_list result = {dprojected};
    result.insert(result.end(), dweights.begin(), dweights.end());
    result.emplace_back();
    return result;
  }
};

struct LossParts {
  double mean = 0;
  at::Tensor dhidden;  // of the mean; undefined where not asked for
  at::Tensor dweight;
};

// Block by block: logits, losses and the logits' gradient in their place, then the two products with it.
LossParts linear_loss(const at::Tensor& hidden, const at::Tensor& weight, const at::Tensor& targets,
                      int64_t ignore_index, bool with_grad) {
  TorchExecutor executor;
  const int64_t rows = hidden.size(0);
  const int64_t vocab = weight.size(0);
  const int64_t block =
      std::clamp<int64_t>(kLogitBytes / (vocab * static_cast<int64_t>(sizeof(float))), 16, std::max<int64_t>(rows, 16));
  const auto* target = targets.const_data_ptr<int64_t>();
  const int64_t counted = rows - std::count(target, target + rows, ignore_index);
  LossParts parts;
  if (with_grad) {
    parts.dhidden = at::empty_like(hidden);
    parts.dweight = at::empty_like(weight);
  }
  const float scale = 1.0F / static_cast<float>(std::max<int64_t>(counted, 1));
  at::Tensor logits = at::empty({std::min(block, rows), vocab}, hidden.options());
  std::vector<float> losses(static_cast<size_t>(logits.size(0)));
  double sum = 0;
  for (int64_t first = 0; first < rows; first += block) {
    const int64_t count = std::min(block, rows - first);
    at::Tensor part = logits.narrow(0, 0, count);
    const at::Tensor h = hidden.narrow(0, first, count);
    at::mm_out(part, h, weight.t());
    const kernels::CrossEntropyShape shape = {.rows = count, .vocab = vocab, .ignore_index = ignore_index};
    if (with_grad) {
      kernels::cross_entropy_with_gradient(executor, shape, out(part), target + first, scale, losses.data());
      at::Tensor dh = parts.dhidden.narrow(0, first, count);
      at::mm_out(dh, part, weight);
      parts.dweight.addmm_(part.t(), h, first == 0 ? 0 : 1, 1);
    } else {
      kernels::cross_entropy_losses(executor, shape, data(part), target + first, losses.data());
    }
    for (int64_t i = 0; i < count; ++i) {
      sum += losses[static_cast<size_t>(i)];
    }
  }
  parts.mean = sum / static_cast<double>(std::max<int64_t>(counted, 1));
  return parts;
}

class LinearCrossEntropyFunction : public torch::autograd::Function<LinearCrossEntropyFunction> {
 public:
  static at::Tensor forward(AutogradContext* context, const at::Tensor& hidden, const at::Tensor& weight,
                            const at::Tensor& targets, int64_t ignore_index) {
    const LossParts parts = linear_loss(dense(hidden), weight, targets, ignore_index, true);
    context->save_for_backward({parts.dhidden, parts.dweight});
    return at::scalar_tensor(parts.mean, hidden.options());
  }

  static variable_list backward(AutogradContext* context, variable_list grads) {
    const variable_list saved = context->get_saved_variables();
    if (grads[0].item<float>() == 1.0F) {  // the usual case, without another pass over the output layer's gradient
      return {saved[0], saved[1], at::Tensor(), at::Tensor()};
    }
    return {saved[0] * grads[0], saved[1] * grads[0], at::Tensor(), at::Tensor()};
  }
};

at::Tensor rms_norm(const at::Tensor& x, const at::Tensor& weight, double eps) {
  return RmsNormFunction::apply(x, weight, eps);
}

at::Tensor mamba(const at::Tensor& projected, const MambaWeights& w, const MambaShape& shape) {
  return MambaFunction::apply(projected, w.conv_weight, w.conv_bias, w.dt_bias, w.a_log, w.d, w.norm_weight, shape);
}

at::Tensor squared_relu(const at::Tensor& x) {
  return SquaredReluFunction::apply(x);
}

at::Tensor linear_cross_entropy(const at::Tensor& hidden, const at::Tensor& weight, const at::Tensor& targets,
                                int64_t ignore_index) {
  const at::Tensor dense_targets = targets.contiguous();
  if (at::GradMode::is_enabled() && (hidden.requires_grad() || weight.requires_grad())) {
    return LinearCrossEntropyFunction::apply(hidden, weight, dense_targets, ignore_index);
  }
  return at::scalar_tensor(linear_loss(dense(hidden), weight, dense_targets, ignore_index, false).mean,
                           hidden.options());
}

}  // namespace

const OpSet& kernel_op_set() {
  static const OpSet ops = {rms_norm, mamba, squared_relu, portable::causal_attention, linear_cross_entropy};
  return ops;
}

}  // namespace smelt
