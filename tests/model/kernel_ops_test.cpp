// The kernels inside autograd against LibTorch's own operations on the same numbers in double.
#include <cmath>
#include <limits>

#include <ATen/ops/empty.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "model/nemotron_h.h"
#include "model/tiny.h"
#include "model/torch_executor.h"

namespace smelt {
namespace {

using testing::max_abs;
using testing::random_ids;
using testing::random_tensor;

struct LossAndGrads {
  double loss = 0;
  at::Tensor grads;
};

LossAndGrads run(const ModelConfig& config, at::ScalarType dtype, const OpSet& ops, int64_t batch, int64_t length) {
  NemotronH model(config, dtype);
  model.init(1);
  model.set_ops(ops);
  at::Tensor targets = random_ids(batch, length, config.vocab_size, 3);
  targets[0][0] = kIgnoreTarget;
  const at::Tensor loss = model.loss(random_ids(batch, length, config.vocab_size, 2), targets);
  loss.backward();
  return {loss.item<double>(), model.parameters().grads().to(at::kDouble)};
}

TEST(KernelOps, LossAndGradientsAreThoseOfThePortableOperations) {
  ModelConfig wide = testing::tiny_config("M*-M");
  wide.hidden_size = 48;
  wide.mamba_num_heads = 6;
  wide.n_groups = 3;
  wide.mamba_head_dim = 20;
  wide.ssm_state_size = 17;
  wide.chunk_size = 16;
  for (const ModelConfig& config : {testing::tiny_config(), wide}) {
    for (const int64_t length : {1, 5, 33}) {
      const LossAndGrads exact = run(config, at::kDouble, portable_op_set(), 3, length);
      const LossAndGrads portable = run(config, at::kFloat, portable_op_set(), 3, length);
      const LossAndGrads fast = run(config, at::kFloat, kernel_op_set(), 3, length);
      EXPECT_NEAR(fast.loss, exact.loss, 1e-6 * exact.loss);
      // Float's rounding grows along the network; LibTorch's own float path shows by how much. A few times that, or a
      // few ulps of the largest.
      const double scale = max_abs(exact.grads);
      const double rounding = max_abs(portable.grads - exact.grads) + 1e-6 * scale;
      EXPECT_LT(max_abs(fast.grads - exact.grads), 5 * rounding) << "length " << length;
      EXPECT_LT(rounding, 1e-4 * scale);
    }
  }
}

TEST(KernelOps, LossInBlocksIsTheLossAtOnce) {
  const int64_t vocab = 60'001;  // one block is 34 rows
  const at::Tensor hidden = random_tensor({101, 8}, at::kFloat, 1).requires_grad_(true);
  const at::Tensor weight = random_tensor({vocab, 8}, at::kFloat, 2).requires_grad_(true);
  at::Tensor targets = random_ids(1, 101, vocab, 3)[0];
  targets[20] = kIgnoreTarget;
  const at::Tensor loss = kernel_op_set().linear_cross_entropy(hidden, weight, targets, kIgnoreTarget);
  (loss * 0.5).backward();
  const at::Tensor exact_hidden = hidden.detach().to(at::kDouble).requires_grad_(true);
  const at::Tensor exact_weight = weight.detach().to(at::kDouble).requires_grad_(true);
  const at::Tensor exact = portable_op_set().linear_cross_entropy(exact_hidden, exact_weight, targets, kIgnoreTarget);
  (exact * 0.5).backward();
  EXPECT_NEAR(loss.item<double>(), exact.item<double>(), 1e-6 * exact.item<double>());
  // Sums of so many floats in a matrix product.
  const double tolerance = 8 * std::sqrt(static_cast<double>(vocab)) * std::numeric_limits<float>::epsilon();
  EXPECT_LT(max_abs(hidden.grad() - exact_hidden.grad()), tolerance * max_abs(exact_hidden.grad()));
  EXPECT_LT(max_abs(weight.grad() - exact_weight.grad()), 1e-5 * max_abs(exact_weight.grad()));
}

TEST(KernelOps, GradientsAreTheSameBitsInEveryRun) {
  init_torch(2);
  const ModelConfig config = testing::tiny_config("M*-M");
  const LossAndGrads one = run(config, at::kFloat, kernel_op_set(), 4, 40);
  for (int repeat = 0; repeat < 10; ++repeat) {
    EXPECT_TRUE(run(config, at::kFloat, kernel_op_set(), 4, 40).grads.equal(one.grads));
  }
  init_torch(1);
}

}  // namespace
}  // namespace smelt
