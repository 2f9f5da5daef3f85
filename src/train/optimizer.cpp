#include "train/optimizer.h"

#include <ATen/ops/zeros.h>
#include <c10/core/GradMode.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "model/torch_executor.h"

namespace smelt {
namespace {

constexpr int64_t kNormChunk = 1 << 14;

// Eight running sums: independent of vector width and thread count, and fast enough to be limited by memory.
template <class T>
double sum_of_squares(const T* x, int64_t n) {
  std::array<double, 8> sums{};
  int64_t i = 0;
  for (; i + 8 <= n; i += 8) {
    for (int64_t lane = 0; lane < 8; ++lane) {
      const double value = x[i + lane];
      sums[static_cast<size_t>(lane)] += value * value;
    }
  }
  for (; i < n; ++i) {
    sums[0] += static_cast<double>(x[i]) * static_cast<double>(x[i]);
  }
  return ((sums[0] + sums[1]) + (sums[2] + sums[3])) + ((sums[4] + sums[5]) + (sums[6] + sums[7]));
}

template <class T>
double norm(const T* x, int64_t n) {
  std::vector<double> parts(static_cast<size_t>((n + kNormChunk - 1) / kNormChunk));
  TorchExecutor executor;
  parallel_for(executor, n, kNormChunk,
               [&](int64_t begin, int64_t end) { parts[static_cast<size_t>(begin / kNormChunk)] = sum_of_squares(x + begin, end - begin); });
  double total = 0;
  for (const double part : parts) {
    total += part;
  }
  return std::sqrt(total);
}

}  // namespace

AdamW::AdamW(const OptimizerOptions& options, ParameterSet& parameters)
    : options_(options),
      parameters_(parameters),
      mean_(at::zeros({parameters.size()}, parameters.values().options())),
      square_(at::zeros({parameters.size()}, parameters.values().options())) {}

double AdamW::grad_norm() const {
  const at::Tensor& grads = parameters_.grads();
  return grads.scalar_type() == at::kDouble ? norm(grads.const_data_ptr<double>(), grads.numel())
                                            : norm(grads.const_data_ptr<float>(), grads.numel());
}

void AdamW::update(double lr, double grad_norm) {
  const at::NoGradGuard no_grad;
  ++updates_;
  const auto power = static_cast<double>(updates_);
  const double scale = options_.clip_norm > 0 ? std::min(1.0, options_.clip_norm / grad_norm) : 1.0;
  at::Tensor values = parameters_.values();
  const at::Tensor grads = parameters_.grads() * scale;
  mean_.mul_(options_.beta1).add_(grads, 1 - options_.beta1);
  square_.mul_(options_.beta2).addcmul_(grads, grads, 1 - options_.beta2);
  const at::Tensor root = (square_ / (1 - std::pow(options_.beta2, power))).sqrt_().add_(options_.epsilon);
  values.narrow(0, 0, parameters_.decayed_size()).mul_(1 - lr * options_.weight_decay);
  values.addcdiv_(mean_, root, -lr / (1 - std::pow(options_.beta1, power)));
}

}  // namespace smelt
