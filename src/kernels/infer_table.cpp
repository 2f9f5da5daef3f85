#include "kernels/infer_table.h"

namespace smelt::kernels {

const InferTable& infer_table(Isa isa) {
  if (isa == Isa::kGeneric) {
    return infer_table_generic();
  }
  return isa == Isa::kAvx2 ? infer_table_avx2() : infer_table_avx512();
}

}  // namespace smelt::kernels
