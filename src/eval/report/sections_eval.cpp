#include <algorithm>
#include <map>

#include <fmt/core.h>

#include "eval/report/sections.h"
#include "eval/report/svg_chart.h"

namespace smelt {

namespace {

constexpr size_t kMaxMilestones = 8;
constexpr size_t kMaxSamples = 60;

struct Yardstick {
  const char* key;
  const char* label;
  const char* note;
};

constexpr Yardstick kYardsticks[] = {
    {"model", "The trained model", ""},
    {"ngram", "5-gram, Kneser-Ney", "same tokens, same training text"},
    {"compressor", "zstd −22 with the training text", "may copy from "},
    {"compressor_alone", "zstd −22 alone", "sees the held-out text only"},
    {"untrained", "The model before training", "same architecture, random weights"},
    {"uniform", "Every token equally likely", "log₂ of the vocabulary for each token"},
};

std::string interval_text(const Json& figure) {
  const auto low = number_at(figure, {"low"});
  const auto high = number_at(figure, {"high"});
  return low && high ? fmt::format("95 % interval {:.3f} to {:.3f}", *low, *high) : "";
}

// How much of the training text zstd had.
std::string seen_text(const Json& figure) {
  const auto seen = number_at(figure, {"training_bytes"});
  const auto available = number_at(figure, {"training_bytes_available"});
  return !seen || !available || *seen >= *available ? "all of it"
                                                    : fmt::format("{:.0f} % of it", 100 * *seen / *available);
}

void add_yardstick_bars(Html& html, const Json& results) {
  BarChart chart{"Bits per byte of held-out text (lower is better)", "Yardstick", "Bits per byte", {}, {}};
  for (const Yardstick& yardstick : kYardsticks) {
    const Json* figure = dig(results, std::string("bits_per_byte.") + yardstick.key);
    if (figure == nullptr) {
      continue;
    }
    if (const auto bits = number_at(*figure, {"bits_per_byte"})) {
      const std::string interval = interval_text(*figure);
      std::string label = yardstick.label;
      if (std::string_view(yardstick.key) == "ngram") {
        label = fmt::format("{}-gram, Kneser-Ney", number_at(*figure, {"order"}).value_or(5));
      }
      std::string what = yardstick.note;
      if (std::string_view(yardstick.key) == "compressor") {
        what += seen_text(*figure);
      }
      const std::string note = what + (!what.empty() && !interval.empty() ? "; " : "") + interval;
      chart.bars.push_back(
          {label, *bits, fmt::format("{:.3f}", *bits), note, std::string_view(yardstick.key) == "model"});
    }
  }
  if (chart.bars.empty()) {
    add_missing(html, "No bits per byte were measured.");
    return;
  }
  std::stable_sort(chart.bars.begin(), chart.bars.end(), [](const Bar& a, const Bar& b) { return a.value < b.value; });
  draw(html, chart);
}

void add_cloze_bars(Html& html, const Json& results) {
  BarChart chart{"Last word of a held-out passage guessed (higher is better)", "Who guesses", "Share right", {}, 1.0};
  const Json* cloze = dig(results, "cloze");
  if (cloze == nullptr) {
    add_missing(html, "The cloze test was not run.");
    return;
  }
  const struct {
    const char* key;
    const char* label;
  } guessers[] = {{"model", "The trained model"}, {"ngram", "n-gram"}};
  for (const auto& guesser : guessers) {
    const Json* figure = dig(*cloze, guesser.key);
    const auto accuracy = figure == nullptr ? std::nullopt : number_at(*figure, {"accuracy"});
    if (accuracy) {
      std::string note;
      const auto low = number_at(*figure, {"low"});
      const auto high = number_at(*figure, {"high"});
      if (low && high) {
        note = fmt::format("95 % interval {:.1f} to {:.1f} %", 100 * *low, 100 * *high);
      }
      chart.bars.push_back({guesser.label, *accuracy, fmt::format("{:.1f} %", 100 * *accuracy), note,
                            std::string_view(guesser.key) == "model"});
    }
  }
  if (!chart.bars.empty()) {
    draw(html, chart);
  }
  if (const auto items = number_at(*cloze, {"items"})) {
    add_note(
        html,
        fmt::format("{} passages; the bar's full width is 100 %. A guess counts when greedy decoding gives exactly the "
                    "missing word.",
                    format_number(*items)));
  }
}

void add_sample_card(Html& html, const Json& sample) {
  const std::string prompt = string_at(sample, {"prompt"});
  const std::string text = string_at(sample, {"text", "completion"});
  const auto block = html.in("pre", {{"class", "prose"}, {"dir", "auto"}});
  if (!prompt.empty()) {
    html.leaf("mark", cut_text(prompt, kMaxExcerpt));
  }
  const std::string_view shown = cut_text(text, 2 * kMaxExcerpt);
  html.text(shown);
  if (shown.size() < text.size()) {
    html.leaf("mark", " …");
  }
}

}  // namespace

void add_evaluation(Html& html, const RunFolder& run) {
  const auto section = html.in("section", {{"id", "evaluation"}});
  html.leaf("h2", "Against the yardsticks");
  const auto results = run.json("eval/results.json");
  if (!results) {
    add_missing(html, "The run has no eval/results.json: the evaluation did not run, or did not finish.");
    return;
  }
  const auto documents = number_at(*results, {"heldout.documents"});
  const auto bytes = number_at(*results, {"heldout.bytes"});
  if (documents && bytes) {
    html.leaf("p", fmt::format("On {} held-out documents ({} bytes of text) that no stage of the training has seen.",
                               format_number(*documents), format_number(*bytes)));
  }
  add_yardstick_bars(html, *results);
  const std::string rule = string_at(*results, {"heldout.rule"});
  if (!rule.empty()) {
    add_note(html, rule);
  }
  add_cloze_bars(html, *results);
}

void add_samples(Html& html, const RunFolder& run) {
  const auto section = html.in("section", {{"id", "samples"}, {"class", "long"}});
  html.leaf("h2", "Samples along the way");
  const std::vector<Json> samples = run.lines("eval/samples.jsonl");
  if (samples.empty()) {
    add_missing(html, "The run has no eval/samples.jsonl: no milestone was sampled.");
    return;
  }
  html.leaf("p",
            "The same prompts and the same random numbers at each milestone; nothing was picked by hand. The prompt is "
            "in grey.");
  std::map<double, std::vector<const Json*>> by_step;
  for (size_t i = 0; i < std::min(samples.size(), kMaxSamples); ++i) {
    by_step[number_at(samples[i], {"step"}).value_or(0)].push_back(&samples[i]);
  }
  size_t shown = 0;
  for (const auto& [step, at_step] : by_step) {
    if (++shown > kMaxMilestones) {
      break;
    }
    html.leaf("h3", step == 0 ? "Before training" : "After step " + format_number(step));
    for (const Json* sample : at_step) {
      add_sample_card(html, *sample);
    }
  }
}

}  // namespace smelt
