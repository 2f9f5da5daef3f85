#include "kernels/causal_conv.h"

#include <gtest/gtest.h>

#include "kernels/kernel_test_util.h"

namespace smelt::kernels {
namespace {

struct ConvProblem {
  ConvShape shape;
  Doubles x, weight, bias, initial, dy;
  std::vector<int32_t> seq_idx;
};

ConvProblem make_problem(const ConvShape& shape, bool documents) {
  ConvProblem p;
  p.shape = shape;
  p.x = random_doubles(shape.batch * shape.length * shape.channels, "x");
  p.weight = random_doubles(shape.channels * shape.width, "weight", 0.5);
  p.bias = random_doubles(shape.channels, "bias");
  p.initial = random_doubles(shape.batch * (shape.width - 1) * shape.channels, "initial");
  p.dy = random_doubles(shape.batch * shape.length * shape.channels, "dy");
  Rng rng(5, "documents");
  int32_t document = 0;
  for (int64_t i = 0; documents && i < shape.batch * shape.length; ++i) {
    document += rng.below(6) == 0 ? 1 : 0;
    p.seq_idx.push_back(document);
  }
  return p;
}

// Straight from the definition.
Doubles reference(const ConvProblem& p, bool magnitudes = false) {
  const ConvShape& s = p.shape;
  Doubles y(p.x.size());
  for (int64_t b = 0; b < s.batch; ++b) {
    for (int64_t t = 0; t < s.length; ++t) {
      for (int64_t c = 0; c < s.channels; ++c) {
        double v = p.bias[static_cast<size_t>(c)];
        bool same = true;
        for (int64_t lag = 0; lag < s.width; ++lag) {
          const int64_t u = t - lag;
          const auto here = static_cast<size_t>(b * s.length + u);
          // Leaving row u + 1 for row u crosses a boundary where their documents differ; the initial state is token
          // 0's.
          if (lag > 0 && u >= 0 && !p.seq_idx.empty() && p.seq_idx[here] != p.seq_idx[here + 1]) {
            same = false;
          }
          if (!same) {
            break;
          }
          const double x = u >= 0
                               ? p.x[here * static_cast<size_t>(s.channels) + static_cast<size_t>(c)]
                               : p.initial[static_cast<size_t>((b * (s.width - 1) + s.width - 1 + u) * s.channels + c)];
          v += p.weight[static_cast<size_t>(c * s.width + s.width - 1 - lag)] * x;
        }
        const auto at = static_cast<size_t>((b * s.length + t) * s.channels + c);
        y[at] = s.silu && !magnitudes ? v / (1.0 + std::exp(-v)) : v;
      }
    }
  }
  return y;
}

struct ConvAnswer {
  Floats y, final_state, dx, dweight, dbias, d_initial;
};

ConvAnswer run(const ConvProblem& p, Executor& executor, Isa isa) {
  const Floats x = to_floats(p.x), weight = to_floats(p.weight), bias = to_floats(p.bias);
  const Floats initial = to_floats(p.initial), dy = to_floats(p.dy);
  ConvInputs in;
  in.x = x.data();
  in.weight = weight.data();
  in.bias = bias.data();
  in.initial_state = initial.data();
  in.seq_idx = p.seq_idx.empty() ? nullptr : p.seq_idx.data();
  ConvAnswer r;
  r.y.resize(x.size());
  r.final_state.resize(initial.size());
  causal_conv_forward(executor, p.shape, in, r.y.data(), 0, r.final_state.data(), isa);
  r.dx.resize(x.size());
  r.dweight.resize(weight.size());
  r.dbias.resize(bias.size());
  r.d_initial.resize(initial.size());
  ConvGradients grad;
  grad.dy = dy.data();
  grad.dx = r.dx.data();
  grad.dweight = r.dweight.data();
  grad.dbias = r.dbias.data();
  grad.d_initial_state = r.d_initial.data();
  causal_conv_backward(executor, p.shape, in, grad, isa);
  return r;
}

TEST(CausalConv, ForwardAndGradientAgreeWithTheDefinition) {
  const std::vector<std::pair<ConvShape, bool>> cases = {
      {{.batch = 2, .length = 9, .channels = 5, .width = 4}, false},
      {{.batch = 1, .length = 17, .channels = 18, .width = 4}, true},
      {{.batch = 1, .length = 2, .channels = 3, .width = 4}, false},
      {{.batch = 2, .length = 7, .channels = 4, .width = 1}, true},
      {{.batch = 1, .length = 12, .channels = 9, .width = 7, .silu = false}, true},
  };
  for (const Isa isa : available_isas()) {
    for (const auto& [shape, documents] : cases) {
      SCOPED_TRACE(std::string(isa_name(isa)) + " width " + std::to_string(shape.width));
      ConvProblem p = make_problem(shape, documents);
      SerialExecutor serial;
      const ConvAnswer got = run(p, serial, isa);
      ConvProblem m = p;
      for (Doubles* v : {&m.x, &m.weight, &m.bias, &m.initial}) {
        *v = absolute(*v);
      }
      // One rounding per tap, and eight for the SiLU, whose slope is at most 1.1.
      expect_close(got.y, reference(p), reference(m, true), static_cast<double>(shape.width) + 10, "y");
      const auto loss = [&] { return dot_product(reference(p), p.dy); };
      const double units = 16 + 4 * static_cast<double>(shape.width);
      expect_gradient(loss, p.x, got.dx, units, "dx");
      expect_gradient(loss, p.weight, got.dweight, units, "dweight");
      expect_gradient(loss, p.bias, got.dbias, units, "dbias");
      expect_gradient(loss, p.initial, got.d_initial, units, "d_initial");
    }
  }
}

TEST(CausalConv, BytesDoNotDependOnThreads) {
  const ConvProblem p = make_problem({.batch = 2, .length = 300, .channels = 200, .width = 4}, true);
  SerialExecutor serial;
  ThreadPool pool(3);
  for (const Isa isa : available_isas()) {
    const ConvAnswer one = run(p, serial, isa);
    const ConvAnswer three = run(p, pool, isa);
    EXPECT_EQ(one.y, three.y);
    EXPECT_EQ(one.dx, three.dx);
    EXPECT_EQ(one.dweight, three.dweight);
    EXPECT_EQ(one.dbias, three.dbias);
  }
}

// Blocks of tokens and channels, large enough to have several of each.
TEST(CausalConv, LargeBlocksAgreeWithTheDefinition) {
  const ConvProblem p = make_problem({.batch = 1, .length = 270, .channels = 261, .width = 4}, true);
  ConvProblem m = p;
  for (Doubles* v : {&m.x, &m.weight, &m.bias, &m.initial}) {
    *v = absolute(*v);
  }
  SerialExecutor serial;
  expect_close(run(p, serial, active_isa()).y, reference(p), reference(m, true), 14, "y");
}

TEST(CausalConv, PiecesAndStepsContinueTheSequence) {
  const ConvShape shape{.batch = 1, .length = 11, .channels = 6, .width = 4};
  const ConvProblem p = make_problem(shape, false);
  SerialExecutor serial;
  for (const Isa isa : available_isas()) {
    const ConvAnswer whole = run(p, serial, isa);
    const Floats x = to_floats(p.x), weight = to_floats(p.weight), bias = to_floats(p.bias);
    Floats state = to_floats(p.initial);
    Floats y(x.size());
    ConvInputs in;
    in.weight = weight.data();
    in.bias = bias.data();
    in.x = x.data();
    in.initial_state = state.data();
    ConvShape first = shape;
    first.length = 2;  // fewer tokens than the state holds
    Floats next(state.size());
    causal_conv_forward(serial, first, in, y.data(), 0, next.data(), isa);
    for (int64_t t = first.length; t < shape.length; ++t) {
      in.x = x.data() + t * shape.channels;
      causal_conv_step(serial, shape, in, next.data(), y.data() + t * shape.channels, isa);
    }
    EXPECT_EQ(y, whole.y);
    EXPECT_EQ(next, whole.final_state);
  }
}

TEST(CausalConv, NanStaysInItsChannelAndReach) {
  ConvProblem p = make_problem({.batch = 1, .length = 12, .channels = 3, .width = 4}, false);
  p.x[4 * 3 + 1] = std::nan("");
  SerialExecutor serial;
  for (const Isa isa : available_isas()) {
    const ConvAnswer got = run(p, serial, isa);
    for (size_t t = 0; t < 12; ++t) {
      for (size_t c = 0; c < 3; ++c) {
        EXPECT_EQ(std::isnan(got.y[t * 3 + c]), c == 1 && t >= 4 && t < 8) << t << " " << c;
      }
    }
  }
}

}  // namespace
}  // namespace smelt::kernels
