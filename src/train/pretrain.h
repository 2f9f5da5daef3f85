// The training run: steps, validation, logs, checkpoints, snapshots, and going on after a kill.
#pragma once

#include <cstdint>
#include <string>

#include "base/context.h"
#include "base/json.h"
#include "train/options.h"

namespace smelt {

class SequenceSource;

struct PretrainInputs {
  const SequenceSource* train = nullptr;
  const SequenceSource* held_out = nullptr;  // null: no validation
  int64_t vocab_size = 0;
  int64_t eos_id = -1;             // -1: as the model directory that training starts from says, else 2
  std::string tokenizer_dir = {};  // its files are copied beside every saved model; empty: none
  std::string key = {};            // marks the checkpoints of this run (stage_key)
};

// Trains in `directory`, which then holds
//   metrics.jsonl              a line a step: step, tokens, loss, lr, grad_norm, sometimes val_loss; the same bytes in
//   every run telemetry/timing.jsonl     a line a step: step, time, seconds, tokens_per_s, gflops
//   telemetry/events.out.tfevents.smelt   both, for TensorBoard
//   checkpoints/step-N/        the state to go on from (checkpoint.h); at the end only the last
//   milestones/step-N/         the model along the way, bfloat16; a fresh model's also before the first step
//   model/                     the trained model
// and returns the counts for the manifest. Called again after a kill or a stop it goes on from the newest whole
// checkpoint, and every file but telemetry/ ends as if nothing had happened, at an equal number of threads and
// instruction set. When context.stop is set it saves a checkpoint and throws UserError(kPreempted).
Json pretrain(const Context& context, const TrainOptions& options, const PretrainInputs& inputs,
              const std::string& directory);

}  // namespace smelt
