// Causal attention of new tokens over a cache of keys and values held in blocks, with grouped queries (Ainslie et al.,
// arXiv 2305.13245).
//
//   out[t, h] = softmax(scale * q[t, h] . K[0..start+t])  V[0..start+t],  keys and values of head h / (heads /
//   kv_heads)
// by one pass with running maximum and sum (Milakov and Gimelshein, arXiv 1805.02867), in fp32. The new tokens' keys
// and values are in the cache already. A token's result has the same bits whether it is computed alone or with others,
// on any number of threads.
//
// Thread safety: calls share nothing.
#pragma once

#include <cstdint>

#include "base/cpu.h"
#include "base/threads.h"

namespace smelt::kernels {

constexpr int64_t kMaxAttentionBlock = 256;

struct CachedAttention {
  int64_t tokens = 1;  // new ones
  int64_t start = 0;   // tokens cached before them
  int64_t heads = 0;
  int64_t kv_heads = 0;  // divides heads
  int64_t head_dim = 0;
  int64_t block_tokens = 64;  // at most kMaxAttentionBlock
  float scale = 1.0F;
  const float* q = nullptr;  // [tokens, heads, head_dim]
  int64_t q_stride = 0;      // floats between tokens; 0: heads * head_dim
  // One pointer per block of block_tokens tokens; key_offset and value_offset floats behind it lie [kv_heads,
  // block_tokens, head_dim].
  const float* const* blocks = nullptr;
  int64_t key_offset = 0;
  int64_t value_offset = 0;
  float* out = nullptr;    // [tokens, heads, head_dim]
  int64_t out_stride = 0;  // 0: heads * head_dim
};

void attention_cached(Executor& executor, const CachedAttention& arguments, Isa isa = active_isa());

}  // namespace smelt::kernels
