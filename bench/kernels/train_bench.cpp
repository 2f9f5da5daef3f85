// The training kernels that memory bounds, at a training shape (4,096 tokens): GB/s of what must cross the memory bus.
#include <vector>

#include <benchmark/benchmark.h>

#include "kernels/adamw.h"
#include "kernels/causal_conv.h"
#include "kernels/cross_entropy.h"
#include "kernels/gated_norm.h"
#include "kernels/norm.h"
#include "kernels/share.h"
#include "kernels/squared_relu.h"

namespace smelt::kernels {
namespace {

constexpr int64_t kTokens = 4096;
constexpr double kFloat = 4;

void conv_forward(benchmark::State& state) {
  const ConvShape shape{.batch = 8, .length = kTokens / 8, .channels = 1280};
  const auto x = random_floats(kTokens * shape.channels, "x"), weight = random_floats(shape.channels * 4, "w");
  auto y = x;
  ConvInputs in;
  in.x = x.data();
  in.weight = weight.data();
  ThreadPool pool(static_cast<int>(state.range(0)));
  for (auto _ : state) {
    causal_conv_forward(pool, shape, in, y.data(), 0, nullptr);
  }
  report_bytes(state, 2 * kFloat * static_cast<double>(x.size()), state.range(0));
}

void conv_backward(benchmark::State& state) {
  const ConvShape shape{.batch = 8, .length = kTokens / 8, .channels = 1280};
  const auto x = random_floats(kTokens * shape.channels, "x"), weight = random_floats(shape.channels * 4, "w");
  auto dx = x;
  auto dweight = weight;
  ConvInputs in;
  in.x = x.data();
  in.weight = weight.data();
  ConvGradients grad;
  grad.dy = x.data();
  grad.dx = dx.data();
  grad.dweight = dweight.data();
  ThreadPool pool(static_cast<int>(state.range(0)));
  for (auto _ : state) {
    causal_conv_backward(pool, shape, in, grad);
  }
  report_bytes(state, 3 * kFloat * static_cast<double>(x.size()), state.range(0));
}

void rms_norm_forward_and_backward(benchmark::State& state) {
  const RmsNormShape shape{.rows = kTokens, .dim = 768};
  const auto x = random_floats(shape.rows * shape.dim, "x"), weight = random_floats(shape.dim, "w");
  auto y = x;
  auto dx = x;
  auto dweight = weight;
  std::vector<float> rstd(kTokens);
  ThreadPool pool(static_cast<int>(state.range(0)));
  for (auto _ : state) {
    rms_norm_forward(pool, shape, x.data(), nullptr, weight.data(), y.data(), nullptr, rstd.data());
    rms_norm_backward(pool, shape, x.data(), weight.data(), rstd.data(), y.data(), nullptr, dx.data(), dweight.data());
  }
  report_bytes(state, 5 * kFloat * static_cast<double>(x.size()), state.range(0));
}

void gated_norm_forward_and_backward(benchmark::State& state) {
  const GatedNormShape shape{.rows = kTokens, .dim = 1536, .groups = 8};
  const auto y = random_floats(shape.rows * shape.dim, "y"), z = random_floats(shape.rows * shape.dim, "z");
  const auto weight = random_floats(shape.dim, "w");
  auto out = y;
  auto dy = y;
  auto dz = y;
  auto dweight = weight;
  std::vector<float> rstd(kTokens * 8);
  ThreadPool pool(static_cast<int>(state.range(0)));
  for (auto _ : state) {
    gated_norm_forward(pool, shape, y.data(), z.data(), weight.data(), out.data(), rstd.data());
    gated_norm_backward(pool, shape, y.data(), z.data(), weight.data(), rstd.data(), out.data(), dy.data(), dz.data(),
                        dweight.data());
  }
  report_bytes(state, 8 * kFloat * static_cast<double>(y.size()), state.range(0));
}

void squared_relu_forward_and_backward(benchmark::State& state) {
  const int64_t n = kTokens * 3200;
  const auto x = random_floats(n, "x");
  auto y = x;
  auto dx = x;
  ThreadPool pool(static_cast<int>(state.range(0)));
  for (auto _ : state) {
    squared_relu_forward(pool, n, x.data(), y.data());
    squared_relu_backward(pool, n, x.data(), y.data(), dx.data());
  }
  report_bytes(state, 5 * kFloat * static_cast<double>(n), state.range(0));
}

void cross_entropy(benchmark::State& state) {
  const CrossEntropyShape shape{.rows = 512, .vocab = 8192};
  const auto logits = random_floats(shape.rows * shape.vocab, "logits", 3.0);
  auto work = logits;
  const std::vector<int64_t> targets(512, 17);
  std::vector<float> losses(512);
  ThreadPool pool(static_cast<int>(state.range(0)));
  for (auto _ : state) {
    cross_entropy_with_gradient(pool, shape, work.data(), targets.data(), 1.0F, losses.data());
  }
  report_bytes(state, 2 * kFloat * static_cast<double>(logits.size()), state.range(0));
}

void adamw(benchmark::State& state) {
  const int64_t n = 25'000'000;
  std::vector<float> grad(static_cast<size_t>(n), 0.01F);
  auto param = grad;
  auto m = grad;
  auto v = grad;
  AdamWSettings settings;
  settings.lr = 1e-3;
  ThreadPool pool(static_cast<int>(state.range(0)));
  for (auto _ : state) {
    adamw_update(pool, n, settings, grad.data(), param.data(), m.data(), v.data());
  }
  report_bytes(state, 7 * kFloat * static_cast<double>(n), state.range(0));
}

void norm_of_gradients(benchmark::State& state) {
  const int64_t n = 25'000'000;
  const std::vector<float> grad(static_cast<size_t>(n), 0.01F);
  ThreadPool pool(static_cast<int>(state.range(0)));
  for (auto _ : state) {
    benchmark::DoNotOptimize(squared_norm(pool, n, grad.data()));
  }
  report_bytes(state, kFloat * static_cast<double>(n), state.range(0));
}

BENCHMARK(conv_forward)->Arg(1)->Arg(2)->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK(conv_backward)->Arg(1)->Arg(2)->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK(rms_norm_forward_and_backward)->Arg(1)->Arg(2)->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK(gated_norm_forward_and_backward)->Arg(1)->Arg(2)->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK(squared_relu_forward_and_backward)->Arg(1)->Arg(2)->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK(cross_entropy)->Arg(1)->Arg(2)->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK(adamw)->Arg(1)->Arg(2)->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK(norm_of_gradients)->Arg(1)->Arg(2)->UseRealTime()->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace smelt::kernels

int main(int argc, char** argv) {
  return smelt::kernels::run_benchmarks(argc, argv);
}
