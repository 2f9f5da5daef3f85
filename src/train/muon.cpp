#include "train/muon.h"

#include <algorithm>
#include <cmath>

#include <ATen/TensorOperators.h>
#include <ATen/ops/addmm.h>
#include <ATen/ops/mm.h>
#include <c10/core/GradMode.h>

namespace smelt {
namespace {

constexpr int kSteps = 5;
constexpr double kLinear = 3.4445;
constexpr double kCubic = -4.7750;
constexpr double kQuintic = 2.0315;
constexpr double kStepRms = 0.2;  // what AdamW's updates have (arXiv 2502.16982, section 2.2)

}  // namespace

at::Tensor orthogonalize(const at::Tensor& x) {
  const bool tall = x.size(0) > x.size(1);
  at::Tensor y = tall ? x.t().contiguous() : x;
  y = y / (y.norm() + 1e-20);
  for (int step = 0; step < kSteps; ++step) {
    const at::Tensor gram = at::mm(y, y.t());
    const at::Tensor polynomial = at::addmm(gram, gram, gram, kCubic, kQuintic);
    y = at::addmm(y, polynomial, y, kLinear);
  }
  return tall ? y.t() : y;
}

void muon_update(const MuonSettings& settings, const at::Tensor& grad, const at::Tensor& weight,
                 const at::Tensor& momentum) {
  const at::NoGradGuard no_grad;
  const at::Tensor scaled = grad * settings.grad_scale;
  momentum.mul_(settings.momentum).add_(scaled);
  const at::Tensor direction = orthogonalize(scaled.add(momentum, settings.momentum));
  const auto longer = static_cast<double>(std::max(weight.size(0), weight.size(1)));
  weight.mul_(1 - settings.lr * settings.weight_decay).add_(direction, -settings.lr * kStepRms * std::sqrt(longer));
}

}  // namespace smelt
