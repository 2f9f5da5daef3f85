// The passes of one training step, spread over threads.
//
// A small model's operations are too short to share among threads; its passes are not. Each thread runs whole forward
// and backward passes on its own replica of the model, and the gradients are added in the order of the passes, so that
// a step's bytes do not depend on how many threads there are (as long as each pass has one thread: `intra_width()`).
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "base/threads.h"
#include "model/nemotron_h.h"
#include "train/sequence_source.h"

namespace smelt {

class Replicas {
 public:
  // At most `max_passes` run at once, at most one a thread. `model` and `threads` must outlive this.
  Replicas(NemotronH& model, ThreadPool& threads, int64_t max_passes);

  // How many threads each pass has for itself where so many threads share the passes.
  static int intra_width(int threads, int64_t max_passes);

  // Sets the model's gradients to the mean over passes [0, passes) of the gradients of each pass's loss; the mean of
  // the losses. Without effect on the gradients of passes whose loss is not finite: the result is then not finite.
  double backward(int64_t passes, FunctionRef<Batch(int64_t)> read);
  // The losses of passes [0, passes), without gradients.
  std::vector<double> losses(int64_t passes, FunctionRef<Batch(int64_t)> read) const;

 private:
  void add_gradients(int64_t replicas);

  NemotronH& model_;
  ThreadPool& threads_;
  std::vector<std::unique_ptr<NemotronH>> replicas_;
};

}  // namespace smelt
