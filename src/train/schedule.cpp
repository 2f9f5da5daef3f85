#include "train/schedule.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include <fmt/format.h>

#include "base/error.h"

namespace smelt {

void ScheduleOptions::fields(Fields& f) {
  f("lr", lr, "peak learning rate", {.min = 0});
  f("min_lr_ratio", min_lr_ratio, "the rate at the end of the decay, as a share of the peak", {.min = 0, .max = 1});
  f("warmup_steps", warmup_steps, "steps over which the rate rises linearly from zero to the peak", {.min = 0});
  f("decay_share", decay_share,
    "share of all steps, at the end, over which the rate decays; between warm-up and decay it is constant",
    {.min = 0, .max = 1});
  f.choice("decay_shape", decay_shape, {"minus_sqrt", "linear", "cosine"}, "shape of the decay");
}

Schedule::Schedule(const ScheduleOptions& options, int64_t total_steps)
    : peak_(options.lr),
      min_(options.lr * options.min_lr_ratio),
      total_(total_steps),
      warmup_(options.warmup_steps),
      decay_(std::llround(options.decay_share * static_cast<double>(total_steps))),
      shape_(options.decay_shape) {
  if (warmup_ + decay_ > total_) {
    throw usage_error(
        fmt::format("{} warm-up steps and {} decay steps do not fit into {} steps", warmup_, decay_, total_),
        "train.schedule", "lower warmup_steps or decay_share, or train longer");
  }
}

double Schedule::at(int64_t step) const {
  if (step < warmup_) {
    return peak_ * static_cast<double>(step + 1) / static_cast<double>(warmup_);
  }
  if (step < decay_start()) {
    return peak_;
  }
  const double r = std::min(1.0, static_cast<double>(step - decay_start() + 1) / static_cast<double>(decay_));
  double share = 1 - std::sqrt(r);
  if (shape_ == "linear") {
    share = 1 - r;
  } else if (shape_ == "cosine") {
    share = (1 + std::cos(std::numbers::pi * r)) / 2;
  }
  return min_ + (peak_ - min_) * share;
}

}  // namespace smelt
