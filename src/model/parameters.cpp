#include "model/parameters.h"

#include <ATen/ops/from_blob.h>
#include <ATen/ops/zeros.h>
#include <c10/core/GradMode.h>

#include "arch/init.h"
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
      if (specs[i].decays == decayed) {
        parameters_[i].spec = specs[i];
        parameters_[i].offset = size;
        size += (specs[i].count() + kAlign - 1) / kAlign * kAlign;
        index_[specs[i].name] = i;
      }
    }
  }
  SMELT_CHECK(index_.size() == specs.size());
  values_ = at::zeros({size}, at::TensorOptions().dtype(dtype));
  make_leaves();
}

ParameterSet ParameterSet::replica() const {
  ParameterSet out = *this;
  out.make_leaves();
  return out;
}

void ParameterSet::make_leaves() {
  grads_ = at::zeros(values_.sizes(), values_.options());
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
    total += parameter.spec.count();
  }
  return total;
}

void ParameterSet::zero_grads() {
  grads_.zero_();
}

at::Tensor ParameterSet::view_of(const at::Tensor& flat, const Parameter& parameter) const {
  return flat.narrow(0, parameter.offset, parameter.spec.count()).view(parameter.spec.shape);
}

void init_parameters(ParameterSet& parameters, const ModelConfig& config, uint64_t seed) {
  const at::NoGradGuard no_grad;
  std::vector<float> numbers;
  for (const Parameter& parameter : parameters.all()) {
    numbers.resize(static_cast<size_t>(parameter.spec.count()));
    init_tensor(parameter.spec, config, seed, numbers);
    parameter.value.copy_(at::from_blob(numbers.data(), parameter.spec.shape, at::TensorOptions().dtype(at::kFloat)));
  }
}

}  // namespace smelt
