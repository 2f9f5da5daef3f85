#include "kernels/train_kernels.h"

namespace smelt::kernels {

const TrainTable& train_table_generic() {
  return SMELT_SIMD::kTrainTable;
}

}  // namespace smelt::kernels
