#include "base/threads.h"

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

#include <sched.h>

#include "base/runtime.h"

namespace smelt {
namespace {

// True inside a task: an inner run() must not wait for workers that may all be waiting themselves.
thread_local bool inside_task = false;

constexpr int kSpins = 2000;  // about 20 microseconds of pause instructions

void pause_cpu() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#endif
}

}  // namespace

void SerialExecutor::run(int64_t num_tasks, FunctionRef<void(int64_t)> task) {
  for (int64_t i = 0; i < num_tasks; ++i) {
    task(i);
  }
}

struct ThreadPool::State {
  // One parallel region. It lives on the caller's stack; `users` counts who may still touch it.
  struct Job {
    FunctionRef<void(int64_t)>* task;
    int64_t num_tasks;
    std::atomic<int64_t> next{0};
    std::atomic<bool> failed{false};
    std::exception_ptr error{};
    std::mutex error_mutex{};
  };

  std::mutex mutex;
  std::mutex run_mutex;  // one region at a time
  std::condition_variable wake;
  std::atomic<uint64_t> generation{0};
  std::atomic<Job*> job{nullptr};
  std::atomic<int> busy{0};
  std::atomic<bool> quit{false};
  std::vector<std::jthread> workers;
  int width = 1;

  static void work_on(Job& job) {
    inside_task = true;
    try {
      for (int64_t i = job.next.fetch_add(1); i < job.num_tasks && !job.failed.load(std::memory_order_relaxed);
           i = job.next.fetch_add(1)) {
        (*job.task)(i);
      }
    } catch (...) {
      const std::lock_guard lock(job.error_mutex);
      if (!job.error) {
        job.error = std::current_exception();
      }
      job.failed = true;
    }
    inside_task = false;
  }

  void worker() {
    set_flush_denormals();
    uint64_t seen = 0;
    while (true) {
      for (int spin = 0; spin < kSpins && generation.load(std::memory_order_acquire) == seen; ++spin) {
        pause_cpu();
      }
      Job* current = nullptr;
      {
        std::unique_lock lock(mutex);
        wake.wait(lock, [&] { return quit || generation.load() != seen; });
        if (quit) {
          return;
        }
        seen = generation.load();
        current = job.load();
        if (current != nullptr) {
          busy.fetch_add(1);
        }
      }
      if (current != nullptr) {
        work_on(*current);
        busy.fetch_sub(1, std::memory_order_release);
      }
    }
  }
};

ThreadPool::ThreadPool(int width) : state_(std::make_unique<State>()) {
  state_->width = std::max(1, width);
  for (int i = 1; i < state_->width; ++i) {
    state_->workers.emplace_back([state = state_.get()] { state->worker(); });
  }
}

ThreadPool::~ThreadPool() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->quit = true;
    state_->generation.fetch_add(1);
  }
  state_->wake.notify_all();
  state_->workers.clear();
}

int ThreadPool::width() const {
  return state_->width;
}

void ThreadPool::run(int64_t num_tasks, FunctionRef<void(int64_t)> task) {
  if (num_tasks <= 0) {
    return;
  }
  if (inside_task || num_tasks == 1 || state_->width == 1) {
    for (int64_t i = 0; i < num_tasks; ++i) {
      task(i);
    }
    return;
  }
  const std::lock_guard region(state_->run_mutex);
  State::Job job{&task, num_tasks};
  {
    const std::lock_guard lock(state_->mutex);
    state_->job.store(&job);
    state_->generation.fetch_add(1, std::memory_order_release);
  }
  state_->wake.notify_all();
  State::work_on(job);
  {
    // Nobody can join after this; those who did are counted in `busy`.
    const std::lock_guard lock(state_->mutex);
    state_->job.store(nullptr);
  }
  for (int spin = 0; state_->busy.load(std::memory_order_acquire) != 0; ++spin) {
    if (spin < kSpins) {
      pause_cpu();
    } else {
      std::this_thread::yield();
    }
  }
  if (job.error) {
    std::rethrow_exception(job.error);
  }
}

void parallel_for(Executor& executor, int64_t n, int64_t grain, FunctionRef<void(int64_t, int64_t)> body) {
  SMELT_CHECK(grain > 0);
  const int64_t chunks = (n + grain - 1) / grain;
  executor.run(chunks, [&](int64_t chunk) { body(chunk * grain, std::min(n, (chunk + 1) * grain)); });
}

int available_threads() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof(set), &set) == 0) {
    return std::max(1, CPU_COUNT(&set));
  }
  return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

}  // namespace smelt
