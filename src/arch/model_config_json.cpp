#include <algorithm>
#include <limits>

#include "arch/config_reader.h"
#include "arch/model_config.h"

namespace smelt {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

void check_family(const ConfigReader& in) {
  std::string model_type;
  in.read({"model_type"}, model_type);
  std::string architecture;
  if (const Json* list = in.find({"architectures"}); list != nullptr && list->is_array() && list->size() > 0) {
    architecture = list->as_array()[0].is_string() ? list->as_array()[0].as_string() : std::string();
  }
  const char* cure = "this version reads model_type nemotron_h, architecture NemotronHForCausalLM";
  if (!model_type.empty() && model_type != "nemotron_h") {
    throw input_error("the model type '" + model_type + "' is not supported", in.where() + ": model_type", cure);
  }
  if (!architecture.empty() && architecture != "NemotronHForCausalLM") {
    throw input_error("the architecture '" + architecture + "' is not supported", in.where() + ": architectures", cure);
  }
  if (model_type.empty() && architecture.empty()) {
    throw input_error("neither model_type nor architectures says what the model is", in.where(), cure);
  }
}

// What no release of the family has; reading past it would give wrong numbers.
void check_fixed_parts(const ConfigReader& in) {
  for (const char* key : {"attention_bias", "mlp_bias", "use_bias", "mamba_proj_bias"}) {
    bool value = false;
    in.read({key}, value);
    if (value) {
      throw input_error("linear biases are not supported", in.where() + ": " + key,
                        "this family has none: set it to false");
    }
  }
  const auto fixed_word = [&](const char* key, const char* word) {
    std::string value = word;
    in.read({key}, value);
    if (value != word) {
      throw input_error("'" + value + "' is not supported", in.where() + ": " + key,
                        std::string("this family has ") + word);
    }
  };
  fixed_word("mlp_hidden_act", "relu2");
  fixed_word("mamba_hidden_act", "silu");
  if (in.find({"quantization_config"}) != nullptr) {
    throw input_error("quantised checkpoints are not supported by this version", in.where() + ": quantization_config",
                      "use the bfloat16 release of the model");
  }
  if (in.find({"block_configs"}) != nullptr) {
    throw input_error("blocks of differing sizes are not supported by this version", in.where() + ": block_configs");
  }
}

// A pattern string under `pattern_key`, or a list of layer words under one of `list_keys`.
void read_pattern(const ConfigReader& in, const char* pattern_key, ConfigReader::Names list_keys,
                  std::string& pattern) {
  if (const Json* text = in.find({pattern_key})) {
    in.read({pattern_key}, pattern);
    parse_layer_pattern(text->as_string(), in.where() + ": " + pattern_key);
    return;
  }
  const Json* words = in.find(list_keys);
  if (words == nullptr) {
    return;
  }
  const std::string key = *list_keys.begin();
  if (!words->is_array()) {
    throw in.wrong_type(key, *words, "a list of layer types");
  }
  std::vector<LayerKind> kinds;
  for (const Json& word : words->as_array()) {
    if (!word.is_string()) {
      throw in.wrong_type(key + "[" + std::to_string(kinds.size()) + "]", word, "a layer type");
    }
    kinds.push_back(
        parse_layer_word(word.as_string(), in.where() + ": " + key + "[" + std::to_string(kinds.size()) + "]"));
  }
  pattern = format_layer_pattern(kinds);
  parse_layer_pattern(pattern, in.where() + ": " + key);
}

// A bound of time_step_limit: a number, Infinity in any of its spellings, null for "none".
double read_bound(const ConfigReader& in, const Json& value, double if_null) {
  const Json* number = &value;
  if (value.is_object() && value.find("__float__") != nullptr) {
    number = value.find("__float__");
  }
  if (number->is_null()) {
    return if_null;
  }
  const bool word = number->is_string() && (number->as_string() == "Infinity" || number->as_string() == "-Infinity");
  if (!number->is_number() && !word) {
    throw in.wrong_type("time_step_limit", value, "a pair of numbers");
  }
  return number->as_double();
}

void read_time_step_limit(const ConfigReader& in, std::array<double, 2>& limit) {
  const Json* value = in.find({"time_step_limit", "mamba_dt_limit"});
  if (value == nullptr) {
    return;
  }
  if (!value->is_array() || value->size() != 2) {
    throw in.wrong_type("time_step_limit", *value, "a pair of numbers");
  }
  limit = {read_bound(in, value->as_array()[0], 0.0), read_bound(in, value->as_array()[1], kInfinity)};
}

void read_tokens(const ConfigReader& in, ModelConfig& c) {
  in.read({"bos_token_id"}, c.bos_token_id);
  in.read({"pad_token_id"}, c.pad_token_id);
  const Json* eos = in.find({"eos_token_id"});
  if (eos == nullptr) {
    return;
  }
  c.eos_token_ids.clear();
  const Json::Array one = {*eos};
  for (const Json& id : eos->is_array() ? eos->as_array() : one) {
    if (!id.is_int()) {
      throw in.wrong_type("eos_token_id", id, "an integer or a list of them");
    }
    c.eos_token_ids.push_back(id.as_int());
  }
}

void read_experts(const ConfigReader& in, ModelConfig& c) {
  in.read({"n_routed_experts", "num_local_experts"}, c.n_routed_experts);
  in.read({"num_experts_per_tok"}, c.num_experts_per_tok);
  in.read({"moe_intermediate_size"}, c.moe_intermediate_size);
  in.read({"moe_shared_expert_intermediate_size"}, c.moe_shared_expert_intermediate_size);
  in.read({"n_shared_experts"}, c.n_shared_experts);
  in.read({"moe_latent_size"}, c.moe_latent_size);
  in.read({"n_group"}, c.n_group);
  in.read({"topk_group"}, c.topk_group);
  in.read({"routed_scaling_factor"}, c.routed_scaling_factor);
  in.read({"norm_topk_prob"}, c.norm_topk_prob);
  in.read({"moe_shared_expert_overlap"}, c.moe_shared_expert_overlap);
  in.read({"num_nextn_predict_layers"}, c.num_nextn_predict_layers);
  read_pattern(in, "mtp_hybrid_override_pattern", {"mtp_layers_block_type"}, c.mtp_hybrid_override_pattern);
}

void read_dense(const ConfigReader& in, ModelConfig& c) {
  in.read({"vocab_size"}, c.vocab_size);
  in.read({"hidden_size"}, c.hidden_size);
  in.read({"intermediate_size"}, c.intermediate_size);
  in.read({"num_attention_heads"}, c.num_attention_heads);
  c.num_key_value_heads = c.num_attention_heads;
  in.read({"num_key_value_heads"}, c.num_key_value_heads);
  in.read({"head_dim", "attention_head_dim"}, c.head_dim);
  in.read({"mamba_num_heads"}, c.mamba_num_heads);
  in.read({"mamba_head_dim"}, c.mamba_head_dim);
  in.read({"n_groups", "mamba_n_groups"}, c.n_groups);
  in.read({"ssm_state_size"}, c.ssm_state_size);
  in.read({"conv_kernel", "mamba_d_conv"}, c.conv_kernel);
  in.read({"chunk_size", "mamba_chunk_size"}, c.chunk_size);
  in.read({"max_position_embeddings"}, c.max_position_embeddings);
  in.read({"layer_norm_epsilon", "norm_eps", "rms_norm_eps"}, c.layer_norm_epsilon);
  in.read({"initializer_range"}, c.initializer_range);
  in.read({"time_step_min", "mamba_dt_min"}, c.time_step_min);
  in.read({"time_step_max", "mamba_dt_max"}, c.time_step_max);
  in.read({"time_step_floor", "mamba_dt_init_floor"}, c.time_step_floor);
  in.read({"use_conv_bias", "mamba_conv_bias"}, c.use_conv_bias);
  in.read({"tie_word_embeddings"}, c.tie_word_embeddings);
  in.read({"rescale_prenorm_residual"}, c.rescale_prenorm_residual);
  in.read({"residual_in_fp32"}, c.residual_in_fp32);
  in.read({"torch_dtype", "dtype"}, c.torch_dtype);
  read_time_step_limit(in, c.time_step_limit);
}

Json moe_part(const ModelConfig& c) {
  Json out = Json::object();
  out["moe_intermediate_size"] = c.moe_intermediate_size;
  if (c.moe_latent_size > 0) {
    out["moe_latent_size"] = c.moe_latent_size;
  }
  out["moe_shared_expert_intermediate_size"] = c.moe_shared_expert_intermediate_size;
  out["moe_shared_expert_overlap"] = c.moe_shared_expert_overlap;
  out["mtp_hybrid_override_pattern"] = c.mtp_hybrid_override_pattern;
  out["n_group"] = c.n_group;
  out["n_routed_experts"] = c.n_routed_experts;
  out["n_shared_experts"] = c.n_shared_experts;
  out["norm_topk_prob"] = c.norm_topk_prob;
  out["num_experts_per_tok"] = c.num_experts_per_tok;
  out["num_nextn_predict_layers"] = c.num_nextn_predict_layers;
  out["routed_scaling_factor"] = c.routed_scaling_factor;
  out["topk_group"] = c.topk_group;
  return out;
}

bool has_experts(const ModelConfig& c) {
  return c.num_nextn_predict_layers > 0 || c.hybrid_override_pattern.find('E') != std::string::npos;
}

}  // namespace

