#include "train/optimizer.h"

#include <algorithm>
#include <cmath>

#include <ATen/ops/zeros.h>

#include "kernels/adamw.h"
#include "model/torch_executor.h"

namespace smelt {

AdamW::AdamW(const OptimizerOptions& options, ParameterSet& parameters)
    : options_(options),
      parameters_(parameters),
      mean_(at::zeros({parameters.size()}, parameters.values().options())),
      square_(at::zeros({parameters.size()}, parameters.values().options())) {}

double AdamW::grad_norm() const {
  TorchExecutor executor;
  const at::Tensor& grads = parameters_.grads();
  return std::sqrt(kernels::squared_norm(executor, grads.numel(), grads.const_data_ptr<float>()));
}

void AdamW::update(double lr, double grad_norm) {
  TorchExecutor executor;
  kernels::AdamWSettings settings{
      .lr = lr,
      .beta1 = options_.beta1,
      .beta2 = options_.beta2,
      .eps = options_.epsilon,
      .weight_decay = options_.weight_decay,
      .step = ++updates_,
      .grad_scale = options_.clip_norm > 0 ? std::min(1.0, options_.clip_norm / grad_norm) : 1.0};
  const auto* grads = parameters_.grads().const_data_ptr<float>();
  auto* values = parameters_.values().mutable_data_ptr<float>();
  auto* mean = mean_.mutable_data_ptr<float>();
  auto* square = square_.mutable_data_ptr<float>();
  const int64_t decayed = parameters_.decayed_size();
  kernels::adamw_update(executor, decayed, settings, grads, values, mean, square);
  settings.weight_decay = 0;
  kernels::adamw_update(executor, parameters_.size() - decayed, settings, grads + decayed, values + decayed,
                        mean + decayed, square + decayed);
}

}  // namespace smelt
