#include "kernels/infer_kernels.h"

namespace smelt::kernels {

const InferTable& infer_table_generic() {
  return SMELT_SIMD::kInferTable;
}

}  // namespace smelt::kernels
