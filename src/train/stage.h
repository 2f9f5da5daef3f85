// Pretraining as a stage of a run.
#pragma once

#include <string>

#include "base/context.h"
#include "base/stage.h"
#include "tokens/blend.h"
#include "train/options.h"

namespace smelt {

// Trains on the token datasets of `tokens_dir` in the order that `blend` and context.seed give, validates on its
// dataset `heldout` where there is one, and leaves in `dir` what pretrain.h lists. `tokenizer_dir` gives the vocabulary
// size and the end-of-document token and is copied beside every saved model. Up to date, resumed and renamed as any
// stage (base/stage.h); UserError(kPreempted) when asked to stop, after a checkpoint. The number of threads is
// context.threads.width(), run by LibTorch's pool; another number on resume is allowed and changes the last bits.
StageResult train_stage(const Context& context, const TrainOptions& options, const Blend& blend,
                        const std::string& tokens_dir, const std::string& tokenizer_dir, const std::string& dir);

}  // namespace smelt
