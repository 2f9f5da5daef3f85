// Threads: who runs parallel work, and in which order results come back.
//
// Results never depend on the number of threads: parallel_for gives each index to exactly one call, ordered_map hands
// results over in input order.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include "base/error.h"
#include "base/function_ref.h"

namespace smelt {

// Whoever owns threads. Kernels take an Executor, so that the trainer can lend LibTorch's threads and the runtime its
// own pool.
class Executor {
 public:
  virtual ~Executor() = default;
  virtual int width() const = 0;
  // Calls task(i) once for each i in [0, num_tasks), on any thread, and returns when all are done. The first exception
  // is rethrown.
  virtual void run(int64_t num_tasks, FunctionRef<void(int64_t)> task) = 0;
};

// Runs everything on the calling thread.
class SerialExecutor : public Executor {
 public:
  int width() const override { return 1; }
  void run(int64_t num_tasks, FunctionRef<void(int64_t)> task) override;
};

// A fixed set of threads; the caller of run() works too, so a pool of width 1 starts none. run() may be nested: an
// inner call runs on the calling thread alone. Workers spin for some 20 microseconds before they sleep, which keeps
// fork-join cheap inside a decode step.
class ThreadPool : public Executor {
 public:
  explicit ThreadPool(int width);
  ~ThreadPool() override;
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  int width() const override;
  void run(int64_t num_tasks, FunctionRef<void(int64_t)> task) override;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Splits [0, n) into chunks of `grain` (the last may be shorter) and calls body(begin, end) for each.
void parallel_for(Executor& executor, int64_t n, int64_t grain, FunctionRef<void(int64_t, int64_t)> body);

// Number of hardware threads this process may use (affinity and cgroup limits included), at least 1.
int available_threads();

// A parallel pipeline that keeps order: `next` (called by one thread at a time) yields items until nullopt, `work` maps
// them on `width` threads, `sink` (called by one thread at a time) gets the results in the order of the items. At most
// 4 x width items are in flight, so memory is bounded. The first exception from any of the three cancels the rest and
// is rethrown.
template <class In, class Out>
void ordered_map(int width, std::function<std::optional<In>()> next, std::function<Out(In)> work,
                 std::function<void(Out)> sink);

}  // namespace smelt

#include "base/threads_ordered.h"  // IWYU pragma: export