ModelConfig model_config_from_json(const Json& json, const std::string& where) {
  if (!json.is_object()) {
    throw input_error(std::string("the model's configuration is ") + json.type_name() + ", not an object", where);
  }
  const ConfigReader in(json, where);
  check_family(in);
  check_fixed_parts(in);
  ModelConfig c;
  read_dense(in, c);
  read_tokens(in, c);
  read_experts(in, c);
  if (in.find({"hybrid_override_pattern", "layers_block_type", "layer_types"}) == nullptr) {
    throw input_error("the layer pattern is missing", where + ": hybrid_override_pattern");
  }
  read_pattern(in, "hybrid_override_pattern", {"layers_block_type", "layer_types"}, c.hybrid_override_pattern);
  int64_t layers = c.num_layers();
  in.read({"num_hidden_layers"}, layers);
  if (layers != c.num_layers()) {
    throw input_error(
        "is " + std::to_string(layers) + ", but the pattern has " + std::to_string(c.num_layers()) + " layers",
        where + ": num_hidden_layers", "make the two agree");
  }
  c.validate(where);
  return c;
}

std::string model_config_text(const ModelConfig& c) {
  Json out = Json::object();
  out["architectures"] = Json(Json::Array{"NemotronHForCausalLM"});
  out["model_type"] = "nemotron_h";
  out["attention_bias"] = false;
  out["attention_dropout"] = 0.0;
  out["bos_token_id"] = c.bos_token_id;
  out["chunk_size"] = c.chunk_size;
  out["conv_kernel"] = c.conv_kernel;
  out["eos_token_id"] = c.eos_token_ids.size() == 1 ? Json(c.eos_token_ids[0]) : Json::list(c.eos_token_ids);
  out["expand"] = 2;
  out["head_dim"] = c.head_dim;
  out["hidden_dropout"] = 0.0;
  out["hidden_size"] = c.hidden_size;
  out["hybrid_override_pattern"] = c.hybrid_override_pattern;
  out["initializer_range"] = c.initializer_range;
  out["intermediate_size"] = c.intermediate_size;
  out["layer_norm_epsilon"] = c.layer_norm_epsilon;
  out["mamba_head_dim"] = c.mamba_head_dim;
  out["mamba_hidden_act"] = "silu";
  out["mamba_num_heads"] = c.mamba_num_heads;
  out["mamba_proj_bias"] = false;
  out["mamba_ssm_cache_dtype"] = "float32";
  out["max_position_embeddings"] = c.max_position_embeddings;
  out["mlp_bias"] = false;
  out["mlp_hidden_act"] = "relu2";
  if (has_experts(c)) {
    // Absent from dense models, as in the releases: converters take the mere presence of num_experts_per_tok for a
    // model with experts.
    const Json experts = moe_part(c);
    for (const auto& [key, value] : experts.as_object()) {
      out[key] = value;
    }
  }
  out["n_groups"] = c.n_groups;
  out["norm_eps"] = c.layer_norm_epsilon;
  out["num_attention_heads"] = c.num_attention_heads;
  out["num_hidden_layers"] = c.num_layers();
  out["num_key_value_heads"] = c.num_key_value_heads;
  out["num_logits_to_keep"] = 1;
  out["pad_token_id"] = c.pad_token_id;
  out["partial_rotary_factor"] = 1.0;
  out["rescale_prenorm_residual"] = c.rescale_prenorm_residual;
  out["residual_in_fp32"] = c.residual_in_fp32;
  out["rope_theta"] = 10000;
  out["sliding_window"] = nullptr;
  out["ssm_state_size"] = c.ssm_state_size;
  out["tie_word_embeddings"] = c.tie_word_embeddings;
  out["time_step_floor"] = c.time_step_floor;
  out["time_step_limit"] = Json::list(std::vector<double>(c.time_step_limit.begin(), c.time_step_limit.end()));
  out["time_step_max"] = c.time_step_max;
  out["time_step_min"] = c.time_step_min;
  out["torch_dtype"] = c.torch_dtype;
  out["use_bias"] = false;
  out["use_cache"] = true;
  out["use_conv_bias"] = c.use_conv_bias;
  out["use_mamba_kernels"] = true;
  out["vocab_size"] = c.vocab_size;
  return out.dump(2) + "\n";
}

}  // namespace smelt
