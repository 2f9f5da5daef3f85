// Activation recomputation: trade one more forward pass for the memory of a layer's intermediates (Chen et al. 2016,
// "Training deep nets with sublinear memory cost").
#pragma once

#include <functional>

#include <ATen/core/Tensor.h>

namespace smelt {

// Runs `layer(input)` without recording it and repeats it with recording in the backward pass. Gradients reach `input`
// and every leaf parameter that `layer` uses, bit for bit as without recomputation; `layer` must be pure and must
// outlive the backward pass. Call it where gradients are on; only leaves (parameters) may be captured besides the
// input.
at::Tensor recompute(const std::function<at::Tensor(const at::Tensor&)>& layer, const at::Tensor& input);

}  // namespace smelt
