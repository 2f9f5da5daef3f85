// Counters of the kernel benchmarks: a rate and its share of what this machine was measured to reach.
#pragma once

#include <vector>

#include <benchmark/benchmark.h>

#include "base/rng.h"
#include "base/runtime.h"
#include "base/threads.h"
#include "kernels/probe.h"

namespace smelt::kernels {

inline std::vector<float> random_floats(int64_t n, const char* name, double scale = 1.0) {
  Rng rng(1, name);
  std::vector<float> out(static_cast<size_t>(n));
  for (float& v : out) {
    v = static_cast<float>(scale * rng.normal());
  }
  return out;
}

// Measured once, at the first use.
inline const MachineLimits& limits() {
  static const MachineLimits measured = [] {
    ThreadPool pool(available_threads());
    return measure_limits(pool);
  }();
  return measured;
}

inline double limit_for(const MeasuredRate& rate, int64_t threads) {
  return threads == 1 ? rate.one_thread : rate.all_threads;
}

// `flops` per iteration, against the multiply-add peak.
inline void report_flops(benchmark::State& state, double flops, int64_t threads) {
  state.counters["GFLOP/s"] = benchmark::Counter(flops * 1e-9, benchmark::Counter::kIsIterationInvariantRate);
  state.counters["of_peak"] = benchmark::Counter(flops * 1e-9 / limit_for(limits().fp32_peak, threads),
                                                 benchmark::Counter::kIsIterationInvariantRate);
}

// `bytes` per iteration that must cross the memory bus (each input read once, each output written once), against the
// read bandwidth.
inline void report_bytes(benchmark::State& state, double bytes, int64_t threads) {
  state.counters["GB/s"] = benchmark::Counter(bytes * 1e-9, benchmark::Counter::kIsIterationInvariantRate);
  state.counters["of_read"] = benchmark::Counter(bytes * 1e-9 / limit_for(limits().read, threads),
                                                 benchmark::Counter::kIsIterationInvariantRate);
}

inline int run_benchmarks(int argc, char** argv) {
  init_runtime();
  benchmark::Initialize(&argc, argv);
  limits();
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}

}  // namespace smelt::kernels
