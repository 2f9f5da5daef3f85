#include "arch/model_config.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"

namespace smelt {
namespace {

constexpr int64_t kMaxDimension = 1 << 20;
constexpr int64_t kMaxVocabulary = 1 << 24;

// Collects complaints so that a user sees all of them at once.
class Complaints {
 public:
  void require(bool holds, const std::string& complaint) {
    if (!holds) {
      text_ += (text_.empty() ? "" : "; ") + complaint;
    }
  }
  void in_range(const char* key, int64_t value, int64_t low, int64_t high) {
    require(value >= low && value <= high, std::string(key) + " = " + std::to_string(value) + " is outside " +
                                               std::to_string(low) + ".." + std::to_string(high));
  }
  void divides(const char* small_key, int64_t small, const char* large_key, int64_t large) {
    require(small <= 0 || large % small == 0, std::string(small_key) + " = " + std::to_string(small) +
                                                  " does not divide " + large_key + " = " + std::to_string(large));
  }
  bool any() const { return !text_.empty(); }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

void check_dense(const ModelConfig& c, Complaints& complaints) {
  complaints.in_range("vocab_size", c.vocab_size, 1, kMaxVocabulary);
  complaints.in_range("hidden_size", c.hidden_size, 1, kMaxDimension);
  complaints.in_range("chunk_size", c.chunk_size, 1, 1 << 16);
  complaints.in_range("max_position_embeddings", c.max_position_embeddings, 1, int64_t{1} << 40);
  complaints.require(c.layer_norm_epsilon > 0 && c.layer_norm_epsilon < 1, "layer_norm_epsilon is not in (0, 1)");
  complaints.require(c.initializer_range > 0 && std::isfinite(c.initializer_range),
                     "initializer_range is not positive");
  complaints.require(c.time_step_min > 0 && c.time_step_min <= c.time_step_max && std::isfinite(c.time_step_max),
                     "time_step_min and time_step_max are not 0 < min <= max");
  complaints.require(c.time_step_floor >= 0 && std::isfinite(c.time_step_floor), "time_step_floor is negative");
  complaints.require(c.time_step_limit[0] >= 0 && c.time_step_limit[0] <= c.time_step_limit[1],
                     "time_step_limit is not 0 <= low <= high");
  const std::vector<std::string> dtypes = {"bfloat16", "float32", "float16"};
  complaints.require(std::count(dtypes.begin(), dtypes.end(), c.torch_dtype) == 1,
                     "torch_dtype '" + c.torch_dtype + "' is not bfloat16, float32 or float16");
}

void check_mamba(const ModelConfig& c, Complaints& complaints) {
  complaints.in_range("mamba_num_heads", c.mamba_num_heads, 1, kMaxDimension);
  complaints.in_range("mamba_head_dim", c.mamba_head_dim, 1, 4096);
  complaints.in_range("n_groups", c.n_groups, 1, kMaxDimension);
  complaints.in_range("ssm_state_size", c.ssm_state_size, 1, 4096);
  complaints.in_range("conv_kernel", c.conv_kernel, 1, 64);
  if (complaints.any()) {
    return;
  }
  complaints.divides("n_groups", c.n_groups, "mamba_num_heads", c.mamba_num_heads);
  complaints.require(c.conv_dim() <= kMaxDimension,
                     "mamba_num_heads * mamba_head_dim + 2 * n_groups * ssm_state_size is " +
                         std::to_string(c.conv_dim()) + ", above " + std::to_string(kMaxDimension));
}

void check_attention(const ModelConfig& c, Complaints& complaints) {
  complaints.in_range("num_attention_heads", c.num_attention_heads, 1, 65536);
  complaints.in_range("num_key_value_heads", c.num_key_value_heads, 1, 65536);
  complaints.in_range("head_dim", c.head_dim, 1, 4096);
  complaints.divides("num_key_value_heads", c.num_key_value_heads, "num_attention_heads", c.num_attention_heads);
}

void check_experts(const ModelConfig& c, int64_t layers, Complaints& complaints) {
  complaints.in_range("n_routed_experts", c.n_routed_experts, 1, 65536);
  complaints.in_range("num_experts_per_tok", c.num_experts_per_tok, 1, std::max<int64_t>(1, c.n_routed_experts));
  complaints.in_range("moe_intermediate_size", c.moe_intermediate_size, 1, kMaxDimension);
  complaints.in_range("moe_shared_expert_intermediate_size", c.moe_shared_expert_intermediate_size, 0, kMaxDimension);
  complaints.in_range("n_shared_experts", c.n_shared_experts, 0, 1024);
  complaints.in_range("moe_latent_size", c.moe_latent_size, 0, kMaxDimension);
  complaints.in_range("n_group", c.n_group, 1, 65536);
  complaints.in_range("topk_group", c.topk_group, 1, std::max<int64_t>(1, c.n_group));
  complaints.divides("n_group", c.n_group, "n_routed_experts", c.n_routed_experts);
  complaints.require(std::isfinite(c.routed_scaling_factor), "routed_scaling_factor is not finite");
  complaints.require(c.n_routed_experts * layers <= 1 << 20,
                     "n_routed_experts times the number of E layers is above " + std::to_string(1 << 20));
}

}  // namespace

std::vector<LayerKind> ModelConfig::layers() const {
  return parse_layer_pattern(hybrid_override_pattern, "hybrid_override_pattern");
}

int64_t ModelConfig::count_layers(LayerKind kind) const {
  return std::count(hybrid_override_pattern.begin(), hybrid_override_pattern.end(), layer_symbol(kind));
}

void ModelConfig::fields(Fields& f) {
  f("vocab_size", vocab_size, "rows of the embedding and of the output layer", {1, double(kMaxVocabulary)});
  f("hidden_size", hidden_size, "width of the residual stream", {1, double(kMaxDimension)});
  f("hybrid_override_pattern", hybrid_override_pattern, "one symbol a layer: M Mamba-2, * attention, - feed-forward");
  f("intermediate_size", intermediate_size, "width inside the feed-forward layers", {1, double(kMaxDimension)});
  f("num_attention_heads", num_attention_heads, "query heads", {1, 65536});
  f("num_key_value_heads", num_key_value_heads, "key and value heads; divides num_attention_heads", {1, 65536});
  f("head_dim", head_dim, "width of an attention head", {1, 4096});
  f("mamba_num_heads", mamba_num_heads, "heads of a Mamba-2 layer", {1, double(kMaxDimension)});
  f("mamba_head_dim", mamba_head_dim, "width of a Mamba-2 head", {1, 4096});
  f("n_groups", n_groups, "groups that share B and C; divides mamba_num_heads", {1, double(kMaxDimension)});
  f("ssm_state_size", ssm_state_size, "state columns of a Mamba-2 head", {1, 4096});
  f("conv_kernel", conv_kernel, "taps of the causal convolution", {1, 64});
  f("chunk_size", chunk_size, "tokens of a chunk of the scan", {1, 65536});
  f("max_position_embeddings", max_position_embeddings, "longest sequence promised; nothing depends on it", {1});
  f("layer_norm_epsilon", layer_norm_epsilon, "added to the mean square in every norm", {0, 1});
  f("initializer_range", initializer_range, "standard deviation of fresh linear weights", {0});
  f("time_step_min", time_step_min, "smallest fresh time step", {0});
  f("time_step_max", time_step_max, "largest fresh time step", {0});
  f("time_step_floor", time_step_floor, "floor of a fresh time step", {0});
  f("use_conv_bias", use_conv_bias, "whether the convolution has a bias");
  f("tie_word_embeddings", tie_word_embeddings, "whether the output layer is the embedding");
  f("rescale_prenorm_residual", rescale_prenorm_residual, "divide fresh output projections by sqrt(layers)");
  f("bos_token_id", bos_token_id, "begin-of-text token", {0});
  f("pad_token_id", pad_token_id, "padding token", {0});
  f.choice("torch_dtype", torch_dtype, {"bfloat16", "float32", "float16"}, "what the weights are stored as");
}

void ModelConfig::validate(const std::string& where) const {
  const auto kinds = parse_layer_pattern(hybrid_override_pattern, where + ": hybrid_override_pattern");
  const auto has = [&](LayerKind kind) { return std::find(kinds.begin(), kinds.end(), kind) != kinds.end(); };
  Complaints complaints;
  check_dense(*this, complaints);
  if (has(LayerKind::kMamba)) {
    check_mamba(*this, complaints);
  }
  bool attention = has(LayerKind::kAttention);
  int64_t expert_layers = std::count(kinds.begin(), kinds.end(), LayerKind::kMoe);
  bool mlp = has(LayerKind::kMlp);
  complaints.in_range("num_nextn_predict_layers", num_nextn_predict_layers, 0, 64);
  if (num_nextn_predict_layers > 0) {
    const auto mtp = parse_layer_pattern(mtp_hybrid_override_pattern, where + ": mtp_hybrid_override_pattern");
    for (const LayerKind kind : mtp) {
      attention |= kind == LayerKind::kAttention;
      mlp |= kind == LayerKind::kMlp;
      expert_layers += kind == LayerKind::kMoe ? std::min<int64_t>(num_nextn_predict_layers, 64) : 0;
      complaints.require(kind != LayerKind::kMamba, "mtp_hybrid_override_pattern has a Mamba layer");
    }
  }
  if (attention) {
    check_attention(*this, complaints);
  }
  if (mlp) {
    complaints.in_range("intermediate_size", intermediate_size, 1, kMaxDimension);
  }
  if (expert_layers > 0) {
    check_experts(*this, expert_layers, complaints);
  }
  if (complaints.any()) {
    throw input_error(complaints.text(), where, "correct these keys");
  }
}

void check_runnable(const ModelConfig& config, const std::string& where) {
  const size_t column = config.hybrid_override_pattern.find('E');
  if (column != std::string::npos) {
    throw input_error(
        "hybrid_override_pattern has a mixture-of-experts layer (E) at column " + std::to_string(column + 1), where,
        "this version runs and trains dense models only: M, * and -");
  }
}

ModelConfig load_model_config(const std::string& path) {
  return model_config_from_json(Json::load(path), path);
}

}  // namespace smelt
