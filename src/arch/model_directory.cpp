#include "arch/model_directory.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "arch/init.h"
#include "base/error.h"
#include "base/files.h"
#include "base/json.h"

namespace smelt {
namespace {

// Counts every complaint, prints the first few.
class TensorComplaints {
 public:
  void add(const std::string& line) {
    if (++count_ <= 20) {
      text_ += (text_.empty() ? "" : "; ") + line;
    }
  }
  void throw_if_any(const std::string& where) const {
    if (count_ > 0) {
      const std::string more = count_ > 20 ? fmt::format("; and {} more", count_ - 20) : std::string();
      throw input_error("the weights do not fit config.json: " + text_ + more, where,
                        "use the config.json that belongs to the weights");
    }
  }

 private:
  int64_t count_ = 0;
  std::string text_;
};

std::string shape_text(const std::vector<int64_t>& shape) {
  return fmt::format("[{}]", fmt::join(shape, ", "));
}

// transformers stores the convolution as [C, 1, K]; some converters squeeze it to [C, K].
bool shape_fits(const TensorView& tensor, const TensorSpec& spec) {
  if (tensor.shape == spec.shape) {
    return true;
  }
  return spec.role == TensorRole::kMambaConv && tensor.shape == std::vector<int64_t>{spec.shape[0], spec.shape[2]};
}

std::string generation_config_text(const ModelConfig& config) {
  Json out = Json::object();
  out["bos_token_id"] = config.bos_token_id;
  out["eos_token_id"] =
      config.eos_token_ids.size() == 1 ? Json(config.eos_token_ids[0]) : Json::list(config.eos_token_ids);
  out["pad_token_id"] = config.pad_token_id;
  return out.dump(2) + "\n";
}

}  // namespace

std::string canonical_tensor_name(std::string_view stored) {
  std::string name(stored);
  if (name.starts_with("model.")) {
    name = "backbone." + name.substr(6);
  }
  if (name.starts_with("backbone.embedding.")) {
    name = "backbone.embeddings." + name.substr(19);
  }
  return name;
}

ModelDirectory ModelDirectory::open(const std::string& directory) {
  ModelDirectory out;
  out.path_ = directory;
  if (!path_exists(directory + "/config.json")) {
    throw input_error("there is no config.json", directory, "give the folder of a model");
  }
  out.config_ = load_model_config(directory + "/config.json");
  out.files_ = SafetensorsDirectory::open(directory);

  TensorComplaints complaints;
  std::unordered_map<std::string, const TensorView*> stored;
  for (const TensorView& tensor : out.files_.tensors()) {
    const std::string name = canonical_tensor_name(tensor.name);
    out.has_mtp_ |= name.starts_with("mtp.");
    if (!stored.emplace(name, &tensor).second) {
      complaints.add("'" + name + "' is there under two names");
    }
  }
  for (const TensorSpec& spec : tensor_specs(out.config_)) {
    if (spec.name.starts_with("mtp.") && !out.has_mtp_) {
      continue;
    }
    const auto it = stored.find(spec.name);
    if (it == stored.end()) {
      complaints.add("'" + spec.name + "' is missing");
      continue;
    }
    TensorView tensor = *it->second;
    stored.erase(it);
    if (!shape_fits(tensor, spec)) {
      complaints.add(
          fmt::format("'{}' is {} instead of {}", spec.name, shape_text(tensor.shape), shape_text(spec.shape)));
    } else if (!is_float_dtype(tensor.dtype)) {
      complaints.add(fmt::format("'{}' is stored as {}", spec.name, dtype_name(tensor.dtype)));
    }
    tensor.name = spec.name;
    tensor.shape = spec.shape;
    out.by_name_.emplace(spec.name, out.tensors_.size());
    out.tensors_.push_back(std::move(tensor));
  }
  if (out.config_.tie_word_embeddings) {
    stored.erase("lm_head.weight");
  }
  for (const TensorView& tensor : out.files_.tensors()) {
    if (stored.contains(canonical_tensor_name(tensor.name))) {
      complaints.add("'" + tensor.name + "' is unknown");
    }
  }
  complaints.throw_if_any(directory);
  return out;
}

const TensorView& ModelDirectory::tensor(std::string_view name) const {
  auto it = by_name_.find(std::string(name));
  if (it == by_name_.end() && config_.tie_word_embeddings && name == "lm_head.weight") {
    it = by_name_.find("backbone.embeddings.weight");
  }
  SMELT_CHECK(it != by_name_.end());
  return tensors_[it->second];
}

int64_t ModelDirectory::weight_bytes() const {
  int64_t bytes = 0;
  for (const TensorView& tensor : tensors_) {
    bytes += static_cast<int64_t>(tensor.bytes.size());
  }
  return bytes;
}

void write_model_directory(const std::string& directory, const ModelConfig& config,
                           const std::vector<TensorView>& tensors, int64_t max_shard_bytes) {
  config.validate(directory + "/config.json");
  const auto specs = tensor_specs(config);
  std::unordered_map<std::string, const TensorView*> by_name;
  for (const TensorView& tensor : tensors) {
    by_name.emplace(tensor.name, &tensor);
  }
  SMELT_CHECK(tensors.size() == specs.size() && by_name.size() == specs.size());
  std::vector<TensorView> ordered;
  ordered.reserve(specs.size());
  for (const TensorSpec& spec : specs) {
    const auto it = by_name.find(spec.name);
    SMELT_CHECK(it != by_name.end() && it->second->shape == spec.shape);
    ordered.push_back(*it->second);
  }
  if (config.tie_word_embeddings) {
    // transformers has no tied form of this family: without the tensor it would run on a random output layer.
    ordered.push_back(*by_name.at("backbone.embeddings.weight"));
    ordered.back().name = "lm_head.weight";
  }
  write_sharded_safetensors(directory, ordered, max_shard_bytes);
  write_file(directory + "/generation_config.json", generation_config_text(config));
  write_file(directory + "/config.json", model_config_text(config));
}

void write_fresh_model(const std::string& directory, const ModelConfig& config, uint64_t seed) {
  make_directories(directory);
  const DType dtype = dtype_of_torch_name(config.torch_dtype);
  const auto specs = tensor_specs(config);
  std::vector<std::string> storage(specs.size());
  std::vector<TensorView> tensors;
  tensors.reserve(specs.size());
  std::vector<float> values;
  for (size_t i = 0; i < specs.size(); ++i) {
    const DType stored = specs[i].role == TensorRole::kRouterBias ? DType::kF32 : dtype;
    values.resize(static_cast<size_t>(specs[i].count()));
    init_tensor(specs[i], config, seed, values);
    storage[i].resize(values.size() * static_cast<size_t>(dtype_bytes(stored)));
    floats_to_bytes(stored, values.data(), specs[i].count(), storage[i].data());
    tensors.push_back({specs[i].name, stored, specs[i].shape, storage[i]});
  }
  write_model_directory(directory, config, tensors);
}

}  // namespace smelt
