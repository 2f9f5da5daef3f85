// A model's parameters: named leaf tensors that are views of one flat buffer, and their gradients likewise.
//
// The buffer begins with the parameters that weight decay applies to, then come the others, so that an optimizer is two
// sweeps over memory. Each parameter begins on a 64-byte boundary; the gaps are zero and stay zero.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include <ATen/core/Tensor.h>

#include "arch/model_config.h"
#include "arch/tensors.h"

namespace smelt {

struct Parameter {
  TensorSpec spec;
  at::Tensor value;  // leaf that requires grad, a view of the flat values
  int64_t offset = 0;
};

class ParameterSet {
 public:
  // All zero. `dtype` is kFloat or kDouble.
  ParameterSet(const std::vector<TensorSpec>& specs, at::ScalarType dtype);
  // The same values in the same memory, with leaves and gradients (zero) of its own.
  ParameterSet replica() const;

  const std::vector<Parameter>& all() const { return parameters_; }  // in the order of the specs
  bool contains(const std::string& name) const { return index_.count(name) != 0; }
  // The leaf; a name that does not exist is our bug.
  const at::Tensor& tensor(const std::string& name) const;

  const at::Tensor& values() const { return values_; }  // flat, [size()]
  const at::Tensor& grads() const { return grads_; }    // flat, [size()]; backward passes add to it
  int64_t size() const { return values_.size(0); }
  int64_t count() const;  // numbers, without the gaps
  void zero_grads();
  // The named part of a flat tensor laid out like values() (an optimizer's moment), in the parameter's shape.
  at::Tensor view_of(const at::Tensor& flat, const Parameter& parameter) const;

 private:
  void make_leaves();

  std::vector<Parameter> parameters_;
  std::map<std::string, size_t> index_;
  at::Tensor values_;
  at::Tensor grads_;
};

// Fills every parameter by its spec's kind of initialisation, each from its own stream of random numbers.
void init_parameters(ParameterSet& parameters, const ModelConfig& config, uint64_t seed);

}  // namespace smelt
