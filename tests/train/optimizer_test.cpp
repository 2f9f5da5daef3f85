#include "train/optimizer.h"

#include <cmath>
#include <map>
#include <string>

#include <ATen/ops/zeros_like.h>
#include <gtest/gtest.h>

#include "model/nemotron_h.h"
#include "model/tiny.h"
#include "train/muon.h"

namespace smelt {
namespace {

// One number followed through algorithm 2 of the paper in plain scalars.
TEST(Optimizer, FollowsTheAlgorithmNumberByNumber) {
  NemotronH model(testing::tiny_config("M-"));
  model.init(1);
  OptimizerOptions options;
  options.clip_norm = 0.5;
  options.weight_decay = 0.3;
  SerialExecutor serial;
  Optimizer optimizer(options, model.parameters(), serial);
  for (const std::string name : {"backbone.layers.0.mixer.in_proj.weight", "backbone.layers.0.mixer.A_log"}) {
    ASSERT_TRUE(model.parameters().contains(name));
  }
  const at::Tensor decayed = model.parameters().tensor("backbone.layers.0.mixer.in_proj.weight").view({-1});
  const at::Tensor plain = model.parameters().tensor("backbone.layers.0.mixer.A_log");
  struct Scalar {
    double value, decay, mean = 0, square = 0;
  };
  Scalar one{decayed[5].item<double>(), 0.3};
  Scalar two{plain[2].item<double>(), 0.0};
  for (int step = 1; step <= 4; ++step) {
    model.parameters().grads().copy_(
        testing::random_tensor({model.parameters().size()}, at::kFloat, static_cast<uint64_t>(step)));
    const double norm = optimizer.grad_norm();
    EXPECT_NEAR(norm, model.parameters().grads().to(at::kDouble).norm().item<double>(), 1e-9 * norm);
    const double grad_one =
        model.parameters().tensor("backbone.layers.0.mixer.in_proj.weight").grad().view({-1})[5].item<double>();
    const double grad_two = plain.grad()[2].item<double>();
    optimizer.update(0.01, norm);
    for (auto [scalar, grad] : {std::pair<Scalar*, double>{&one, grad_one}, {&two, grad_two}}) {
      const double g = grad * 0.5 / norm;
      scalar->mean = 0.9 * scalar->mean + 0.1 * g;
      scalar->square = 0.95 * scalar->square + 0.05 * g * g;
      const double mean = scalar->mean / (1 - std::pow(0.9, step));
      const double square = scalar->square / (1 - std::pow(0.95, step));
      scalar->value -= 0.01 * (mean / (std::sqrt(square) + 1e-8) + scalar->decay * scalar->value);
    }
    // A few roundings of float32 per step on numbers near 1.
    EXPECT_NEAR(decayed[5].item<double>(), one.value, 1e-6);
    EXPECT_NEAR(plain[2].item<double>(), two.value, 1e-6);
  }
}

// The layers' matrices move by Muon alone, everything else as AdamW moves it.
TEST(Optimizer, MuonTakesTheMatricesOfTheLayersAndAdamWTheRest) {
  SerialExecutor serial;
  ThreadPool threads(3);
  const ModelConfig config = testing::tiny_config("M-*");
  NemotronH by_adamw(config);
  NemotronH by_muon(config);
  OptimizerOptions options;
  OptimizerOptions muon_options;
  muon_options.kind = "muon";
  Optimizer adamw(options, by_adamw.parameters(), serial);
  Optimizer muon(muon_options, by_muon.parameters(), threads);
  by_adamw.init(3);
  by_muon.init(3);
  NemotronH expected(config);
  expected.init(3);
  std::map<std::string, at::Tensor> momentum;
  for (uint64_t step = 1; step <= 2; ++step) {
    const at::Tensor grads = testing::random_tensor({by_muon.parameters().size()}, at::kFloat, step);
    by_adamw.parameters().grads().copy_(grads);
    by_muon.parameters().grads().copy_(grads);
    const double norm = muon.grad_norm();
    EXPECT_EQ(norm, adamw.grad_norm());
    adamw.update(0.01, norm);
    muon.update(0.01, norm);
    for (const Parameter& parameter : expected.parameters().all()) {
      auto [place, fresh] = momentum.try_emplace(parameter.spec.name);
      if (fresh) {
        place->second = at::zeros_like(parameter.value.detach());
      }
      if (parameter.spec.name.ends_with("_proj.weight")) {
        muon_update({.lr = 0.01, .grad_scale = 1 / norm}, expected.parameters().view_of(grads, parameter),
                    expected.parameters().view_of(expected.parameters().values(), parameter), place->second);
      }
    }
  }
  int64_t matrices = 0;
  for (const Parameter& parameter : expected.parameters().all()) {
    const bool matrix = parameter.spec.name.ends_with("_proj.weight");
    matrices += matrix ? 1 : 0;
    const at::Tensor& wanted = (matrix ? expected : by_adamw).parameters().tensor(parameter.spec.name);
    EXPECT_TRUE(by_muon.parameters().tensor(parameter.spec.name).equal(wanted)) << parameter.spec.name;
  }
  EXPECT_EQ(matrices, 2 + 2 + 4);
}

}  // namespace
}  // namespace smelt
