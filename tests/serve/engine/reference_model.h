// The model's mathematics in plain double-precision loops, token by token, straight from the published equations: the
// judge of the engine. Shares no code with it.
#pragma once

#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "arch/model_directory.h"

namespace smelt::serve {

class ReferenceModel {
 public:
  using Vector = std::vector<double>;

  explicit ReferenceModel(const std::string& directory) : model_(ModelDirectory::open(directory)), c_(model_.config()) {
    for (const TensorView& tensor : model_.tensors()) {
      std::vector<float> values(static_cast<size_t>(tensor.count()));
      bytes_to_floats(tensor.dtype, tensor.bytes.data(), tensor.count(), values.data());
      weights_[tensor.name] = Vector(values.begin(), values.end());
    }
  }

  // Logits after each of the ids, from an empty state.
  std::vector<Vector> run(const std::vector<uint32_t>& ids) {
    layers_.assign(c_.hybrid_override_pattern.size(), {});
    std::vector<Vector> logits;
    for (const uint32_t id : ids) {
      Vector h(w("backbone.embeddings.weight").begin() + id * c_.hidden_size,
               w("backbone.embeddings.weight").begin() + (id + 1) * c_.hidden_size);
      for (size_t i = 0; i < layers_.size(); ++i) {
        const std::string prefix = "backbone.layers." + std::to_string(i) + ".";
        const Vector u = norm(h, w(prefix + "norm.weight"), c_.hidden_size);
        const char symbol = c_.hybrid_override_pattern[i];
        const Vector out = symbol == 'M'   ? mamba(prefix + "mixer.", u, layers_[i])
                           : symbol == '*' ? attention(prefix + "mixer.", u, layers_[i])
                                           : mlp(prefix + "mixer.", u);
        for (size_t j = 0; j < h.size(); ++j) {
          h[j] += out[j];
        }
      }
      const Vector last = norm(h, w("backbone.norm_f.weight"), c_.hidden_size);
      logits.push_back(times(c_.tie_word_embeddings ? "backbone.embeddings.weight" : "lm_head.weight", last));
    }
    return logits;
  }

 private:
  struct Layer {
    std::vector<Vector> conv;  // all inputs so far
    Vector state;
    std::vector<Vector> keys;
    std::vector<Vector> values;
  };

  const Vector& w(const std::string& name) const { return weights_.at(name); }

  Vector times(const std::string& name, const Vector& x) const {
    const Vector& m = w(name);
    Vector out(m.size() / x.size());
    for (size_t r = 0; r < out.size(); ++r) {
      for (size_t i = 0; i < x.size(); ++i) {
        out[r] += m[r * x.size() + i] * x[i];
      }
    }
    return out;
  }

  Vector norm(const Vector& x, const Vector& weight, int64_t group) const {
    Vector out(x.size());
    const auto width = static_cast<size_t>(group);
    for (size_t begin = 0; begin < x.size(); begin += width) {
      double squares = 0;
      for (size_t i = begin; i < begin + width; ++i) {
        squares += x[i] * x[i];
      }
      for (size_t i = begin; i < begin + width; ++i) {
        out[i] = x[i] / std::sqrt(squares / static_cast<double>(width) + c_.layer_norm_epsilon) * weight[i];
      }
    }
    return out;
  }

  static double silu(double x) { return x / (1 + std::exp(-x)); }

  Vector mamba(const std::string& p, const Vector& u, Layer& layer) {
    const auto heads = static_cast<size_t>(c_.mamba_num_heads);
    const auto width = static_cast<size_t>(c_.mamba_head_dim);
    const auto state = static_cast<size_t>(c_.ssm_state_size);
    const size_t inner = heads * width;
    const auto groups = static_cast<size_t>(c_.n_groups);
    const size_t channels = inner + 2 * groups * state;
    const Vector projected = times(p + "in_proj.weight", u);
    layer.conv.emplace_back(projected.begin() + static_cast<ptrdiff_t>(inner),
                            projected.begin() + static_cast<ptrdiff_t>(inner + channels));
    Vector xbc(channels);
    const auto taps = static_cast<size_t>(c_.conv_kernel);
    for (size_t c = 0; c < channels; ++c) {
      double sum = c_.use_conv_bias ? w(p + "conv1d.bias")[c] : 0.0;
      for (size_t k = 0; k < taps; ++k) {
        if (layer.conv.size() + k >= taps) {
          sum += w(p + "conv1d.weight")[c * taps + k] * layer.conv[layer.conv.size() + k - taps][c];
        }
      }
      xbc[c] = silu(sum);
    }
    layer.state.resize(inner * state);
    Vector y(inner);
    for (size_t h = 0; h < heads; ++h) {
      const double raw = projected[inner + channels + h] + w(p + "dt_bias")[h];
      const double dt = std::min(std::max(std::log1p(std::exp(raw)), c_.time_step_limit[0]), c_.time_step_limit[1]);
      const double decay = std::exp(-std::exp(w(p + "A_log")[h]) * dt);
      const size_t group = h / (heads / groups);
      for (size_t i = 0; i < width; ++i) {
        const double x = xbc[h * width + i];
        double sum = w(p + "D")[h] * x;
        for (size_t n = 0; n < state; ++n) {
          double& s = layer.state[(h * width + i) * state + n];
          s = decay * s + dt * x * xbc[inner + group * state + n];
          sum += s * xbc[inner + groups * state + group * state + n];
        }
        y[h * width + i] = sum * silu(projected[h * width + i]);
      }
    }
    return times(p + "out_proj.weight", norm(y, w(p + "norm.weight"), static_cast<int64_t>(inner / groups)));
  }

  Vector attention(const std::string& p, const Vector& u, Layer& layer) {
    const Vector q = times(p + "q_proj.weight", u);
    layer.keys.push_back(times(p + "k_proj.weight", u));
    layer.values.push_back(times(p + "v_proj.weight", u));
    const auto heads = static_cast<size_t>(c_.num_attention_heads);
    const auto width = static_cast<size_t>(c_.head_dim);
    const size_t group = heads / static_cast<size_t>(c_.num_key_value_heads);
    Vector out(heads * width);
    for (size_t h = 0; h < heads; ++h) {
      Vector scores;
      double largest = -1e300;
      for (const Vector& key : layer.keys) {
        double dot = 0;
        for (size_t i = 0; i < width; ++i) {
          dot += q[h * width + i] * key[h / group * width + i];
        }
        scores.push_back(dot / std::sqrt(static_cast<double>(width)));
        largest = std::max(largest, scores.back());
      }
      double sum = 0;
      for (double& score : scores) {
        score = std::exp(score - largest);
        sum += score;
      }
      for (size_t t = 0; t < scores.size(); ++t) {
        for (size_t i = 0; i < width; ++i) {
          out[h * width + i] += scores[t] / sum * layer.values[t][h / group * width + i];
        }
      }
    }
    return times(p + "o_proj.weight", out);
  }

  Vector mlp(const std::string& p, const Vector& u) const {
    Vector up = times(p + "up_proj.weight", u);
    for (double& value : up) {
      value = value > 0 ? value * value : 0;
    }
    return times(p + "down_proj.weight", up);
  }

  ModelDirectory model_;
  ModelConfig c_;
  std::map<std::string, Vector> weights_;
  std::vector<Layer> layers_;
};

}  // namespace smelt::serve
