// Fresh values of a model's tensors.
//
// As Megatron-LM starts its Mamba hybrids: linear weights and the embedding N(0, initializer_range); what writes into
// the residual stream (out_proj, o_proj, down_proj) N(0, initializer_range / sqrt(layers)); convolution and its bias
// U(+-1/sqrt(conv_kernel)); A ~ U(1, 16), A_log = log A; D and norms 1; dt ~ logU[time_step_min, time_step_max], at
// least time_step_floor, dt_bias = dt + log(1 - e^-dt), which softplus undoes.
#pragma once

#include <cstdint>
#include <span>

#include "arch/tensors.h"

namespace smelt {

// Fills `out` (spec.count() values, row-major). A pure function of (spec.name, config, seed): whatever the order,
// threads or sharding.
void init_tensor(const TensorSpec& spec, const ModelConfig& config, uint64_t seed, std::span<float> out);

// Values are drawn in blocks of this many, each with its own random stream.
constexpr int64_t kInitBlock = 4096;
// The values [begin, end) of the tensor alone; begin is a multiple of kInitBlock, out has end - begin places.
void init_tensor_part(const TensorSpec& spec, const ModelConfig& config, uint64_t seed, int64_t begin, int64_t end,
                      std::span<float> out);

}  // namespace smelt
