// Small models of odd shapes with weights that matter, saved as folders: what the parity tests compare on.
#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include <ATen/ops/empty.h>
#include <c10/core/GradMode.h>

#include "base/rng.h"
#include "model/model_files.h"
#include "model/nemotron_h.h"

namespace smelt::testing {

// A shape drawn by `seed`: heads, groups, states and chunks that divide nothing, now and then a tied output layer.
inline ModelConfig random_config(uint64_t seed, int64_t vocab_size) {
  Rng rng(seed, "test/config");
  const auto between = [&](int64_t low, int64_t high) {
    return low + static_cast<int64_t>(rng.below(static_cast<uint64_t>(high - low + 1)));
  };
  ModelConfig config;
  config.vocab_size = vocab_size;
  config.hidden_size = between(17, 61);
  config.intermediate_size = between(20, 90);
  config.num_key_value_heads = between(1, 3);
  config.num_attention_heads = config.num_key_value_heads * between(1, 3);
  config.head_dim = 2 * between(2, 9);
  config.n_groups = between(1, 3);
  config.mamba_num_heads = config.n_groups * between(1, 5);
  config.mamba_head_dim = between(3, 21);
  config.ssm_state_size = between(5, 33);
  config.conv_kernel = between(2, 4);
  config.chunk_size = std::vector<int64_t>{1, 7, 16, 33, 100, 256}[rng.below(6)];
  config.use_conv_bias = rng.below(4) != 0;
  config.tie_word_embeddings = rng.below(3) == 0;
  config.initializer_range = 0.1;
  config.max_position_embeddings = 1024;
  config.hybrid_override_pattern = "M";
  for (int64_t extra = between(2, 5); extra > 0; --extra) {
    config.hybrid_override_pattern += "M-*"[rng.below(3)];
  }
  return config;
}

// A model of that shape whose every number, norms and biases included, is away from its usual start.
inline std::unique_ptr<NemotronH> random_model(const ModelConfig& config, uint64_t seed) {
  auto model = std::make_unique<NemotronH>(config);
  model->init(seed);
  const at::NoGradGuard no_grad;
  Rng rng(seed, "test/noise");
  for (const Parameter& parameter : model->parameters().all()) {
    auto* values = parameter.value.mutable_data_ptr<float>();
    for (int64_t i = 0; i < parameter.spec.count(); ++i) {
      values[i] += static_cast<float>(0.05 * rng.normal());
    }
  }
  return model;
}

inline std::vector<uint32_t> random_tokens(int64_t count, int64_t vocab_size, uint64_t seed) {
  Rng rng(seed, "test/tokens");
  std::vector<uint32_t> ids(static_cast<size_t>(count));
  for (uint32_t& id : ids) {
    id = static_cast<uint32_t>(rng.below(static_cast<uint64_t>(vocab_size)));
  }
  return ids;
}

// Log-probabilities [t, vocab] of the next token after each of `ids`, by the model that trains.
inline std::vector<float> trainer_log_probs(const NemotronH& model, const std::vector<uint32_t>& ids) {
  const at::NoGradGuard no_grad;
  at::Tensor ids_bt = at::empty({1, static_cast<int64_t>(ids.size())}, at::TensorOptions().dtype(at::kLong));
  std::copy(ids.begin(), ids.end(), ids_bt.data_ptr<int64_t>());
  const at::Tensor out = model.logits(model.hidden(ids_bt)).log_softmax(-1).contiguous();
  const auto* data = out.const_data_ptr<float>();
  return {data, data + out.numel()};
}

}  // namespace smelt::testing
