// What the model writes at milestones of its training: fixed prompts, fixed random numbers.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/context.h"
#include "base/json.h"
#include "eval/milestones.h"
#include "tokens/tokenizer.h"

namespace smelt {

struct SampleOptions {
  int64_t max_tokens = 96;
  double temperature = 0.8;
  double top_p = 0.95;
};

// One continuation of each prompt: {"step", "sample", "prompt", "text", "tokens", "finish"}. A pure function of the
// model, the prompts, the options and the context's seed.
std::vector<Json> sample_milestone(const Context& context, const Milestone& milestone, const Tokenizer& tokenizer,
                                   const std::vector<std::string>& prompts, const SampleOptions& options);

}  // namespace smelt
