// What a model remembers of one token sequence: the states of its Mamba layers and the keys and values of its attention
// layers.
//
// Copying is a snapshot: it costs the Mamba states and a pointer per 64 tokens of context; full pages of keys and
// values are shared and never change. Copies may be advanced on different threads.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "arch/model_config.h"

namespace smelt::serve {

// Tokens of one page of keys and values.
constexpr int64_t kPageTokens = 64;

class Sequence {
 public:
  explicit Sequence(const ModelConfig& config);

  int64_t length() const { return length_; }  // tokens taken in so far
  void reset();                               // back to the empty sequence
  int64_t bytes() const;                      // memory of states and pages, shared pages included

 private:
  friend class SequenceAccess;

  // Keys and values of kPageTokens tokens over all attention layers: [layer][key, value][kv_head][token][head_dim].
  using Page = std::vector<float>;

  int64_t length_ = 0;
  int64_t page_floats_ = 0;
  std::vector<float> conv_;  // [mamba layer][conv_kernel - 1][conv_dim], oldest token first
  std::vector<float> ssm_;   // [mamba layer][heads][head_dim][state]
  std::vector<std::shared_ptr<Page>> pages_;
};

}  // namespace smelt::serve
