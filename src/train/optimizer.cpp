#include "train/optimizer.h"

#include <algorithm>
#include <cmath>

#include <ATen/ops/zeros.h>

#include "kernels/adamw.h"
#include "train/muon.h"

namespace smelt {
namespace {

// The matrices inside the layers. Embedding and output layer have one row a token, most without a gradient in most
// steps: not what orthogonalisation is for. A convolution has one short row a channel.
bool is_hidden_matrix(const TensorSpec& spec) {
  return spec.layer >= 0 && spec.shape.size() == 2 && spec.decays;
}

}  // namespace

Optimizer::Optimizer(const OptimizerOptions& options, ParameterSet& parameters, Executor& threads)
    : options_(options),
      parameters_(parameters),
      threads_(threads),
      mean_(at::zeros({parameters.size()}, parameters.values().options())),
      square_(at::zeros({parameters.size()}, parameters.values().options())) {
  std::vector<const Parameter*> order;
  for (const Parameter& parameter : parameters.all()) {
    order.push_back(&parameter);
  }
  std::sort(order.begin(), order.end(), [](const auto* a, const auto* b) { return a->offset < b->offset; });
  for (size_t i = 0; i < order.size(); ++i) {
    if (options.kind == "muon" && is_hidden_matrix(order[i]->spec)) {
      muon_matrices_.push_back(order[i]);
      continue;
    }
    const int64_t end = i + 1 < order.size() ? order[i + 1]->offset : parameters.size();
    const double decay = order[i]->spec.decays ? options.weight_decay : 0.0;
    if (!adamw_ranges_.empty() && adamw_ranges_.back().end == order[i]->offset &&
        adamw_ranges_.back().weight_decay == decay) {
      adamw_ranges_.back().end = end;
    } else {
      adamw_ranges_.push_back({order[i]->offset, end, decay});
    }
  }
  std::stable_sort(muon_matrices_.begin(), muon_matrices_.end(),
                   [](const auto* a, const auto* b) { return a->spec.count() > b->spec.count(); });
}

double Optimizer::grad_norm() const {
  const at::Tensor& grads = parameters_.grads();
  return std::sqrt(kernels::squared_norm(threads_, grads.numel(), grads.const_data_ptr<float>()));
}

void Optimizer::adamw(const Range& range, double lr, double grad_scale) {
  const kernels::AdamWSettings settings{.lr = lr,
                                        .beta1 = options_.beta1,
                                        .beta2 = options_.beta2,
                                        .eps = options_.epsilon,
                                        .weight_decay = range.weight_decay,
                                        .step = updates_,
                                        .grad_scale = grad_scale};
  kernels::adamw_update(threads_, range.end - range.begin, settings,
                        parameters_.grads().const_data_ptr<float>() + range.begin,
                        parameters_.values().mutable_data_ptr<float>() + range.begin,
                        mean_.mutable_data_ptr<float>() + range.begin, square_.mutable_data_ptr<float>() + range.begin);
}

void Optimizer::update(double lr, double grad_norm) {
  const double grad_scale = options_.clip_norm > 0 ? std::min(1.0, options_.clip_norm / grad_norm) : 1.0;
  ++updates_;
  for (const Range& range : adamw_ranges_) {
    adamw(range, lr, grad_scale);
  }
  const MuonSettings muon{
      .lr = lr, .momentum = options_.momentum, .weight_decay = options_.weight_decay, .grad_scale = grad_scale};
  threads_.run(static_cast<int64_t>(muon_matrices_.size()), [&](int64_t i) {
    const Parameter& matrix = *muon_matrices_[static_cast<size_t>(i)];
    muon_update(muon, parameters_.view_of(parameters_.grads(), matrix),
                parameters_.view_of(parameters_.values(), matrix), parameters_.view_of(mean_, matrix));
  });
}

}  // namespace smelt
