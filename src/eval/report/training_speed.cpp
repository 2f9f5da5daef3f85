#include "eval/report/training_speed.h"

#include <algorithm>
#include <vector>

namespace smelt {

namespace {

std::optional<double> median(const std::vector<Json>& lines, std::string_view key) {
  std::vector<double> values;
  for (const Json& line : lines) {
    if (const auto value = number_at(line, {key})) {
      values.push_back(*value);
    }
  }
  if (values.empty()) {
    return std::nullopt;
  }
  const auto middle = values.begin() + static_cast<int64_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

}  // namespace

TrainingSpeed training_speed(const RunFolder& run) {
  const std::vector<Json> lines = run.lines("train/telemetry/timing.jsonl");
  TrainingSpeed speed{median(lines, "tokens_per_s"), median(lines, "seconds"), median(lines, "gflops"), {}};
  const auto machine = run.json("machine.json");
  if (speed.gflops && machine) {
    const double peak = std::max(number_at(*machine, {"fp32_peak_gflops.all_threads"}).value_or(0),
                                 number_at(*machine, {"fp32_gemm_gflops.all_threads"}).value_or(0));
    if (peak > 0) {
      speed.share_of_peak = *speed.gflops / peak;
    }
  }
  return speed;
}

}  // namespace smelt
