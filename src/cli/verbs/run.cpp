// `smelt run RECIPE.toml`: everything a recipe describes.
#include <cstdlib>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/files.h"
#include "base/text.h"
#include "cli/run/flow.h"
#include "cli/verbs/lines.h"
#include "cli/verbs/verbs.h"

namespace smelt::cli {
namespace {

std::string headline(const Json& summary) {
  std::string out;
  const auto add = [&](const char* key, const char* label) {
    if (const Json* value = summary.is_object() ? summary.find(key) : nullptr; value != nullptr && value->is_number()) {
      out += fmt::format("  {:<34} {:.4g}\n", label, value->as_double());
    }
  };
  add("bits_per_byte", "held-out bits per byte");
  add("compressor_bits_per_byte", "  zstd with the training text");
  add("ngram_bits_per_byte", "  Kneser-Ney 5-gram");
  add("untrained_bits_per_byte", "  untrained model");
  add("tokens_per_second", "training tokens per second");
  return out;
}

// What the run would read, as comments above the resolved recipe.
std::string plan_text(const std::vector<PagesPlan>& plan) {
  std::string out;
  for (const PagesPlan& source : plan) {
    std::vector<std::string> parts;
    const auto add = [&](int64_t count, const char* what) {
      if (count > 0) {
        parts.push_back(fmt::format("{} {}", human_count(static_cast<double>(count)), what));
      }
    };
    add(source.pages, "pages");
    add(source.archives, "WARC files");
    add(source.remote, "WARC files on servers");
    add(source.lists, "lists on servers");
    if (source.bytes > 0) {
      parts.push_back(human_bytes(static_cast<double>(source.bytes)));
    }
    out += fmt::format("# {}: {}\n", source.name.empty() ? "pages" : source.name, fmt::join(parts, ", "));
  }
  return out;
}

std::string plan_text(const std::vector<CodePlan>& plan) {
  std::string out;
  for (const CodePlan& source : plan) {
    out += fmt::format("# {}: {} files of code, {} archives, {}\n", source.name,
                       human_count(static_cast<double>(source.files)), source.archives,
                       human_bytes(static_cast<double>(source.bytes)));
  }
  return out;
}

Json plan_json(const std::vector<PagesPlan>& plan) {
  Json out = Json::array();
  for (const PagesPlan& source : plan) {
    Json entry = Json::object();
    entry["name"] = source.name;
    entry["pages"] = source.pages;
    entry["archives"] = source.archives;
    entry["bytes"] = source.bytes;
    entry["remote"] = source.remote;
    entry["lists"] = source.lists;
    out.as_array().push_back(std::move(entry));
  }
  return out;
}

bool blend_is_known(const RunRecipe& recipe) {
  return (recipe.train.steps > 0) != (recipe.train.tokens > 0) && path_exists(run_tokens_dir(recipe));
}

// How often training would see each source, as comments.
std::string blend_text(const RunRecipe& recipe) {
  if (!blend_is_known(recipe)) {
    return "# blend: its epochs are known once there are tokens (--until tokens)\n\n";
  }
  std::string out;
  const std::string table = planned_samples(recipe, run_tokens_dir(recipe)).describe();
  for (const std::string_view line : split(trim(table), '\n')) {
    out += fmt::format("# {}\n", line);
  }
  return out + "\n";
}

Json plan_json(const std::vector<CodePlan>& plan) {
  Json out = Json::array();
  for (const CodePlan& source : plan) {
    Json entry = Json::object();
    entry["name"] = source.name;
    entry["files"] = source.files;
    entry["archives"] = source.archives;
    entry["bytes"] = source.bytes;
    out.push_back(std::move(entry));
  }
  return out;
}

// Which of several processes this is: as --worker says, or as mpirun and srun put it into the environment.
std::optional<WorkerOptions> worker_of(const Arguments& arguments) {
  std::optional<WorkerOptions> worker = worker_of_environment([](const char* name) { return std::getenv(name); });
  if (arguments.has("--worker")) {
    worker = parse_worker(arguments.text("--worker"));
  }
  if (worker) {
    worker->waits = !arguments.has("--no-wait");
  }
  return worker;
}

int run(Session& session, const Arguments& arguments) {
  const std::string& path = arguments.text("RECIPE");
  const RunRecipe recipe = load_recipe(path, recipe_sets(arguments));
  const FlowOptions options{arguments.has("--resume"), arguments.text("--until", ""), worker_of(arguments)};
  if (arguments.has("--dry-run")) {
    check_flow(recipe, options);
    const std::vector<PagesPlan> plan = plan_ingest(recipe.documents);
    const std::vector<CodePlan> code = plan_code_ingest(recipe.documents);
    Json json = Json::object();
    json["pages"] = plan_json(plan);
    if (!code.empty()) {
      json["code"] = plan_json(code);
    }
    json["recipe"] = recipe_to_json(recipe);
    if (blend_is_known(recipe)) {
      json["blend"] = planned_samples(recipe, run_tokens_dir(recipe)).usage_json();
    }
    session.print(plan_text(plan) + plan_text(code) + "\n" + blend_text(recipe) + dump_recipe(recipe), json);
    return 0;
  }
  const FlowResult result = run_flow(session, recipe, options);
  const std::string& dir = result.dir;
  if (result.ended_early) {
    Json json = Json::object();
    json["run"] = dir;
    json["worker"] = options.worker->index;
    session.print(
        fmt::format("worker {} of {}: done with its part of {}\n", options.worker->index, options.worker->count, dir),
        json);
    return 0;
  }
  const Json run = Json::load(dir + "/run.json");
  const Json* summary = run.find("summary");
  std::string text = summary == nullptr ? std::string() : headline(*summary);
  text += fmt::format("report  {}/report.html\n", dir);
  if (path_exists(dir + "/model/config.json")) {
    text += fmt::format("model   {}/model\n", dir);
  }
  session.print(text, run);
  return 0;
}

}  // namespace

Verb run_verb() {
  return {
      "run",
      kRunGroup,
      "a recipe -> runs/NAME: corpus, tokens, model, evaluation, report",
      "Stages whose inputs and settings have not changed since they last ran are skipped. A run that was "
      "interrupted, even by a\n"
      "power cut, goes on with --resume and ends with the same bytes as one that was not.",
      {{"RECIPE", "a TOML file; `smelt help recipe` lists every key"}},
      {{"--set", FlagKind::kTexts, "KEY=VALUE", "override a key of the recipe, e.g. --set train.steps=200"},
       {"--resume", FlagKind::kSwitch, "", "go on with a run that exists"},
       {"--until", FlagKind::kText, "STAGE", "stop after documents, corpus, tokenizer, tokens, train or eval"},
       kMemoryFlag,
       {"--worker", FlagKind::kText, "I/N",
        "this is process I (from 0) of N that share the run (default: as mpirun and srun say)"},
       {"--no-wait", FlagKind::kSwitch, "", "of several processes: end where others are at work on all that is left"},
       {"--dry-run", FlagKind::kSwitch, "",
        "check recipe and inputs, print what would be read and the recipe resolved; fetch nothing"}},
      {{"smelt run recipes/quickstart.toml", "from web pages to a model, in about 20 minutes"},
       {"smelt run recipes/quickstart.toml --resume --set train.steps=5000",
        "train longer on the corpus that is there"},
       {"smelt run recipes/common-crawl.toml --dry-run", "check a recipe"}},
      run};
}

}  // namespace smelt::cli
