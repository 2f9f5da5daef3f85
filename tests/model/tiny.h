// Small models and inputs for the tests of the rooms model and train.
#pragma once

#include <string>
#include <vector>

#include <ATen/core/Tensor.h>
#include <ATen/ops/empty.h>

#include "arch/model_config.h"
#include "base/rng.h"

namespace smelt::testing {

// Odd sizes on purpose: a chunk that does not divide the sequence, two groups, more query than key heads.
inline ModelConfig tiny_config(const std::string& pattern = "M-*M") {
  ModelConfig config;
  config.vocab_size = 37;
  config.hidden_size = 24;
  config.hybrid_override_pattern = pattern;
  config.intermediate_size = 40;
  config.num_attention_heads = 4;
  config.num_key_value_heads = 2;
  config.head_dim = 8;
  config.mamba_num_heads = 4;
  config.mamba_head_dim = 8;
  config.n_groups = 2;
  config.ssm_state_size = 6;
  config.chunk_size = 4;
  config.max_position_embeddings = 64;
  return config;
}

inline at::Tensor random_ids(int64_t batch, int64_t length, int64_t vocab, uint64_t seed) {
  Rng rng(seed, "test/ids");
  at::Tensor ids = at::empty({batch, length}, at::TensorOptions().dtype(at::kLong));
  for (int64_t i = 0; i < ids.numel(); ++i) {
    ids.data_ptr<int64_t>()[i] = static_cast<int64_t>(rng.below(static_cast<uint64_t>(vocab)));
  }
  return ids;
}

inline at::Tensor random_tensor(const std::vector<int64_t>& shape, at::ScalarType dtype, uint64_t seed,
                                double scale = 1.0) {
  Rng rng(seed, "test/tensor");
  at::Tensor out = at::empty(shape, at::TensorOptions().dtype(at::kDouble));
  for (int64_t i = 0; i < out.numel(); ++i) {
    out.data_ptr<double>()[i] = scale * rng.normal();
  }
  return out.to(dtype);
}

inline double max_abs(const at::Tensor& x) {
  return x.abs().max().item<double>();
}

}  // namespace smelt::testing
