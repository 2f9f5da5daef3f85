#include "train/muon.h"

#include <cmath>

#include <ATen/ops/linalg_svd.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

#include "model/tiny.h"

namespace smelt {
namespace {

using testing::random_tensor;

double polynomial(double s) {
  for (int step = 0; step < 5; ++step) {
    s = 3.4445 * s - 4.7750 * s * s * s + 2.0315 * s * s * s * s * s;
  }
  return s;
}

// The iteration changes singular values alone: by the decomposition, each becomes the polynomial of itself.
TEST(Muon, OrthogonalizeMapsEverySingularValueByThePolynomial) {
  for (const auto& shape : {std::vector<int64_t>{12, 31}, {31, 12}, {8, 8}, {1, 5}, {5, 1}}) {
    const at::Tensor x = random_tensor(shape, at::kFloat, 5);
    const auto [u, s, vh] = at::linalg_svd(x.to(at::kDouble), false);
    at::Tensor mapped = s / s.norm();
    for (int64_t i = 0; i < mapped.numel(); ++i) {
      mapped[i] = polynomial(mapped[i].item<double>());
    }
    const at::Tensor expected = (u * mapped).matmul(vh);
    // Five steps, whose slope is at most 3.4445, on roundings of float32 numbers below 1.21.
    const double tolerance = std::pow(3.4445, 5) * 1.21 * std::numeric_limits<float>::epsilon();
    EXPECT_LT((orthogonalize(x).to(at::kDouble) - expected).abs().max().item<double>(), tolerance);
  }
}

TEST(Muon, SingularValuesComeNearOne) {
  for (double s = 0.002; s <= 1; s += 0.0005) {
    EXPECT_GT(polynomial(s), 0.68) << s;
    EXPECT_LT(polynomial(s), 1.21) << s;
  }
  const at::Tensor none = orthogonalize(at::zeros({4, 6}));
  EXPECT_EQ(none.abs().max().item<double>(), 0.0);
}

// Two updates written out in double, with the direction taken from orthogonalize.
TEST(Muon, UpdateFollowsItsEquations) {
  const at::Tensor weight = random_tensor({6, 10}, at::kFloat, 1);
  const at::Tensor momentum = at::zeros({6, 10});
  at::Tensor w = weight.to(at::kDouble);
  at::Tensor m = momentum.to(at::kDouble);
  for (uint64_t step = 2; step < 4; ++step) {
    const at::Tensor grad = random_tensor({6, 10}, at::kFloat, step);
    muon_update({.lr = 0.02, .momentum = 0.9, .weight_decay = 0.3, .grad_scale = 0.5}, grad, weight, momentum);
    const at::Tensor g = grad.to(at::kDouble) * 0.5;
    m = m * 0.9 + g;
    const at::Tensor o = orthogonalize((g + m * 0.9).to(at::kFloat)).to(at::kDouble);
    w = w * (1 - 0.02 * 0.3) - o * (0.02 * 0.2 * std::sqrt(10.0));
    // Roundings of float32: of the weight, and of the direction's input through the polynomial's slope times the rate.
    EXPECT_LT((weight.to(at::kDouble) - w).abs().max().item<double>(), 1e-5);
    EXPECT_LT((momentum.to(at::kDouble) - m).abs().max().item<double>(), 1e-6);
  }
}

}  // namespace
}  // namespace smelt
