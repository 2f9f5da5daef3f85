// Learning-rate schedules: warm-up, stable, decay (WSD; Hu et al. 2024, "MiniCPM", section 4), with the decay shapes of
// the Nemotron line.
#pragma once

#include <cstdint>
#include <string>

#include "base/recipe.h"

namespace smelt {

struct ScheduleOptions {
  double lr = 2e-3;
  double min_lr_ratio = 0.01;
  int64_t warmup_steps = 40;
  double decay_share = 0.4;
  std::string decay_shape = "minus_sqrt";

  void fields(Fields& f);
};

// A pure function of the step.
class Schedule {
 public:
  // Throws UserError(kUsage) where warm-up and decay do not fit into `total_steps`.
  Schedule(const ScheduleOptions& options, int64_t total_steps);

  // Rate of step `step` in [0, total_steps). Warm-up rises linearly and reaches the peak at its last step; the decay,
  // over the last round(decay_share * total) steps, ends at the minimum: r in (0, 1] is the share of it that is done,
  // and the rate is min + (peak - min) * f(r), f = 1 - r (linear), (1 + cos(pi r)) / 2 (cosine), 1 - sqrt(r)
  // (minus_sqrt).
  double at(int64_t step) const;
  int64_t decay_start() const { return total_ - decay_; }

 private:
  double peak_;
  double min_;
  int64_t total_;
  int64_t warmup_;
  int64_t decay_;
  std::string shape_;
};

}  // namespace smelt
