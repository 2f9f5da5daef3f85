// How fast a run trained, from train/telemetry/timing.jsonl and machine.json.
#pragma once

#include <optional>

#include "eval/report/run_folder.h"

namespace smelt {

// Medians over the steps: the first steps, which touch memory for the first time, and pauses of the machine do not move
// them. Nothing where nothing was logged or measured.
struct TrainingSpeed {
  std::optional<double> tokens_per_second;
  std::optional<double> seconds_per_step;
  std::optional<double> gflops;  // the model's own operations, recomputed ones not counted
  // Of the machine's float32 peak on all threads: of the larger of what multiply-adds on registers and matrix products
  // gave when they were measured, which on a machine at work may be the products.
  std::optional<double> share_of_peak;
};
TrainingSpeed training_speed(const RunFolder& run);

}  // namespace smelt
