#include "serve/engine/forward.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "kernels/attention_cached.h"
#include "kernels/causal_conv.h"
#include "kernels/gated_norm.h"
#include "kernels/norm.h"
#include "kernels/squared_relu.h"
#include "kernels/ssd.h"

namespace smelt::serve {
namespace {

void grow(std::vector<float>& buffer, int64_t floats) {
  if (static_cast<int64_t>(buffer.size()) < floats) {
    buffer.resize(static_cast<size_t>(floats));
  }
}

}  // namespace

void Forward::run(std::vector<Segment>& segments, std::span<const uint32_t> ids) {
  rows_ = static_cast<int64_t>(ids.size());
  embed(ids);
  for (Segment& segment : segments) {
    segment.sequence.reserve(segment.rows);
  }
  for (const LayerWeights& layer : w_.layers()) {
    normalise(layer.norm, 0, rows_);
    switch (layer.kind) {
      case LayerKind::kMamba:
        mamba(layer, segments);
        break;
      case LayerKind::kAttention:
        attention(layer, segments);
        break;
      case LayerKind::kMlp:
        mlp(layer);
        break;
      case LayerKind::kMoe:
        break;  // refused when the model was loaded
    }
  }
  for (Segment& segment : segments) {
    segment.sequence.advance(segment.rows);
  }
}

void Forward::logits(int64_t first, int64_t rows, float* out) {
  normalise(w_.final_norm(), first, rows);
  kernels::linear(executor_, w_.lm_head(),
                  {.x = s_.normed.data(), .x_stride = 0, .tokens = rows, .y = out, .y_stride = 0, .accumulate = false},
                  isa_);
}

void Forward::embed(std::span<const uint32_t> ids) {
  const kernels::LinearWeight& table = w_.embedding();
  grow(s_.hidden, rows_ * c_.hidden_size);
  for (int64_t row = 0; row < rows_; ++row) {
    const int64_t offset = static_cast<int64_t>(ids[static_cast<size_t>(row)]) * c_.hidden_size;
    float* to = s_.hidden.data() + row * c_.hidden_size;
    if (table.bf16) {
      bytes_to_floats(DType::kBf16, static_cast<const char*>(table.data) + offset * 2, c_.hidden_size, to);
    } else {
      std::memcpy(to, static_cast<const float*>(table.data) + offset,
                  static_cast<size_t>(c_.hidden_size) * sizeof(float));
    }
  }
}

void Forward::normalise(const std::vector<float>& weight, int64_t first, int64_t rows) {
  grow(s_.normed, rows * c_.hidden_size);
  const kernels::RmsNormShape shape{
      .rows = rows, .dim = c_.hidden_size, .eps = static_cast<float>(c_.layer_norm_epsilon)};
  kernels::rms_norm_forward(executor_, shape, s_.hidden.data() + first * c_.hidden_size, nullptr, weight.data(),
                            s_.normed.data(), nullptr, nullptr, isa_);
}

void Forward::multiply(const kernels::LinearWeight& weight, const float* x, float* y, bool accumulate) {
  kernels::linear(executor_, weight,
                  {.x = x, .x_stride = 0, .tokens = rows_, .y = y, .y_stride = 0, .accumulate = accumulate}, isa_);
}

void Forward::mamba(const LayerWeights& layer, std::vector<Segment>& segments) {
  const int64_t inner = c_.d_inner();
  const int64_t wide = c_.in_proj_rows();
  grow(s_.wide, rows_ * wide);
  grow(s_.mixed, rows_ * c_.conv_dim());
  grow(s_.gathered, rows_ * inner);
  multiply(layer.in, s_.normed.data(), s_.wide.data());
  for (Segment& segment : segments) {
    scan(layer, segment);
  }
  const kernels::GatedNormShape shape{.rows = rows_,
                                      .dim = inner,
                                      .groups = c_.n_groups,
                                      .eps = static_cast<float>(c_.layer_norm_epsilon),
                                      .y_stride = inner,
                                      .z_stride = wide,
                                      .out_stride = inner};
  // The convolution's output is read no more: its buffer takes the normalised rows.
  kernels::gated_norm_forward(executor_, shape, s_.gathered.data(), s_.wide.data(), layer.gated_norm.data(),
                              s_.mixed.data(), nullptr, isa_);
  multiply(layer.out, s_.mixed.data(), s_.hidden.data(), true);
}

// Convolution and state-space recurrence of one sequence's rows: reads [z | x B C | dt] of s_.wide, writes y to
// s_.gathered.
void Forward::scan(const LayerWeights& layer, Segment& segment) {
  const int64_t inner = c_.d_inner();
  const int64_t wide = c_.in_proj_rows();
  const int64_t channels = c_.conv_dim();
  const int64_t mamba_layers = c_.count_layers(LayerKind::kMamba);
  const float* rows = s_.wide.data() + segment.first * wide;
  float* conv_out = s_.mixed.data() + segment.first * channels;
  float* conv_state = segment.sequence.conv_state(layer.index, mamba_layers);
  const kernels::ConvShape conv{
      .batch = 1, .length = segment.rows, .channels = channels, .width = c_.conv_kernel, .silu = true};
  const kernels::ConvInputs conv_in{.x = rows + inner,
                                    .x_stride = wide,
                                    .weight = layer.conv.data(),
                                    .bias = layer.conv_bias.empty() ? nullptr : layer.conv_bias.data(),
                                    .initial_state = segment.rows == 1 ? nullptr : conv_state,
                                    .seq_idx = nullptr};
  const kernels::SsdShape ssd{.batch = 1,
                              .length = segment.rows,
                              .heads = c_.mamba_num_heads,
                              .head_dim = c_.mamba_head_dim,
                              .groups = c_.n_groups,
                              .state = c_.ssm_state_size,
                              .dt_min = static_cast<float>(c_.time_step_limit[0]),
                              .dt_max = static_cast<float>(c_.time_step_limit[1])};
  float* ssm_state = segment.sequence.ssm_state(layer.index, mamba_layers);
  const kernels::SsdInputs ssd_in{.x = conv_out,
                                  .b = conv_out + inner,
                                  .c = conv_out + inner + c_.n_groups * c_.ssm_state_size,
                                  .dt = rows + inner + channels,
                                  .x_stride = channels,
                                  .b_stride = channels,
                                  .c_stride = channels,
                                  .dt_stride = wide,
                                  .a_log = layer.a_log.data(),
                                  .dt_bias = layer.dt_bias.data(),
                                  .d = layer.d.data(),
                                  .initial_state = segment.rows == 1 ? nullptr : ssm_state};
  float* y = s_.gathered.data() + segment.first * inner;
  if (segment.rows == 1) {
    kernels::causal_conv_step(executor_, conv, conv_in, conv_state, conv_out, isa_);
    kernels::ssd_step(executor_, ssd, ssd_in, ssm_state, y, isa_);
    return;
  }
  const int64_t conv_floats = segment.sequence.conv_floats(mamba_layers);
  const int64_t ssm_floats = segment.sequence.ssm_floats(mamba_layers);
  grow(s_.state, conv_floats + ssm_floats);
  float* next_conv = s_.state.data();
  float* next_ssm = next_conv + conv_floats;
  kernels::causal_conv_forward(executor_, conv, conv_in, conv_out, channels, next_conv, isa_);
  kernels::ssd_forward(executor_, ssd, ssd_in, {.y = y, .y_stride = inner, .final_state = next_ssm}, isa_);
  std::copy(next_conv, next_conv + conv_floats, conv_state);
  std::copy(next_ssm, next_ssm + ssm_floats, ssm_state);
}

void Forward::attention(const LayerWeights& layer, std::vector<Segment>& segments) {
  const int64_t query = c_.query_size();
  const int64_t kv = c_.key_value_size();
  grow(s_.wide, rows_ * query);
  grow(s_.mixed, rows_ * 2 * kv);
  grow(s_.gathered, rows_ * query);
  multiply(layer.in, s_.normed.data(), s_.wide.data());
  multiply(layer.key, s_.normed.data(), s_.mixed.data());
  multiply(layer.value, s_.normed.data(), s_.mixed.data() + rows_ * kv);
  const int64_t key_offset = layer.index * 2 * kv * kPageTokens;
  for (Segment& segment : segments) {
    store_keys(layer, segment);
    const kernels::CachedAttention arguments{.tokens = segment.rows,
                                             .start = segment.start,
                                             .heads = c_.num_attention_heads,
                                             .kv_heads = c_.num_key_value_heads,
                                             .head_dim = c_.head_dim,
                                             .block_tokens = kPageTokens,
                                             .scale = 1.0F / std::sqrt(static_cast<float>(c_.head_dim)),
                                             .q = s_.wide.data() + segment.first * query,
                                             .q_stride = 0,
                                             .blocks = segment.sequence.pages().data(),
                                             .key_offset = key_offset,
                                             .value_offset = key_offset + kv * kPageTokens,
                                             .out = s_.gathered.data() + segment.first * query,
                                             .out_stride = 0};
    kernels::attention_cached(executor_, arguments, isa_);
  }
  multiply(layer.out, s_.gathered.data(), s_.hidden.data(), true);
}

// Copies the new keys and values into the pages, [kv_head][token][head_dim] each.
void Forward::store_keys(const LayerWeights& layer, Segment& segment) {
  const int64_t kv = c_.key_value_size();
  const int64_t d = c_.head_dim;
  for (int64_t row = 0; row < segment.rows; ++row) {
    const int64_t token = segment.start + row;
    float* page = segment.sequence.page(token) + layer.index * 2 * kv * kPageTokens;
    for (int64_t part = 0; part < 2; ++part) {
      const float* from = s_.mixed.data() + part * rows_ * kv + (segment.first + row) * kv;
      for (int64_t head = 0; head < c_.num_key_value_heads; ++head) {
        float* to = page + (part * c_.num_key_value_heads + head) * kPageTokens * d + token % kPageTokens * d;
        std::copy(from + head * d, from + (head + 1) * d, to);
      }
    }
  }
}

void Forward::mlp(const LayerWeights& layer) {
  grow(s_.wide, rows_ * c_.intermediate_size);
  multiply(layer.in, s_.normed.data(), s_.wide.data());
  kernels::squared_relu_forward(executor_, rows_ * c_.intermediate_size, s_.wide.data(), s_.wide.data(), isa_);
  multiply(layer.out, s_.wide.data(), s_.hidden.data(), true);
}

}  // namespace smelt::serve
