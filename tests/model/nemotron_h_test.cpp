#include "model/nemotron_h.h"

#include <cmath>

#include <c10/core/GradMode.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "model/tiny.h"

namespace smelt {
namespace {

using testing::max_abs;
using testing::random_ids;
using testing::random_tensor;
using testing::tiny_config;

// Weights large enough that every path of the network carries a gradient well above rounding.
void fill(NemotronH& model, uint64_t seed) {
  model.init(seed);
  const at::NoGradGuard no_grad;
  uint64_t item = 0;
  for (const Parameter& parameter : model.parameters().all()) {
    parameter.value.add_(random_tensor(parameter.spec.shape, parameter.value.scalar_type(), seed + ++item, 0.2));
  }
}

TEST(NemotronH, GradientsAreFiniteDifferencesOfTheLoss) {
  NemotronH model(tiny_config(), at::kDouble);
  fill(model, 1);
  const at::Tensor ids = random_ids(2, 11, 37, 2);
  at::Tensor targets = random_ids(2, 11, 37, 3);
  targets[1][4] = kIgnoreTarget;
  model.loss(ids, targets).backward();

  const at::NoGradGuard no_grad;
  const double step = 1e-5;
  for (const Parameter& parameter : model.parameters().all()) {
    const at::Tensor flat = parameter.value.view({-1});
    const at::Tensor grad = parameter.value.grad().view({-1});
    for (int64_t i = 0; i < flat.size(0); i += 1 + flat.size(0) / 3) {
      const double kept = flat[i].item<double>();
      flat[i] = kept + step;
      const double above = model.loss(ids, targets).item<double>();
      flat[i] = kept - step;
      const double below = model.loss(ids, targets).item<double>();
      flat[i] = kept;
      // Central differences: rounding 1e-16 / step and the third derivative times step^2, both near 1e-10.
      EXPECT_NEAR(grad[i].item<double>(), (above - below) / (2 * step), 1e-8) << parameter.spec.name << " at " << i;
    }
  }
}

TEST(NemotronH, IsCausal) {
  NemotronH model(tiny_config(), at::kDouble);
  fill(model, 1);
  const at::NoGradGuard no_grad;
  const at::Tensor ids = random_ids(1, 12, 37, 2);
  const at::Tensor before = model.logits(model.hidden(ids));
  ids[0][7] = (ids[0][7].item<int64_t>() + 1) % 37;
  const at::Tensor change = (model.logits(model.hidden(ids)) - before).abs().amax(-1)[0];
  EXPECT_EQ(max_abs(change.narrow(0, 0, 7)), 0);
  for (int64_t t = 7; t < 12; ++t) {
    EXPECT_GT(change[t].item<double>(), 1e-9) << t;
  }
}

TEST(NemotronH, LossIsTheMeanOverTargetsThatCount) {
  NemotronH model(tiny_config(), at::kDouble);
  fill(model, 1);
  const at::NoGradGuard no_grad;
  const at::Tensor ids = random_ids(1, 6, 37, 2);
  at::Tensor targets = random_ids(1, 6, 37, 3);
  const at::Tensor log_p = model.logits(model.hidden(ids)).log_softmax(-1)[0];
  double sum = 0;
  for (const int64_t t : {1, 5}) {
    sum -= log_p[t][targets[0][t].item<int64_t>()].item<double>();
  }
  for (const int64_t t : {0, 2, 3, 4}) {
    targets[0][t] = kIgnoreTarget;
  }
  EXPECT_NEAR(model.loss(ids, targets).item<double>(), sum / 2, 1e-12);
  targets.fill_(kIgnoreTarget);
  EXPECT_EQ(model.loss(ids, targets).item<double>(), 0);
}

TEST(NemotronH, RecomputedActivationsGiveTheSameGradients) {
  std::vector<at::Tensor> grads;
  for (const bool recompute : {false, true}) {
    NemotronH model(tiny_config());
    fill(model, 1);
    model.set_recompute(recompute);
    const at::Tensor ids = random_ids(2, 9, 37, 2);
    model.loss(ids, random_ids(2, 9, 37, 3)).backward();
    grads.push_back(model.parameters().grads());
  }
  EXPECT_GT(max_abs(grads[0]), 0);
  EXPECT_TRUE(grads[0].equal(grads[1]));
}

TEST(NemotronH, InitDependsOnSeedAndNameOnly) {
  NemotronH one(tiny_config("M-"));
  NemotronH two(tiny_config("M-"));
  NemotronH longer(tiny_config("M-M*"));
  one.init(5);
  two.init(5);
  longer.init(5);
  EXPECT_TRUE(one.parameters().values().equal(two.parameters().values()));
  const std::string name = "backbone.layers.0.mixer.in_proj.weight";
  EXPECT_TRUE(one.parameters().tensor(name).equal(longer.parameters().tensor(name)));
  two.init(6);
  EXPECT_FALSE(one.parameters().values().equal(two.parameters().values()));
}

TEST(NemotronH, InitFollowsThePublishedDistributions) {
  ModelConfig config = tiny_config("MM-*");
  config.hidden_size = 64;
  config.mamba_num_heads = 64;
  NemotronH model(config);
  model.init(1);
  const auto deviation = [&](const std::string& name) { return model.parameters().tensor(name).std().item<double>(); };
  // 4 deviations of a sample's deviation: sigma * 4 / sqrt(2 n), n = 2,368 * 64 and 512 * 64 and so on; 3 % covers the
  // smallest.
  EXPECT_NEAR(deviation("backbone.layers.0.mixer.in_proj.weight"), 0.02, 0.02 * 0.03);
  EXPECT_NEAR(deviation("backbone.layers.0.mixer.out_proj.weight"), 0.02 / std::sqrt(4.0), 0.01 * 0.03);
  EXPECT_NEAR(deviation("backbone.embeddings.weight"), 0.02, 0.02 * 0.06);
  const at::Tensor a = model.parameters().tensor("backbone.layers.0.mixer.A_log").exp();
  EXPECT_GE(a.min().item<double>(), 0.999);
  EXPECT_LE(a.max().item<double>(), 16.001);
  EXPECT_GT(a.max().item<double>(), 8);
  const at::Tensor dt = model.parameters().tensor("backbone.layers.0.mixer.dt_bias").exp().log1p();
  EXPECT_GE(dt.min().item<double>(), 0.00099);
  EXPECT_LE(dt.max().item<double>(), 0.1001);
  EXPECT_EQ(model.parameters().tensor("backbone.layers.0.norm.weight").min().item<double>(), 1);
  EXPECT_LE(max_abs(model.parameters().tensor("backbone.layers.0.mixer.conv1d.weight")), 0.5);
}

TEST(NemotronH, RefusesWhatItCannotTrain) {
  ModelConfig config = tiny_config();
  config.time_step_limit = {0.0, 1.0};
  EXPECT_THROW(NemotronH{config}, UserError);
  config = tiny_config("M*E");
  EXPECT_THROW(NemotronH{config}, UserError);
}

}  // namespace
}  // namespace smelt
