// One pass of tokens through the layers. Internal to the engine.
#pragma once

#include <span>
#include <vector>

#include "base/cpu.h"
#include "base/threads.h"
#include "serve/engine/sequence_access.h"
#include "serve/engine/weights.h"

namespace smelt::serve {

// Memory that passes reuse; grows to the largest pass.
struct Scratch {
  std::vector<float> hidden;    // [rows, hidden]: the residual stream
  std::vector<float> normed;    // [rows, hidden]
  std::vector<float> wide;      // [rows, in_proj rows / query size / intermediate]
  std::vector<float> mixed;     // [rows, conv_dim / key size + value size]
  std::vector<float> gathered;  // [rows, d_inner / query size]
  std::vector<float> state;     // the convolution's next state
};

// A sequence and how many of the pass's rows, in order, are its next tokens.
struct Segment {
  SequenceAccess sequence;
  int64_t start = 0;  // tokens that it held before the pass
  int64_t first = 0;  // its first row
  int64_t rows = 0;
};

class Forward {
 public:
  Forward(const Weights& weights, Executor& executor, Isa isa, Scratch& scratch)
      : w_(weights), c_(weights.config()), executor_(executor), isa_(isa), s_(scratch) {}

  // Takes ids (one per row) into the segments' sequences; after it hidden_row() holds the residual stream before the
  // final norm.
  void run(std::vector<Segment>& segments, std::span<const uint32_t> ids);

  // Logits of rows [first, first + rows) to `out`, [rows, vocab_size].
  void logits(int64_t first, int64_t rows, float* out);

 private:
  void embed(std::span<const uint32_t> ids);
  void normalise(const std::vector<float>& weight, int64_t first, int64_t rows);
  void mamba(const LayerWeights& layer, std::vector<Segment>& segments);
  void scan(const LayerWeights& layer, Segment& segment);
  void attention(const LayerWeights& layer, std::vector<Segment>& segments);
  void store_keys(const LayerWeights& layer, Segment& segment);
  void mlp(const LayerWeights& layer);
  void multiply(const kernels::LinearWeight& weight, const float* x, float* y, bool accumulate = false);

  const Weights& w_;
  const ModelConfig& c_;
  Executor& executor_;
  Isa isa_;
  Scratch& s_;
  int64_t rows_ = 0;
};

}  // namespace smelt::serve
