#include "model/portable_ops.h"

#include <cmath>

#include <ATen/ops/empty.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

#include "model/tiny.h"

namespace smelt {
namespace {

using testing::max_abs;
using testing::random_tensor;

// Rounding of double over the few hundred terms of these sums.
constexpr double kTolerance = 1e-12;

portable::SsdInputs random_ssd(int64_t b, int64_t t, int64_t h, int64_t p, int64_t g, int64_t n) {
  return {.x = random_tensor({b, t, h, p}, at::kDouble, 1),
          .dt = random_tensor({b, t, h}, at::kDouble, 2),
          .a_log = random_tensor({h}, at::kDouble, 3),
          .b = random_tensor({b, t, g, n}, at::kDouble, 4),
          .c = random_tensor({b, t, g, n}, at::kDouble, 5),
          .d = random_tensor({h}, at::kDouble, 6),
          .dt_bias = random_tensor({h}, at::kDouble, 7)};
}

// The recurrence, one step at a time, one number at a time.
at::Tensor recurrence(const portable::SsdInputs& in) {
  const auto x = in.x.accessor<double, 4>();
  const auto b = in.b.accessor<double, 4>();
  const auto c = in.c.accessor<double, 4>();
  const auto dt = in.dt.accessor<double, 3>();
  const int64_t heads = in.x.size(2);
  const int64_t shared = heads / in.b.size(2);
  const int64_t states = in.b.size(3);
  at::Tensor out = at::empty_like(in.x);
  auto y = out.accessor<double, 4>();
  for (int64_t i = 0; i < in.x.size(0); ++i) {
    for (int64_t h = 0; h < heads; ++h) {
      const double a = -std::exp(in.a_log[h].item<double>());
      const double bias = in.dt_bias[h].item<double>();
      const double skip = in.d[h].item<double>();
      for (int64_t p = 0; p < in.x.size(3); ++p) {
        std::vector<double> state(static_cast<size_t>(states), 0.0);
        for (int64_t t = 0; t < in.x.size(1); ++t) {
          const double step = std::log1p(std::exp(dt[i][t][h] + bias));
          double sum = skip * x[i][t][h][p];
          for (int64_t n = 0; n < states; ++n) {
            double& s = state[static_cast<size_t>(n)];
            s = s * std::exp(step * a) + step * x[i][t][h][p] * b[i][t][h / shared][n];
            sum += s * c[i][t][h / shared][n];
          }
          y[i][t][h][p] = sum;
        }
      }
    }
  }
  return out;
}

TEST(PortableOps, ChunkedScanIsTheRecurrence) {
  for (const int64_t length : {1, 4, 7, 13}) {
    const portable::SsdInputs in = random_ssd(2, length, 4, 3, 2, 5);
    const at::Tensor expected = recurrence(in);
    for (const int64_t chunk : {1, 3, 4, 16}) {
      EXPECT_LT(max_abs(portable::ssd(in, chunk) - expected), kTolerance * (1 + max_abs(expected)))
          << "length " << length << " chunk " << chunk;
    }
  }
}

TEST(PortableOps, ConvolutionIsCausalAndTakesTheNewestTokenByItsLastTap) {
  const at::Tensor x = random_tensor({1, 6, 3}, at::kDouble, 1);
  const at::Tensor weight = random_tensor({3, 4}, at::kDouble, 2);
  const at::Tensor bias = random_tensor({3}, at::kDouble, 3);
  const at::Tensor y = portable::causal_conv_silu(x, weight, bias);
  for (int64_t t = 0; t < 6; ++t) {
    for (int64_t c = 0; c < 3; ++c) {
      double sum = bias[c].item<double>();
      for (int64_t k = 0; k < 4; ++k) {
        sum += t - 3 + k < 0 ? 0.0 : weight[c][k].item<double>() * x[0][t - 3 + k][c].item<double>();
      }
      EXPECT_NEAR(y[0][t][c].item<double>(), sum / (1 + std::exp(-sum)), kTolerance);
    }
  }
}

TEST(PortableOps, GatedNormHasUnitMeanSquareInEachGroup) {
  const at::Tensor y = random_tensor({2, 5, 12}, at::kDouble, 1);
  const at::Tensor z = random_tensor({2, 5, 12}, at::kDouble, 2);
  const at::Tensor out = portable::gated_rms_norm(y, z, at::zeros({12}, y.options()) + 1, 3, 1e-12);
  const at::Tensor squares = out.unflatten(-1, {3, 4}).square().mean(-1);
  EXPECT_LT(max_abs(squares - 1), 1e-6);
  const double gated =
      y[1][2][7].item<double>() * z[1][2][7].item<double>() / (1 + std::exp(-z[1][2][7].item<double>()));
  EXPECT_EQ(gated > 0, out[1][2][7].item<double>() > 0);
}

}  // namespace
}  // namespace smelt
