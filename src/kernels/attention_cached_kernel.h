// Attention of a few queries of one key-value head over a cache in blocks. Internal; compiled once per instruction set.
#pragma once

#include <algorithm>
#include <limits>

#include "kernels/dot_tile.h"
#include "kernels/infer_table.h"

namespace smelt::kernels {
namespace SMELT_SIMD {

// Queries packed [queries][head_dim] with their running results.
struct AttentionTile {
  int64_t queries = 0;
  int64_t head_dim = 0;
  int64_t block = 0;
  float* q = nullptr;
  float* sums = nullptr;    // [queries][head_dim]
  float* scores = nullptr;  // [queries][block]
  float* largest = nullptr;
  float* weight = nullptr;  // sum of the exponentials
};

// scores[query][key] = q . k for the first `keys` keys.
inline void score_block(const AttentionTile& tile, const float* k, int64_t keys) {
  const int64_t d = tile.head_dim;
  int64_t key = 0;
  for (; key + 4 <= keys; key += 4) {
    int64_t query = 0;
    for (; query + 3 <= tile.queries; query += 3) {
      dot_tile<4, 3, false>(k + key * d, d, tile.q + query * d, d, d, tile.scores + query * tile.block + key,
                            tile.block);
    }
    for (; query < tile.queries; ++query) {
      dot_tile<4, 1, false>(k + key * d, d, tile.q + query * d, d, d, tile.scores + query * tile.block + key,
                            tile.block);
    }
  }
  for (; key < keys; ++key) {
    for (int64_t query = 0; query < tile.queries; ++query) {
      dot_tile<1, 1, false>(k + key * d, d, tile.q + query * d, d, d, tile.scores + query * tile.block + key,
                            tile.block);
    }
  }
}

inline float exp_of(float x) {
  float lanes[kWidth];
  store(lanes, exp(set1(x)));
  return lanes[0];
}

// Turns a row of scores into exponentials below the running maximum and rescales what was summed before. Keys from
// `visible` on get weight zero, which leaves every sum as it is, bit for bit.
inline void soften(const AttentionTile& tile, int64_t query, int64_t visible, float scale) {
  float* scores = tile.scores + query * tile.block;
  float largest = tile.largest[query];
  bool bad = false;
  for (int64_t key = 0; key < visible; ++key) {
    scores[key] *= scale;
    largest = scores[key] > largest ? scores[key] : largest;
    bad |= scores[key] != scores[key];
  }
  if (bad) {
    largest = std::numeric_limits<float>::quiet_NaN();
  }
  std::fill(scores + visible, scores + tile.block, -std::numeric_limits<float>::infinity());
  Vec sum = zero();
  for (int64_t key = 0; key < tile.block; key += kWidth) {
    const int64_t left = tile.block - key;
    Vec value = exp(load_n(scores + key, left) - set1(largest));
    if (left < kWidth) {
      value = select(first_lanes(left), value, zero());
    }
    store_n(scores + key, value, left);
    sum = sum + value;
  }
  const float factor = exp_of(tile.largest[query] - largest);
  tile.largest[query] = largest;
  tile.weight[query] = tile.weight[query] * factor + sum_lanes(sum);
  float* acc = tile.sums + query * tile.head_dim;
  for (int64_t i = 0; i < tile.head_dim; i += kWidth) {
    store_n(acc + i, load_n(acc + i, tile.head_dim - i) * set1(factor), tile.head_dim - i);
  }
}

// sums[query] += sum_key scores[query][key] * v[key], for Q queries and up to four vectors of columns.
template <int Q>
void mix_columns(const AttentionTile& tile, int64_t query, const float* v, int64_t keys, int64_t column) {
  const int64_t d = tile.head_dim;
  float* acc = tile.sums + query * d + column;
  const float* p = tile.scores + query * tile.block;
  if (column + 4 * kWidth <= d) {
    Vec sums[Q][4];
#pragma GCC unroll 16
    for (int q = 0; q < Q; ++q) {
#pragma GCC unroll 4
      for (int j = 0; j < 4; ++j) {
        sums[q][j] = load(acc + q * d + j * kWidth);
      }
    }
    for (int64_t key = 0; key < keys; ++key) {
      const float* row = v + key * d + column;
#pragma GCC unroll 4
      for (int j = 0; j < 4; ++j) {
        const Vec value = load(row + j * kWidth);
#pragma GCC unroll 16
        for (int q = 0; q < Q; ++q) {
          sums[q][j] = fma(set1(p[q * tile.block + key]), value, sums[q][j]);
        }
      }
    }
#pragma GCC unroll 16
    for (int q = 0; q < Q; ++q) {
#pragma GCC unroll 4
      for (int j = 0; j < 4; ++j) {
        store(acc + q * d + j * kWidth, sums[q][j]);
      }
    }
    return;
  }
  for (int64_t i = column; i < std::min(d, column + 4 * kWidth); i += kWidth) {
    for (int q = 0; q < Q; ++q) {
      float* place = tile.sums + (query + q) * d + i;
      Vec sum = load_n(place, d - i);
      for (int64_t key = 0; key < keys; ++key) {
        sum = fma(set1(p[q * tile.block + key]), load_n(v + key * d + i, d - i), sum);
      }
      store_n(place, sum, d - i);
    }
  }
}

inline void mix_block(const AttentionTile& tile, const float* v, int64_t keys) {
  for (int64_t column = 0; column < tile.head_dim; column += 4 * kWidth) {
    int64_t query = 0;
    for (; query + 2 <= tile.queries; query += 2) {
      mix_columns<2>(tile, query, v, keys, column);
    }
    for (; query < tile.queries; ++query) {
      mix_columns<1>(tile, query, v, keys, column);
    }
  }
}

inline AttentionTile make_tile(const CachedAttention& a, int64_t queries, float* scratch) {
  AttentionTile tile;
  tile.queries = queries;
  tile.head_dim = a.head_dim;
  tile.block = a.block_tokens;
  tile.q = scratch;
  tile.sums = tile.q + kAttentionQueries * a.head_dim;
  tile.scores = tile.sums + kAttentionQueries * a.head_dim;
  tile.largest = tile.scores + kAttentionQueries * a.block_tokens;
  tile.weight = tile.largest + kAttentionQueries;
  std::fill(tile.sums, tile.sums + queries * a.head_dim, 0.0F);
  std::fill(tile.largest, tile.largest + queries, -std::numeric_limits<float>::infinity());
  std::fill(tile.weight, tile.weight + queries, 0.0F);
  return tile;
}

inline void attention_tile(const CachedAttention& a, int64_t token_begin, int64_t token_end, int64_t head_begin,
                           int64_t head_end, float* scratch) {
  const int64_t d = a.head_dim;
  const int64_t heads = head_end - head_begin;
  const AttentionTile tile = make_tile(a, (token_end - token_begin) * heads, scratch);
  for (int64_t query = 0; query < tile.queries; ++query) {
    const float* from = a.q + (token_begin + query / heads) * a.q_stride + (head_begin + query % heads) * d;
    std::copy(from, from + d, tile.q + query * d);
  }
  const int64_t kv_head = head_begin / (a.heads / a.kv_heads);
  const int64_t end = a.start + token_end;
  for (int64_t first = 0; first < end; first += a.block_tokens) {
    const float* block = a.blocks[first / a.block_tokens];
    const int64_t keys = std::min(a.block_tokens, end - first);
    score_block(tile, block + a.key_offset + kv_head * a.block_tokens * d, keys);
    for (int64_t query = 0; query < tile.queries; ++query) {
      const int64_t position = a.start + token_begin + query / heads;
      soften(tile, query, std::clamp<int64_t>(position + 1 - first, 0, keys), a.scale);
    }
    mix_block(tile, block + a.value_offset + kv_head * a.block_tokens * d, keys);
  }
  for (int64_t query = 0; query < tile.queries; ++query) {
    float* to = a.out + (token_begin + query / heads) * a.out_stride + (head_begin + query % heads) * d;
    for (int64_t i = 0; i < d; ++i) {
      to[i] = tile.sums[query * d + i] / tile.weight[query];
    }
  }
}

}  // namespace SMELT_SIMD
}  // namespace smelt::kernels
