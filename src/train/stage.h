// Pretraining as a stage of a run.
#pragma once

#include <string>

#include "base/context.h"
#include "base/stage.h"
#include "tokens/blend.h"
#include "train/options.h"

namespace smelt {

// What makes the stage's key: settings, seed, and the digests of tokens, tokenizer and the model to start from. Throws
// UserError where an input is missing.
StageSpec train_spec(const Context& context, const TrainOptions& options, const Blend& blend,
                     const std::string& tokens_dir, const std::string& tokenizer_dir, const std::string& dir);

// Trains on the token datasets of `tokens_dir` in the order that `blend` and context.seed give, validates on its
// dataset `heldout` where there is one, and leaves in the stage's folder what pretrain.h lists. `tokenizer_dir` gives
// the vocabulary size and the end-of-document token and is copied beside every saved model. Going on after a kill or a
// stop needs the same spec; UserError(kPreempted) when asked to stop, after a checkpoint. The number of threads is
// context.threads.width(), run by LibTorch's pool; another number on resume is allowed and changes the last bits.
// Counts as pretrain().
Json run_train(const Context& context, const TrainOptions& options, const Blend& blend, const std::string& tokens_dir,
               const std::string& tokenizer_dir, const StageSpec& spec, StageDir& stage);

// Both, skipped when the folder is up to date.
StageResult train_stage(const Context& context, const TrainOptions& options, const Blend& blend,
                        const std::string& tokens_dir, const std::string& tokenizer_dir, const std::string& dir);

}  // namespace smelt
