// The weights of a model in the form that the kernels take. Internal to the engine.
#pragma once

#include <memory>
#include <vector>

#include "arch/model_directory.h"
#include "kernels/linear.h"

namespace smelt::serve {

struct LayerWeights {
  LayerKind kind = LayerKind::kMamba;
  int64_t index = 0;  // among the layers of its kind
  std::vector<float> norm;
  // Mamba: in, out. Attention: query, key, value, out. Feed-forward: in (up), out (down).
  kernels::LinearWeight in;
  kernels::LinearWeight key;
  kernels::LinearWeight value;
  kernels::LinearWeight out;
  // Mamba only.
  std::vector<float> conv;  // [conv_dim, conv_kernel]
  std::vector<float> conv_bias;
  std::vector<float> dt_bias;
  std::vector<float> a_log;
  std::vector<float> d;
  std::vector<float> gated_norm;
};

// Matrices stay in the mapped file where it holds aligned float32 or bfloat16; others are widened into memory of their
// own. Vectors are float32.
class Weights {
 public:
  explicit Weights(ModelDirectory directory);

  const ModelDirectory& directory() const { return directory_; }
  const ModelConfig& config() const { return directory_.config(); }
  const std::vector<LayerWeights>& layers() const { return layers_; }
  const kernels::LinearWeight& embedding() const { return embedding_; }
  const kernels::LinearWeight& lm_head() const { return lm_head_; }
  const std::vector<float>& final_norm() const { return final_norm_; }

 private:
  kernels::LinearWeight matrix(const std::string& name);
  std::vector<float> vector(const std::string& name) const;
  LayerWeights load_layer(int64_t layer, LayerKind kind);

  ModelDirectory directory_;
  std::vector<std::unique_ptr<float[]>> owned_;
  std::vector<LayerWeights> layers_;
  kernels::LinearWeight embedding_;
  kernels::LinearWeight lm_head_;
  std::vector<float> final_norm_;
};

}  // namespace smelt::serve
