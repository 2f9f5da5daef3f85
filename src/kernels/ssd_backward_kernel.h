// The SSD backward on tiles, for the instruction set at hand. Internal; legend in ssd_plan.h.
//
// With u_s = dt_s * x_s, L[l, s] = exp(a_{s+1} + .. + a_l), M = (C B^T) o L, S the chunk's incoming state, G the
// gradient of its outgoing one, e_l the decay from the chunk's start and w_s the one to its end:
//   dM = dy u^T;  du = M^T dy + w (B G);  d(CB) = sum over the group's heads of dM o L
//   dC = d(CB) B + e (dy S^T);  dB = d(CB)^T C + w (u G^T);  dS = e_end G + C^T (e dy)
//   da_t = sum_{s < t <= l} dM[l, s] M[l, s] + sum_{l >= t} e_l <dy_l, C_l S> + sum_{s < t} w_s <u_s, B_s G> + e_end
//   <G, S>
// The diagonal of dM o M does not depend on a and is left out of all sums, so da keeps its digits where decay is strong
// and the diagonal is all there is.
#pragma once

#include <math.h>

#include "kernels/ssd_forward_kernel.h"

namespace smelt::kernels {
namespace SMELT_SIMD {

// Scratch of one task: what the heads of the group share, then what each head uses anew.
struct BackwardTiles {
  float* ct;          // [n, q_pad]: C transposed
  float* cb;          // [s, q_pad]
  float* dcb;         // [s, q_pad]: sum over heads
  float* dct;         // [n, q_pad]: the state path's part of dC transposed, summed over heads
  float* dbt;         // [n, q_pad]: the same of dB
  float* wide;        // [n, q_pad] or [q, n_pad]
  float* rows;        // [q, n_pad]: B or C, padded
  float* u;           // [q, p_pad]
  float* ut;          // [p, q_pad]: u transposed, times w
  float* dy;          // [q, p_pad]
  float* dyt;         // [p, q_pad]
  float* du;          // [q, p_pad]
  float* dm;          // [s, q_pad]
  float* m;           // [s, q_pad]
  float* left;        // [q_pad]: sums of dM o M over l > s
  float* right;       // [q_pad]: the same over s < l
  float* from_state;  // [q_pad]: e_l <dy_l, C_l S>
  float* to_state;    // [q_pad]: w_s <u_s, B_s G>
  float* dots;        // [q_pad]: <du_s, x_s>
  DecayRows decay_rows;
};

static BackwardTiles backward_tiles(const SsdPlan& plan, Arena& arena) {
  const int64_t q = plan.q_pad;
  const int64_t n = plan.n_pad;
  const int64_t p = plan.p_pad;
  BackwardTiles tiles{};
  for (float** tile : {&tiles.ct, &tiles.dct, &tiles.dbt, &tiles.wide, &tiles.rows}) {
    *tile = arena.take(n * q);
  }
  for (float** tile : {&tiles.cb, &tiles.dcb, &tiles.dm, &tiles.m}) {
    *tile = arena.take(q * q);
  }
  for (float** tile : {&tiles.u, &tiles.ut, &tiles.dy, &tiles.dyt, &tiles.du}) {
    *tile = arena.take(q * p);
  }
  for (float** line : {&tiles.left, &tiles.right, &tiles.from_state, &tiles.to_state, &tiles.dots}) {
    *line = arena.take(q);
  }
  tiles.decay_rows.col = arena.take(q);
  return tiles;
}

static int64_t ssd_backward_scratch(const SsdPlan& plan) {
  const int64_t q = plan.q_pad;
  const int64_t tiles = 5 * plan.n_pad * q + 4 * q * q + 5 * q * plan.p_pad + 8 * q;
  const int64_t forward = ssd_forward_scratch(plan);
  return tiles > forward ? tiles : forward;
}

static void fill(float* data, int64_t n, float value) {
  for (int64_t i = 0; i < n; ++i) {
    data[i] = value;
  }
}

static void ssd_local_gradient(const SsdPlan& plan, const SsdGradients& grad, int64_t b, int64_t chunk, int64_t h,
                               float* d_states, float* scratch) {
  const SsdShape& shape = plan.shape;
  const int64_t tokens = plan.tokens(chunk);
  const int64_t t = b * shape.length + plan.begin(chunk);
  const int64_t g = h / (shape.heads / shape.groups);
  Arena arena(scratch);
  const HeadDecay decay = head_decay(plan, b, chunk, h, arena);
  float* dy = arena.take(plan.q_pad * plan.p_pad);
  scale_rows(grad.dy + t * grad.dy_stride + h * shape.head_dim, grad.dy_stride, tokens, shape.head_dim, nullptr,
             decay.in, dy, plan.p_pad);
  const float* c_rows = plan.in.c + t * plan.in.c_stride + g * shape.state;
  tile_gemm<false, Part::kAll>(shape.state, plan.p_pad, tokens, {c_rows, 1, plan.in.c_stride}, {dy, plan.p_pad, 1},
                               d_states + plan.slot(b, chunk, h), plan.p_pad);
}

static void ssd_scan_gradients(const SsdPlan& plan, const SsdGradients& grad, int64_t b, int64_t h, float* d_states,
                               float* scratch) {
  const SsdShape& shape = plan.shape;
  const int64_t at = (b * shape.heads + h) * shape.head_dim * shape.state;
  ssd_import_state(plan, grad.d_final_state == nullptr ? nullptr : grad.d_final_state + at, scratch);
  for (int64_t chunk = plan.chunks - 1; chunk >= 0; --chunk) {
    ssd_scan_step(ssd_chunk_decay(plan, b, chunk, h), plan.state_floats(), d_states + plan.slot(b, chunk, h), scratch);
  }
  if (grad.d_initial_state != nullptr) {
    ssd_export_state(plan, scratch, grad.d_initial_state + at);
  }
}

// du and dbt from the state's gradient; to_state as a by-product.
static void gradient_through_outgoing(const SsdPlan& plan, const HeadDecay& decay, const float* b_rows,
                                      const float* outgoing, int64_t tokens, BackwardTiles& tiles) {
  const int64_t q_pad = plan.q_pad;
  const int64_t p_pad = plan.p_pad;
  tile_gemm<false, Part::kAll>(tokens, p_pad, plan.shape.state, {b_rows, plan.in.b_stride, 1}, {outgoing, p_pad, 1},
                               tiles.du, p_pad);
  scale_rows(tiles.du, p_pad, tokens, p_pad, nullptr, decay.out, tiles.du, p_pad);
  for (int64_t s = 0; s < tokens; ++s) {
    tiles.to_state[s] = dot(tiles.u + s * p_pad, tiles.du + s * p_pad, p_pad);
  }
  transpose_tile(tiles.u, p_pad, tokens, plan.shape.head_dim, decay.out, tiles.ut, q_pad, q_pad);
  tile_gemm<true, Part::kAll>(plan.shape.state, q_pad, plan.shape.head_dim, {outgoing, p_pad, 1}, {tiles.ut, q_pad, 1},
                              tiles.dbt, q_pad);
}

// dct from the incoming state; from_state as a by-product.
static void gradient_through_incoming(const SsdPlan& plan, const HeadDecay& decay, const float* incoming,
                                      BackwardTiles& tiles) {
  const int64_t q_pad = plan.q_pad;
  tile_gemm<false, Part::kAll>(plan.shape.state, q_pad, plan.shape.head_dim, {incoming, plan.p_pad, 1},
                               {tiles.dyt, q_pad, 1}, tiles.wide, q_pad);
  fill(tiles.from_state, q_pad, 0.0F);
  for (int64_t n = 0; n < plan.shape.state; ++n) {
    for (int64_t l = 0; l < q_pad; l += kWidth) {
      const Vec by = load(decay.in + l);
      const Vec part = select(less(zero(), by), load(tiles.wide + n * q_pad + l) * by, zero());
      float* total = tiles.dct + n * q_pad + l;
      store(total, load(total) + part);
      store(tiles.from_state + l, fma(part, load(tiles.ct + n * q_pad + l), load(tiles.from_state + l)));
    }
  }
}

// du, dcb and the sums of dM o M from the tokens of the chunk itself.
static void gradient_within_chunk(const SsdPlan& plan, const HeadDecay& decay, int64_t b, int64_t chunk,
                                  BackwardTiles& tiles) {
  const int64_t q_pad = plan.q_pad;
  const int64_t p_pad = plan.p_pad;
  const int64_t tokens = plan.tokens(chunk);
  tile_gemm<false, Part::kUpperC>(tokens, q_pad, plan.shape.head_dim, {tiles.u, p_pad, 1}, {tiles.dyt, q_pad, 1},
                                  tiles.dm, q_pad);
  fill(tiles.right, q_pad, 0.0F);
  float sums[kWidth];
  int64_t row = 0;
  Vec left = zero();
  const auto end_row = [&](int64_t s) {
    store(sums, left);
    tiles.left[s] = sum_lanes(left);
    left = zero();
  };
  for_decay_vectors(plan, b, chunk, decay.sum, tiles.decay_rows, [&](int64_t s, int64_t l, Vec by) {
    if (s != row) {
      end_row(row);
      row = s;
    }
    const int64_t at = s * q_pad + l;
    const Vec dm = load(tiles.dm + at);
    const Vec m = load(tiles.cb + at) * by;
    store(tiles.m + at, m);
    store(tiles.dcb + at, fma(dm, by, load(tiles.dcb + at)));
    // The diagonal does not depend on a.
    const Vec product = l <= s ? select(first_lanes(s + 1 - l), zero(), dm * m) : dm * m;
    left = left + product;
    store(tiles.right + l, load(tiles.right + l) + product);
  });
  end_row(row);
  clear_around(plan, b, chunk, tiles.m);
  tile_gemm<true, Part::kUpperA>(tokens, p_pad, tokens, {tiles.m, q_pad, 1}, {tiles.dy, p_pad, 1}, tiles.du, p_pad);
}

// dx, and what dt and D need: <du, x>, <dy, x>.
static void write_head(const SsdPlan& plan, const SsdGradients& grad, const HeadDecay& decay, int64_t t, int64_t tokens,
                       int64_t h, BackwardTiles& tiles, SsdPartial& partial) {
  const int64_t head_dim = plan.shape.head_dim;
  const Vec d = set1(plan.in.d == nullptr ? 0.0F : plan.in.d[h]);
  for (int64_t s = 0; s < tokens; ++s) {
    const float* x = plan.in.x + (t + s) * plan.in.x_stride + h * head_dim;
    float* dx = grad.dx + (t + s) * grad.dx_stride + h * head_dim;
    const float* du = tiles.du + s * plan.p_pad;
    const float* dy = tiles.dy + s * plan.p_pad;
    const Vec dt = set1(decay.dt[s]);
    Vec du_x = zero();
    Vec dy_x = zero();
    for (int64_t p = 0; p < head_dim; p += kWidth) {
      const int64_t left = head_dim - p;
      const Vec value = load_n(x + p, left);
      du_x = fma(load(du + p), value, du_x);
      dy_x = fma(load(dy + p), value, dy_x);
      const Vec inner = load(du + p) * dt;
      store_n(dx + p, plan.in.d == nullptr ? inner : fma(d, load(dy + p), inner), left);
    }
    tiles.dots[s] = sum_lanes(du_x);
    partial.dd += sum_lanes(dy_x);
  }
}

// From the sums to the gradients of dt and A.
static void write_dt(const SsdPlan& plan, const SsdGradients& grad, const HeadDecay& decay, int64_t b, int64_t chunk,
                     int64_t h, double through, const BackwardTiles& tiles, SsdPartial& partial) {
  const SsdShape& shape = plan.shape;
  const int64_t tokens = plan.tokens(chunk);
  const int64_t t = b * shape.length + plan.begin(chunk);
  const double a = -::exp(static_cast<double>(plan.in.a_log[h]));
  const double bias = plan.in.dt_bias == nullptr ? 0.0 : plan.in.dt_bias[h];
  double arriving = through;  // sum over l >= t of what reaches l through t
  for (int64_t s = 0; s < tokens; ++s) {
    arriving += static_cast<double>(tiles.from_state[s]);
  }
  double crossing = 0;  // sum over pairs s < t <= l
  double leaving = 0;   // sum over s < t
  for (int64_t s = 0; s < tokens; ++s) {
    const double da = crossing + arriving + leaving;
    const double dt = static_cast<double>(decay.dt[s]);
    const double d_dt = static_cast<double>(tiles.dots[s]) + a * da;
    partial.da += dt * da;
    const double raw = static_cast<double>(plan.in.dt[(t + s) * plan.in.dt_stride + h]) + bias;
    const double inside = decay.dt[s] > shape.dt_min && decay.dt[s] < shape.dt_max ? 1.0 : 0.0;
    const double d_raw = d_dt * inside / (1.0 + ::exp(-raw));
    grad.ddt[(t + s) * grad.ddt_stride + h] = static_cast<float>(d_raw);
    partial.ddt_bias += d_raw;
    crossing += static_cast<double>(tiles.left[s]) - static_cast<double>(tiles.right[s]);
    arriving -= static_cast<double>(tiles.from_state[s]);
    leaving += static_cast<double>(tiles.to_state[s]);
  }
}

// db = dcb C + dbt, dc = dcb^T B + dct.
static void write_group(const SsdPlan& plan, const SsdGradients& grad, int64_t t, int64_t tokens, int64_t g,
                        BackwardTiles& tiles) {
  const int64_t n = plan.shape.state;
  const int64_t n_pad = plan.n_pad;
  const int64_t q_pad = plan.q_pad;
  const auto write = [&](const float* state_part, float* to, int64_t stride) {
    for (int64_t l = 0; l < tokens; ++l) {
      float* row = to + (t + l) * stride + g * n;
      for (int64_t j = 0; j < n; ++j) {
        row[j] = tiles.wide[l * n_pad + j] + state_part[l * n_pad + j];
      }
    }
  };
  scale_rows(plan.in.b + t * plan.in.b_stride + g * n, plan.in.b_stride, tokens, n, nullptr, nullptr, tiles.rows,
             n_pad);
  tile_gemm<false, Part::kLowerA>(tokens, n_pad, tokens, {tiles.dcb, 1, q_pad}, {tiles.rows, n_pad, 1}, tiles.wide,
                                  n_pad);
  transpose_tile(tiles.dct, q_pad, n, tokens, nullptr, tiles.rows, n_pad, n_pad);
  write(tiles.rows, grad.dc, grad.dc_stride);
  scale_rows(plan.in.c + t * plan.in.c_stride + g * n, plan.in.c_stride, tokens, n, nullptr, nullptr, tiles.rows,
             n_pad);
  tile_gemm<false, Part::kUpperA>(tokens, n_pad, tokens, {tiles.dcb, q_pad, 1}, {tiles.rows, n_pad, 1}, tiles.wide,
                                  n_pad);
  transpose_tile(tiles.dbt, q_pad, n, tokens, nullptr, tiles.rows, n_pad, n_pad);
  write(tiles.rows, grad.db, grad.db_stride);
}

static void ssd_backward_chunk(const SsdPlan& plan, const SsdGradients& grad, const float* states,
                               const float* d_states, int64_t b, int64_t chunk, int64_t g, SsdPartial* partials,
                               float* scratch) {
  const SsdShape& shape = plan.shape;
  const int64_t tokens = plan.tokens(chunk);
  const int64_t t = b * shape.length + plan.begin(chunk);
  const float* b_rows = plan.in.b + t * plan.in.b_stride + g * shape.state;
  Arena group(scratch);
  BackwardTiles tiles = backward_tiles(plan, group);
  transposed_scores(plan, b, chunk, g, tiles.ct, tiles.cb);
  fill(tiles.dcb, plan.q_pad * plan.q_pad, 0.0F);
  fill(tiles.dct, plan.n_pad * plan.q_pad, 0.0F);
  fill(tiles.dbt, plan.n_pad * plan.q_pad, 0.0F);
  const int64_t per_group = shape.heads / shape.groups;
  for (int64_t h = g * per_group; h < (g + 1) * per_group; ++h) {
    Arena arena = group;
    const HeadDecay decay = head_decay(plan, b, chunk, h, arena);
    const float* incoming = states + plan.slot(b, chunk, h);
    const float* outgoing = d_states + plan.slot(b, chunk, h);
    const int64_t p0 = h * shape.head_dim;
    scale_rows(plan.in.x + t * plan.in.x_stride + p0, plan.in.x_stride, tokens, shape.head_dim, decay.dt, nullptr,
               tiles.u, plan.p_pad);
    scale_rows(grad.dy + t * grad.dy_stride + p0, grad.dy_stride, tokens, shape.head_dim, nullptr, nullptr, tiles.dy,
               plan.p_pad);
    transpose_tile(tiles.dy, plan.p_pad, tokens, shape.head_dim, nullptr, tiles.dyt, plan.q_pad, plan.q_pad);
    gradient_through_outgoing(plan, decay, b_rows, outgoing, tokens, tiles);
    gradient_through_incoming(plan, decay, incoming, tiles);
    gradient_within_chunk(plan, decay, b, chunk, tiles);
    SsdPartial& partial = partials[(b * plan.chunks + chunk) * shape.heads + h];
    partial = SsdPartial{};
    write_head(plan, grad, decay, t, tokens, h, tiles, partial);
    const double through =
        decay.chunk == 0.0F ? 0.0 : static_cast<double>(decay.chunk * dot(incoming, outgoing, plan.state_floats()));
    write_dt(plan, grad, decay, b, chunk, h, through, tiles, partial);
  }
  write_group(plan, grad, t, tokens, g, tiles);
}

}  // namespace SMELT_SIMD
}  // namespace smelt::kernels
