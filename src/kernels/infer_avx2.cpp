#include "kernels/infer_kernels.h"

namespace smelt::kernels {

const InferTable& infer_table_avx2() {
  return SMELT_SIMD::kInferTable;
}

}  // namespace smelt::kernels
