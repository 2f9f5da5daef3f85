// One model in training: forward and backward on every thread, guard, clip, update.
#pragma once

#include <cstdint>
#include <string>

#include <ATen/core/Tensor.h>

#include "base/json.h"
#include "model/nemotron_h.h"
#include "train/optimizer.h"
#include "train/options.h"
#include "train/replicas.h"
#include "train/schedule.h"
#include "train/sequence_source.h"

namespace smelt {

struct StepReport {
  int64_t step = 0;  // from 1: the number of steps done
  double loss = 0;   // mean over the step's targets, before the update
  double lr = 0;
  double grad_norm = 0;  // before clipping
  bool skipped = false;  // loss or gradient was not finite: nothing was updated
};

// The state that a checkpoint must hold is model.parameters(), optimizer() and the counters; everything else follows
// from them.
class Trainer {
 public:
  // References must outlive the trainer. Step s reads sequences [s * n, (s + 1) * n), n = options.sequences_per_step().
  Trainer(NemotronH& model, const TrainOptions& options, const SequenceSource& source, ThreadPool& threads);

  int64_t steps_done() const { return steps_done_; }
  int64_t total_steps() const { return total_steps_; }
  // Does the next step. Throws UserError(kFailed) after options.max_bad_steps skipped ones in a row, naming the
  // sequences.
  StepReport step();
  // Mean loss over sequences [0, options.validation_sequences) of `held_out`.
  double validate(const SequenceSource& held_out) const;

  NemotronH& model() { return model_; }
  Optimizer& optimizer() { return optimizer_; }
  Json counters() const;  // steps_done, updates, bad_in_a_row, skipped_steps
  void restore_counters(const Json& counters);

 private:
  NemotronH& model_;
  const TrainOptions& options_;
  const SequenceSource& source_;
  int64_t total_steps_;
  Schedule schedule_;
  Replicas replicas_;
  Optimizer optimizer_;
  int64_t steps_done_ = 0;
  int64_t bad_in_a_row_ = 0;
  int64_t skipped_steps_ = 0;
};

}  // namespace smelt
