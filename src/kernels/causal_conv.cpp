#include "kernels/causal_conv.h"

#include <algorithm>
#include <vector>

#include "base/error.h"
#include "kernels/train_table.h"
#include "kernels/workspace.h"

namespace smelt::kernels {

namespace {

// The plan with the memory it points to.
struct Prepared {
  ConvPlan plan;
  std::vector<float> taps;
  std::vector<int32_t> history;
  std::vector<float> zeros;

  Prepared(const ConvShape& shape, const ConvInputs& in) : zeros(static_cast<size_t>(kConvChannels), 0.0F) {
    SMELT_CHECK(shape.width >= 1 && shape.width <= kMaxConvWidth && shape.channels > 0);
    SMELT_CHECK(shape.batch >= 0 && shape.length >= 0);
    plan.shape = shape;
    plan.in = in;
    plan.in.x_stride = in.x_stride == 0 ? shape.channels : in.x_stride;
    plan.tap_row = shape.channels;
    taps.resize(static_cast<size_t>(shape.width * shape.channels));
    for (int64_t c = 0; c < shape.channels; ++c) {
      for (int64_t k = 0; k < shape.width; ++k) {
        taps[static_cast<size_t>(k * shape.channels + c)] = in.weight[c * shape.width + k];
      }
    }
    plan.taps = taps.data();
    plan.zeros = zeros.data();
    plan.history = nullptr;
    if (in.seq_idx != nullptr) {
      find_documents();
    }
  }

  void find_documents() {
    const auto most = static_cast<int32_t>(plan.shape.width - 1);
    history.resize(static_cast<size_t>(plan.shape.batch * plan.shape.length));
    for (int64_t b = 0; b < plan.shape.batch; ++b) {
      int32_t run = most;  // the initial state is token 0's document
      for (int64_t t = 0; t < plan.shape.length; ++t) {
        const int64_t at = b * plan.shape.length + t;
        if (t > 0) {
          run = plan.in.seq_idx[at] != plan.in.seq_idx[at - 1] ? 0 : std::min(run + 1, most);
        }
        history[static_cast<size_t>(at)] = run;
      }
    }
    plan.history = history.data();
  }
};

struct Blocks {
  int64_t tokens;
  int64_t channels;
};

Blocks blocks_of(const ConvShape& shape) {
  return {(shape.length + kConvTokens - 1) / kConvTokens, (shape.channels + kConvChannels - 1) / kConvChannels};
}

void write_final_state(const ConvPlan& plan, float* final_state) {
  const ConvShape& shape = plan.shape;
  for (int64_t b = 0; b < shape.batch; ++b) {
    for (int64_t k = 0; k < shape.width - 1; ++k) {
      const int64_t t = shape.length - (shape.width - 1) + k;
      float* to = final_state + (b * (shape.width - 1) + k) * shape.channels;
      if (t < 0 && plan.in.initial_state == nullptr) {
        std::fill(to, to + shape.channels, 0.0F);
      } else {
        const float* from = plan.row(b, t, 0);
        std::copy(from, from + shape.channels, to);
      }
    }
  }
}

}  // namespace

void causal_conv_forward(Executor& executor, const ConvShape& shape, const ConvInputs& in, float* y, int64_t y_stride,
                         float* final_state, Isa isa) {
  const ConvKernels& kernels = train_table(isa).conv;
  const Prepared prepared(shape, in);
  const Blocks blocks = blocks_of(shape);
  const int64_t stride = y_stride == 0 ? shape.channels : y_stride;
  executor.run(shape.batch * blocks.tokens * blocks.channels, [&](int64_t item) {
    const int64_t c0 = item % blocks.channels * kConvChannels;
    const int64_t rest = item / blocks.channels;
    const int64_t t0 = rest % blocks.tokens * kConvTokens;
    kernels.forward(prepared.plan, rest / blocks.tokens, t0, std::min(t0 + kConvTokens, shape.length), c0,
                    std::min(c0 + kConvChannels, shape.channels), y, stride);
  });
  if (final_state != nullptr) {
    write_final_state(prepared.plan, final_state);
  }
}

void causal_conv_backward(Executor& executor, const ConvShape& shape, const ConvInputs& in, const ConvGradients& grad,
                          Isa isa) {
  const ConvKernels& kernels = train_table(isa).conv;
  const Prepared prepared(shape, in);
  const Blocks blocks = blocks_of(shape);
  ConvGradients to = grad;
  to.dy_stride = grad.dy_stride == 0 ? shape.channels : grad.dy_stride;
  to.dx_stride = grad.dx_stride == 0 ? shape.channels : grad.dx_stride;
  if (shape.length == 0 && grad.d_initial_state != nullptr) {
    std::fill(grad.d_initial_state, grad.d_initial_state + shape.batch * (shape.width - 1) * shape.channels, 0.0F);
  }
  const int64_t partial = (shape.width + 1) * kConvChannels;
  const int64_t rows = shape.batch * blocks.tokens;
  Workspace<float> partials(rows * blocks.channels * partial);
  for_each_with_scratch(
      executor, rows * blocks.channels, (kConvTokens + shape.width) * kConvChannels, [&](int64_t item, float* scratch) {
        const int64_t c0 = item % blocks.channels * kConvChannels;
        const int64_t rest = item / blocks.channels;
        const int64_t t0 = rest % blocks.tokens * kConvTokens;
        kernels.backward(prepared.plan, to, rest / blocks.tokens, t0, std::min(t0 + kConvTokens, shape.length), c0,
                         std::min(c0 + kConvChannels, shape.channels), partials.data() + item * partial, scratch);
      });
  for (int64_t c = 0; c < shape.channels; ++c) {
    for (int64_t k = 0; k <= shape.width; ++k) {
      double sum = 0;
      for (int64_t row = 0; row < rows; ++row) {
        sum += static_cast<double>(
            partials[(row * blocks.channels + c / kConvChannels) * partial + k * kConvChannels + c % kConvChannels]);
      }
      if (k < shape.width) {
        grad.dweight[c * shape.width + k] = static_cast<float>(sum);
      } else if (grad.dbias != nullptr) {
        grad.dbias[c] = static_cast<float>(sum);
      }
    }
  }
}

void causal_conv_step(Executor& executor, const ConvShape& shape, const ConvInputs& in, float* state, float* y,
                      Isa isa) {
  // A step is a sequence of one token that the state precedes; its inputs then move up.
  ConvShape one = shape;
  one.length = 1;
  ConvInputs inputs = in;
  inputs.initial_state = state;
  inputs.seq_idx = nullptr;
  inputs.x_stride = in.x_stride == 0 ? shape.channels : in.x_stride;
  causal_conv_forward(executor, one, inputs, y, 0, nullptr, isa);
  for (int64_t b = 0; b < shape.batch && shape.width > 1; ++b) {
    float* rows = state + b * (shape.width - 1) * shape.channels;
    std::copy(rows + shape.channels, rows + (shape.width - 1) * shape.channels, rows);
    const float* x = in.x + b * inputs.x_stride;
    std::copy(x, x + shape.channels, rows + (shape.width - 2) * shape.channels);
  }
}

}  // namespace smelt::kernels
