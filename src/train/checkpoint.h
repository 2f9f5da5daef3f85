// Checkpoints: folders that are whole or absent, verified before they are used.
//
// checkpoints/step-00001200/ holds params.safetensors, exp_avg.safetensors, exp_avg_sq.safetensors (float32, tensors
// under the model's names), state.json and, written last, manifest.json with every file's size and XXH3-128. The folder
// is made under another name, synced and renamed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/log.h"
#include "train/trainer.h"

namespace smelt {

class CheckpointStore {
 public:
  // `key` marks whose checkpoints these are: one with another key is refused.
  CheckpointStore(std::string directory, std::string key);

  // Writes the trainer's state after trainer.steps_done() steps with `extra` beside it. Does nothing where that step
  // has a checkpoint already.
  void save(Trainer& trainer, const Json& extra);
  // Restores the newest checkpoint that is whole, trying older ones where a newer one is damaged (each damage is a
  // warning), and returns its `extra`; nothing where there is none to go on from. A damaged checkpoint is removed, so
  // that the run makes it again.
  std::optional<Json> restore_latest(Trainer& trainer, Logger& log);
  // Removes all but the newest `keep`.
  void prune(int64_t keep);
  // Steps of the checkpoints present, ascending; whether they are whole is not looked at.
  std::vector<int64_t> steps() const;

 private:
  std::string folder(int64_t step) const;
  Json read_verified(const std::string& path) const;

  std::string directory_;
  std::string key_;
};

}  // namespace smelt
