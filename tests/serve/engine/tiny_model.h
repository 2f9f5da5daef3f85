// Small random models on disk for tests.
#pragma once

#include <filesystem>
#include <string>

#include <unistd.h>

#include "arch/model_directory.h"
#include "base/rng.h"

namespace smelt::serve {

inline ModelConfig tiny_config() {
  ModelConfig c;
  c.vocab_size = 97;
  c.hidden_size = 40;
  c.hybrid_override_pattern = "M-M*-MM*-";
  c.intermediate_size = 72;
  c.num_attention_heads = 6;
  c.num_key_value_heads = 2;
  c.head_dim = 10;
  c.mamba_num_heads = 6;
  c.mamba_head_dim = 12;
  c.n_groups = 3;
  c.ssm_state_size = 20;
  c.initializer_range = 0.15;  // far from zero, so that every part weighs in the logits
  c.torch_dtype = "float32";
  return c;
}

// A folder with fresh weights that goes with the object.
class TinyModel {
 public:
  explicit TinyModel(const ModelConfig& config = tiny_config(), uint64_t seed = 1) {
    static int count = 0;
    path_ = std::filesystem::temp_directory_path() /
            ("tiny_model_" + std::to_string(::getpid()) + "_" + std::to_string(count++));
    write_fresh_model(path_, config, seed);
  }
  ~TinyModel() { std::filesystem::remove_all(path_); }
  TinyModel(const TinyModel&) = delete;
  TinyModel& operator=(const TinyModel&) = delete;
  std::string path() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

inline std::vector<uint32_t> random_ids(size_t count, int64_t vocabulary, uint64_t seed = 1) {
  Rng rng(seed, "ids");
  std::vector<uint32_t> ids;
  for (size_t i = 0; i < count; ++i) {
    ids.push_back(static_cast<uint32_t>(rng.below(static_cast<uint64_t>(vocabulary))));
  }
  return ids;
}

}  // namespace smelt::serve
