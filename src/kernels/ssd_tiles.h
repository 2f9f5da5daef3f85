// Tiles that the SSD forward and backward share: scaled inputs and the decay between the tokens of a chunk. Internal;
// legend in ssd_plan.h.
#pragma once

#include "kernels/ssd_plan.h"
#include "kernels/tile_gemm.h"

namespace smelt::kernels {
namespace SMELT_SIMD {

constexpr int64_t kDecayBlock = 16;
constexpr float kVanishes = -1000.0F;  // exp() of it is 0

// Scratch areas handed out one after the other, each on a 64-byte boundary.
class Arena {
 public:
  explicit Arena(float* base) : next_(base) {}
  SMELT_INLINE float* take(int64_t floats) {
    float* area = next_;
    next_ += (floats + 15) / 16 * 16;
    return area;
  }

 private:
  float* next_;
};

// Decays of one head over one chunk.
struct HeadDecay {
  const double* sum;  // [tokens]: inclusive sums of a
  const float* dt;    // [tokens]
  float* in;          // [q_pad]: from the chunk's start to after token l; 0 where the incoming state does not reach l
  float* out;         // [q_pad]: from after token s to the chunk's end; 0 where s does not reach it
  float chunk = 0;    // over the whole chunk
};

static inline HeadDecay head_decay(const SsdPlan& plan, int64_t b, int64_t chunk, int64_t h, Arena& arena) {
  const int64_t tokens = plan.tokens(chunk);
  const int64_t t0 = plan.begin(chunk);
  const int64_t at = (b * plan.shape.heads + h) * plan.shape.length + t0;
  HeadDecay decay{plan.decay_sum + at, plan.dt + at, arena.take(plan.q_pad), arena.take(plan.q_pad), 0};
  const double total = decay.sum[tokens - 1];
  for (int64_t l = 0; l < plan.q_pad; ++l) {
    decay.in[l] = l < tokens && plan.carried(b, t0 + l) ? static_cast<float>(decay.sum[l]) : kVanishes;
    decay.out[l] = l < tokens && plan.reaches_end(b, chunk, l) ? static_cast<float>(total - decay.sum[l]) : kVanishes;
  }
  for (int64_t l = 0; l < plan.q_pad; l += kWidth) {
    store(decay.in + l, exp(load(decay.in + l)));
    store(decay.out + l, exp(load(decay.out + l)));
  }
  decay.chunk = decay.in[tokens - 1];
  return decay;
}

// to[l, p] = from[l, p] * scale[l] * decay[l] (null: 1), columns padded with zeros to to_row. A decay of 0 cuts: the
// row is zero even where `from` is NaN, which another document may have left.
static inline void scale_rows(const float* from, int64_t from_row, int64_t rows, int64_t cols, const float* scale,
                              const float* decay, float* to, int64_t to_row) {
  for (int64_t l = 0; l < rows; ++l) {
    const float kept = decay != nullptr ? decay[l] : 1.0F;
    const Vec by = set1(scale != nullptr ? scale[l] * kept : kept);
    for (int64_t p = 0; p < to_row; p += kWidth) {
      const int64_t left = kept == 0.0F ? 0 : cols - p;
      store(to + l * to_row + p, left <= 0 ? zero() : load_n(from + l * from_row + p, left) * by);
    }
  }
}

// exp(sum[l] - sum[s]) for 16 rows s of a chunk. Beyond the diagonal block it is the product of two factors, both at
// most 1, that meet at the block's last row: one exponential per row and column instead of one per pair, without
// overflow at any decay.
struct DecayRows {
  float row[kDecayBlock];
  float diagonal[kDecayBlock * kDecayBlock];  // [s, l]; zero for l < s
  float* col;                                 // [q_pad], valid from s0 + 16
};

static inline void decay_rows(const double* sum, int64_t tokens, int64_t s0, int64_t q_pad, DecayRows& rows) {
  const int64_t last = s0 + kDecayBlock < tokens ? s0 + kDecayBlock - 1 : tokens - 1;
  for (int64_t i = 0; i < kDecayBlock; ++i) {
    const int64_t s = s0 + i;
    rows.row[i] = s < tokens ? static_cast<float>(sum[last] - sum[s]) : kVanishes;
    for (int64_t j = 0; j < kDecayBlock; ++j) {
      const int64_t l = s0 + j;
      rows.diagonal[i * kDecayBlock + j] = j >= i && l < tokens ? static_cast<float>(sum[l] - sum[s]) : kVanishes;
    }
  }
  for (int64_t i = 0; i < kDecayBlock; i += kWidth) {
    store(rows.row + i, exp(load(rows.row + i)));
  }
  for (int64_t i = 0; i < kDecayBlock * kDecayBlock; i += kWidth) {
    store(rows.diagonal + i, exp(load(rows.diagonal + i)));
  }
  for (int64_t l = s0 + kDecayBlock; l < q_pad; ++l) {
    rows.col[l] = l < tokens ? static_cast<float>(sum[l] - sum[last]) : kVanishes;
  }
  for (int64_t l = s0 + kDecayBlock; l < q_pad; l += kWidth) {
    store(rows.col + l, exp(load(rows.col + l)));
  }
}

// Calls body(s, l, decay, mask) for the vectors of lanes l..l+kWidth-1 that hold any token of s's document with l >= s.
// A NaN or infinite decay sum reaches the tile through the factors.
template <class Body>
static inline void for_decay_vectors(const SsdPlan& plan, int64_t b, int64_t chunk, const double* sum, DecayRows& rows,
                                     Body body) {
  const int64_t tokens = plan.tokens(chunk);
  const int32_t* ends = plan.doc_end == nullptr ? nullptr : plan.doc_end + b * plan.shape.length + plan.begin(chunk);
  for (int64_t s0 = 0; s0 < tokens; s0 += kDecayBlock) {
    decay_rows(sum, tokens, s0, plan.q_pad, rows);
    const int64_t s1 = s0 + kDecayBlock < tokens ? s0 + kDecayBlock : tokens;
    for (int64_t s = s0; s < s1; ++s) {
      const int64_t end = ends == nullptr ? tokens : ends[s];
      const Vec row = set1(rows.row[s - s0]);
      const float* diagonal = rows.diagonal + (s - s0) * kDecayBlock;
      for (int64_t l = s0; l < end; l += kWidth) {
        const Vec decay = l < s0 + kDecayBlock ? load(diagonal + (l - s0)) : row * load(rows.col + l);
        body(s, l, select(first_lanes(end - l), decay, zero()));
      }
    }
  }
}

// Zeroes what for_decay_vectors leaves of row s: kDecayBlock columns before its block, and those past its document.
static inline void clear_around(const SsdPlan& plan, int64_t b, int64_t chunk, float* tile) {
  const int64_t tokens = plan.tokens(chunk);
  for (int64_t s = 0; s < tokens; ++s) {
    const int64_t s0 = s / kDecayBlock * kDecayBlock;
    float* row = tile + s * plan.q_pad;
    for (int64_t l = s0 < kDecayBlock ? 0 : s0 - kDecayBlock; l < s0; ++l) {
      row[l] = 0.0F;
    }
    const int64_t end = plan.doc_end == nullptr ? tokens : plan.doc_end[b * plan.shape.length + plan.begin(chunk) + s];
    const int64_t from = s0 + (end - s0 + kWidth - 1) / kWidth * kWidth;
    for (int64_t l = from; l < plan.q_pad; ++l) {
      row[l] = 0.0F;
    }
  }
}

// cb[s, l] = sum_n B[s, n] * C[l, n] for l >= s, from C transposed (ct [n, q_pad], zero beyond the chunk).
static inline void transposed_scores(const SsdPlan& plan, int64_t b, int64_t chunk, int64_t g, float* ct, float* cb) {
  const SsdShape& shape = plan.shape;
  const int64_t tokens = plan.tokens(chunk);
  const int64_t t = b * shape.length + plan.begin(chunk);
  const float* b_rows = plan.in.b + t * plan.in.b_stride + g * shape.state;
  const float* c_rows = plan.in.c + t * plan.in.c_stride + g * shape.state;
  transpose_tile(c_rows, plan.in.c_stride, tokens, shape.state, nullptr, ct, plan.q_pad, plan.q_pad);
  tile_gemm<false, Part::kUpperC>(tokens, plan.q_pad, shape.state, {b_rows, plan.in.b_stride, 1}, {ct, plan.q_pad, 1},
                                  cb, plan.q_pad);
}

static inline float dot(const float* a, const float* b, int64_t n) {
  Vec sum = zero();
  for (int64_t i = 0; i < n; i += kWidth) {
    sum = fma(load_n(a + i, n - i), load_n(b + i, n - i), sum);
  }
  return sum_lanes(sum);
}

}  // namespace SMELT_SIMD
}  // namespace smelt::kernels
