// AdamW with decoupled weight decay (Loshchilov and Hutter 2019, algorithm 2) over a ParameterSet's flat float32
// buffer.
#pragma once

#include <cstdint>

#include <ATen/core/Tensor.h>

#include "model/parameters.h"
#include "train/options.h"

namespace smelt {

class AdamW {
 public:
  // Moments start at zero. Both references must outlive the optimizer.
  AdamW(const OptimizerOptions& options, ParameterSet& parameters);

  // Euclidean norm of all gradients, summed in double in an order that does not depend on the number of threads.
  double grad_norm() const;
  // One update with learning rate `lr`; gradients are scaled by clip_norm / grad_norm where that is below 1.
  void update(double lr, double grad_norm);

  int64_t updates() const { return updates_; }
  void set_updates(int64_t updates) { updates_ = updates; }
  at::Tensor& mean() { return mean_; }      // first moment, laid out like ParameterSet::values()
  at::Tensor& square() { return square_; }  // second moment

 private:
  const OptimizerOptions& options_;
  ParameterSet& parameters_;
  at::Tensor mean_;
  at::Tensor square_;
  int64_t updates_ = 0;
};

}  // namespace smelt
