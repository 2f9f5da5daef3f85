// The SSD forward on tiles, for the instruction set at hand. Internal; legend in ssd_plan.h.
#pragma once

#include "kernels/ssd_tiles.h"

namespace smelt::kernels {
namespace SMELT_SIMD {

static int64_t ssd_forward_scratch(const SsdPlan& plan) {
  const int64_t q = plan.q_pad;
  return plan.shape.state * q + 2 * q * q + 2 * q * plan.p_pad + 3 * q + plan.state_floats() + 256;
}

static void ssd_local_state(const SsdPlan& plan, int64_t b, int64_t chunk, int64_t h, float* states, float* scratch) {
  const SsdShape& shape = plan.shape;
  const int64_t tokens = plan.tokens(chunk);
  const int64_t t = b * shape.length + plan.begin(chunk);
  const int64_t g = h / (shape.heads / shape.groups);
  Arena arena(scratch);
  const HeadDecay decay = head_decay(plan, b, chunk, h, arena);
  float* x = arena.take(plan.q_pad * plan.p_pad);
  scale_rows(plan.in.x + t * plan.in.x_stride + h * shape.head_dim, plan.in.x_stride, tokens, shape.head_dim, decay.dt,
             decay.out, x, plan.p_pad);
  const float* b_rows = plan.in.b + t * plan.in.b_stride + g * shape.state;
  tile_gemm<false, Part::kAll>(shape.state, plan.p_pad, tokens, {b_rows, 1, plan.in.b_stride}, {x, plan.p_pad, 1},
                               states + plan.slot(b, chunk, h), plan.p_pad);
}

static float ssd_chunk_decay(const SsdPlan& plan, int64_t b, int64_t chunk, int64_t h) {
  const int64_t t = plan.begin(chunk) + plan.tokens(chunk) - 1;
  if (!plan.carried(b, t)) {
    return 0.0F;
  }
  float lanes[kWidth];
  store(lanes, exp(set1(static_cast<float>(plan.decay_sum[(b * plan.shape.heads + h) * plan.shape.length + t]))));
  return lanes[0];
}

// One step of a scan over chunks: the slot takes the running value, which becomes running * decay + what the slot held.
static void ssd_scan_step(float decay, int64_t floats, float* slot, float* running) {
  const Vec by = set1(decay);
  for (int64_t i = 0; i < floats; i += kWidth) {
    const Vec local = load(slot + i);
    const Vec before = load(running + i);
    store(slot + i, before);
    // A decay of 0 cuts the document off: what came before, NaN included, must not pass.
    store(running + i, decay == 0.0F ? local : fma(before, by, local));
  }
}

// Between the public layout [p, n] and the internal one [n, p_pad].
static void ssd_import_state(const SsdPlan& plan, const float* from, float* to) {
  const SsdShape& shape = plan.shape;
  for (int64_t i = 0; i < plan.state_floats(); ++i) {
    to[i] = 0.0F;
  }
  if (from != nullptr) {
    transpose_tile(from, shape.state, shape.head_dim, shape.state, nullptr, to, plan.p_pad, plan.p_pad);
  }
}

static void ssd_export_state(const SsdPlan& plan, const float* from, float* to) {
  transpose_tile(from, plan.p_pad, plan.shape.state, plan.shape.head_dim, nullptr, to, plan.shape.state,
                 plan.shape.state);
}

static void ssd_scan_states(const SsdPlan& plan, int64_t b, int64_t h, float* states, float* final_state,
                            float* scratch) {
  const SsdShape& shape = plan.shape;
  const int64_t floats = shape.head_dim * shape.state;
  const int64_t at = (b * shape.heads + h) * floats;
  ssd_import_state(plan, plan.in.initial_state == nullptr ? nullptr : plan.in.initial_state + at, scratch);
  for (int64_t chunk = 0; chunk < plan.chunks; ++chunk) {
    ssd_scan_step(ssd_chunk_decay(plan, b, chunk, h), plan.state_floats(), states + plan.slot(b, chunk, h), scratch);
  }
  if (final_state != nullptr) {
    ssd_export_state(plan, scratch, final_state + at);
  }
}

// y = inner + d * x for one head.
static void ssd_write_output(const SsdPlan& plan, const SsdOutputs& out, int64_t t, int64_t tokens, int64_t h,
                             const float* inner) {
  const int64_t head_dim = plan.shape.head_dim;
  const Vec d = set1(plan.in.d == nullptr ? 0.0F : plan.in.d[h]);
  for (int64_t l = 0; l < tokens; ++l) {
    const float* x = plan.in.x + (t + l) * plan.in.x_stride + h * head_dim;
    float* y = out.y + (t + l) * out.y_stride + h * head_dim;
    const float* from = inner + l * plan.p_pad;
    for (int64_t p = 0; p < head_dim; p += kWidth) {
      const Vec value = load(from + p);
      store_n(y + p, plan.in.d == nullptr ? value : fma(d, load_n(x + p, head_dim - p), value), head_dim - p);
    }
  }
}

static void ssd_forward_chunk(const SsdPlan& plan, const SsdOutputs& out, const float* states, int64_t b, int64_t chunk,
                              int64_t g, float* scratch) {
  const SsdShape& shape = plan.shape;
  const int64_t q_pad = plan.q_pad;
  const int64_t p_pad = plan.p_pad;
  const int64_t tokens = plan.tokens(chunk);
  const int64_t t = b * shape.length + plan.begin(chunk);
  Arena group(scratch);
  float* ct = group.take(shape.state * q_pad);
  float* cb = group.take(q_pad * q_pad);
  transposed_scores(plan, b, chunk, g, ct, cb);
  const int64_t per_group = shape.heads / shape.groups;
  for (int64_t h = g * per_group; h < (g + 1) * per_group; ++h) {
    Arena arena = group;
    const HeadDecay decay = head_decay(plan, b, chunk, h, arena);
    float* x = arena.take(q_pad * p_pad);
    float* y = arena.take(q_pad * p_pad);
    float* mixed = arena.take(q_pad * q_pad);
    DecayRows rows;
    rows.col = arena.take(q_pad);
    scale_rows(plan.in.x + t * plan.in.x_stride + h * shape.head_dim, plan.in.x_stride, tokens, shape.head_dim,
               decay.dt, nullptr, x, p_pad);
    const float* incoming = states + plan.slot(b, chunk, h);
    tile_gemm<false, Part::kAll>(tokens, p_pad, shape.state, {ct, 1, q_pad}, {incoming, p_pad, 1}, y, p_pad);
    scale_rows(y, p_pad, tokens, p_pad, nullptr, decay.in, y, p_pad);
    for_decay_vectors(plan, b, chunk, decay.sum, rows, [&](int64_t s, int64_t l, Vec by) {
      store(mixed + s * q_pad + l, load(cb + s * q_pad + l) * by);
    });
    clear_around(plan, b, chunk, mixed);
    tile_gemm<true, Part::kLowerA>(tokens, p_pad, tokens, {mixed, 1, q_pad}, {x, p_pad, 1}, y, p_pad);
    ssd_write_output(plan, out, t, tokens, h, y);
  }
}

// One token: state [p, n] with n contiguous, as the caller keeps it.
static void ssd_step_head(const SsdShape& shape, const SsdInputs& in, int64_t b, int64_t h, float dt, float decay,
                          float* state, float* y) {
  const int64_t g = h / (shape.heads / shape.groups);
  const float* x = in.x + b * in.x_stride + h * shape.head_dim;
  const float* b_row = in.b + b * in.b_stride + g * shape.state;
  const float* c_row = in.c + b * in.c_stride + g * shape.state;
  const Vec by = set1(decay);
  for (int64_t p = 0; p < shape.head_dim; ++p) {
    float* s = state + p * shape.state;
    const Vec add = set1(dt * x[p]);
    Vec sum = zero();
    for (int64_t n = 0; n < shape.state; n += kWidth) {
      const int64_t left = shape.state - n;
      const Vec next = fma(load_n(s + n, left), by, add * load_n(b_row + n, left));
      store_n(s + n, next, left);
      sum = fma(next, load_n(c_row + n, left), sum);
    }
    y[p] = sum_lanes(sum) + (in.d == nullptr ? 0.0F : in.d[h] * x[p]);
  }
}

}  // namespace SMELT_SIMD
}  // namespace smelt::kernels
