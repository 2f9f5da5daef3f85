#include <algorithm>
#include <cmath>

#include <fmt/core.h>

#include "base/text.h"
#include "eval/report/sections.h"
#include "eval/report/svg_chart.h"
#include "eval/report/training_speed.h"

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

const Paths kTokenRate = {"tokens_per_s"};

// The model's arithmetic beside what the machine was measured to give (machine.json, kernels/probe.h).
void add_limits(Html& html, const RunFolder& run, const TrainingSpeed& speed) {
  const Json machine = run.json("machine.json").value_or(Json::object());
  const double peak = number_at(machine, {"fp32_peak_gflops.all_threads"}).value_or(0);
  const double product = number_at(machine, {"fp32_gemm_gflops.all_threads"}).value_or(0);
  if (!speed.share_of_peak) {
    add_missing(html,
                "There are no measured limits (machine.json) or no GFLOP/s (train/telemetry/timing.jsonl) to compare.");
    return;
  }
  const double used = *speed.gflops;
  const auto text = [](double value) { return fmt::format("{} GFLOP/s", format_number(value)); };
  BarChart bars{"Arithmetic against the machine's measured limits", "float32, all threads", "Rate", {}, {}};
  bars.bars.push_back(
      {"This training", used, text(used),
       fmt::format("the model's own operations: {:.0f} % of the measured peak", 100 * *speed.share_of_peak), true});
  if (product > 0) {
    bars.bars.push_back(
        {"A product of matrices", product, text(product), "256 × 256 × 256 per thread, nothing else", false});
  }
  if (peak > 0) {
    bars.bars.push_back({"Peak", peak, text(peak), "multiply-adds on registers", false});
  }
  draw(html, bars);
}

// "800 steps of 32 768 tokens: 26.2 M tokens and 1.2e+15 floating-point operations. ..."
void add_summary(Html& html, const Json& counts) {
  const auto steps = number_at(counts, {"steps"});
  const auto tokens = number_at(counts, {"tokens"});
  if (!steps || !tokens || *steps <= 0) {
    return;
  }
  std::string words = fmt::format("{} steps of {} tokens, {} tokens in all", format_number(*steps),
                                  format_number(*tokens / *steps), human_count(*tokens));
  if (const auto flops = number_at(counts, {"flops"})) {
    words += fmt::format(", {:.2e} floating-point operations", *flops);
  }
  words += ".";
  if (const auto loss = number_at(counts, {"loss"})) {
    words += fmt::format(" The last step's loss was {:.3f}", *loss);
    const auto held_out = number_at(counts, {"val_loss"});
    words += held_out ? fmt::format(", on held-out tokens {:.3f} nats a token.", *held_out) : " nats a token.";
  }
  if (const double skipped = number_at(counts, {"skipped_steps"}).value_or(0); skipped > 0) {
    words += fmt::format(" {} steps were skipped: their loss or gradient was not finite.", format_number(skipped));
  }
  html.leaf("p", words);
}

// What training read: of each source its tokens, its share of the run and how often it was seen.
void add_blend(Html& html, const Json& counts) {
  const Json* blend = counts.find("blend");
  if (blend == nullptr || !blend->is_array()) {
    return;
  }
  double all = 0;
  for (const Json& row : blend->as_array()) {
    all += number_at(row, {"seen_tokens"}).value_or(0);
  }
  const auto table = html.in("table");
  html.leaf("caption", "What training read");
  {
    const auto head = html.in("tr");
    for (const char* name : {"source", "its tokens", "tokens read", "share", "epochs"}) {
      html.leaf("th", name);
    }
  }
  for (const Json& row : blend->as_array()) {
    const auto line = html.in("tr");
    const double seen = number_at(row, {"seen_tokens"}).value_or(0);
    html.leaf("td", row.get("source", ""));
    html.leaf("td", format_number(number_at(row, {"tokens"}).value_or(0)), {{"class", "num"}});
    html.leaf("td", format_number(seen), {{"class", "num"}});
    html.leaf("td", fmt::format("{:.1f} %", all > 0 ? 100 * seen / all : 0.0), {{"class", "num"}});
    html.leaf("td", fmt::format("{:.2f}", number_at(row, {"epochs"}).value_or(0)), {{"class", "num"}});
  }
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
  add_summary(html, counts_of(run, "train"));
  add_blend(html, counts_of(run, "train"));
  add_chart(html, "Loss", "nats per token",
            {series_of(lines, "training", {"loss"}), series_of(lines, "validation", {"val_loss"})}, false);
  add_chart(html, "Learning rate", "", {series_of(lines, "learning rate", {"lr"})}, true);
  add_chart(html, "Gradient norm", "", {series_of(lines, "before clipping", {"grad_norm"})}, true);
}

void add_throughput(Html& html, const RunFolder& run) {
  const auto section = html.in("section", {{"id", "throughput"}});
  html.leaf("h2", "Speed of training");
  const std::vector<Json> lines = run.lines("train/telemetry/timing.jsonl");
  const TrainingSpeed speed = training_speed(run);
  if (!speed.tokens_per_second) {
    add_missing(html, "No tokens per second were logged in train/telemetry/timing.jsonl.");
    return;
  }
  std::string words = fmt::format("Median {} tokens a second", format_number(*speed.tokens_per_second));
  if (speed.seconds_per_step) {
    words += fmt::format(", {:.2f} s a step", *speed.seconds_per_step);
  }
  html.leaf("p", words + ".");
  add_chart(html, "Tokens per second", "", {series_of(lines, "tokens per second", kTokenRate)}, true);
  add_limits(html, run, speed);
}

}  // namespace smelt
