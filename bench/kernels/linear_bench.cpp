// Decode and prefill products: bytes per second against a plain read of the same memory, operations per second against
// the machine's fused multiply-adds.
#include <vector>

#include <benchmark/benchmark.h>

#include "kernels/linear.h"

namespace smelt::kernels {
namespace {

void set_rates(benchmark::State& state, double bytes, double flops) {
  const auto runs = static_cast<double>(state.iterations());
  state.counters["GB/s"] = benchmark::Counter(bytes * runs / 1e9, benchmark::Counter::kIsRate);
  state.counters["GFLOP/s"] = benchmark::Counter(flops * runs / 1e9, benchmark::Counter::kIsRate);
}

// The limit of a product with one vector: reading memory once, summed so that nothing is skipped.
void BM_Read(benchmark::State& state) {
  ThreadPool pool(static_cast<int>(state.range(0)));
  const int64_t words = int64_t{32} << 20;
  std::vector<uint64_t> data(static_cast<size_t>(words), 1);
  std::vector<uint64_t> sums(64);
  for (auto _ : state) {
    parallel_for(pool, words, words / 64, [&](int64_t begin, int64_t end) {
      uint64_t a[8] = {};
      for (int64_t i = begin; i + 8 <= end; i += 8) {
        for (int64_t j = 0; j < 8; ++j) {
          a[j] += data[static_cast<size_t>(i + j)];
        }
      }
      sums[static_cast<size_t>(begin / (words / 64)) % 64] = a[0] + a[1] + a[2] + a[3] + a[4] + a[5] + a[6] + a[7];
    });
    benchmark::DoNotOptimize(sums.data());
  }
  set_rates(state, static_cast<double>(words) * 8, 0);
}
BENCHMARK(BM_Read)->Arg(1)->Arg(2)->UseRealTime()->Unit(benchmark::kMillisecond);

void BM_Linear(benchmark::State& state) {
  ThreadPool pool(static_cast<int>(state.range(0)));
  const bool bf16 = state.range(1) != 0;
  const int64_t tokens = state.range(2);
  const int64_t rows = 16384;
  const int64_t cols = 4096;
  std::vector<float> wide(bf16 ? 0 : static_cast<size_t>(rows * cols), 0.01F);
  std::vector<uint16_t> narrow(bf16 ? static_cast<size_t>(rows * cols) : 0, 0x3C23);
  std::vector<float> x(static_cast<size_t>(tokens * cols), 0.5F);
  std::vector<float> y(static_cast<size_t>(tokens * rows));
  const LinearWeight weight{bf16 ? static_cast<const void*>(narrow.data()) : static_cast<const void*>(wide.data()),
                            bf16, rows, cols};
  for (auto _ : state) {
    linear(pool, weight, {.x = x.data(), .tokens = tokens, .y = y.data()});
    benchmark::DoNotOptimize(y.data());
  }
  set_rates(state, static_cast<double>(weight.bytes()), 2.0 * static_cast<double>(rows * cols * tokens));
}
BENCHMARK(BM_Linear)
    ->ArgNames({"threads", "bf16", "tokens"})
    ->ArgsProduct({{1, 2}, {0, 1}, {1, 4, 128}})
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

// The limit of a product with many vectors: independent fused multiply-adds in registers.
void BM_FusedMultiplyAdds(benchmark::State& state) {
  // A product whose operands fit the first-level cache.
  SerialExecutor serial;
  std::vector<float> w(12 * 256, 0.5F);
  std::vector<float> x(6 * 256, 0.5F);
  std::vector<float> y(6 * 12);
  const LinearWeight weight{w.data(), false, 12, 256};
  for (auto _ : state) {
    linear(serial, weight, {.x = x.data(), .tokens = 6, .y = y.data()});
    benchmark::DoNotOptimize(y.data());
  }
  set_rates(state, 0, 2.0 * 12 * 256 * 6);
}
BENCHMARK(BM_FusedMultiplyAdds)->UseRealTime();

}  // namespace
}  // namespace smelt::kernels

BENCHMARK_MAIN();
