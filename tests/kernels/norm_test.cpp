#include "kernels/norm.h"

#include <gtest/gtest.h>

#include "kernels/gated_norm.h"
#include "kernels/kernel_test_util.h"

namespace smelt::kernels {
namespace {

// Grouped RMSNorm of u in double; groups = 1 is the plain norm.
Doubles normalise(const Doubles& u, const Doubles& weight, int64_t rows, int64_t groups, double eps) {
  const auto dim = static_cast<int64_t>(weight.size());
  const int64_t width = dim / groups;
  Doubles y(u.size());
  for (int64_t r = 0; r < rows * groups; ++r) {
    double squares = 0;
    for (int64_t j = 0; j < width; ++j) {
      squares += u[static_cast<size_t>(r * width + j)] * u[static_cast<size_t>(r * width + j)];
    }
    const double scale = 1.0 / std::sqrt(squares / static_cast<double>(width) + eps);
    for (int64_t j = 0; j < width; ++j) {
      const auto at = static_cast<size_t>(r * width + j);
      y[at] = u[at] * scale * weight[static_cast<size_t>(r % groups * width + j)];
    }
  }
  return y;
}

Doubles sum_of(const Doubles& a, const Doubles& b) {
  Doubles out = a;
  for (size_t i = 0; i < out.size(); ++i) {
    out[i] += b[i];
  }
  return out;
}

Doubles gate(const Doubles& y, const Doubles& z) {
  Doubles out = y;
  for (size_t i = 0; i < out.size(); ++i) {
    out[i] *= z[i] / (1.0 + std::exp(-z[i]));
  }
  return out;
}

// A row of n squares: rounding of the mean (log2 n + 2), root, quotient, two products.
constexpr double kUnits = 16;

TEST(RmsNorm, ForwardAndGradientAgreeWithTheDefinition) {
  for (const Isa isa : available_isas()) {
    for (const int64_t dim : {1, 5, 16, 37, 100}) {
      SCOPED_TRACE(std::string(isa_name(isa)) + " dim " + std::to_string(dim));
      const int64_t rows = 3;
      RmsNormShape shape{.rows = rows, .dim = dim};
      const auto eps = static_cast<double>(shape.eps);
      Doubles x = random_doubles(rows * dim, "x"), residual = random_doubles(rows * dim, "residual");
      Doubles weight = random_doubles(dim, "weight", 0.3, 1.0);
      const Doubles dy = random_doubles(rows * dim, "dy"), extra = random_doubles(rows * dim, "extra");
      const Floats x_f = to_floats(x), residual_f = to_floats(residual), weight_f = to_floats(weight);
      const Floats dy_f = to_floats(dy), extra_f = to_floats(extra);
      Floats y(x.size()), h(x.size()), rstd(static_cast<size_t>(rows)), dx(x.size()), dweight(weight.size());
      SerialExecutor serial;
      rms_norm_forward(serial, shape, x_f.data(), residual_f.data(), weight_f.data(), y.data(), h.data(), rstd.data(),
                       isa);
      const Doubles want = normalise(sum_of(x, residual), weight, rows, 1, eps);
      const Doubles size = normalise(sum_of(absolute(x), absolute(residual)), weight, rows, 1, eps);
      // The sum x + residual rounds too; where it cancels the whole row's scale moves with it.
      Doubles magnitude = absolute(want);
      for (size_t i = 0; i < magnitude.size(); ++i) {
        magnitude[i] += std::fabs(size[i]);
      }
      expect_close(y, want, magnitude, kUnits, "y");
      rms_norm_backward(serial, shape, h.data(), weight_f.data(), rstd.data(), dy_f.data(), extra_f.data(), dx.data(),
                        dweight.data(), isa);
      const auto loss = [&] {
        const Doubles sum = sum_of(x, residual);
        return dot_product(normalise(sum, weight, rows, 1, eps), dy) + dot_product(sum, extra);
      };
      expect_gradient(loss, x, dx, 4 * kUnits, "dx");
      expect_gradient(loss, weight, dweight, 4 * kUnits, "dweight");
    }
  }
}

TEST(GatedNorm, ForwardAndGradientAgreeWithTheDefinition) {
  for (const Isa isa : available_isas()) {
    const std::vector<std::pair<int64_t, int64_t>> sizes = {{4, 1}, {6, 2}, {30, 2}, {64, 4}, {51, 3}};
    for (const auto& [dim, groups] : sizes) {
      SCOPED_TRACE(std::string(isa_name(isa)) + " dim " + std::to_string(dim));
      const int64_t rows = 3;
      GatedNormShape shape{.rows = rows, .dim = dim, .groups = groups};
      const auto eps = static_cast<double>(shape.eps);
      Doubles y = random_doubles(rows * dim, "y"), z = random_doubles(rows * dim, "z", 2.0);
      Doubles weight = random_doubles(dim, "weight", 0.3, 1.0);
      const Doubles dout = random_doubles(rows * dim, "dout");
      const Floats y_f = to_floats(y), z_f = to_floats(z), weight_f = to_floats(weight), dout_f = to_floats(dout);
      Floats out(y.size()), rstd(static_cast<size_t>(rows * groups)), dy(y.size()), dz(y.size()),
          dweight(weight.size());
      SerialExecutor serial;
      gated_norm_forward(serial, shape, y_f.data(), z_f.data(), weight_f.data(), out.data(), rstd.data(), isa);
      const Doubles want = normalise(gate(y, z), weight, rows, groups, eps);
      expect_close(out, want, absolute(want), 2 * kUnits, "out");
      gated_norm_backward(serial, shape, y_f.data(), z_f.data(), weight_f.data(), rstd.data(), dout_f.data(), dy.data(),
                          dz.data(), dweight.data(), isa);
      const auto loss = [&] { return dot_product(normalise(gate(y, z), weight, rows, groups, eps), dout); };
      expect_gradient(loss, y, dy, 8 * kUnits, "dy");
      expect_gradient(loss, z, dz, 8 * kUnits, "dz");
      expect_gradient(loss, weight, dweight, 8 * kUnits, "dweight");
    }
  }
}

TEST(GatedNorm, StridedRowsGiveWhatDenseOnesGive) {
  const int64_t rows = 70;
  const int64_t dim = 24;
  const Floats y = to_floats(random_doubles(rows * dim, "y")), weight = to_floats(random_doubles(dim, "weight"));
  const Floats wide = to_floats(random_doubles(rows * 3 * dim, "wide"));
  Floats z(y.size());
  for (int64_t i = 0; i < rows * dim; ++i) {
    z[static_cast<size_t>(i)] = wide[static_cast<size_t>(i / dim * 3 * dim + dim + i % dim)];
  }
  ThreadPool pool(2);
  SerialExecutor serial;
  GatedNormShape dense{.rows = rows, .dim = dim, .groups = 2};
  GatedNormShape strided = dense;
  strided.z_stride = 3 * dim;
  strided.dz_stride = 3 * dim;
  Floats out(y.size()), out2(y.size()), rstd(static_cast<size_t>(rows * 2));
  gated_norm_forward(serial, dense, y.data(), z.data(), weight.data(), out.data(), rstd.data());
  gated_norm_forward(pool, strided, y.data(), wide.data() + dim, weight.data(), out2.data(), rstd.data());
  EXPECT_EQ(out, out2);
  Floats dy(y.size()), dy2(y.size()), dz(y.size()), wide_dz(wide.size()), dw(weight.size()), dw2(weight.size());
  gated_norm_backward(serial, dense, y.data(), z.data(), weight.data(), rstd.data(), out.data(), dy.data(), dz.data(),
                      dw.data());
  gated_norm_backward(pool, strided, y.data(), wide.data() + dim, weight.data(), rstd.data(), out.data(), dy2.data(),
                      wide_dz.data() + dim, dw2.data());
  EXPECT_EQ(dy, dy2);
  EXPECT_EQ(dw, dw2);
  for (int64_t i = 0; i < rows * dim; ++i) {
    ASSERT_EQ(dz[static_cast<size_t>(i)], wide_dz[static_cast<size_t>(i / dim * 3 * dim + dim + i % dim)]);
  }
}

TEST(RmsNorm, NanStaysInItsRowAndDenormalsAreHarmless) {
  SerialExecutor serial;
  for (const Isa isa : available_isas()) {
    Floats x(3 * 10, 1e-41F);
    x[12] = std::nanf("");
    const Floats weight(10, 1.0F);
    Floats y(x.size());
    rms_norm_forward(serial, {.rows = 3, .dim = 10}, x.data(), nullptr, weight.data(), y.data(), nullptr, nullptr, isa);
    for (size_t i = 0; i < y.size(); ++i) {
      EXPECT_EQ(std::isnan(y[i]), i / 10 == 1) << i;
      if (i / 10 != 1) {
        EXPECT_LT(std::fabs(y[i]), 1e-37F);
      }
    }
  }
}

}  // namespace
}  // namespace smelt::kernels
