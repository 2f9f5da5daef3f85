#include <gtest/gtest.h>

#include "kernels/adamw.h"
#include "kernels/cross_entropy.h"
#include "kernels/kernel_test_util.h"
#include "kernels/squared_relu.h"

namespace smelt::kernels {
namespace {

TEST(SquaredRelu, ForwardAndGradientAreExactToOneRounding) {
  SerialExecutor serial;
  for (const Isa isa : available_isas()) {
    for (const int64_t n : {1, 7, 16, 100}) {
      const Floats x = to_floats(random_doubles(n, "x")), dy = to_floats(random_doubles(n, "dy"));
      Floats y(x.size()), dx(x.size());
      squared_relu_forward(serial, n, x.data(), y.data(), isa);
      squared_relu_backward(serial, n, x.data(), dy.data(), dx.data(), isa);
      for (size_t i = 0; i < x.size(); ++i) {
        const float positive = x[i] > 0 ? x[i] : 0.0F;
        EXPECT_EQ(y[i], positive * positive);
        EXPECT_EQ(dx[i], 2 * positive * dy[i]);
      }
    }
    Floats special = {std::nanf(""), -std::nanf(""), INFINITY, -INFINITY, -0.0F};
    squared_relu_forward(serial, 5, special.data(), special.data(), isa);
    EXPECT_TRUE(std::isnan(special[0]) && std::isnan(special[1]));
    EXPECT_EQ(special[2], INFINITY);
    EXPECT_EQ(special[3], 0.0F);
    EXPECT_EQ(special[4], 0.0F);
  }
}

double reference_loss(const double* logits, int64_t vocab, int64_t target) {
  double most = logits[0];
  for (int64_t j = 1; j < vocab; ++j) {
    most = std::max(most, logits[j]);
  }
  double sum = 0;
  for (int64_t j = 0; j < vocab; ++j) {
    sum += std::exp(logits[j] - most);
  }
  return std::log(sum) + most - logits[target];
}

TEST(CrossEntropy, LossAndGradientAgreeWithTheDefinition) {
  SerialExecutor serial;
  for (const Isa isa : available_isas()) {
    for (const int64_t vocab : {1, 3, 17, 64, 1500}) {
      for (const double spread : {1.0, 30.0}) {
        SCOPED_TRACE(std::string(isa_name(isa)) + " vocab " + std::to_string(vocab));
        const int64_t rows = 5;
        Doubles logits = random_doubles(rows * vocab, "logits", spread, 400.0);
        const std::vector<int64_t> targets = {0, vocab - 1, vocab / 2, -100, vocab / 3};
        CrossEntropyShape shape{.rows = rows, .vocab = vocab};
        Floats grad = to_floats(logits), losses(static_cast<size_t>(rows)), alone(static_cast<size_t>(rows));
        cross_entropy_losses(serial, shape, grad.data(), targets.data(), alone.data(), isa);
        cross_entropy_with_gradient(serial, shape, grad.data(), targets.data(), 0.25F, losses.data(), isa);
        EXPECT_EQ(alone, losses);
        for (int64_t r = 0; r < rows; ++r) {
          const double* row = logits.data() + r * vocab;
          const int64_t target = targets[static_cast<size_t>(r)];
          const double want = target < 0 ? 0.0 : reference_loss(row, vocab, target);
          const double log_sum = reference_loss(row, vocab, 0) + row[0];
          // x - max is exact to half a unit of |x|, here about 500; the exponentials and the sum add a few units of 1.
          EXPECT_NEAR(static_cast<double>(losses[static_cast<size_t>(r)]), want,
                      std::ldexp(1.0, -24) * (500 + want + 16));
          for (int64_t j = 0; j < vocab; ++j) {
            const double p = target < 0 ? 0.0 : std::exp(row[j] - log_sum);
            const double gradient = target < 0 ? 0.0 : 0.25 * (p - (j == target ? 1.0 : 0.0));
            EXPECT_NEAR(static_cast<double>(grad[static_cast<size_t>(r * vocab + j)]), gradient,
                        std::ldexp(0.25, -24) * (p * 600 + (j == target ? 1 : 0)) + 1e-37);
          }
        }
      }
    }
  }
}

TEST(CrossEntropy, ExtremeLogitsAndThreads) {
  ThreadPool pool(3);
  SerialExecutor serial;
  for (const Isa isa : available_isas()) {
    Floats logits = {3e38F, -3e38F, 0.0F, -INFINITY, -INFINITY, 5.0F, 1.0F, std::nanf(""), 2.0F, 1.0F, INFINITY, 2.0F};
    const std::vector<int64_t> targets = {0, 2, 0, 0};
    Floats losses(4);
    cross_entropy_with_gradient(serial, {.rows = 4, .vocab = 3}, logits.data(), targets.data(), 1.0F, losses.data(),
                                isa);
    EXPECT_EQ(losses[0], 0.0F);
    EXPECT_EQ(losses[1], 0.0F);
    EXPECT_TRUE(std::isnan(losses[2]));
    EXPECT_TRUE(std::isnan(losses[3]));
    EXPECT_EQ(logits[3], 0.0F);
    Floats one = to_floats(random_doubles(50 * 333, "logits")), three = one, loss_one(50), loss_three(50);
    const std::vector<int64_t> many(50, 7);
    cross_entropy_with_gradient(serial, {.rows = 50, .vocab = 333}, one.data(), many.data(), 1.0F, loss_one.data(),
                                isa);
    cross_entropy_with_gradient(pool, {.rows = 50, .vocab = 333}, three.data(), many.data(), 1.0F, loss_three.data(),
                                isa);
    EXPECT_EQ(one, three);
    EXPECT_EQ(loss_one, loss_three);
  }
}

TEST(AdamW, FollowsTheAlgorithmOverSteps) {
  SerialExecutor serial;
  const int64_t n = 45;
  for (const Isa isa : available_isas()) {
    Doubles param = random_doubles(n, "param"), m(n, 0.0), v(n, 0.0);
    Floats param_f = to_floats(param), m_f(n, 0.0F), v_f(n, 0.0F);
    AdamWSettings settings;
    settings.lr = 0.01;
    settings.grad_scale = 0.5;
    for (int64_t step = 1; step <= 20; ++step) {
      settings.step = step;
      const Doubles grad = random_doubles(n, "grad" + std::to_string(step));
      adamw_update(serial, n, settings, to_floats(grad).data(), param_f.data(), m_f.data(), v_f.data(), isa);
      for (size_t i = 0; i < param.size(); ++i) {
        const double g = grad[i] * 0.5;
        m[i] = 0.9 * m[i] + 0.1 * g;
        v[i] = 0.95 * v[i] + 0.05 * g * g;
        const double m_hat = m[i] / (1 - std::pow(0.9, static_cast<double>(step)));
        const double v_hat = v[i] / (1 - std::pow(0.95, static_cast<double>(step)));
        param[i] -= 0.01 * (m_hat / (std::sqrt(v_hat) + 1e-8) + 0.1 * param[i]);
      }
    }
    // Per step the parameter rounds twice at its own size and the update (at most lr) some ten times.
    Doubles magnitude = absolute(param);
    for (double& x : magnitude) {
      x += 1.0;
    }
    expect_close(param_f, param, magnitude, 20 * 2, "param");
  }
}

TEST(SquaredNorm, IsTheSameOnEveryInstructionSetAndThreadCount) {
  const int64_t n = 70001;
  const Doubles x = random_doubles(n, "x");
  const Floats x_f = to_floats(x);
  SerialExecutor serial;
  ThreadPool pool(3);
  const double want = dot_product(x, x);
  for (const Isa isa : available_isas()) {
    const double got = squared_norm(serial, n, x_f.data(), isa);
    EXPECT_NEAR(got, want, 1e-12 * want);
    EXPECT_EQ(got, squared_norm(pool, n, x_f.data(), isa));
    EXPECT_EQ(got, squared_norm(pool, n, x_f.data(), Isa::kGeneric));
  }
}

}  // namespace
}  // namespace smelt::kernels
