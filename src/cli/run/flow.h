// The flow: pages -> documents (-> classifiers) -> corpus -> tokenizer -> tokens -> trained -> evaluated -> report.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/workers.h"
#include "cli/run/recipe.h"
#include "cli/session.h"

namespace smelt::cli {

// Names of the stages in order; each is the name of its folder in the run's. A recipe without [[classifiers]] has no
// stage of that name.
const std::vector<std::string>& stage_names();

// Steps inside stages that several processes share, in order: the last one of each is the stage itself.
const std::vector<std::string>& shared_steps();

struct FlowOptions {
  bool resume = false;
  std::string until;  // last stage or shared step to run; empty: all
  // One of several processes that share the run. The first keeps its books, the others end behind the last shared
  // stage.
  std::optional<WorkerOptions> worker;
};

// What a run would only find out on its way: the name of the last stage, and where it trains, check_training(). Throws
// UserError(kUsage).
void check_flow(const RunRecipe& recipe, const FlowOptions& options);

// Runs what is not up to date and returns the run's folder. Whatever ends it leaves run.json with the status and every
// finished stage. `ended_early`, of one of several processes: the rest is with others.
struct FlowResult {
  std::string dir;
  bool ended_early = false;
};
FlowResult run_flow(Session& session, const RunRecipe& recipe, const FlowOptions& options);

}  // namespace smelt::cli
