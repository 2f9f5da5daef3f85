// Muon: momentum whose singular values are all brought near one (Jordan et al. 2024, "Muon: an optimizer for hidden
// layers in neural networks"; scaled to AdamW's step as in "Muon is scalable for LLM training", arXiv 2502.16982).
#pragma once

#include <ATen/core/Tensor.h>

namespace smelt {

struct MuonSettings {
  double lr = 0;
  double momentum = 0.95;
  double weight_decay = 0.1;
  double grad_scale = 1.0;  // for clipping
};

// About U V^T for x = U S V^T: five Newton-Schulz steps with the quintic 3.4445 s - 4.7750 s^3 + 2.0315 s^5, after
// which singular values above 0.002 of the Frobenius norm lie in (0.68, 1.21). x [rows, columns]; zero gives zero.
at::Tensor orthogonalize(const at::Tensor& x);

//   m = momentum m + g;  o = orthogonalize(g + momentum m)
//   w = w (1 - lr weight_decay) - lr 0.2 sqrt(max(rows, columns)) o
//
// with g = grad_scale grad: the root mean square of the step is about 0.2 lr, as AdamW's is. All [rows, columns];
// weight and momentum are written.
void muon_update(const MuonSettings& settings, const at::Tensor& grad, const at::Tensor& weight,
                 const at::Tensor& momentum);

}  // namespace smelt
