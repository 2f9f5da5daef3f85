#include "model/parameters.h"

#include <ATen/ops/zeros.h>

#include "base/error.h"

namespace smelt {
namespace {

constexpr int64_t kAlign = 16;  // elements; 64 bytes of float32

}  // namespace

ParameterSet::ParameterSet(const std::vector<TensorSpec>& specs, at::ScalarType dtype) {
  parameters_.resize(specs.size());
  int64_t size = 0;
  for (const bool decayed : {true, false}) {
    for (size_t i = 0; i < specs.size(); ++i) {
      if (specs[i].weight_decay == decayed) {
        parameters_[i].spec = specs[i];
        parameters_[i].offset = size;
        size += (specs[i].numel() + kAlign - 1) / kAlign * kAlign;
        index_[specs[i].name] = i;
      }
    }
    decayed_ = decayed ? size : decayed_;
  }
  SMELT_CHECK(index_.size() == specs.size());
  values_ = at::zeros({size}, at::TensorOptions().dtype(dtype));
  grads_ = at::zeros({size}, at::TensorOptions().dtype(dtype));
  for (Parameter& parameter : parameters_) {
    parameter.value = view_of(values_, parameter).detach().requires_grad_(true);
    parameter.value.mutable_grad() = view_of(grads_, parameter);
  }
}

const at::Tensor& ParameterSet::tensor(const std::string& name) const {
  const auto it = index_.find(name);
  SMELT_CHECK(it != index_.end());
  return parameters_[it->second].value;
}

int64_t ParameterSet::count() const {
  int64_t total = 0;
  for (const Parameter& parameter : parameters_) {
    total += parameter.spec.numel();
  }
  return total;
}

void ParameterSet::zero_grads() {
  grads_.zero_();
}

at::Tensor ParameterSet::view_of(const at::Tensor& flat, const Parameter& parameter) const {
  return flat.narrow(0, parameter.offset, parameter.spec.numel()).view(parameter.spec.shape);
}

}  // namespace smelt
