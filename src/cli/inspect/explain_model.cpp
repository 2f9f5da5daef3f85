// Models, safetensors files and tokenizers.
#include <algorithm>
#include <charconv>
#include <filesystem>
#include <map>
#include <numeric>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "arch/counts.h"
#include "arch/model_directory.h"
#include "arch/safetensors.h"
#include "base/files.h"
#include "base/manifest.h"
#include "base/text.h"
#include "cli/inspect/explain.h"
#include "tokens/tokenizer.h"

namespace smelt::cli {
namespace {

std::string shape_text(const std::vector<int64_t>& shape) {
  return fmt::format("[{}]", fmt::join(shape, ", "));
}

std::string bytes_text(int64_t bytes) {
  return human_bytes(static_cast<double>(bytes));
}

std::string count_text(int64_t count) {
  return human_count(static_cast<double>(count));
}

Json tensor_json(const TensorView& tensor) {
  Json json = Json::object();
  json["name"] = tensor.name;
  json["dtype"] = std::string(dtype_name(tensor.dtype));
  json["shape"] = Json::list(tensor.shape);
  return json;
}

std::string stored_text(const std::vector<TensorView>& tensors) {
  std::map<std::string, int64_t> dtypes;
  for (const auto& tensor : tensors) {
    dtypes[std::string(dtype_name(tensor.dtype))] += tensor.count();
  }
  std::string out;
  for (const auto& [name, count] : dtypes) {
    out += fmt::format("{}{} {}", out.empty() ? "" : ", ", count_text(count), name);
  }
  return out;
}

// "M Mamba-2 4, * attention 1": the kinds of layer that the pattern has.
std::string layers_text(const ModelConfig& config) {
  std::string out;
  for (const auto& [kind, name] : {std::pair{LayerKind::kMamba, "M Mamba-2"},
                                   {LayerKind::kAttention, "* attention"},
                                   {LayerKind::kMlp, "- feed-forward"},
                                   {LayerKind::kMoe, "E experts"}}) {
    const int64_t count = config.count_layers(kind);
    out += count == 0 ? "" : fmt::format("{}{} {}", out.empty() ? "" : ", ", name, count);
  }
  return out;
}

void add_shape(const ModelConfig& config, Sheet& sheet) {
  sheet.row("pattern", fmt::format("{}  ({})", config.hybrid_override_pattern, layers_text(config)));
  sheet.row("widths", fmt::format("hidden {}, feed-forward {}", config.hidden_size, config.intermediate_size));
  sheet.row("tokens", fmt::format("vocabulary {}, context {}", grouped(config.vocab_size),
                                  grouped(config.max_position_embeddings)));
  sheet.row("Mamba-2", config.count_layers(LayerKind::kMamba) == 0
                           ? ""
                           : fmt::format("{} heads of {}, state {}, {}, convolution {}", config.mamba_num_heads,
                                         config.mamba_head_dim, config.ssm_state_size,
                                         counted(config.n_groups, "group"), config.conv_kernel));
  sheet.row("attention", config.count_layers(LayerKind::kAttention) == 0
                             ? ""
                             : fmt::format("{} heads of {}, {} for keys and values", config.num_attention_heads,
                                           config.head_dim, config.num_key_value_heads));
}

// The number of a folder step-N, or -1.
int64_t step_of(const std::string& name) {
  int64_t step = -1;
  if (!name.starts_with("step-")) {
    return -1;
  }
  const auto result = std::from_chars(name.data() + 5, name.data() + name.size(), step);
  return result.ec == std::errc() && result.ptr == name.data() + name.size() ? step : -1;
}

}  // namespace

Explanation explain_model(const std::string& dir) {
  const ModelDirectory model = ModelDirectory::open(dir);
  const ModelConfig& config = model.config();
  const ParameterCounts counts = count_parameters(config);
  const int64_t state = ssm_state_bytes(config) + conv_state_bytes(config);
  Sheet sheet(fmt::format("nemotron_h model: {} parameters in {}", count_text(counts.total),
                          counted(config.num_layers(), "layer")));
  sheet.row("parameters", fmt::format("{} in all, {} outside the embeddings, {} used by one token",
                                      grouped(counts.total), grouped(counts.non_embedding), grouped(counts.active)));
  add_shape(config, sheet);
  sheet.row("stored",
            fmt::format("{} in {}: {}", bytes_text(model.weight_bytes()),
                        counted(static_cast<int64_t>(model.tensors().size()), "tensor"), stored_text(model.tensors())));
  sheet.row("decoding", fmt::format("{} of state a sequence, {} of keys and values a token (float32), {}FLOP a token",
                                    bytes_text(state), bytes_text(kv_bytes_per_token(config, 4)),
                                    human_count(forward_flops_per_token(config, 1))));
  const bool tokenizer = path_exists(dir + "/tokenizer.json");
  sheet.row("tokenizer",
            tokenizer ? "beside the weights: `smelt generate` takes text" : "none: `smelt generate` takes ids");
  Json data = Json::object();
  data["parameters"] = counts.total;
  data["non_embedding_parameters"] = counts.non_embedding;
  data["active_parameters"] = counts.active;
  data["tensors"] = static_cast<int64_t>(model.tensors().size());
  data["weight_bytes"] = model.weight_bytes();
  data["state_bytes_per_sequence"] = state;
  data["kv_bytes_per_token"] = kv_bytes_per_token(config, 4);
  data["tokenizer"] = tokenizer;
  data["config"] = Json::load(dir + "/config.json");
  return {"model", sheet.text(), std::move(data)};
}

Explanation explain_models(const std::string& dir) {
  std::map<int64_t, std::string> steps;
  for (const auto& entry : std::filesystem::directory_iterator(dir)) {
    const std::string name = entry.path().filename().string();
    if (step_of(name) >= 0 && path_exists(entry.path().string() + "/config.json")) {
      steps[step_of(name)] = name;
    }
  }
  Sheet sheet(
      fmt::format("{} of a model along its training", counted(static_cast<int64_t>(steps.size()), "milestone")));
  Json models = Json::array();
  for (const auto& [step, name] : steps) {
    const ModelDirectory model = ModelDirectory::open(dir + "/" + name);
    sheet.row(name, fmt::format("{} parameters, {}", count_text(count_parameters(model.config()).total),
                                bytes_text(model.weight_bytes())));
    Json entry = Json::object();
    entry["step"] = step;
    entry["weight_bytes"] = model.weight_bytes();
    models.push_back(std::move(entry));
  }
  sheet.line("Each is a model: inspect it, or talk to it with `smelt generate`.");
  Json data = Json::object();
  data["milestones"] = std::move(models);
  return {"milestones", sheet.text(), std::move(data)};
}

Explanation explain_safetensors(const std::string& path) {
  const SafetensorsFile file = SafetensorsFile::open(path);
  int64_t count = 0;
  for (const auto& tensor : file.tensors()) {
    count += tensor.count();
  }
  Sheet sheet(fmt::format("safetensors file: {}, {} numbers, {}",
                          counted(static_cast<int64_t>(file.tensors().size()), "tensor"), count_text(count),
                          human_bytes(static_cast<double>(file_size(path)))));
  Json metadata = Json::object();
  for (const auto& [key, value] : file.metadata()) {
    sheet.row(key, excerpt(value, 200));
    metadata[key] = value;
  }
  sheet.heading("tensors, in the order of their data");
  Json tensors = Json::array();
  for (const auto& tensor : file.tensors()) {
    sheet.row(tensor.name, fmt::format("{:<4} {}", dtype_name(tensor.dtype), shape_text(tensor.shape)));
    tensors.push_back(tensor_json(tensor));
  }
  Json data = Json::object();
  data["numbers"] = count;
  data["tensors"] = std::move(tensors);
  data["metadata"] = std::move(metadata);
  return {"safetensors", sheet.text(), std::move(data)};
}

Explanation explain_tokenizer(const std::string& path) {
  const Tokenizer tokenizer = Tokenizer::load(path);
  std::string special;
  int64_t num_special = 0;
  std::vector<uint32_t> by_length(tokenizer.vocab_size());
  std::iota(by_length.begin(), by_length.end(), 0U);
  for (uint32_t id = 0; id < tokenizer.vocab_size(); ++id) {
    if (tokenizer.is_special(id) && ++num_special <= 8) {
      special += fmt::format("{}{} {}", special.empty() ? "" : ", ", id, tokenizer.token_view(id));
    }
  }
  special += num_special > 8 ? fmt::format(" and {} more", num_special - 8) : "";
  std::stable_sort(by_length.begin(), by_length.end(), [&](uint32_t a, uint32_t b) {
    return tokenizer.token_view(a).size() > tokenizer.token_view(b).size();
  });
  std::string longest;
  for (size_t i = 0, shown = 0; i < by_length.size() && shown < 6; ++i) {
    if (!tokenizer.is_special(by_length[i])) {
      longest += fmt::format("{}{}", longest.empty() ? "" : " ", json_quote(tokenizer.token_view(by_length[i])));
      ++shown;
    }
  }
  const std::string example = "The quick brown fox jumps over the lazy dog.";
  const std::vector<uint32_t> ids = tokenizer.encode(example);
  std::string pieces;
  for (const uint32_t id : ids) {
    pieces += (pieces.empty() ? "" : " ") + json_quote(tokenizer.token_view(id));
  }
  const auto eos = tokenizer.eos_id();
  Sheet sheet(fmt::format("byte-level BPE tokenizer of {} entries", grouped(tokenizer.vocab_size())));
  sheet.row("end of text", eos ? fmt::format("{} {}", *eos, tokenizer.token_view(*eos)) : "unset");
  sheet.row("special", num_special == 0 ? "none" : special);
  sheet.row("longest", longest);
  sheet.row("example", pieces);
  sheet.row("", fmt::format("{} bytes as {}", example.size(), counted(static_cast<int64_t>(ids.size()), "token")));
  Json data = Json::object();
  data["vocab_size"] = static_cast<int64_t>(tokenizer.vocab_size());
  data["special_tokens"] = num_special;
  data["eos"] = eos ? Json(tokenizer.token_bytes(*eos)) : Json();
  data["example_ids"] = Json::list(std::vector<int64_t>(ids.begin(), ids.end()));
  if (std::filesystem::is_directory(path) && has_manifest(path)) {
    add_manifest(path, sheet, data);
  }
  return {"tokenizer", sheet.text(), std::move(data)};
}

}  // namespace smelt::cli
