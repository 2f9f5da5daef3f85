// A model as a folder in the Hugging Face layout: config.json, generation_config.json, weights as safetensors.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "arch/model_config.h"
#include "arch/safetensors.h"
#include "arch/tensors.h"

namespace smelt {

// An opened model: the configuration and every tensor that it asks for, mapped, under its canonical name (`backbone.`
// prefix, whatever the file used). Thread safety: read-only after open. Copies share the maps.
class ModelDirectory {
 public:
  // Missing, unknown, misshaped and non-float tensors are all listed in one UserError(kInput). Multi-token prediction
  // blocks may be absent altogether: has_mtp() tells.
  static ModelDirectory open(const std::string& directory);

  const std::string& path() const { return path_; }
  const ModelConfig& config() const { return config_; }
  bool has_mtp() const { return has_mtp_; }
  // In the order of tensor_specs(config()).
  const std::vector<TensorView>& tensors() const { return tensors_; }
  // By canonical name; it must be one of the model's. With tied embeddings lm_head.weight gives the embedding.
  const TensorView& tensor(std::string_view name) const;
  int64_t weight_bytes() const;

 private:
  std::string path_;
  ModelConfig config_;
  SafetensorsDirectory files_;
  std::vector<TensorView> tensors_;
  std::unordered_map<std::string, size_t> by_name_;
  bool has_mtp_ = false;
};

// The canonical name of a stored one: `model.` becomes `backbone.`, `backbone.embedding.` becomes
// `backbone.embeddings.`.
std::string canonical_tensor_name(std::string_view stored);

// Writes config.json, generation_config.json and the weights into the existing folder, config.json last. `tensors` are
// the model's, by their canonical names, in any order; a tensor too many, too few or of another shape is a bug of the
// caller. Where the embedding is tied it is written a second time as lm_head.weight, which other readers want.
void write_model_directory(const std::string& directory, const ModelConfig& config,
                           const std::vector<TensorView>& tensors, int64_t max_shard_bytes = int64_t{4} << 30);

// Makes a model with fresh weights (arch/init.h) in config.torch_dtype; weights that training keeps in float32 (router
// bias) stay float32.
void write_fresh_model(const std::string& directory, const ModelConfig& config, uint64_t seed);

}  // namespace smelt
