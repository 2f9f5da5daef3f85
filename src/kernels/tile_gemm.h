// Small matrix products on tiles that sit in the first or second cache: register-blocked over the vectors of simd.h.
// Internal.
//
//   C[i, j] (+)= sum_k A[i, k] * B[k, j]
// A is read by broadcasts at a[i * ai + k * ak], so it may be stored either way round; rows of B and C are contiguous,
// and `cols` is a multiple of kWidth (pad with zeros). Each element is summed over k in ascending order: the result
// does not depend on the blocking of rows and columns.
#pragma once

#include <cstdint>

#include "kernels/simd.h"

namespace smelt::kernels {
namespace SMELT_SIMD {

#if defined(__AVX512F__)
constexpr int kTileRows = 8;
#elif defined(__AVX2__)
constexpr int kTileRows = 6;
#else
constexpr int kTileRows = 4;
#endif
constexpr int kTileVecs = 2;
// The largest block of rows of any instruction set: triangular operands need zeros this far on the other side of the
// diagonal.
constexpr int64_t kTileSlack = 8;

// Which part of A or C is nonzero.
enum class Part {
  kAll,
  kLowerA,  // A[i, k] = 0 for k > i
  kUpperA,  // A[i, k] = 0 for k < i
  kUpperC   // only j >= i is wanted; whole blocks below the diagonal are left as they are
};

struct Operand {
  const float* data;
  int64_t row;  // step of the row index
  int64_t col;  // step of the column index (1 for B)
};

template <int kRows, int kVecs, bool kAdd>
SMELT_INLINE void tile_product(const float* a, int64_t ai, int64_t ak, const float* b, int64_t bk, float* c, int64_t ci,
                               int64_t depth) {
  Vec sum[kRows][kVecs];
#pragma GCC unroll 8
  for (int i = 0; i < kRows; ++i) {
#pragma GCC unroll 2
    for (int v = 0; v < kVecs; ++v) {
      sum[i][v] = kAdd ? load(c + i * ci + v * kWidth) : zero();
    }
  }
  for (int64_t k = 0; k < depth; ++k) {
    Vec right[kVecs];
#pragma GCC unroll 2
    for (int v = 0; v < kVecs; ++v) {
      right[v] = load(b + v * kWidth);
    }
#pragma GCC unroll 8
    for (int i = 0; i < kRows; ++i) {
      const Vec left = set1(a[i * ai]);
#pragma GCC unroll 2
      for (int v = 0; v < kVecs; ++v) {
        sum[i][v] = fma(left, right[v], sum[i][v]);
      }
    }
    a += ak;
    b += bk;
  }
#pragma GCC unroll 8
  for (int i = 0; i < kRows; ++i) {
#pragma GCC unroll 2
    for (int v = 0; v < kVecs; ++v) {
      store(c + i * ci + v * kWidth, sum[i][v]);
    }
  }
}

template <int kRows, int kVecs, bool kAdd, Part kPart>
SMELT_INLINE void row_block(int64_t i, Operand a, Operand b, float* c, int64_t ci, int64_t depth) {
  int64_t begin = 0;
  int64_t end = depth;
  if constexpr (kPart == Part::kLowerA) {
    end = i + kRows < depth ? i + kRows : depth;
  } else if constexpr (kPart == Part::kUpperA) {
    begin = i < depth ? i : depth;
  }
  tile_product<kRows, kVecs, kAdd>(a.data + i * a.row + begin * a.col, a.row, a.col, b.data + begin * b.row, b.row,
                                   c + i * ci, ci, end - begin);
}

template <int kRows, int kVecs, bool kAdd, Part kPart>
SMELT_INLINE void rest_rows(int64_t i, int64_t left, Operand a, Operand b, float* c, int64_t ci, int64_t depth) {
  if constexpr (kRows > 0) {
    if (left == kRows) {
      row_block<kRows, kVecs, kAdd, kPart>(i, a, b, c, ci, depth);
    } else {
      rest_rows<kRows - 1, kVecs, kAdd, kPart>(i, left, a, b, c, ci, depth);
    }
  }
}

template <int kVecs, bool kAdd, Part kPart>
static void column_block(int64_t rows, int64_t depth, Operand a, Operand b, float* c, int64_t ci) {
  int64_t i = 0;
  for (; i + kTileRows <= rows; i += kTileRows) {
    row_block<kTileRows, kVecs, kAdd, kPart>(i, a, b, c, ci, depth);
  }
  rest_rows<kTileRows - 1, kVecs, kAdd, kPart>(i, rows - i, a, b, c, ci, depth);
}

template <bool kAdd, Part kPart>
static void tile_gemm(int64_t rows, int64_t cols, int64_t depth, Operand a, Operand b, float* c, int64_t ci) {
  int64_t j = 0;
  while (j < cols) {
    const int vecs = cols - j >= kTileVecs * kWidth ? kTileVecs : 1;
    int64_t wanted = rows;
    if constexpr (kPart == Part::kUpperC) {
      // Whole blocks of 16, which is what users of the upper triangle read on every instruction set.
      const int64_t through = (j + vecs * kWidth + 15) / 16 * 16;
      wanted = through < rows ? through : rows;
    }
    const Operand columns{b.data + j, b.row, 1};
    if (vecs == kTileVecs) {
      column_block<kTileVecs, kAdd, kPart>(wanted, depth, a, columns, c + j, ci);
    } else {
      column_block<1, kAdd, kPart>(wanted, depth, a, columns, c + j, ci);
    }
    j += vecs * kWidth;
  }
}

// to[j, i] = from[i, j] * scale[i] (scale null: 1). Columns of `to` from `rows` up to `padded_rows` are set to zero.
static inline void transpose_tile(const float* from, int64_t from_row, int64_t rows, int64_t cols, const float* scale,
                                  float* to, int64_t to_row, int64_t padded_rows) {
  constexpr int64_t kBlock = 16;
  for (int64_t i0 = 0; i0 < rows; i0 += kBlock) {
    const int64_t i1 = i0 + kBlock < rows ? i0 + kBlock : rows;
    for (int64_t j = 0; j < cols; ++j) {
      float* out = to + j * to_row;
      for (int64_t i = i0; i < i1; ++i) {
        out[i] = from[i * from_row + j];
      }
    }
  }
  for (int64_t j = 0; j < cols; ++j) {
    float* out = to + j * to_row;
    if (scale != nullptr) {
      for (int64_t i = 0; i < rows; ++i) {
        out[i] *= scale[i];
      }
    }
    for (int64_t i = rows; i < padded_rows; ++i) {
      out[i] = 0.0F;
    }
  }
}

}  // namespace SMELT_SIMD
}  // namespace smelt::kernels
