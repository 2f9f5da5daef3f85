// The hybrid Mamba-2, attention and feed-forward language model of the Nemotron-H line (arXiv 2504.03624), for
// training.
//
// h = E[ids]; for each layer h = h + mixer(norm(h)); hidden = norm_f(h); logits = hidden W^T. No position embedding, no
// biases but the convolution's, squared-ReLU feed-forward. Documents packed into one sequence see each other, as in the
// line's pretraining: neither the state nor attention is reset at a boundary, the model learns it from the
// end-of-document token.
//
// float32 on the CPU runs on our kernels, everything else on LibTorch's operations. Results depend on the number of
// threads of LibTorch's pool only through the order of sums inside its GEMMs. Forward passes without gradients may run
// at once; a training step needs the model, or a replica of it, for itself.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <ATen/core/Tensor.h>

#include "arch/model_config.h"
#include "model/op_set.h"
#include "model/parameters.h"

namespace smelt {

constexpr int64_t kIgnoreTarget = -100;

class NemotronH {
 public:
  // Parameters hold zeros until init() or load_model. `dtype` is kFloat or, for checks of gradients, kDouble. Throws
  // UserError(kInput) for a model that cannot be trained here (experts, a time_step_limit that is not [0, Infinity]).
  explicit NemotronH(const ModelConfig& config, at::ScalarType dtype = at::kFloat);
  NemotronH(const NemotronH&) = delete;
  NemotronH& operator=(const NemotronH&) = delete;
  // A model over the same weights (an update of one is seen by the other) with gradients of its own, so that several
  // threads can train at once, each on its own replica.
  std::unique_ptr<NemotronH> replica() const;

  // Fresh numbers as published for the line: normal(0, initializer_range), output projections divided by sqrt(layers);
  // each tensor's numbers depend only on the seed and its name.
  void init(uint64_t seed);

  const ModelConfig& config() const { return config_; }
  ParameterSet& parameters() { return parameters_; }
  const ParameterSet& parameters() const { return parameters_; }

  // ids [b, t] int64, each in [0, vocab_size) -> the last hidden states, after the final norm, [b, t, hidden_size].
  at::Tensor hidden(const at::Tensor& ids_bt) const;
  // Logits of hidden states [..., hidden_size] -> [..., vocab_size]: for scoring small inputs.
  at::Tensor logits(const at::Tensor& hidden) const;
  // Mean next-token loss in nats over the targets that are not kIgnoreTarget. The logits exist only in chunks.
  at::Tensor loss(const at::Tensor& ids_bt, const at::Tensor& targets_bt) const;

  // Keep no intermediates of the layers; compute them again in the backward pass.
  void set_recompute(bool on) { recompute_ = on; }
  void set_ops(const OpSet& ops) { ops_ = &ops; }

 private:
  NemotronH(ModelConfig config, ParameterSet parameters, const OpSet& ops);
  using Layer = std::function<at::Tensor(const at::Tensor&)>;

  Layer make_layer(int64_t index, LayerKind kind);
  Layer make_mamba(const std::string& prefix);
  Layer make_attention(const std::string& prefix);
  Layer make_mlp(const std::string& prefix);

  ModelConfig config_;
  ParameterSet parameters_;
  std::vector<Layer> layers_;
  at::Tensor embedding_;
  at::Tensor final_norm_;
  at::Tensor output_;
  const OpSet* ops_;
  bool recompute_ = false;
};

}  // namespace smelt
