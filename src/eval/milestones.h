// Which models along a training are looked at, and what they are asked.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "eval/heldout.h"

namespace smelt {

struct Milestone {
  int64_t step = 0;
  std::string dir;  // a model folder
};

// The folders step-N of train/milestones, by rising step.
std::vector<Milestone> list_milestones(const std::string& milestones_dir);
// At most `count` of them: the first, the last, and evenly between.
std::vector<Milestone> spread_milestones(const std::vector<Milestone>& all, int64_t count);

// "" (nothing but the end-of-document token), then the first `words` words of documents drawn by seed, all different.
std::vector<std::string> choose_prompts(const HeldoutSet& heldout, int64_t count, int64_t words, uint64_t seed);

}  // namespace smelt
