#include "model/torch_executor.h"

#include <algorithm>
#include <atomic>

#include <ATen/Context.h>
#include <ATen/Parallel.h>

#include "base/runtime.h"

namespace smelt {

int TorchExecutor::width() const {
  return at::in_parallel_region() ? 1 : at::get_num_threads();
}

void TorchExecutor::run(int64_t num_tasks, FunctionRef<void(int64_t)> task) {
  const int64_t workers = std::min<int64_t>(num_tasks, width());
  if (workers <= 1) {
    for (int64_t i = 0; i < num_tasks; ++i) {
      task(i);
    }
    return;
  }
  std::atomic<int64_t> next{0};
  at::parallel_for(0, workers, 1, [&](int64_t, int64_t) {
    for (int64_t i = next.fetch_add(1); i < num_tasks; i = next.fetch_add(1)) {
      task(i);
    }
  });
}

void init_torch(int threads) {
  set_flush_denormals();
  if (at::get_num_threads() != threads) {
    at::set_num_threads(threads);
  }
  at::globalContext().setDeterministicAlgorithms(true, false);
  at::globalContext().setDeterministicFillUninitializedMemory(false);
  at::globalContext().setFlushDenormal(true);
}

}  // namespace smelt
