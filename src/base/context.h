// What a library function may use of the process: threads, log, progress, seed, the wish to stop. Passed down, never
// global.
#pragma once

#include <atomic>
#include <cstdint>

#include "base/error.h"
#include "base/log.h"
#include "base/progress.h"
#include "base/threads.h"

namespace smelt {

class Workers;

struct Context {
  ThreadPool& threads;
  Logger& log;
  ProgressSink& progress;
  uint64_t seed = 0;
  // Set by SIGINT and SIGTERM. Long work polls it between items and calls stop_if_asked().
  const std::atomic<bool>& stop;
  // The processes that share the tasks of the run (base/workers.h); null: this one does all.
  Workers* workers = nullptr;

  // Throws UserError(kPreempted) when asked to stop; whatever was committed stays for the resume.
  void stop_if_asked() const {
    if (stop.load(std::memory_order_relaxed)) {
      throw UserError(ExitCode::kPreempted, "stopped on request", {}, "run the same command again to go on");
    }
  }
};

}  // namespace smelt
