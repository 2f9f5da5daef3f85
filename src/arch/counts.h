// What a model costs: parameters, floating-point operations, bytes of weights, cache and state.
#pragma once

#include <cstdint>

#include "arch/model_config.h"

namespace smelt {

struct ParameterCounts {
  int64_t tensors = 0;
  int64_t total = 0;
  int64_t embedding = 0;      // the embedding and, unless tied, the output layer
  int64_t non_embedding = 0;  // total - embedding
  int64_t active = 0;  // used by one token: all but the experts that were not chosen; multi-token prediction aside
  int64_t mtp = 0;     // in total, in neither of the others: multi-token prediction blocks
};

ParameterCounts count_parameters(const ModelConfig& config);

// Operations (a multiply and an add are two) per token of a forward pass over sequences of `sequence_length` tokens,
// counted as Megatron-LM counts model FLOPs: causal attention at half of the full square, the scan as 7*d_inner*N.
// d_inner is the true one (heads times width).
double forward_flops_per_token(const ModelConfig& config, int64_t sequence_length);
// Three times that: forward, gradient of inputs, gradient of weights.
double training_flops_per_token(const ModelConfig& config, int64_t sequence_length);

// Bytes of one token's keys and values over all attention layers.
int64_t kv_bytes_per_token(const ModelConfig& config, int64_t bytes_per_value);
// Bytes of the Mamba states of one sequence: SSM state and the last conv_kernel - 1 inputs of the convolution.
int64_t ssm_state_bytes(const ModelConfig& config, int64_t bytes_per_value = 4);
int64_t conv_state_bytes(const ModelConfig& config, int64_t bytes_per_value = 4);

}  // namespace smelt
