#include "model/op_set.h"

namespace smelt {

const OpSet& kernel_op_set() {
  return portable_op_set();
}

}  // namespace smelt
