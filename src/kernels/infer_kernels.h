// The inference kernels of the instruction set that the including file is compiled for. Internal.
#pragma once

#include "kernels/attention_cached_kernel.h"
#include "kernels/infer_table.h"
#include "kernels/linear_kernel.h"

namespace smelt::kernels {
namespace SMELT_SIMD {

constexpr InferTable kInferTable = {&linear_rows, &attention_tile};

}  // namespace SMELT_SIMD
}  // namespace smelt::kernels
