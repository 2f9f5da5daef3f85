// The optimizers of pretraining over a ParameterSet's flat float32 buffer.
//
// adamw: AdamW with decoupled weight decay (Loshchilov and Hutter 2019, algorithm 2) for every parameter.
// muon: the matrices of the layers by orthogonalised momentum (muon.h), everything else by AdamW.
#pragma once

#include <cstdint>
#include <vector>

#include <ATen/core/Tensor.h>

#include "base/threads.h"
#include "model/parameters.h"
#include "train/options.h"

namespace smelt {

class Optimizer {
 public:
  // Moments start at zero. All three must outlive the optimizer. Its results do not depend on the number of threads.
  Optimizer(const OptimizerOptions& options, ParameterSet& parameters, Executor& threads);

  // Euclidean norm of all gradients, summed in double.
  double grad_norm() const;
  // One update with learning rate `lr`; gradients are scaled by clip_norm / grad_norm where that is below 1.
  void update(double lr, double grad_norm);

  int64_t updates() const { return updates_; }
  void set_updates(int64_t updates) { updates_ = updates; }
  at::Tensor& mean() { return mean_; }      // first moment or momentum, laid out like ParameterSet::values()
  at::Tensor& square() { return square_; }  // second moment; zero where Muon updates

 private:
  struct Range {  // of the flat buffer
    int64_t begin;
    int64_t end;
    double weight_decay;
  };
  void adamw(const Range& range, double lr, double grad_scale);

  const OptimizerOptions& options_;
  ParameterSet& parameters_;
  Executor& threads_;
  std::vector<Range> adamw_ranges_;
  std::vector<const Parameter*> muon_matrices_;  // the largest first
  at::Tensor mean_;
  at::Tensor square_;
  int64_t updates_ = 0;
};

}  // namespace smelt
