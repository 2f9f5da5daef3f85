#include "arch/counts.h"

#include "arch/tensors.h"

namespace smelt {
namespace {

double moe_flops(const ModelConfig& c) {
  const double h = static_cast<double>(c.hidden_size);
  const double latent = static_cast<double>(c.moe_latent_size);
  const double width = c.moe_latent_size > 0 ? latent : h;
  const double routed = 4.0 * width * static_cast<double>(c.moe_intermediate_size * c.num_experts_per_tok);
  const double shared = 4.0 * h * static_cast<double>(c.moe_shared_expert_intermediate_size);
  return routed + shared + 4.0 * h * latent;
}

double layer_flops(const ModelConfig& c, LayerKind kind, double length) {
  const auto h = static_cast<double>(c.hidden_size);
  switch (kind) {
    case LayerKind::kMamba: {
      const auto inner = static_cast<double>(c.d_inner());
      const auto state = static_cast<double>(c.ssm_state_size);
      return 2.0 * h * static_cast<double>(c.in_proj_rows()) + 7.0 * inner * state + 2.0 * inner * h;
    }
    case LayerKind::kAttention: {
      const auto q = static_cast<double>(c.query_size());
      return 4.0 * h * (q + static_cast<double>(c.key_value_size())) + 2.0 * length * q;
    }
    case LayerKind::kMlp:
      return 4.0 * h * static_cast<double>(c.intermediate_size);
    case LayerKind::kMoe:
      return moe_flops(c);
  }
  return 0;
}

}  // namespace

ParameterCounts count_parameters(const ModelConfig& config) {
  ParameterCounts out;
  int64_t routed = 0;
  for (const TensorSpec& spec : tensor_specs(config)) {
    const int64_t count = spec.count();
    ++out.tensors;
    out.total += count;
    const bool mtp = spec.name.starts_with("mtp.");
    out.mtp += mtp ? count : 0;
    if (spec.role == TensorRole::kEmbedding || spec.role == TensorRole::kLmHead) {
      out.embedding += count;
    }
    if (!mtp && (spec.role == TensorRole::kExpertUp || spec.role == TensorRole::kExpertDown)) {
      routed += count;
    }
  }
  out.non_embedding = out.total - out.embedding;
  out.active = out.total - out.mtp;
  if (routed > 0) {
    out.active -= routed / config.n_routed_experts * (config.n_routed_experts - config.num_experts_per_tok);
  }
  return out;
}

double forward_flops_per_token(const ModelConfig& config, int64_t sequence_length) {
  const auto length = static_cast<double>(sequence_length);
  double flops = 0;
  for (const LayerKind kind : config.layers()) {
    flops += layer_flops(config, kind, length);
  }
  double heads = 1;
  if (config.num_nextn_predict_layers > 0) {
    const auto depth = static_cast<double>(config.num_nextn_predict_layers);
    for (const LayerKind kind :
         parse_layer_pattern(config.mtp_hybrid_override_pattern, "mtp_hybrid_override_pattern")) {
      flops += depth * layer_flops(config, kind, length);
    }
    flops += depth * 4.0 * static_cast<double>(config.hidden_size) * static_cast<double>(config.hidden_size);
    heads += depth;
  }
  return flops + heads * 2.0 * static_cast<double>(config.hidden_size) * static_cast<double>(config.vocab_size);
}

double training_flops_per_token(const ModelConfig& config, int64_t sequence_length) {
  return 3.0 * forward_flops_per_token(config, sequence_length);
}

int64_t kv_bytes_per_token(const ModelConfig& config, int64_t bytes_per_value) {
  return config.count_layers(LayerKind::kAttention) * 2 * config.key_value_size() * bytes_per_value;
}

int64_t ssm_state_bytes(const ModelConfig& config, int64_t bytes_per_value) {
  return config.count_layers(LayerKind::kMamba) * config.d_inner() * config.ssm_state_size * bytes_per_value;
}

int64_t conv_state_bytes(const ModelConfig& config, int64_t bytes_per_value) {
  return config.count_layers(LayerKind::kMamba) * config.conv_dim() * (config.conv_kernel - 1) * bytes_per_value;
}

}  // namespace smelt
