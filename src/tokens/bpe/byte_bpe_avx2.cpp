#if defined(__AVX2__)
#include "tokens/bpe/byte_bpe_kernel.h"

namespace smelt {

LookUpWords look_up_words_avx2(int id_bytes) {
  return id_bytes == 2 ? look_up_words<2> : look_up_words<3>;
}

}  // namespace smelt
#endif
