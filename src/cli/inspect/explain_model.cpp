// Models, safetensors files and tokenizers.
#include <map>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "arch/counts.h"
#include "arch/model_directory.h"
#include "arch/safetensors.h"
#include "base/text.h"
#include "cli/inspect/explain.h"
#include "tokens/tokenizer.h"

namespace smelt::cli {
namespace {

std::string shape_text(const std::vector<int64_t>& shape) {
  return fmt::format("[{}]", fmt::join(shape, ", "));
}

Json tensor_json(const TensorView& tensor) {
  Json json = Json::object();
  json["name"] = tensor.name;
  json["dtype"] = std::string(dtype_name(tensor.dtype));
  json["shape"] = Json::list(tensor.shape);
  return json;
}

}  // namespace

Explanation explain_model(const std::string& dir) {
  const ModelDirectory model = ModelDirectory::open(dir);
  const ModelConfig& config = model.config();
  const ParameterCounts counts = count_parameters(config);
  std::map<std::string, int64_t> dtypes;
  for (const auto& tensor : model.tensors()) {
    dtypes[std::string(dtype_name(tensor.dtype))] += tensor.count();
  }
  std::string stored;
  for (const auto& [name, count] : dtypes) {
    stored += fmt::format("{}{} {}", stored.empty() ? "" : ", ", human_count(static_cast<double>(count)), name);
  }
  const int64_t state = ssm_state_bytes(config) + conv_state_bytes(config);
  std::string text = fmt::format(
      "nemotron_h model: {} layers, {} parameters ({} outside the embeddings), {} active per token\n"
      "  pattern      {}  (M Mamba-2 {}, * attention {}, - feed-forward {}, E experts {})\n"
      "  widths       hidden {}, feed-forward {}, vocabulary {}, context {}\n"
      "  Mamba-2      {} heads of {}, state {}, {} groups, convolution {}\n"
      "  attention    {} heads of {}, {} for keys and values\n"
      "  stored       {} tensors, {}: {}\n"
      "  decoding     {} of state per sequence, {} of keys and values per token (fp32), {} FLOP per token\n",
      config.num_layers(), human_count(static_cast<double>(counts.total)),
      human_count(static_cast<double>(counts.non_embedding)), human_count(static_cast<double>(counts.active)),
      config.hybrid_override_pattern, config.count_layers(LayerKind::kMamba),
      config.count_layers(LayerKind::kAttention), config.count_layers(LayerKind::kMlp),
      config.count_layers(LayerKind::kMoe), config.hidden_size, config.intermediate_size, config.vocab_size,
      config.max_position_embeddings, config.mamba_num_heads, config.mamba_head_dim, config.ssm_state_size,
      config.n_groups, config.conv_kernel, config.num_attention_heads, config.head_dim, config.num_key_value_heads,
      model.tensors().size(), human_bytes(static_cast<double>(model.weight_bytes())), stored,
      human_bytes(static_cast<double>(state)), human_bytes(static_cast<double>(kv_bytes_per_token(config, 4))),
      human_count(forward_flops_per_token(config, 1)));
  Json data = Json::object();
  data["parameters"] = counts.total;
  data["non_embedding_parameters"] = counts.non_embedding;
  data["active_parameters"] = counts.active;
  data["tensors"] = static_cast<int64_t>(model.tensors().size());
  data["weight_bytes"] = model.weight_bytes();
  data["state_bytes_per_sequence"] = state;
  data["kv_bytes_per_token"] = kv_bytes_per_token(config, 4);
  data["config"] = Json::load(dir + "/config.json");
  return {"model", text, std::move(data)};
}

Explanation explain_safetensors(const std::string& path) {
  const SafetensorsFile file = SafetensorsFile::open(path);
  std::string text = fmt::format("safetensors: {} tensors\n", file.tensors().size());
  Json tensors = Json::array();
  for (const auto& tensor : file.tensors()) {
    text += fmt::format("  {:<56} {:<5} {}\n", tensor.name, dtype_name(tensor.dtype), shape_text(tensor.shape));
    tensors.push_back(tensor_json(tensor));
  }
  Json metadata = Json::object();
  for (const auto& [key, value] : file.metadata()) {
    text += fmt::format("  {} = {}\n", key, value);
    metadata[key] = value;
  }
  Json data = Json::object();
  data["tensors"] = std::move(tensors);
  data["metadata"] = std::move(metadata);
  return {"safetensors", text, std::move(data)};
}

Explanation explain_tokenizer(const std::string& path) {
  const Tokenizer tokenizer = Tokenizer::load(path);
  int64_t special = 0;
  for (uint32_t id = 0; id < tokenizer.vocab_size(); ++id) {
    special += tokenizer.is_special(id) ? 1 : 0;
  }
  const auto eos = tokenizer.eos_id();
  const std::string sample = "The quick brown fox jumps over the lazy dog.";
  std::string pieces;
  for (const uint32_t id : tokenizer.encode(sample)) {
    pieces += json_quote(tokenizer.token_view(id)) + " ";
  }
  Json data = Json::object();
  data["vocab_size"] = static_cast<int64_t>(tokenizer.vocab_size());
  data["special_tokens"] = special;
  data["eos"] = eos ? Json(tokenizer.token_bytes(*eos)) : Json();
  return {"tokenizer",
          fmt::format("byte-level BPE tokenizer: {} entries, {} of them special, end of text {}\n  {}\n",
                      tokenizer.vocab_size(), special, eos ? tokenizer.token_bytes(*eos) : "unset", pieces),
          std::move(data)};
}

}  // namespace smelt::cli
