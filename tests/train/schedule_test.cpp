#include "train/schedule.h"

#include <cmath>

#include <gtest/gtest.h>

#include "base/error.h"

namespace smelt {
namespace {

ScheduleOptions options(const std::string& shape) {
  ScheduleOptions out;
  out.lr = 1.0;
  out.min_lr_ratio = 0.1;
  out.warmup_steps = 10;
  out.decay_share = 0.2;
  out.decay_shape = shape;
  return out;
}

TEST(Schedule, RisesLinearlyStaysAndFalls) {
  const Schedule schedule(options("linear"), 100);
  EXPECT_DOUBLE_EQ(schedule.at(0), 0.1);
  EXPECT_DOUBLE_EQ(schedule.at(4), 0.5);
  EXPECT_DOUBLE_EQ(schedule.at(9), 1.0);
  EXPECT_DOUBLE_EQ(schedule.at(10), 1.0);
  EXPECT_EQ(schedule.decay_start(), 80);
  EXPECT_DOUBLE_EQ(schedule.at(79), 1.0);
  EXPECT_DOUBLE_EQ(schedule.at(84), 1.0 - 0.9 * 0.25);
  EXPECT_DOUBLE_EQ(schedule.at(99), 0.1);
}

TEST(Schedule, ShapesAtAQuarterOfTheDecay) {
  EXPECT_DOUBLE_EQ(Schedule(options("minus_sqrt"), 100).at(84), 0.1 + 0.9 * 0.5);
  EXPECT_NEAR(Schedule(options("cosine"), 100).at(84), 0.1 + 0.9 * (1 + std::sqrt(0.5)) / 2, 1e-15);
  EXPECT_NEAR(Schedule(options("cosine"), 100).at(99), 0.1, 1e-15);
  EXPECT_DOUBLE_EQ(Schedule(options("minus_sqrt"), 100).at(99), 0.1);
}

TEST(Schedule, WithoutWarmUpOrDecayIsConstant) {
  ScheduleOptions flat = options("linear");
  flat.warmup_steps = 0;
  flat.decay_share = 0;
  const Schedule schedule(flat, 5);
  for (int64_t step = 0; step < 5; ++step) {
    EXPECT_DOUBLE_EQ(schedule.at(step), 1.0);
  }
}

TEST(Schedule, RefusesPhasesThatDoNotFit) {
  EXPECT_THROW(Schedule(options("linear"), 11), UserError);
  EXPECT_NO_THROW(Schedule(options("linear"), 12));
}

}  // namespace
}  // namespace smelt
