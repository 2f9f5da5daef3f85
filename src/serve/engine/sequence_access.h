// What the model does with a sequence's memory. Internal to the engine.
#pragma once

#include <vector>

#include "serve/engine/sequence.h"

namespace smelt::serve {

class SequenceAccess {
 public:
  explicit SequenceAccess(Sequence& sequence) : s_(sequence) {}

  // States of the index-th Mamba layer, of which the model has `layers`.
  float* conv_state(int64_t index, int64_t layers) { return s_.conv_.data() + index * conv_floats(layers); }
  int64_t conv_floats(int64_t layers) const { return static_cast<int64_t>(s_.conv_.size()) / layers; }
  float* ssm_state(int64_t index, int64_t layers) { return s_.ssm_.data() + index * ssm_floats(layers); }
  int64_t ssm_floats(int64_t layers) const { return static_cast<int64_t>(s_.ssm_.size()) / layers; }

  // Makes room for `tokens` more: every page that they will be written to exists and belongs to this sequence alone.
  void reserve(int64_t tokens);
  const std::vector<const float*>& pages() const { return pointers_; }
  float* page(int64_t token) { return s_.pages_[static_cast<size_t>(token / kPageTokens)]->data(); }
  void advance(int64_t tokens) { s_.length_ += tokens; }

 private:
  Sequence& s_;
  std::vector<const float*> pointers_;
};

}  // namespace smelt::serve
