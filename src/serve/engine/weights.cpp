#include "serve/engine/weights.h"

#include <map>

#include "base/error.h"

namespace smelt::serve {

Weights::Weights(ModelDirectory directory) : directory_(std::move(directory)) {
  embedding_ = matrix("backbone.embeddings.weight");
  std::map<LayerKind, int64_t> seen;
  int64_t layer = 0;
  for (const LayerKind kind : config().layers()) {
    layers_.push_back(load_layer(layer++, kind));
    layers_.back().index = seen[kind]++;
  }
  final_norm_ = vector("backbone.norm_f.weight");
  lm_head_ = config().tie_word_embeddings ? embedding_ : matrix("lm_head.weight");
}

kernels::LinearWeight Weights::matrix(const std::string& name) {
  const TensorView& tensor = directory_.tensor(name);
  SMELT_CHECK(tensor.shape.size() == 2);
  kernels::LinearWeight out;
  out.rows = tensor.shape[0];
  out.cols = tensor.shape[1];
  out.data = tensor.bytes.data();
  out.bf16 = tensor.dtype == DType::kBf16;
  const bool stored_as_used = tensor.dtype == DType::kF32 || out.bf16;
  const auto address = reinterpret_cast<uintptr_t>(tensor.bytes.data());
  if (!stored_as_used || address % static_cast<uintptr_t>(dtype_bytes(tensor.dtype)) != 0) {
    owned_.push_back(std::make_unique<float[]>(static_cast<size_t>(tensor.count())));
    bytes_to_floats(tensor.dtype, tensor.bytes.data(), tensor.count(), owned_.back().get());
    out.data = owned_.back().get();
    out.bf16 = false;
  }
  return out;
}

std::vector<float> Weights::vector(const std::string& name) const {
  const TensorView& tensor = directory_.tensor(name);
  std::vector<float> out(static_cast<size_t>(tensor.count()));
  bytes_to_floats(tensor.dtype, tensor.bytes.data(), tensor.count(), out.data());
  return out;
}

LayerWeights Weights::load_layer(int64_t layer, LayerKind kind) {
  const auto name = [&](const char* rest) { return layer_tensor_name(layer, rest); };
  LayerWeights out;
  out.kind = kind;
  out.norm = vector(name("norm.weight"));
  switch (kind) {
    case LayerKind::kMamba:
      out.in = matrix(name("mixer.in_proj.weight"));
      out.out = matrix(name("mixer.out_proj.weight"));
      out.conv = vector(name("mixer.conv1d.weight"));
      if (config().use_conv_bias) {
        out.conv_bias = vector(name("mixer.conv1d.bias"));
      }
      out.dt_bias = vector(name("mixer.dt_bias"));
      out.a_log = vector(name("mixer.A_log"));
      out.d = vector(name("mixer.D"));
      out.gated_norm = vector(name("mixer.norm.weight"));
      break;
    case LayerKind::kAttention:
      out.in = matrix(name("mixer.q_proj.weight"));
      out.key = matrix(name("mixer.k_proj.weight"));
      out.value = matrix(name("mixer.v_proj.weight"));
      out.out = matrix(name("mixer.o_proj.weight"));
      break;
    case LayerKind::kMlp:
      out.in = matrix(name("mixer.up_proj.weight"));
      out.out = matrix(name("mixer.down_proj.weight"));
      break;
    case LayerKind::kMoe:
      SMELT_CHECK(false);
  }
  return out;
}

}  // namespace smelt::serve
