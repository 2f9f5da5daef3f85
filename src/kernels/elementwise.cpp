#include <algorithm>
#include <cmath>
#include <vector>

#include "base/error.h"
#include "kernels/adamw.h"
#include "kernels/cross_entropy.h"
#include "kernels/squared_relu.h"
#include "kernels/train_table.h"

namespace smelt::kernels {

namespace {

constexpr int64_t kGrain = 16384;  // floats of one task
constexpr int64_t kRowGrain = 4;

}  // namespace

void squared_relu_forward(Executor& executor, int64_t n, const float* x, float* y, Isa isa) {
  const ElementKernels& kernels = train_table(isa).element;
  parallel_for(executor, n, kGrain,
               [&](int64_t begin, int64_t end) { kernels.squared_relu(end - begin, x + begin, y + begin); });
}

void squared_relu_backward(Executor& executor, int64_t n, const float* x, const float* dy, float* dx, Isa isa) {
  const ElementKernels& kernels = train_table(isa).element;
  parallel_for(executor, n, kGrain, [&](int64_t begin, int64_t end) {
    kernels.squared_relu_backward(end - begin, x + begin, dy + begin, dx + begin);
  });
}

void adamw_update(Executor& executor, int64_t n, const AdamWSettings& settings, const float* grad, float* param,
                  float* m, float* v, Isa isa) {
  SMELT_CHECK(settings.step >= 1);
  const ElementKernels& kernels = train_table(isa).element;
  const auto step = static_cast<double>(settings.step);
  AdamWFactors factors{};
  factors.grad_scale = static_cast<float>(settings.grad_scale);
  factors.beta1 = static_cast<float>(settings.beta1);
  factors.one_minus_beta1 = static_cast<float>(1.0 - settings.beta1);
  factors.beta2 = static_cast<float>(settings.beta2);
  factors.one_minus_beta2 = static_cast<float>(1.0 - settings.beta2);
  factors.keep = static_cast<float>(1.0 - settings.lr * settings.weight_decay);
  factors.rate = static_cast<float>(settings.lr / (1.0 - std::pow(settings.beta1, step)));
  factors.inverse_root = static_cast<float>(1.0 / std::sqrt(1.0 - std::pow(settings.beta2, step)));
  factors.eps = static_cast<float>(settings.eps);
  parallel_for(executor, n, kGrain, [&](int64_t begin, int64_t end) {
    kernels.adamw(end - begin, factors, grad + begin, param + begin, m + begin, v + begin);
  });
}

double squared_norm(Executor& executor, int64_t n, const float* x, Isa isa) {
  const ElementKernels& kernels = train_table(isa).element;
  std::vector<double> parts(static_cast<size_t>((n + kGrain - 1) / kGrain));
  parallel_for(executor, n, kGrain, [&](int64_t begin, int64_t end) {
    parts[static_cast<size_t>(begin / kGrain)] = kernels.squared_norm(end - begin, x + begin);
  });
  double sum = 0;
  for (const double part : parts) {
    sum += part;
  }
  return sum;
}

void cross_entropy_with_gradient(Executor& executor, const CrossEntropyShape& shape, float* logits,
                                 const int64_t* targets, float grad_scale, float* losses, Isa isa) {
  const ElementKernels& kernels = train_table(isa).element;
  const int64_t stride = shape.row_stride == 0 ? shape.vocab : shape.row_stride;
  parallel_for(executor, shape.rows, kRowGrain, [&](int64_t begin, int64_t end) {
    for (int64_t r = begin; r < end; ++r) {
      float* row = logits + r * stride;
      if (targets[r] == shape.ignore_index) {
        std::fill(row, row + shape.vocab, 0.0F);
        losses[r] = 0.0F;
        continue;
      }
      SMELT_CHECK(targets[r] >= 0 && targets[r] < shape.vocab);
      const float target_logit = row[targets[r]];
      const float most = kernels.row_max(shape.vocab, row);
      const double sum = kernels.sum_of_exps(shape.vocab, row, most, row);
      losses[r] = static_cast<float>(std::log(sum) - (static_cast<double>(target_logit) - static_cast<double>(most)));
      kernels.scale(shape.vocab, static_cast<float>(static_cast<double>(grad_scale) / sum), row);
      row[targets[r]] -= grad_scale;
    }
  });
}

void cross_entropy_losses(Executor& executor, const CrossEntropyShape& shape, const float* logits,
                          const int64_t* targets, float* losses, Isa isa) {
  const ElementKernels& kernels = train_table(isa).element;
  const int64_t stride = shape.row_stride == 0 ? shape.vocab : shape.row_stride;
  parallel_for(executor, shape.rows, kRowGrain, [&](int64_t begin, int64_t end) {
    for (int64_t r = begin; r < end; ++r) {
      const float* row = logits + r * stride;
      if (targets[r] == shape.ignore_index) {
        losses[r] = 0.0F;
        continue;
      }
      SMELT_CHECK(targets[r] >= 0 && targets[r] < shape.vocab);
      const float most = kernels.row_max(shape.vocab, row);
      const double sum = kernels.sum_of_exps(shape.vocab, row, most, nullptr);
      losses[r] =
          static_cast<float>(std::log(sum) - (static_cast<double>(row[targets[r]]) - static_cast<double>(most)));
    }
  });
}

}  // namespace smelt::kernels
