// What a model is, without its numbers: the config.json of family nemotron_h (architecture NemotronHForCausalLM).
//
// Members carry the names of the file's keys. Shapes that follow from them are functions; symbols as in models of this
// family: H Mamba heads of width P, G groups, state N, d_inner = H*P (the key `expand` is not used, as in every
// release), conv_dim = d_inner + 2*G*N. Thread safety: as a plain value.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "arch/layer_pattern.h"
#include "base/json.h"
#include "base/recipe.h"

namespace smelt {

struct ModelConfig {
  int64_t vocab_size = 131072;
  int64_t hidden_size = 4096;
  std::string hybrid_override_pattern = "M-M-M-M*-M-M-M-M-M*-M-M-M-M-M*-M-M-M-M-M*-M-M-M-M-M-";
  int64_t intermediate_size = 21504;
  int64_t num_attention_heads = 32;
  int64_t num_key_value_heads = 8;
  int64_t head_dim = 128;
  int64_t mamba_num_heads = 128;
  int64_t mamba_head_dim = 64;
  int64_t n_groups = 8;
  int64_t ssm_state_size = 128;
  int64_t conv_kernel = 4;
  int64_t chunk_size = 128;
  int64_t max_position_embeddings = 8192;
  double layer_norm_epsilon = 1e-5;
  double initializer_range = 0.02;
  double time_step_min = 0.001;
  double time_step_max = 0.1;
  double time_step_floor = 1e-4;
  std::array<double, 2> time_step_limit = {0.0, std::numeric_limits<double>::infinity()};
  bool use_conv_bias = true;
  bool tie_word_embeddings = false;
  bool rescale_prenorm_residual = true;
  bool residual_in_fp32 = false;
  int64_t bos_token_id = 1;
  std::vector<int64_t> eos_token_ids = {2};  // the file holds one number or a list
  int64_t pad_token_id = 0;
  std::string torch_dtype = "bfloat16";  // what the weights are stored as

  // Mixture of experts; read only where the pattern has E (or the MTP pattern, with num_nextn_predict_layers > 0).
  int64_t n_routed_experts = 0;
  int64_t num_experts_per_tok = 0;
  int64_t moe_intermediate_size = 0;
  int64_t moe_shared_expert_intermediate_size = 0;
  int64_t n_shared_experts = 1;
  int64_t moe_latent_size = 0;  // 0: experts see the full width
  int64_t n_group = 1;          // of the router; not n_groups
  int64_t topk_group = 1;
  double routed_scaling_factor = 1.0;
  bool norm_topk_prob = true;
  bool moe_shared_expert_overlap = true;
  int64_t num_nextn_predict_layers = 0;
  std::string mtp_hybrid_override_pattern = "*E";

  bool operator==(const ModelConfig&) const = default;
  // The dense part as a recipe table, with the file's key names.
  void fields(Fields& f);

  std::vector<LayerKind> layers() const;
  int64_t num_layers() const { return static_cast<int64_t>(hybrid_override_pattern.size()); }
  int64_t count_layers(LayerKind kind) const;
  int64_t d_inner() const { return mamba_num_heads * mamba_head_dim; }
  int64_t conv_dim() const { return d_inner() + 2 * n_groups * ssm_state_size; }
  int64_t in_proj_rows() const { return d_inner() + conv_dim() + mamba_num_heads; }  // [z | x B C | dt]
  int64_t query_size() const { return num_attention_heads * head_dim; }
  int64_t key_value_size() const { return num_key_value_heads * head_dim; }

  // Every broken constraint (sizes, divisibility, limits) in one UserError(kInput) that names the keys. Whatever passes
  // has counts below 2^60.
  void validate(const std::string& where) const;
};

// Reads the content of a config.json; `where` is what errors call it. Older and newer spellings are taken
// (layers_block_type and layer_types lists, attention_head_dim, mamba_* aliases, norm_eps, time_step_limit with
// Infinity or null). Another architecture, another activation, linear biases and whatever else this family never has
// are a UserError(kInput) that names the key. The result is validated.
ModelConfig model_config_from_json(const Json& json, const std::string& where);

// The file's text in the released style: the keys that transformers' NemotronHConfig, vLLM and llama.cpp's converter
// read, Infinity as a bare literal, no null where they want a number.
std::string model_config_text(const ModelConfig& config);

ModelConfig load_model_config(const std::string& path);

// Throws UserError(kInput) where this version can describe the model but not run or train it (experts).
void check_runnable(const ModelConfig& config, const std::string& where);

}  // namespace smelt
