#include <algorithm>
#include <cmath>

#include <fmt/core.h>

#include "base/text.h"
#include "eval/report/sections.h"
#include "eval/report/svg_chart.h"

namespace smelt {

namespace {

using Paths = std::vector<std::string_view>;

const Paths kStep = {"step"};

ChartSeries series_of(const std::vector<Json>& lines, std::string name, const Paths& value) {
  ChartSeries series{std::move(name), {}, false};
  for (const Json& line : lines) {
    const auto x = number_at(line, kStep);
    const auto y = number_at(line, value);
    if (x && y) {
      series.points.push_back({*x, *y});
    }
  }
  std::stable_sort(series.points.begin(), series.points.end(),
                   [](const ChartPoint& a, const ChartPoint& b) { return a.x < b.x; });
  series.dots = series.points.size() <= 24;
  return series;
}

void add_chart(Html& html, std::string title, std::string y_label, std::vector<ChartSeries> all, bool from_zero) {
  LineChart chart{std::move(title), "step", std::move(y_label), {}, from_zero};
  for (ChartSeries& series : all) {
    if (!series.points.empty()) {
      chart.series.push_back(std::move(series));
    }
  }
  if (!chart.series.empty()) {
    draw(html, chart);
  }
}

double median(std::vector<double> values) {
  std::nth_element(values.begin(), values.begin() + static_cast<int64_t>(values.size() / 2), values.end());
  return values[values.size() / 2];
}

std::vector<double> values_of(const std::vector<Json>& lines, const Paths& paths) {
  std::vector<double> out;
  for (const Json& line : lines) {
    if (const auto value = number_at(line, paths)) {
      out.push_back(*value);
    }
  }
  return out;
}

const Paths kTokenRate = {"tokens_per_s"};
const Paths kGigaflops = {"gflops"};
const Paths kStepSeconds = {"seconds"};

// The model's arithmetic beside what the machine was measured to give (machine.json, kernels/probe.h).
void add_limits(Html& html, const RunFolder& run, const std::vector<double>& gigaflops) {
  const Json machine = run.json("machine.json").value_or(Json::object());
  const double peak = number_at(machine, {"fp32_peak_gflops.all_threads"}).value_or(0);
  const double product = number_at(machine, {"fp32_gemm_gflops.all_threads"}).value_or(0);
  if (gigaflops.empty() || peak <= 0) {
    add_missing(html,
                "There are no measured limits (machine.json) or no GFLOP/s (train/telemetry/timing.jsonl) to compare.");
    return;
  }
  const double used = median(gigaflops);
  const auto text = [](double value) { return fmt::format("{} GFLOP/s", format_number(value)); };
  BarChart bars{"Arithmetic against the machine's measured limits", "float32, all threads", "Rate", {}, {}};
  bars.bars.push_back({"This training", used, text(used),
                       fmt::format("the model's own operations: {:.0f} % of the measured peak", 100 * used / peak),
                       true});
  if (product > 0) {
    bars.bars.push_back(
        {"A product of matrices", product, text(product), "256 × 256 × 256 per thread, nothing else", false});
  }
  bars.bars.push_back({"Peak", peak, text(peak), "multiply-adds on registers", false});
  draw(html, bars);
}

}  // namespace

void add_training(Html& html, const RunFolder& run) {
  const auto section = html.in("section", {{"id", "training"}});
  html.leaf("h2", "Training");
  const std::vector<Json> lines = run.lines("train/metrics.jsonl");
  if (lines.empty()) {
    add_missing(html, "The run has no train/metrics.jsonl: the training did not run, or has not logged a step.");
    return;
  }
  add_chart(html, "Loss", "nats per token",
            {series_of(lines, "training", {"loss"}), series_of(lines, "validation", {"val_loss"})}, false);
  add_chart(html, "Learning rate", "", {series_of(lines, "learning rate", {"lr"})}, true);
  add_chart(html, "Gradient norm", "", {series_of(lines, "before clipping", {"grad_norm"})}, true);
}

void add_throughput(Html& html, const RunFolder& run) {
  const auto section = html.in("section", {{"id", "throughput"}});
  html.leaf("h2", "Speed of training");
  const std::vector<Json> lines = run.lines("train/telemetry/timing.jsonl");
  const std::vector<double> rates = values_of(lines, kTokenRate);
  if (rates.empty()) {
    add_missing(html, "No tokens per second were logged in train/telemetry/timing.jsonl.");
    return;
  }
  add_chart(html, "Tokens per second", "", {series_of(lines, "tokens per second", kTokenRate)}, true);
  add_limits(html, run, values_of(lines, kGigaflops));
  std::string words = fmt::format("Median {} tokens a second", format_number(median(rates)));
  const std::vector<double> seconds = values_of(lines, kStepSeconds);
  if (!seconds.empty()) {
    words += fmt::format(", {:.2f} s a step", median(seconds));
  }
  html.leaf("p", words + ".");
}

}  // namespace smelt
