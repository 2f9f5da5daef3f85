#include "tokens/bpe/merge_short_kernel.h"

namespace smelt {

MergeTable::MergeShort merge_short_generic() {
  return merge_short;
}

}  // namespace smelt
