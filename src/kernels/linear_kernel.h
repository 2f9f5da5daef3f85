// Products with a block of rows of W. Internal; compiled once per instruction set.
//
// Both paths add 0 + fold(block 0) + fold(block 1) + ... for every output, each block summed lane by lane, so they
// agree bit for bit.
#pragma once

#include <algorithm>
#include <cstring>

#include "kernels/dot_tile.h"
#include "kernels/infer_table.h"

namespace smelt::kernels {
namespace SMELT_SIMD {

// Tokens of a register tile: rows x tokens accumulators, one row vector and the tokens' vectors fit the registers.
#if defined(__AVX512F__)
constexpr int kTileTokens = 6;
#else
constexpr int kTileTokens = 3;
#endif
constexpr int kTileRows = 4;

SMELT_INLINE void put(float* y, float sum, bool accumulate) {
  *y = accumulate ? *y + sum : sum;
}

// A few tokens: the weights are widened on their way into registers; R rows at a time keep enough independent sums in
// flight.
template <int R, int T, class W>
void few_tokens_rows(const W* w, int64_t cols, const LinearArguments& a, int64_t row) {
  float sums[T * R] = {};
  for (int64_t c = 0; c < cols; c += kLinearColumnBlock) {
    dot_tile<R, T, true>(w + row * cols + c, cols, a.x + c, a.x_stride, std::min(kLinearColumnBlock, cols - c), sums,
                         R);
  }
  for (int t = 0; t < T; ++t) {
    for (int r = 0; r < R; ++r) {
      put(a.y + t * a.y_stride + row + r, sums[t * R + r], a.accumulate);
    }
  }
}

template <int R, int T, class W>
void few_tokens(const W* w, const LinearArguments& a, int64_t cols, int64_t row_begin, int64_t row_end) {
  int64_t row = row_begin;
  for (; row + R <= row_end; row += R) {
    few_tokens_rows<R, T>(w, cols, a, row);
  }
  for (; row < row_end; ++row) {
    few_tokens_rows<1, T>(w, cols, a, row);
  }
}

template <int R>
void tile_tokens(const float* w, int64_t w_stride, const float* x, int64_t x_stride, int64_t tokens, int64_t n,
                 float* out) {
  int64_t t = 0;
  for (; t + kTileTokens <= tokens; t += kTileTokens) {
    dot_tile<R, kTileTokens, true>(w, w_stride, x + t * x_stride, x_stride, n, out + t * kLinearMaxRows,
                                   kLinearMaxRows);
  }
  for (; t + 3 <= tokens && t + 4 != tokens; t += 3) {
    dot_tile<R, 3, true>(w, w_stride, x + t * x_stride, x_stride, n, out + t * kLinearMaxRows, kLinearMaxRows);
  }
  for (; t + 2 <= tokens; t += 2) {
    dot_tile<R, 2, true>(w, w_stride, x + t * x_stride, x_stride, n, out + t * kLinearMaxRows, kLinearMaxRows);
  }
  for (; t < tokens; ++t) {
    dot_tile<R, 1, true>(w, w_stride, x + t * x_stride, x_stride, n, out + t * kLinearMaxRows, kLinearMaxRows);
  }
}

inline const float* widen_rows(const float* w, int64_t, int64_t, int64_t, float*, int64_t& stride, int64_t cols) {
  stride = cols;
  return w;
}

inline const float* widen_rows(const uint16_t* w, int64_t row_stride, int64_t rows, int64_t n, float* scratch,
                               int64_t& stride, int64_t) {
  stride = kLinearColumnBlock;
  for (int64_t r = 0; r < rows; ++r) {
    int64_t i = 0;
    for (; i + kWidth <= n; i += kWidth) {
      store(scratch + r * stride + i, load_weight(w + r * row_stride + i));
    }
    if (i < n) {
      store_n(scratch + r * stride + i, load_weight_n(w + r * row_stride + i, n - i), n - i);
    }
  }
  return scratch;
}

// Many tokens: blocks of columns outermost, so that a block of x stays in the second-level cache and the widened rows
// in the first.
template <class W>
void linear_block(const W* w, const LinearArguments& a, int64_t cols, int64_t row_begin, int64_t row_end,
                  int64_t token_begin, int64_t tokens, float* scratch) {
  float* sums = scratch + kTileRows * kLinearColumnBlock;  // [tokens][kLinearMaxRows]
  std::fill(sums, sums + tokens * kLinearMaxRows, 0.0F);
  const float* x = a.x + token_begin * a.x_stride;
  for (int64_t c = 0; c < cols; c += kLinearColumnBlock) {
    const int64_t n = std::min(kLinearColumnBlock, cols - c);
    for (int64_t row = row_begin; row < row_end; row += kTileRows) {
      const int64_t rows = std::min<int64_t>(kTileRows, row_end - row);
      int64_t stride = 0;
      const float* wide = widen_rows(w + row * cols + c, cols, rows, n, scratch, stride, cols);
      float* out = sums + (row - row_begin);
      if (rows == kTileRows) {
        tile_tokens<kTileRows>(wide, stride, x + c, a.x_stride, tokens, n, out);
      } else {
        for (int64_t r = 0; r < rows; ++r) {
          tile_tokens<1>(wide + r * stride, stride, x + c, a.x_stride, tokens, n, out + r);
        }
      }
    }
  }
  for (int64_t t = 0; t < tokens; ++t) {
    float* y = a.y + (token_begin + t) * a.y_stride;
    for (int64_t row = row_begin; row < row_end; ++row) {
      put(y + row, sums[t * kLinearMaxRows + row - row_begin], a.accumulate);
    }
  }
}

template <class W>
void linear_rows_of(const W* w, int64_t cols, const LinearArguments& a, int64_t row_begin, int64_t row_end,
                    float* scratch) {
  switch (a.tokens) {
    case 1:
      return few_tokens<8, 1>(w, a, cols, row_begin, row_end);
    case 2:
      return few_tokens<4, 2>(w, a, cols, row_begin, row_end);
    case 3:
      return few_tokens<4, 3>(w, a, cols, row_begin, row_end);
    case 4:
      return few_tokens<2, 4>(w, a, cols, row_begin, row_end);
    default:
      break;
  }
  for (int64_t t = 0; t < a.tokens; t += kLinearTokenBlock) {
    linear_block(w, a, cols, row_begin, row_end, t, std::min(kLinearTokenBlock, a.tokens - t), scratch);
  }
}

inline void linear_rows(const LinearWeight& weight, const LinearArguments& a, int64_t row_begin, int64_t row_end,
                        float* scratch) {
  if (weight.bf16) {
    linear_rows_of(static_cast<const uint16_t*>(weight.data), weight.cols, a, row_begin, row_end, scratch);
  } else {
    linear_rows_of(static_cast<const float*>(weight.data), weight.cols, a, row_begin, row_end, scratch);
  }
}

}  // namespace SMELT_SIMD
}  // namespace smelt::kernels
