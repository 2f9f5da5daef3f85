// The inference kernels of each instruction set as tables of functions. Internal.
#pragma once

#include <cstdint>

#include "base/cpu.h"
#include "kernels/attention_cached.h"
#include "kernels/linear.h"

namespace smelt::kernels {

// Rows that one call of `linear_rows` may take, and the floats of scratch that it needs.
constexpr int64_t kLinearMaxRows = 64;
constexpr int64_t kLinearColumnBlock = 1024;
constexpr int64_t kLinearTokenBlock = 48;
constexpr int64_t kLinearScratch = 4 * kLinearColumnBlock + kLinearMaxRows * kLinearTokenBlock;

// Queries that one call of `attention_tile` may take; scratch floats for a head width and a block.
constexpr int64_t kAttentionQueries = 24;
inline int64_t attention_scratch(int64_t head_dim, int64_t block_tokens) {
  return kAttentionQueries * (2 * head_dim + block_tokens + 2);
}

struct InferTable {
  void (*linear_rows)(const LinearWeight&, const LinearArguments&, int64_t row_begin, int64_t row_end, float* scratch);
  // New tokens [token_begin, token_end) and the query heads [head_begin, head_end), all of one kv head.
  void (*attention_tile)(const CachedAttention&, int64_t token_begin, int64_t token_end, int64_t head_begin,
                         int64_t head_end, float* scratch);
};

const InferTable& infer_table_generic();
const InferTable& infer_table_avx2();
const InferTable& infer_table_avx512();

// The table for `isa`; levels above AVX-512 add nothing to fp32 kernels.
const InferTable& infer_table(Isa isa);

}  // namespace smelt::kernels
