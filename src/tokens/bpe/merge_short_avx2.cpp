#if defined(__AVX2__)
#include "tokens/bpe/merge_short_kernel.h"

namespace smelt {

MergeTable::MergeShort merge_short_avx2() {
  return merge_short;
}

}  // namespace smelt
#endif
