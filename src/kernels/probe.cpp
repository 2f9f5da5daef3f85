#include "kernels/probe.h"

#include <algorithm>
#include <chrono>
#include <functional>

#include "base/cpu.h"
#include "kernels/train_table.h"
#include "kernels/workspace.h"

namespace smelt::kernels {

namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

// Runs `work` (which says how much it did) on `threads` tasks at once, again and again for `seconds`; the best rate per
// second, in 1e9.
double best_rate(Executor& executor, int threads, double seconds, FunctionRef<double(int64_t)> work) {
  const Clock::time_point start = Clock::now();
  double best = 0;
  std::vector<double> done(static_cast<size_t>(threads));
  do {
    const Clock::time_point begin = Clock::now();
    executor.run(threads, [&](int64_t task) { done[static_cast<size_t>(task)] = work(task); });
    const double elapsed = std::max(seconds_since(begin), 1e-9);
    double total = 0;
    for (const double part : done) {
      total += part;
    }
    best = std::max(best, total / elapsed * 1e-9);
  } while (seconds_since(start) < seconds);
  return best;
}

// One and all threads; `work` gets the task's number.
MeasuredRate measure(Executor& executor, std::string instructions, double seconds, FunctionRef<double(int64_t)> work) {
  MeasuredRate rate;
  rate.instructions = std::move(instructions);
  SerialExecutor serial;
  rate.one_thread = best_rate(serial, 1, seconds / 2, work);
  rate.all_threads = best_rate(executor, executor.width(), seconds / 2, work);
  return rate;
}

// About 2 ms of a loop: long enough to be timed, short enough for many tries.
MeasuredRate measure_loop(Executor& executor, const std::string& instructions, double seconds, ProbeLoop loop) {
  const auto width = static_cast<int64_t>(executor.width());
  Workspace<float> sinks(64 * width);
  std::fill(sinks.data(), sinks.data() + sinks.size(), 0.25F);
  int64_t rounds = 1000;
  while (rounds < (int64_t{1} << 40)) {
    const Clock::time_point start = Clock::now();
    loop(rounds, sinks.data());
    if (seconds_since(start) > 0.002) {
      break;
    }
    rounds *= 2;
  }
  return measure(executor, instructions, seconds, [&](int64_t task) { return loop(rounds, sinks.data() + 64 * task); });
}

MeasuredRate measure_read(Executor& executor, const std::string& name, double seconds, const ProbeKernels& kernels) {
  constexpr int64_t kFloats = int64_t{32} << 20;  // 128 MB: beyond the caches
  Workspace<float> data(kFloats);
  const auto width = static_cast<int64_t>(executor.width());
  const int64_t share = kFloats / width;
  executor.run(width,
               [&](int64_t task) { std::fill(data.data() + task * share, data.data() + (task + 1) * share, 1.0F); });
  Workspace<float> sinks(64 * width);
  MeasuredRate rate;
  rate.instructions = name;
  SerialExecutor serial;
  rate.one_thread = best_rate(serial, 1, seconds / 2,
                              [&](int64_t) { return kernels.read(data.data(), share * width, sinks.data()); });
  rate.all_threads = best_rate(executor, executor.width(), seconds / 2, [&](int64_t task) {
    return kernels.read(data.data() + task * share, share, sinks.data() + 64 * task);
  });
  return rate;
}

MeasuredRate measure_gemm(Executor& executor, const std::string& name, double seconds, const ProbeKernels& kernels) {
  constexpr int64_t kSize = 256;
  constexpr int64_t kTile = kSize * kSize;
  const auto width = static_cast<int64_t>(executor.width());
  Workspace<float> tiles(3 * kTile * width);
  std::fill(tiles.data(), tiles.data() + tiles.size(), 0.5F);
  return measure(executor, name, seconds, [&](int64_t task) {
    float* own = tiles.data() + 3 * kTile * task;
    return kernels.gemm(kSize, own, own + kTile, own + 2 * kTile);
  });
}

struct Probe {
  Isa isa;
  ProbeLoop loop;
};

Json rate_json(const MeasuredRate& rate, bool emulation) {
  Json out = Json::object();
  out["instructions"] = rate.instructions;
  out["one_thread"] = rate.one_thread;
  out["all_threads"] = rate.all_threads;
  if (emulation) {
    out["emulated"] = rate.emulated;
  }
  return out;
}

}  // namespace

MachineLimits measure_limits(Executor& executor, double seconds_budget) {
  const Isa active = active_isa();
  const TrainTable& table = train_table(active);
  const std::string fp32_name = isa_name(std::min(active, Isa::kAvx512));
  std::vector<Probe> int8;
  std::vector<Probe> bf16;
  for (const Probe& probe : {Probe{Isa::kAvx2, probe_int8_avx2}, Probe{Isa::kAvx512Vnni, probe_int8_avx512vnni},
                             Probe{Isa::kAmx, probe_int8_amx}}) {
    if (probe.isa <= active) {
      int8.push_back(probe);
    }
  }
  for (const Probe& probe : {Probe{Isa::kAvx512Bf16, probe_bf16_avx512bf16}, Probe{Isa::kAmx, probe_bf16_amx}}) {
    if (probe.isa <= active) {
      bf16.push_back(probe);
    }
  }
  const double slice = seconds_budget / static_cast<double>(4 + int8.size() + bf16.size());
  MachineLimits limits;
  limits.cpu = cpu_info().model;
  limits.isa = isa_name(active);
  limits.threads = executor.width();
  limits.read = measure_read(executor, fp32_name, slice, table.probe);
  limits.fp32_peak = measure_loop(executor, fp32_name, slice, table.probe.fma_peak);
  limits.fp32_gemm = measure_gemm(executor, fp32_name, slice, table.probe);
  MeasuredRate emulated = measure_loop(executor, fp32_name, slice, table.probe.bf16_emulated);
  emulated.emulated = true;
  limits.bf16.push_back(emulated);
  for (const Probe& probe : bf16) {
    limits.bf16.push_back(measure_loop(executor, isa_name(probe.isa), slice, probe.loop));
  }
  for (const Probe& probe : int8) {
    limits.int8.push_back(measure_loop(executor, isa_name(probe.isa), slice, probe.loop));
  }
  return limits;
}

Json MachineLimits::to_json() const {
  Json out = Json::object();
  out["cpu"] = cpu;
  out["isa"] = isa;
  out["threads"] = threads;
  out["read_gb_per_s"] = rate_json(read, false);
  out["fp32_peak_gflops"] = rate_json(fp32_peak, false);
  out["fp32_gemm_gflops"] = rate_json(fp32_gemm, false);
  Json bf16_rates = Json::array();
  for (const MeasuredRate& rate : bf16) {
    bf16_rates.push_back(rate_json(rate, true));
  }
  out["bf16_gflops"] = bf16_rates;
  Json int8_rates = Json::array();
  for (const MeasuredRate& rate : int8) {
    int8_rates.push_back(rate_json(rate, false));
  }
  out["int8_gops"] = int8_rates;
  return out;
}

}  // namespace smelt::kernels
