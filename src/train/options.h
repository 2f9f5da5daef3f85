// Settings of pretraining: what `[train]` of a recipe holds.
#pragma once

#include <cstdint>
#include <string>

#include "arch/model_config.h"
#include "base/recipe.h"
#include "train/schedule.h"

namespace smelt {

// The shape of a fresh model, or where to take one from. The vocabulary comes from the tokenizer.
struct ModelOptions {
  std::string from;
  std::string pattern = "M-M-M*-M-";
  int64_t hidden_size = 256;
  int64_t intermediate_size = 1024;
  int64_t num_attention_heads = 4;
  int64_t num_key_value_heads = 2;
  int64_t head_dim = 64;
  int64_t mamba_num_heads = 8;
  int64_t mamba_head_dim = 64;
  int64_t n_groups = 1;
  int64_t ssm_state_size = 64;
  int64_t conv_kernel = 4;
  int64_t chunk_size = 64;
  double initializer_range = 0.02;
  bool tie_word_embeddings = false;

  void fields(Fields& f);
};

struct OptimizerOptions {
  std::string kind = "adamw";
  double beta1 = 0.9;
  double beta2 = 0.95;
  double epsilon = 1e-8;
  double momentum = 0.95;
  double weight_decay = 0.1;
  double clip_norm = 1.0;

  void fields(Fields& f);
};

struct TrainOptions {
  ModelOptions model;
  int64_t seq_length = 512;
  int64_t micro_batch = 2;
  int64_t accumulation = 4;
  int64_t steps = 0;
  int64_t tokens = 0;
  ScheduleOptions schedule;
  OptimizerOptions optimizer;
  int64_t validate_every = 100;
  int64_t validation_sequences = 64;
  int64_t checkpoint_every = 100;
  int64_t keep_checkpoints = 2;
  int64_t milestones = 5;
  int64_t max_bad_steps = 5;
  bool recompute = false;
  std::string save_dtype = "bfloat16";

  void fields(Fields& f);
  int64_t sequences_per_step() const { return micro_batch * accumulation; }
  int64_t tokens_per_step() const { return sequences_per_step() * seq_length; }
  // From `steps`, or from `tokens` rounded up to whole steps. Throws UserError(kUsage) unless exactly one of the two is
  // given.
  int64_t total_steps() const;
  // Throws UserError(kUsage) for a length, a schedule or a shape that cannot be, before any work is done.
  void check() const;
};

// The config of a fresh model of that shape over a tokenizer with `vocab_size` entries. Throws UserError for impossible
// shapes.
ModelConfig make_model_config(const ModelOptions& options, int64_t vocab_size, int64_t seq_length);

}  // namespace smelt
