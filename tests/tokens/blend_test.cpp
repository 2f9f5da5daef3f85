#include "tokens/blend.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

#include <gmock/gmock.h>

#include "base/rng.h"
#include "tokens/blend_weights.h"

namespace smelt {
namespace {

using testing::HasSubstr;

double sum_of(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0);
}

// The water level by bisection: shares are min(level, capacity) and sum to the budget.
std::vector<double> by_level(const std::vector<double>& capacities, double budget) {
  double low = 0;
  double high = budget;
  for (int i = 0; i < 200; ++i) {
    const double level = (low + high) / 2;
    double sum = 0;
    for (const double capacity : capacities) {
      sum += std::min(level, capacity);
    }
    (sum < budget ? low : high) = level;
  }
  std::vector<double> out;
  for (const double capacity : capacities) {
    out.push_back(std::min(high, capacity));
  }
  return out;
}

TEST(UniMax, FillsToOneLevel) {
  for (uint64_t trial = 0; trial < 300; ++trial) {
    Rng rng(3, "test/unimax", trial);
    std::vector<double> capacities(1 + rng.below(20));
    for (double& capacity : capacities) {
      capacity = rng.below(8) == 0 ? 0 : std::exp(12 * rng.uniform());
    }
    const double budget = 1.4 * rng.uniform() * sum_of(capacities);
    const std::vector<double> shares = unimax_shares(capacities, budget);
    const std::vector<double> expected = by_level(capacities, budget);
    for (size_t i = 0; i < shares.size(); ++i) {
      // Bisection over 200 halvings is exact to rounding.
      EXPECT_NEAR(shares[i], expected[i], 1e-9 * (1 + budget)) << trial;
    }
    EXPECT_NEAR(sum_of(shares), std::min(budget, sum_of(capacities)), 1e-9 * (1 + budget));
  }
}

TEST(UniMax, HasItsClosedForms) {
  EXPECT_THAT(unimax_shares(std::vector<double>{10, 10, 10}, 15), testing::ElementsAre(5, 5, 5));
  EXPECT_THAT(unimax_shares(std::vector<double>{2, 100, INFINITY}, 30), testing::ElementsAre(2, 14, 14));
  EXPECT_THAT(unimax_shares(std::vector<double>{1, 2, 3}, 100), testing::ElementsAre(1, 2, 3));
  EXPECT_TRUE(unimax_shares(std::vector<double>{}, 1).empty());
}

TEST(TemperatureShares, AreAPowerOfTheSizes) {
  const std::vector<double> sizes = {1, 16, 81, 0};
  EXPECT_THAT(temperature_shares(sizes, 1),
              testing::Pointwise(testing::DoubleEq(), std::vector<double>{1 / 98.0, 16 / 98.0, 81 / 98.0, 0}));
  const std::vector<double> roots = temperature_shares(sizes, 0.25);
  EXPECT_NEAR(roots[0], 1 / 6.0, 1e-15);
  EXPECT_NEAR(roots[1], 2 / 6.0, 1e-15);
  EXPECT_NEAR(roots[2], 3 / 6.0, 1e-15);
  EXPECT_THAT(temperature_shares(sizes, 0),
              testing::Pointwise(testing::DoubleEq(), std::vector<double>{1 / 3.0, 1 / 3.0, 1 / 3.0, 0}));
  EXPECT_NEAR(sum_of(temperature_shares(std::vector<double>{1e300, 1e299}, 10)), 1, 1e-12);
  EXPECT_THAT(temperature_shares(std::vector<double>{0, 0}, 0.5), testing::ElementsAre(0, 0));
}

class BlendPlans : public testing::Test {
 protected:
  static constexpr int64_t kSeq = 10;
  // A thousand, a hundred and ten samples an epoch.
  const std::vector<BlendSource> sources_ = {{"web", 10000, 1000}, {"code", 1000, 100}, {"math", 100, 10}};

  BlendPlan plan(const std::string& toml, int64_t samples) const {
    Blend blend;
    read_recipe_text("blend.toml", toml, {}, blend);
    return plan_blend(blend, sources_, kSeq, samples);
  }
  std::string error(const std::string& toml, int64_t samples) const {
    try {
      plan(toml, samples);
    } catch (const UserError& error) {
      return error.what();
    }
    return "no error";
  }
  static void expect_samples(const BlendPlan::Phase& phase, const std::vector<double>& expected) {
    for (size_t i = 0; i < expected.size(); ++i) {
      EXPECT_NEAR(phase.weights[i] * static_cast<double>(phase.samples), expected[i], 1e-9);
    }
  }
};

TEST_F(BlendPlans, UniMaxIsEvenUpToTheEpochs) {
  expect_samples(plan("phases = [{method = \"unimax\", max_epochs = 2}]", 630).phases[0], {410, 200, 20});
  expect_samples(plan("phases = [{method = \"unimax\", max_epochs = 4}]", 60).phases[0], {20, 20, 20});
  expect_samples(
      plan(R"(phases = [{method = "unimax", max_epochs = 1, sources = [{source = "web"}, {source = "math"}]}])", 110)
          .phases[0],
      {100, 0, 10});
}

TEST_F(BlendPlans, UniMaxHeedsWhatCapsAndEarlierPhasesLeave) {
  const BlendPlan two = plan(R"(
max_epochs = 2
caps = [{source = "math", epochs = 3}]
[[phases]]
until = 0.5
sources = [{source = "code"}]
[[phases]]
method = "unimax"
max_epochs = 0
)",
                             300);
  expect_samples(two.phases[0], {0, 150, 0});
  expect_samples(two.phases[1], {70, 50, 30});  // code: 2 x 100 less 150; math: 3 x 10
}

