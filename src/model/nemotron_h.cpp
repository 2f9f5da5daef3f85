#include "model/nemotron_h.h"

#include <utility>

#include <ATen/TensorOperators.h>
#include <ATen/ops/embedding.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/zeros.h>
#include <c10/core/GradMode.h>

#include "arch/tensors.h"
#include "base/error.h"
#include "model/recompute.h"

namespace smelt {
namespace {

ModelConfig checked(const ModelConfig& config) {
  config.validate("model");
  check_runnable(config, "model");
  if (config.time_step_limit[0] > 0 || config.time_step_limit[1] < std::numeric_limits<double>::infinity()) {
    throw input_error("time_step_limit clamps the time steps", "model",
                      "training needs [0, Infinity], as every release has it");
  }
  return config;
}

}  // namespace

NemotronH::NemotronH(const ModelConfig& config, at::ScalarType dtype)
    : NemotronH(config, ParameterSet(tensor_specs(checked(config)), dtype),
                dtype == at::kFloat ? kernel_op_set() : portable_op_set()) {}

NemotronH::NemotronH(ModelConfig config, ParameterSet parameters, const OpSet& ops)
    : config_(std::move(config)), parameters_(std::move(parameters)), ops_(&ops) {
  embedding_ = parameters_.tensor("backbone.embeddings.weight");
  final_norm_ = parameters_.tensor("backbone.norm_f.weight");
  output_ = config_.tie_word_embeddings ? embedding_ : parameters_.tensor("lm_head.weight");
  int64_t index = 0;
  for (const LayerKind kind : config_.layers()) {
    layers_.push_back(make_layer(index++, kind));
  }
}

std::unique_ptr<NemotronH> NemotronH::replica() const {
  std::unique_ptr<NemotronH> out(new NemotronH(config_, parameters_.replica(), *ops_));
  out->recompute_ = recompute_;
  return out;
}

void NemotronH::init(uint64_t seed) {
  init_parameters(parameters_, config_, seed);
}

NemotronH::Layer NemotronH::make_layer(int64_t index, LayerKind kind) {
  const std::string prefix = "backbone.layers." + std::to_string(index) + ".";
  Layer mixer;
  switch (kind) {
    case LayerKind::kMamba:
      mixer = make_mamba(prefix + "mixer.");
      break;
    case LayerKind::kAttention:
      mixer = make_attention(prefix + "mixer.");
      break;
    case LayerKind::kMlp:
      mixer = make_mlp(prefix + "mixer.");
      break;
    case LayerKind::kMoe:
      SMELT_CHECK(false);
  }
  return [this, mixer = std::move(mixer), norm = parameters_.tensor(prefix + "norm.weight")](const at::Tensor& h_btd) {
    return h_btd + mixer(ops_->rms_norm(h_btd, norm, config_.layer_norm_epsilon));
  };
}

NemotronH::Layer NemotronH::make_mamba(const std::string& prefix) {
  const at::Tensor conv = parameters_.tensor(prefix + "conv1d.weight");
  const MambaWeights weights = {.conv_weight = conv.squeeze(1),
                                .conv_bias = config_.use_conv_bias ? parameters_.tensor(prefix + "conv1d.bias")
                                                                   : at::zeros({conv.size(0)}, conv.options()),
                                .dt_bias = parameters_.tensor(prefix + "dt_bias"),
                                .a_log = parameters_.tensor(prefix + "A_log"),
                                .d = parameters_.tensor(prefix + "D"),
                                .norm_weight = parameters_.tensor(prefix + "norm.weight")};
  const MambaShape shape = {.heads = config_.mamba_num_heads,
                            .head_dim = config_.mamba_head_dim,
                            .groups = config_.n_groups,
                            .state = config_.ssm_state_size,
                            .chunk = config_.chunk_size,
                            .eps = config_.layer_norm_epsilon};
  return [this, conv, weights, shape, in = parameters_.tensor(prefix + "in_proj.weight"),
          out = parameters_.tensor(prefix + "out_proj.weight")](const at::Tensor& x_btd) {
    MambaWeights used = weights;
    used.conv_weight = conv.squeeze(1);
    return at::linear(ops_->mamba(at::linear(x_btd, in), used, shape), out);
  };
}

NemotronH::Layer NemotronH::make_attention(const std::string& prefix) {
  return [this, q = parameters_.tensor(prefix + "q_proj.weight"), k = parameters_.tensor(prefix + "k_proj.weight"),
          v = parameters_.tensor(prefix + "v_proj.weight"), o = parameters_.tensor(prefix + "o_proj.weight"),
          heads = config_.num_attention_heads, kv_heads = config_.num_key_value_heads,
          dim = config_.head_dim](const at::Tensor& x_btd) {
    const at::Tensor mixed = ops_->attention(at::linear(x_btd, q).unflatten(-1, {heads, dim}),
                                             at::linear(x_btd, k).unflatten(-1, {kv_heads, dim}),
                                             at::linear(x_btd, v).unflatten(-1, {kv_heads, dim}));
    return at::linear(mixed.flatten(-2), o);
  };
}

NemotronH::Layer NemotronH::make_mlp(const std::string& prefix) {
  return [this, up = parameters_.tensor(prefix + "up_proj.weight"),
          down = parameters_.tensor(prefix + "down_proj.weight")](const at::Tensor& x_btd) {
    return at::linear(ops_->squared_relu(at::linear(x_btd, up)), down);
  };
}

at::Tensor NemotronH::hidden(const at::Tensor& ids_bt) const {
  at::Tensor h_btd = at::embedding(embedding_, ids_bt);
  for (const Layer& layer : layers_) {
    h_btd = recompute_ && at::GradMode::is_enabled() ? recompute(layer, h_btd) : layer(h_btd);
  }
  return ops_->rms_norm(h_btd, final_norm_, config_.layer_norm_epsilon);
}

at::Tensor NemotronH::logits(const at::Tensor& hidden) const {
  return at::linear(hidden, output_);
}

at::Tensor NemotronH::loss(const at::Tensor& ids_bt, const at::Tensor& targets_bt) const {
  return ops_->linear_cross_entropy(hidden(ids_bt).flatten(0, 1), output_, targets_bt.flatten(), kIgnoreTarget);
}

}  // namespace smelt
