#include "kernels/train_table.h"

namespace smelt::kernels {

const TrainTable& train_table(Isa isa) {
  if (isa == Isa::kGeneric) {
    return train_table_generic();
  }
  return isa == Isa::kAvx2 ? train_table_avx2() : train_table_avx512();
}

}  // namespace smelt::kernels
