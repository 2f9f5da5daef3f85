// What the SSD kernels of every instruction set share: the resolved arguments and the functions that each of them
// provides. Internal.
//
// Legend: b sequence, k chunk, h head, g group, t token of the sequence, l and s tokens of a chunk (s <= l), p head
// channel, n state channel. States between chunks are stored [b, k, h, n, p_pad]: p contiguous, because x and dy stream
// along p.
#pragma once

#include <cstdint>

#include "kernels/ssd.h"

namespace smelt::kernels {

struct SsdPlan {
  SsdShape shape;
  SsdInputs in;  // strides resolved
  int64_t chunks = 0;
  int64_t q_pad = 0;  // chunk, head_dim and state rounded up to 16
  int64_t p_pad = 0;
  int64_t n_pad = 0;
  const float* dt = nullptr;          // [b, h, t]: after softplus and clamp
  const double* decay_sum = nullptr;  // [b, h, t]: a summed from the chunk's first token to t, t included
  // With documents, per [b, t], as indices within the chunk; null without:
  const int32_t* doc_first =
      nullptr;  // first token of t's document, -1 where it began before the chunk (the state carries over)
  const int32_t* doc_end = nullptr;  // one past its last token in this chunk

  int64_t begin(int64_t chunk) const { return chunk * shape.chunk; }
  int64_t tokens(int64_t chunk) const {
    const int64_t left = shape.length - chunk * shape.chunk;
    return left < shape.chunk ? left : shape.chunk;
  }
  int64_t state_floats() const { return shape.state * p_pad; }
  int64_t slot(int64_t b, int64_t chunk, int64_t h) const {
    return ((b * chunks + chunk) * shape.heads + h) * state_floats();
  }
  // Which tokens the incoming state reaches, and which reach the outgoing one.
  bool carried(int64_t b, int64_t t) const { return doc_first == nullptr || doc_first[b * shape.length + t] < 0; }
  bool reaches_end(int64_t b, int64_t chunk, int64_t l) const {
    return doc_end == nullptr || doc_end[b * shape.length + begin(chunk) + l] == tokens(chunk);
  }
};

// Per-head sums of one (sequence, chunk): reduced in a fixed order afterwards.
struct SsdPartial {
  double da = 0;  // gradient of A
  double ddt_bias = 0;
  double dd = 0;
};

struct SsdKernels {
  int64_t (*forward_scratch)(const SsdPlan& plan);
  int64_t (*backward_scratch)(const SsdPlan& plan);
  // slot (b, chunk, h) = what the chunk itself adds to its outgoing state.
  void (*local_state)(const SsdPlan& plan, int64_t b, int64_t chunk, int64_t h, float* states, float* scratch);
  // Turns the slots of (b, h) from local states into incoming ones; writes the final state where wanted.
  void (*scan_states)(const SsdPlan& plan, int64_t b, int64_t h, float* states, float* final_state, float* scratch);
  void (*forward_chunk)(const SsdPlan& plan, const SsdOutputs& out, const float* states, int64_t b, int64_t chunk,
                        int64_t g, float* scratch);
  // The same three for gradients: what the chunk's outputs ask of its incoming state; the reverse scan, after which a
  // slot holds the gradient of the chunk's outgoing state; everything else.
  void (*local_gradient)(const SsdPlan& plan, const SsdGradients& grad, int64_t b, int64_t chunk, int64_t h,
                         float* d_states, float* scratch);
  void (*scan_gradients)(const SsdPlan& plan, const SsdGradients& grad, int64_t b, int64_t h, float* d_states,
                         float* scratch);
  void (*backward_chunk)(const SsdPlan& plan, const SsdGradients& grad, const float* states, const float* d_states,
                         int64_t b, int64_t chunk, int64_t g, SsdPartial* partials, float* scratch);
  void (*step)(const SsdShape& shape, const SsdInputs& in, int64_t b, int64_t h, float dt, float decay, float* state,
               float* y);
};

}  // namespace smelt::kernels
