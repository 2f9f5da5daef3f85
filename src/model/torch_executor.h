// LibTorch's thread pool behind our Executor, so that kernels and GEMMs share one set of threads.
#pragma once

#include "base/threads.h"

namespace smelt {

// Stateless; any number of them lend the same process-wide pool of at::get_num_threads() threads. Tasks are taken one
// by one by whichever thread is free. Inside a parallel region everything runs on the calling thread.
class TorchExecutor : public Executor {
 public:
  int width() const override;
  void run(int64_t num_tasks, FunctionRef<void(int64_t)> task) override;
};

// Prepares LibTorch for bit-reproducible work on `threads` threads: pool size, deterministic algorithms only,
// flush-to-zero.
void init_torch(int threads);

}  // namespace smelt
