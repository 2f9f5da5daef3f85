// Continuous batching: one thread steps all running generations together, one token each, and takes waiting prompts in
// between, a chunk at a time, so that a long prompt does not hold up the answers of others.
//
// An answer does not depend on what else runs: chunks begin at fixed positions of the prompt, and the model computes
// each sequence of a batch as it would alone.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "serve/http/step_model.h"
#include "serve/http/text_engine.h"
#include "tokens/tokenizer.h"

namespace smelt::serve {

struct SchedulerOptions {
  int64_t max_batch = 8;
  int64_t max_queue = 64;
  int64_t prefill_chunk = 128;
  int64_t prefix_cache_bytes = int64_t{512} << 20;
};

// Thread-safe.
class Scheduler {
 public:
  // `tokenizer` may be empty (no text, no stop strings). `end_ids`: tokens that end an answer.
  Scheduler(std::shared_ptr<const StepModel> model, std::optional<Tokenizer> tokenizer, std::vector<uint32_t> end_ids,
            SchedulerOptions options);
  ~Scheduler();  // cancels what runs
  Scheduler(const Scheduler&) = delete;
  Scheduler& operator=(const Scheduler&) = delete;

  // Rejects "queue_full". Errors of the model come as kFailed events.
  Result<std::unique_ptr<Ticket>> start(TextRequest request, std::shared_ptr<EventQueue> events, int choice);
  EngineLoad load() const;

 private:
  struct Job;
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace smelt::serve
