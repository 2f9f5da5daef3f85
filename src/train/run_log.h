// What a training run writes while it goes: metrics.jsonl, timing.jsonl and TensorBoard events.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/json.h"
#include "train/metrics.h"
#include "train/tensorboard.h"
#include "train/trainer.h"

namespace smelt {

struct StepTiming {
  double time = 0;     // seconds since 1970 at the end of the step
  double seconds = 0;  // of the step, validation and checkpoints aside
  double tokens_per_s = 0;
  double gflops = 0;
};

// Not thread-safe.
class RunLog {
 public:
  // Goes on where `position` (of a checkpoint) was; null: from the start. Lines after it are cut off, the events are
  // written anew.
  RunLog(const std::string& directory, const Json& position);

  void add(const StepReport& report, int64_t tokens, int64_t first_sequence, int64_t last_sequence,
           std::optional<double> val_loss, const StepTiming& timing);
  void flush();
  // Makes everything durable and says where the logs are.
  Json sync();

 private:
  void add_events(const Json& metrics, const Json& timing);
  void replay(const std::string& metrics_path, const std::string& timing_path);

  std::string events_path_;
  JsonLines metrics_;
  JsonLines timing_;
  int64_t lines_ = 0;
  std::unique_ptr<EventWriter> events_;
};

}  // namespace smelt
