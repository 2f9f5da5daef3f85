#include "kernels/attention_cached.h"

#include <algorithm>

#include "base/error.h"
#include "kernels/infer_table.h"
#include "kernels/workspace.h"

namespace smelt::kernels {

void attention_cached(Executor& executor, const CachedAttention& arguments, Isa isa) {
  CachedAttention a = arguments;
  SMELT_CHECK(a.kv_heads > 0 && a.heads % a.kv_heads == 0 && a.block_tokens > 0 &&
              a.block_tokens <= kMaxAttentionBlock);
  a.q_stride = a.q_stride == 0 ? a.heads * a.head_dim : a.q_stride;
  a.out_stride = a.out_stride == 0 ? a.heads * a.head_dim : a.out_stride;
  const InferTable& table = infer_table(isa);
  const int64_t group = a.heads / a.kv_heads;
  const int64_t heads_per_tile = std::min(group, kAttentionQueries);
  const int64_t tiles_per_group = (group + heads_per_tile - 1) / heads_per_tile;
  const int64_t tokens_per_tile = std::max<int64_t>(1, kAttentionQueries / group);
  const int64_t token_tiles = (a.tokens + tokens_per_tile - 1) / tokens_per_tile;
  const int64_t head_tiles = a.kv_heads * tiles_per_group;
  // Late tokens see more keys: heads run fastest, so that the costly tiles are spread over the threads.
  const int64_t floats = attention_scratch(a.head_dim, a.block_tokens);
  for_each_with_scratch(executor, token_tiles * head_tiles, floats, [&](int64_t task, float* scratch) {
    const int64_t token = task / head_tiles * tokens_per_tile;
    const int64_t kv_head = task % head_tiles / tiles_per_group;
    const int64_t head = kv_head * group + task % tiles_per_group * heads_per_tile;
    table.attention_tile(a, token, std::min(a.tokens, token + tokens_per_tile), head,
                         std::min((kv_head + 1) * group, head + heads_per_tile), scratch);
  });
}

}  // namespace smelt::kernels
