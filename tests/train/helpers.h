// Sequences, contexts and folders for the tests of training.
#pragma once

#include <atomic>
#include <string>

#include <gtest/gtest.h>
#include <unistd.h>

#include "base/context.h"
#include "base/files.h"
#include "base/rng.h"
#include "train/options.h"
#include "train/sequence_source.h"

namespace smelt::testing {

// Counting modulo `vocab` from a random start by a random stride of 1 or 2: quickly learnt, not at once.
class CountingSource : public SequenceSource {
 public:
  explicit CountingSource(int32_t vocab, uint64_t seed = 1) : vocab_(vocab), seed_(seed) {}
  void read(int64_t index, std::span<int32_t> tokens) const override {
    Rng rng(seed_, "test/counting", static_cast<uint64_t>(index));
    auto token = static_cast<int32_t>(rng.below(static_cast<uint64_t>(vocab_)));
    const auto stride = static_cast<int32_t>(1 + rng.below(2));
    for (int32_t& out : tokens) {
      out = token;
      token = (token + stride) % vocab_;
    }
  }

 private:
  int32_t vocab_;
  uint64_t seed_;
};

// A folder of its own for each test, removed at the end.
class TemporaryFolder {
 public:
  TemporaryFolder()
      : path_(::testing::TempDir() + "smelt_train_" + std::to_string(::getpid()) + "_" + std::to_string(counter_++)) {
    remove_all(path_);
    make_directories(path_);
  }
  ~TemporaryFolder() { remove_all(path_); }
  const std::string& path() const { return path_; }

 private:
  static inline std::atomic<int> counter_{0};
  std::string path_;
};

// A context with its own wish to stop.
struct TestContext {
  explicit TestContext(int width = 1) : threads(width), progress(ProgressMode::kNone, nullptr) {}
  ThreadPool threads;
  Logger log;
  ProgressSink progress;
  std::atomic<bool> stop{false};
  Context context{threads, log, progress, 7, stop};
};

inline TrainOptions tiny_options(int64_t steps) {
  TrainOptions options;
  options.model.pattern = "M-*";
  options.model.hidden_size = 32;
  options.model.intermediate_size = 64;
  options.model.num_attention_heads = 2;
  options.model.num_key_value_heads = 1;
  options.model.head_dim = 16;
  options.model.mamba_num_heads = 4;
  options.model.mamba_head_dim = 16;
  options.model.ssm_state_size = 16;
  options.model.chunk_size = 8;
  options.seq_length = 16;
  options.micro_batch = 4;
  options.accumulation = 2;
  options.steps = steps;
  options.schedule.lr = 1e-2;
  options.schedule.warmup_steps = 2;
  options.validate_every = 4;
  options.validation_sequences = 6;
  options.checkpoint_every = 3;
  options.milestones = 2;
  return options;
}

}  // namespace smelt::testing
