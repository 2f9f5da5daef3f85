#include "arch/tensors.h"

#include <fmt/format.h>

namespace smelt {
namespace {

class SpecList {
 public:
  explicit SpecList(const ModelConfig& config) : c_(config) {}

  void add(std::string name, std::vector<int64_t> shape, TensorRole role, TensorInit init = TensorInit::kNormal) {
    const bool decays =
        init == TensorInit::kNormal || init == TensorInit::kResidualNormal || role == TensorRole::kMambaConv;
    specs_.push_back({std::move(name), std::move(shape), role, layer_, init, decays});
  }

  void add_mamba(const std::string& mixer) {
    const int64_t heads = c_.mamba_num_heads;
    add(mixer + "in_proj.weight", {c_.in_proj_rows(), c_.hidden_size}, TensorRole::kMambaInProj);
    add(mixer + "conv1d.weight", {c_.conv_dim(), 1, c_.conv_kernel}, TensorRole::kMambaConv, TensorInit::kConvUniform);
    if (c_.use_conv_bias) {
      add(mixer + "conv1d.bias", {c_.conv_dim()}, TensorRole::kMambaConvBias, TensorInit::kConvUniform);
    }
    add(mixer + "dt_bias", {heads}, TensorRole::kMambaDtBias, TensorInit::kDtBias);
    add(mixer + "A_log", {heads}, TensorRole::kMambaALog, TensorInit::kALog);
    add(mixer + "D", {heads}, TensorRole::kMambaD, TensorInit::kOnes);
    add(mixer + "norm.weight", {c_.d_inner()}, TensorRole::kMambaNorm, TensorInit::kOnes);
    add(mixer + "out_proj.weight", {c_.hidden_size, c_.d_inner()}, TensorRole::kMambaOutProj, residual());
  }

  void add_attention(const std::string& mixer) {
    add(mixer + "q_proj.weight", {c_.query_size(), c_.hidden_size}, TensorRole::kQuery);
    add(mixer + "k_proj.weight", {c_.key_value_size(), c_.hidden_size}, TensorRole::kKey);
    add(mixer + "v_proj.weight", {c_.key_value_size(), c_.hidden_size}, TensorRole::kValue);
    add(mixer + "o_proj.weight", {c_.hidden_size, c_.query_size()}, TensorRole::kAttentionOut, residual());
  }

  void add_mlp(const std::string& mixer) {
    add(mixer + "up_proj.weight", {c_.intermediate_size, c_.hidden_size}, TensorRole::kMlpUp);
    add(mixer + "down_proj.weight", {c_.hidden_size, c_.intermediate_size}, TensorRole::kMlpDown, residual());
  }

  void add_moe(const std::string& mixer) {
    const int64_t width = c_.moe_latent_size > 0 ? c_.moe_latent_size : c_.hidden_size;
    const int64_t inner = c_.moe_intermediate_size;
    add(mixer + "gate.weight", {c_.n_routed_experts, c_.hidden_size}, TensorRole::kRouter);
    add(mixer + "gate.e_score_correction_bias", {c_.n_routed_experts}, TensorRole::kRouterBias, TensorInit::kZeros);
    for (int64_t e = 0; e < c_.n_routed_experts; ++e) {
      const std::string expert = fmt::format("{}experts.{}.", mixer, e);
      add(expert + "up_proj.weight", {inner, width}, TensorRole::kExpertUp);
      add(expert + "down_proj.weight", {width, inner}, TensorRole::kExpertDown, residual());
    }
    if (c_.n_shared_experts > 0 && c_.moe_shared_expert_intermediate_size > 0) {
      const int64_t shared = c_.moe_shared_expert_intermediate_size;  // of all shared experts together
      add(mixer + "shared_experts.up_proj.weight", {shared, c_.hidden_size}, TensorRole::kSharedUp);
      add(mixer + "shared_experts.down_proj.weight", {c_.hidden_size, shared}, TensorRole::kSharedDown, residual());
    }
    if (c_.moe_latent_size > 0) {
      add(mixer + "fc1_latent_proj.weight", {width, c_.hidden_size}, TensorRole::kLatentIn);
      add(mixer + "fc2_latent_proj.weight", {c_.hidden_size, width}, TensorRole::kLatentOut, residual());
    }
  }

  void add_layer(LayerKind kind, const std::string& prefix) {
    add(prefix + "norm.weight", {c_.hidden_size}, TensorRole::kLayerNorm, TensorInit::kOnes);
    const std::string mixer = prefix + "mixer.";
    switch (kind) {
      case LayerKind::kMamba:
        return add_mamba(mixer);
      case LayerKind::kAttention:
        return add_attention(mixer);
      case LayerKind::kMlp:
        return add_mlp(mixer);
      case LayerKind::kMoe:
        return add_moe(mixer);
    }
  }

  // One block per depth: a projection of [embedding | hidden] in front, the pattern's layers, a final norm.
  void add_mtp() {
    const auto kinds = parse_layer_pattern(c_.mtp_hybrid_override_pattern, "mtp_hybrid_override_pattern");
    const auto depth_layers = static_cast<int64_t>(kinds.size());
    const std::vector<int64_t> norm = {c_.hidden_size};
    for (int64_t i = 0; i < c_.num_nextn_predict_layers * depth_layers; ++i) {
      const std::string prefix = fmt::format("mtp.layers.{}.", i);
      const int64_t inner = i % depth_layers;
      if (inner == 0) {
        add(prefix + "eh_proj.weight", {c_.hidden_size, 2 * c_.hidden_size}, TensorRole::kMtpProj);
        add(prefix + "enorm.weight", norm, TensorRole::kMtpNorm, TensorInit::kOnes);
        add(prefix + "hnorm.weight", norm, TensorRole::kMtpNorm, TensorInit::kOnes);
      }
      add_layer(kinds[static_cast<size_t>(inner)], prefix);
      if (inner == depth_layers - 1) {
        add(prefix + "final_layernorm.weight", norm, TensorRole::kMtpNorm, TensorInit::kOnes);
      }
    }
  }

  std::vector<TensorSpec> build() {
    add("backbone.embeddings.weight", {c_.vocab_size, c_.hidden_size}, TensorRole::kEmbedding);
    for (const LayerKind kind : c_.layers()) {
      ++layer_;
      add_layer(kind, fmt::format("backbone.layers.{}.", layer_));
    }
    layer_ = -1;
    add("backbone.norm_f.weight", {c_.hidden_size}, TensorRole::kFinalNorm, TensorInit::kOnes);
    if (!c_.tie_word_embeddings) {
      add("lm_head.weight", {c_.vocab_size, c_.hidden_size}, TensorRole::kLmHead);
    }
    add_mtp();
    return std::move(specs_);
  }

 private:
  TensorInit residual() const {
    return c_.rescale_prenorm_residual ? TensorInit::kResidualNormal : TensorInit::kNormal;
  }

  const ModelConfig& c_;
  std::vector<TensorSpec> specs_;
  int64_t layer_ = -1;
};

}  // namespace

int64_t TensorSpec::count() const {
  int64_t product = 1;
  for (const int64_t extent : shape) {
    product *= extent;
  }
  return product;
}

std::vector<TensorSpec> tensor_specs(const ModelConfig& config) {
  return SpecList(config).build();
}

std::string layer_tensor_name(int64_t layer, const char* rest) {
  return fmt::format("backbone.layers.{}.{}", layer, rest);
}

}  // namespace smelt
