// The state-space recurrence of Mamba-2 (Dao and Gu, "Transformers are SSMs", 2024), whole sequences forward and
// backward, and one step.
//
// Per head h with group g = h / (heads / groups), all in fp32:
//   A = -exp(a_log[h]);  dt_t = clamp(softplus(dt_raw_t + dt_bias[h]), dt_min, dt_max);  a_t = dt_t * A
//   S_t[p, n] = exp(a_t) * S_{t-1}[p, n] + dt_t * x_t[p] * B_t[n];   y_t[p] = sum_n S_t[p, n] * C_t[n] + D[h] * x_t[p]
// computed by chunks (section 6 of the paper): within a chunk as masked attention on tiles of chunk x chunk that never
// leave the cache, between chunks through the states. Chunks change the result by rounding only.
//
// Shapes, row-major: x, y [batch, length, heads, head_dim]; b, c [batch, length, groups, state]; dt [batch, length,
// heads]; a_log, dt_bias, d [heads]; states [batch, heads, head_dim, state]. A `*_stride` is the step between tokens in
// floats, so that x, b, c and dt may be slices of wider rows; 0 means dense. The step between sequences is length *
// stride.
//
// Documents: with seq_idx [batch, length] the state is zero wherever seq_idx differs from the token before. The initial
// state belongs to token 0. NaN or infinity in an input reaches every later output of its document that depends on it;
// within its chunk it may reach other tokens too.
//
// Thread safety: calls share nothing. The same inputs give the same bytes for any number of threads. Memory beyond the
// outputs: ceil(length / chunk) states per sequence and head, and under 1 MB per thread.
#pragma once

#include <cstdint>
#include <limits>

#include "base/cpu.h"
#include "base/threads.h"

namespace smelt::kernels {

struct SsdShape {
  int64_t batch = 1;
  int64_t length = 0;
  int64_t heads = 0;
  int64_t head_dim = 0;
  int64_t groups = 1;  // divides heads
  int64_t state = 0;
  int64_t chunk = 64;   // 1 to 512; 64 keeps a backward task in a second-level cache of 512 KB
  float dt_min = 0.0F;  // time_step_limit
  float dt_max = std::numeric_limits<float>::infinity();
};

struct SsdInputs {
  const float* x = nullptr;
  const float* b = nullptr;
  const float* c = nullptr;
  const float* dt = nullptr;  // raw: before bias and softplus
  int64_t x_stride = 0;
  int64_t b_stride = 0;
  int64_t c_stride = 0;
  int64_t dt_stride = 0;
  const float* a_log = nullptr;
  const float* dt_bias = nullptr;        // null: zero
  const float* d = nullptr;              // null: no skip path
  const float* initial_state = nullptr;  // null: zero
  const int32_t* seq_idx = nullptr;      // null: one document per sequence
};

struct SsdOutputs {
  float* y = nullptr;
  int64_t y_stride = 0;
  float* final_state = nullptr;   // null: not wanted
  float* saved_states = nullptr;  // null, or ssd_saved_floats() floats for ssd_backward
};

struct SsdGradients {
  const float* dy = nullptr;
  int64_t dy_stride = 0;
  const float* d_final_state = nullptr;  // null: zero
  const float* saved_states = nullptr;   // what the forward saved; null: computed again
  // Outputs, overwritten. Parameters' gradients sum over batch and length in a fixed order. Null: not wanted (for the
  // last four).
  float* dx = nullptr;
  float* db = nullptr;
  float* dc = nullptr;
  float* ddt = nullptr;  // of the raw dt
  int64_t dx_stride = 0;
  int64_t db_stride = 0;
  int64_t dc_stride = 0;
  int64_t ddt_stride = 0;
  float* da_log = nullptr;
  float* ddt_bias = nullptr;
  float* dd = nullptr;
  float* d_initial_state = nullptr;
};

// Floats of the states between chunks (an internal layout).
int64_t ssd_saved_floats(const SsdShape& shape);

void ssd_forward(Executor& executor, const SsdShape& shape, const SsdInputs& in, const SsdOutputs& out,
                 Isa isa = active_isa());
void ssd_backward(Executor& executor, const SsdShape& shape, const SsdInputs& in, const SsdGradients& grad,
                  Isa isa = active_isa());

// One token per sequence (shape.length and chunk are ignored): in.x [batch, heads, head_dim] and so on, with strides
// between sequences. `state` [batch, heads, head_dim, state] is advanced in place; in.initial_state and in.seq_idx are
// not read.
void ssd_step(Executor& executor, const SsdShape& shape, const SsdInputs& in, float* state, float* y,
              Isa isa = active_isa());

// Floating-point operations that the algorithm needs (triangles counted as halves), for rates.
double ssd_forward_flops(const SsdShape& shape);
double ssd_backward_flops(const SsdShape& shape);  // with saved states

}  // namespace smelt::kernels
