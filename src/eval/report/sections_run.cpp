#include <algorithm>

#include <fmt/core.h>

#include "base/text.h"
#include "eval/report/counts.h"
#include "eval/report/sections.h"
#include "eval/report/svg_chart.h"

namespace smelt {

namespace {

std::optional<Json> manifest_of(const RunFolder& run, const std::string& stage) {
  return run.json(stage + "/manifest.json");
}

void add_card(Html& html, const char* name, const std::string& figure, const std::string& small, bool first = false) {
  const auto card = html.in("div", {{"class", first ? "first" : "card"}});
  html.leaf("dt", name);
  const auto value = html.in("dd");
  html.text(figure);
  if (!small.empty()) {
    html.leaf("small", small);
  }
}

void add_bits_card(Html& html, const RunFolder& run) {
  const auto results = run.json("eval/results.json");
  const auto bits = results ? number_at(*results, {"bits_per_byte.model.bits_per_byte"}) : std::nullopt;
  if (!bits) {
    return;
  }
  const auto ngram = number_at(*results, {"bits_per_byte.ngram.bits_per_byte"});
  std::string small = "on held-out text";
  if (ngram && *ngram > 0) {
    const double change = 100 * (1 - *bits / *ngram);
    small = change >= 0 ? fmt::format("{:.1f} % below the n-gram", change)
                        : fmt::format("{:.1f} % above the n-gram", -change);
  }
  add_card(html, "Bits per byte", fmt::format("{:.3f}", *bits), small, true);
  if (const auto cloze = number_at(*results, {"cloze.model.accuracy"})) {
    add_card(html, "Last word guessed", fmt::format("{:.1f} %", 100 * *cloze), "of held-out passages");
  }
}

void add_count_card(Html& html, const RunFolder& run, const char* stage, const std::vector<std::string_view>& paths,
                    const char* name, const char* small) {
  const auto manifest = manifest_of(run, stage);
  if (manifest) {
    if (const auto count = number_at(*manifest, paths)) {
      add_card(html, name, *count >= 1e5 ? human_count(*count) : format_number(*count), small);
    }
  }
}

double seconds_of(const RunFolder& run, const std::string& stage) {
  const auto manifest = manifest_of(run, stage);
  return manifest ? number_at(*manifest, {"seconds"}).value_or(0) : 0;
}

void add_limit_row(Html& html, const Json& limit, const std::string& name, const char* unit) {
  const auto row = html.in("tr");
  const std::string instructions = string_at(limit, {"instructions"});
  const Json* emulated = dig(limit, "emulated");
  const bool widened = emulated != nullptr && emulated->is_bool() && emulated->as_bool();
  html.leaf("th", name + (widened ? ", widened to float32" : ""), {{"scope", "row"}});
  html.leaf("td", instructions);
  for (const char* field : {"one_thread", "all_threads"}) {
    const auto value = number_at(limit, {field});
    html.leaf("td", value ? format_number(*value, *value < 100 ? 1 : 0) + " " + unit : "", {{"class", "num"}});
  }
}

// What kernels/probe.h writes: an object, or a list of one for each set of instructions.
void add_limits_table(Html& html, const Json& machine) {
  static constexpr struct {
    const char* key;
    const char* name;
    const char* unit;
  } kLimits[] = {{"read_gb_per_s", "Reading memory", "GB/s"},
                 {"fp32_peak_gflops", "float32 multiply-adds on registers", "GFLOP/s"},
                 {"fp32_gemm_gflops", "float32 matrix product", "GFLOP/s"},
                 {"bf16_gflops", "bfloat16 multiply-adds", "GFLOP/s"},
                 {"int8_gops", "int8 multiply-adds", "GOP/s"}};
  const auto scroll = html.in("div", {{"class", "scroll"}});
  const auto table = html.in("table");
  {
    const auto head = html.in("thead");
    const auto row = html.in("tr");
    html.leaf("th", "Limit", {{"scope", "col"}});
    html.leaf("th", "Instructions", {{"scope", "col"}});
    html.leaf("th", "One thread", {{"scope", "col"}, {"class", "num"}});
    html.leaf("th", "All threads", {{"scope", "col"}, {"class", "num"}});
  }
  const auto body = html.in("tbody");
  for (const auto& limit : kLimits) {
    const Json* measured = dig(machine, limit.key);
    if (measured == nullptr) {
      continue;
    }
    if (measured->is_object()) {
      add_limit_row(html, *measured, limit.name, limit.unit);
    } else if (measured->is_array()) {
      for (size_t i = 0; i < std::min(measured->size(), kMaxTableRows); ++i) {
        add_limit_row(html, measured->as_array()[i], limit.name, limit.unit);
      }
    }
  }
}

}  // namespace

void add_headline(Html& html, const RunFolder& run) {
  const auto section = html.in("section", {{"class", "plain"}, {"aria-label", "Headline figures"}});
  const auto cards = html.in("dl", {{"class", "cards"}});
  add_bits_card(html, run);
  add_count_card(html, run, "documents", {"counts.pages"}, "Pages", "read from the crawl");
  add_count_card(html, run, "corpus", {"counts.train.documents"}, "Documents", "in the corpus, held-out text aside");
  add_count_card(html, run, "tokens", {"counts.tokens"}, "Tokens", "in the training set");
  add_count_card(html, run, "train", {"counts.parameters"}, "Parameters", "of the model");
  add_count_card(html, run, "train", {"counts.tokens"}, "Trained on", "tokens, repeats counted");
  add_count_card(html, run, "train", {"counts.flops"}, "Arithmetic", "floating-point operations of the training");
  double seconds = 0;
  for (const std::string& stage : run.stages()) {
    seconds += seconds_of(run, stage);
  }
  if (seconds > 0) {
    const bool in_minutes = seconds >= 600 && seconds < 7200;  // what a card has room for
    add_card(html, "Time", in_minutes ? fmt::format("{:.0f} min", seconds / 60) : human_duration(seconds),
             "all stages together");
  }
}

void add_stages(Html& html, const RunFolder& run) {
  const auto section = html.in("section", {{"id", "stages"}});
  html.leaf("h2", "Time of the stages");
  BarChart chart{"Wall time", "Stage", "Time", {}, {}};
  for (const std::string& stage : run.stages()) {
    const double seconds = seconds_of(run, stage);
    chart.bars.push_back({stage, seconds, human_duration(seconds), "", false});
  }
  if (chart.bars.empty()) {
    add_missing(html, "No stage of this run has finished.");
    return;
  }
  draw(html, chart);
}

void add_machine(Html& html, const RunFolder& run) {
  const auto section = html.in("section", {{"id", "machine"}});
  html.leaf("h2", "The machine");
  const auto machine = run.json("machine.json");
  if (!machine) {
    add_missing(html, "The run has no machine.json: the machine was not described.");
    return;
  }
  const auto threads = number_at(*machine, {"threads"});
  html.leaf("p", fmt::format("{}{}. These limits were measured when the run started; rates of the stages compare with "
                             "them.",
                             string_at(*machine, {"cpu"}),
                             threads ? fmt::format(", {} threads in use", format_number(*threads)) : ""));
  add_limits_table(html, *machine);
}

void add_recipe(Html& html, const RunFolder& run) {
  const auto section = html.in("section", {{"id", "recipe"}, {"class", "long"}});
  html.leaf("h2", "The recipe");
  const auto recipe = run.text("recipe.resolved.toml");
  if (!recipe) {
    add_missing(html, "The run has no recipe.resolved.toml.");
    return;
  }
  html.leaf("p", "Every setting of the run, defaults included; this text makes the same run again.");
  const auto details = html.in("details");
  html.leaf("summary", "recipe.resolved.toml");
  html.leaf("pre", cut_text(*recipe, 200 << 10));
}

void add_provenance(Html& html, const RunFolder& run) {
  const auto section = html.in("section", {{"id", "provenance"}, {"class", "long"}});
  html.leaf("h2", "Versions and hashes");
  auto about = run.json("run.json");
  if (about && about->is_object()) {
    for (const char* elsewhere : {"recipe", "stages", "summary"}) {
      about->erase(elsewhere);
    }
    add_table(html, *about, "Run");
  } else {
    add_missing(html, "The run has no run.json.");
  }
  const std::vector<std::string> stages = run.stages();
  if (stages.empty()) {
    return;
  }
  const auto scroll = html.in("div", {{"class", "scroll"}});
  const auto table = html.in("table");
  html.leaf("caption", "Stages: equal keys make equal files");
  {
    const auto head = html.in("thead");
    const auto row = html.in("tr");
    for (const char* name : {"Stage", "Key", "Files", "Bytes"}) {
      html.leaf("th", name, {{"scope", "col"}});
    }
  }
  const auto body = html.in("tbody");
  for (const std::string& stage : stages) {
    const auto manifest = manifest_of(run, stage);
    double bytes = 0;
    const Json* files = manifest ? dig(*manifest, "files") : nullptr;
    const size_t count = files == nullptr ? 0 : files->size();
    if (files != nullptr && files->is_array()) {
      for (const Json& file : files->as_array()) {
        bytes += number_at(file, {"size"}).value_or(0);
      }
    }
    const auto row = html.in("tr");
    html.leaf("th", stage, {{"scope", "row"}});
    const std::string key = manifest ? string_at(*manifest, {"key"}) : "";
    {
      const auto cell = html.in("td");
      html.leaf("code", key);
    }
    html.leaf("td", format_number(static_cast<double>(count)));
    html.leaf("td", human_bytes(bytes));
  }
}

}  // namespace smelt
