// The tensors of a model in the order of the released checkpoints: names, shapes, what each is for, how it starts and
// whether it decays.
//
// Names are the released ones (prefix `backbone.`). Linear weights are [out, in]. Multi-token prediction blocks are
// listed last when the config has them. Initial values follow Megatron-LM's Mamba hybrids: see `arch/init.h`.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "arch/model_config.h"

namespace smelt {

enum class TensorRole {
  kEmbedding,      // [vocab, hidden]
  kLayerNorm,      // [hidden], one per layer
  kMambaInProj,    // [2*d_inner + 2*G*N + H, hidden], rows [z | x | B | C | dt]
  kMambaConv,      // [conv_dim, 1, conv_kernel], last tap is the current token
  kMambaConvBias,  // [conv_dim]
  kMambaDtBias,    // [H]
  kMambaALog,      // [H]; A = -exp(A_log)
  kMambaD,         // [H]
  kMambaNorm,      // [d_inner]
  kMambaOutProj,   // [hidden, d_inner]
  kQuery,          // [heads*head_dim, hidden]
  kKey,            // [kv_heads*head_dim, hidden]
  kValue,          // [kv_heads*head_dim, hidden]
  kAttentionOut,   // [hidden, heads*head_dim]
  kMlpUp,          // [intermediate, hidden]
  kMlpDown,        // [hidden, intermediate]
  kRouter,         // [experts, hidden]
  kRouterBias,     // [experts], for the choice only, kept in float32
  kExpertUp,       // [moe_intermediate, latent or hidden]
  kExpertDown,     // [latent or hidden, moe_intermediate]
  kSharedUp,       // [shared_intermediate, hidden]
  kSharedDown,     // [hidden, shared_intermediate]
  kLatentIn,       // [latent, hidden]
  kLatentOut,      // [hidden, latent]
  kMtpProj,        // [hidden, 2*hidden], columns [embedding | hidden state]
  kMtpNorm,        // [hidden]
  kFinalNorm,      // [hidden]
  kLmHead,         // [vocab, hidden]; absent when tied
};

// How a fresh tensor is filled; the numbers are in arch/init.h.
enum class TensorInit { kNormal, kResidualNormal, kOnes, kZeros, kConvUniform, kALog, kDtBias };

struct TensorSpec {
  std::string name;
  std::vector<int64_t> shape;
  TensorRole role = TensorRole::kEmbedding;
  int64_t layer = -1;  // -1: belongs to no layer of the pattern
  TensorInit init = TensorInit::kNormal;
  bool decays = false;  // weight decay applies: matrices and the convolution, never norms, biases, A_log, D

  int64_t count() const;
};

// `config` must be valid.
std::vector<TensorSpec> tensor_specs(const ModelConfig& config);

// "backbone.layers.N.mixer." and the rest of the name, for code that looks tensors up by layer.
std::string layer_tensor_name(int64_t layer, const char* rest);

}  // namespace smelt