TEST_F(BlendPlans, UniMaxSaysWhenThereIsTooLittle) {
  const std::string message = error("phases = [{method = \"unimax\", max_epochs = 1}]", 1200);
  EXPECT_THAT(message, HasSubstr("1200 samples, its sources may give 1110"));
  EXPECT_THAT(message, HasSubstr("phases[0].max_epochs"));
  EXPECT_EQ(error("phases = [{method = \"unimax\", max_epochs = 1}]", 1110), "no error");
}

TEST_F(BlendPlans, TemperatureGoesByTokens) {
  const BlendPlan plan_ = plan("phases = [{method = \"temperature\", alpha = 0.5}]", 1000);
  const double sum = 100 + std::sqrt(1000.0) + 10;
  expect_samples(plan_.phases[0], {1000 * 100 / sum, 1000 * std::sqrt(1000.0) / sum, 1000 * 10 / sum});
  const BlendPlan two =
      plan(R"(phases = [{method = "temperature", alpha = 1, sources = [{source = "web"}, {source = "code"}]}])", 1100);
  expect_samples(two.phases[0], {1000, 100, 0});
}

TEST_F(BlendPlans, TemperatureIsCappedAsAnyBlend) {
  const std::string toml = "max_epochs = 2\nphases = [{method = \"temperature\", alpha = 0}]\n";
  EXPECT_THAT(error(toml, 300), HasSubstr("10.00 epochs of \"math\""));
  const BlendPlan held = plan("over_cap = \"redistribute\"\n" + toml, 300);
  EXPECT_LE(held.phases[0].weights[2] * 300, 20);
  EXPECT_NEAR(held.phases[0].weights[0], held.phases[0].weights[1], 1e-12);
}

TEST_F(BlendPlans, WeightsAreForExplicitBlendsAlone) {
  for (const char* method : {"unimax", "temperature"}) {
    EXPECT_THAT(
        error(std::string("phases = [{method = \"") + method + "\", sources = [{source = \"web\", weight = 2}]}]", 10),
        HasSubstr("phases[0].sources[0].weight"));
  }
  EXPECT_THAT(error("phases = [{method = \"unimaxx\"}]", 10), HasSubstr("unimax"));
}

TEST_F(BlendPlans, ExhaustivePhasesTakeEveryWindowOnce) {
  const BlendPlan whole = plan("phases = [{method = \"exhaustive\"}]", 1110);
  ASSERT_EQ(whole.phases[0].samples, 1110);
  expect_samples(whole.phases[0], {1000, 100, 10});
  const BlendPlan then = plan(R"(
[[phases]]
method = "exhaustive"
sources = [{source = "code"}, {source = "math"}]
[[phases]]
sources = [{source = "web"}]
)",
                              500);
  EXPECT_EQ(then.phases[0].samples, 110);
  EXPECT_EQ(then.phases[1].samples, 390);
  EXPECT_EQ(plan("phases = [{method = \"exhaustive\"}]", 700).phases[0].samples, 700) << "cut where the run ends";
  EXPECT_THAT(error("phases = [{method = \"exhaustive\"}]", 1111),
              testing::AllOf(HasSubstr("end at sample 1110 of 1111"), HasSubstr("add a phase")));
}

TEST_F(BlendPlans, SizedPhasesTakeTheirTokens) {
  const BlendPlan sized = plan(
      R"(phases = [{method = "sized", sources = [{source = "web", tokens = 1234}, {source = "math", tokens = 250}]}])",
      148);
  EXPECT_EQ(sized.phases[0].samples, 148);
  expect_samples(sized.phases[0], {123, 0, 25});
  EXPECT_THAT(error("phases = [{method = \"sized\", sources = [{source = \"web\"}]}]", 10),
              HasSubstr("phases[0].sources[0].tokens"));
  EXPECT_THAT(error("phases = [{method = \"sized\"}]", 10), HasSubstr("needs its sources"));
  EXPECT_THAT(error("phases = [{sources = [{source = \"web\", tokens = 5}]}]", 10), HasSubstr("takes no number"));
  EXPECT_THAT(
      error("max_epochs = 1\nphases = [{method = \"sized\", sources = [{source = \"math\", tokens = 250}]}]", 25),
      HasSubstr("2.50 epochs of \"math\""));
}

TEST_F(BlendPlans, StartsAreNamed) {
  EXPECT_EQ(plan("start = [{source = \"code\", samples = 7}]", 10).start, (std::vector<int64_t>{0, 7, 0}));
  EXPECT_THAT(error("start = [{source = \"cod\", samples = 7}]", 10), HasSubstr("start[0].source"));
}

}  // namespace
}  // namespace smelt
