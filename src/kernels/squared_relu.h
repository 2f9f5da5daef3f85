// y = max(x, 0)^2 (So et al., "Primer", 2021) and its gradient, on flat fp32 buffers; y may be x, dx may be dy. NaN
// stays NaN.
#pragma once

#include <cstdint>

#include "base/cpu.h"
#include "base/threads.h"

namespace smelt::kernels {

void squared_relu_forward(Executor& executor, int64_t n, const float* x, float* y, Isa isa = active_isa());
void squared_relu_backward(Executor& executor, int64_t n, const float* x, const float* dy, float* dx,
                           Isa isa = active_isa());

}  // namespace smelt::kernels
