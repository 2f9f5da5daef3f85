// The flow: pages -> documents -> corpus -> tokenizer -> tokens -> trained -> evaluated -> report.
#pragma once

#include <string>
#include <vector>

#include "cli/run/recipe.h"
#include "cli/session.h"

namespace smelt::cli {

// Names of the stages in order; each is the name of its folder in the run's.
const std::vector<std::string>& stage_names();

struct FlowOptions {
  bool resume = false;
  std::string until;  // last stage to run; empty: all
};

// What a run would only find out on its way: the name of the last stage, and where it trains, check_training(). Throws
// UserError(kUsage).
void check_flow(const RunRecipe& recipe, const FlowOptions& options);

// Runs what is not up to date and returns the run's folder. Whatever ends it leaves run.json with the status and every
// finished stage.
std::string run_flow(Session& session, const RunRecipe& recipe, const FlowOptions& options);

}  // namespace smelt::cli
