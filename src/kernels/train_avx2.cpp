#include "kernels/train_kernels.h"

namespace smelt::kernels {

const TrainTable& train_table_avx2() {
  return SMELT_SIMD::kTrainTable;
}

}  // namespace smelt::kernels
