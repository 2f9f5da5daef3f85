// Runs, stages, checkpoints and recipes.
#include <map>

#include <fmt/format.h>

#include "base/files.h"
#include "base/manifest.h"
#include "base/text.h"
#include "cli/inspect/explain.h"
#include "cli/run/recipe.h"

namespace smelt::cli {
namespace {

// Counts of a manifest, numbers first, at most two levels deep: enough to see what a stage did.
std::string counts_text(const Json& counts, const std::string& indent) {
  std::string out;
  if (!counts.is_object()) {
    return out;
  }
  for (const auto& [key, value] : counts.as_object()) {
    if (value.is_number()) {
      out += fmt::format("{}{:<28} {}\n", indent, key,
                         value.is_int() ? value.dump() : fmt::format("{:.6g}", value.as_double()));
    } else if (value.is_string() && value.as_string().size() < 100) {
      out += fmt::format("{}{:<28} {}\n", indent, key, value.as_string());
    } else if (value.is_object() && indent.size() < 6) {
      const std::string inner = counts_text(value, indent + "  ");
      out += inner.empty() ? "" : fmt::format("{}{}\n{}", indent, key, inner);
    }
  }
  return out;
}

std::string verification(const std::string& dir, const Manifest& manifest) {
  const std::string problem = verify_manifest(dir, manifest, true);
  return problem.empty() ? fmt::format("all {} files match their checksums", manifest.files.size())
                         : "DAMAGED: " + problem;
}

}  // namespace

Explanation explain_run(const std::string& dir) {
  const Json run = Json::load(dir + "/run.json");
  std::string text = fmt::format("run {}: {}, started {}, {}\n", run.get("name", ""), run.get("status", ""),
                                 run.get("started", ""), human_duration(run.get("seconds", 0.0)));
  static const std::vector<std::pair<const char*, const char*>> kParts = {
      {"recipe.resolved.toml", "every setting of the run"},
      {"run.json", "status, stages, headline figures, versions"},
      {"log.jsonl", "everything that was logged"},
      {"machine.json", "measured limits of the machine"},
      {"documents", "main text of every page, rejects aside"},
      {"corpus", "filtered, deduplicated, redacted documents: train, heldout, rejects"},
      {"tokenizer", "tokenizer.json and its settings"},
      {"tokens", "token files (.bin/.idx) per source and for the held-out pages"},
      {"train", "metrics, checkpoints, milestones, the model"},
      {"model", "the trained model, a Hugging Face directory"},
      {"eval", "bits per byte, cloze, samples"},
      {"report.html", "all of it on one page"}};
  Json parts = Json::array();
  for (const auto& [name, meaning] : kParts) {
    if (path_exists(dir + "/" + name)) {
      text += fmt::format("  {:<22} {}\n", name, meaning);
      parts.push_back(name);
    }
  }
  if (const Json* summary = run.find("summary")) {
    text += "figures\n" + counts_text(*summary, "  ");
  }
  Json data = run;
  data["parts"] = std::move(parts);
  return {"run", text, std::move(data)};
}

Explanation explain_stage(const std::string& dir) {
  const Manifest manifest = read_manifest(dir);
  uint64_t bytes = 0;
  for (const auto& file : manifest.files) {
    bytes += file.size;
  }
  const std::string state = verification(dir, manifest);
  std::string text = fmt::format("output of stage '{}': {} files, {}, made in {}\n  key {}\n  {}\n", manifest.stage,
                                 manifest.files.size(), human_bytes(static_cast<double>(bytes)),
                                 human_duration(manifest.seconds), manifest.key, state);
  for (const auto& [name, digest] : manifest.inputs.is_object() ? manifest.inputs.as_object() : Json::Object{}) {
    text += fmt::format("  input {:<14} {}\n", name, digest.is_string() ? digest.as_string() : digest.dump());
  }
  text += "counts\n" + counts_text(manifest.counts, "  ");
  Json data = Json::load(dir + "/" + kManifestName);
  data["verified"] = state;
  return {"stage", text, std::move(data)};
}

Explanation explain_checkpoint(const std::string& dir) {
  const Json state = Json::load(dir + "/state.json");
  std::string text = "training checkpoint\n" + counts_text(state, "  ");
  Json data = Json::object();
  data["state"] = state;
  if (has_manifest(dir)) {
    const Manifest manifest = read_manifest(dir);
    const std::string verified = verification(dir, manifest);
    text += "  " + verified + "\n";
    data["verified"] = verified;
  }
  for (const auto& file : list_files(dir)) {
    text += fmt::format("  {:<28} {}\n", file, human_bytes(static_cast<double>(file_size(dir + "/" + file))));
  }
  return {"checkpoint", text, std::move(data)};
}

Explanation explain_recipe(const std::string& path) {
  const RunRecipe recipe = load_recipe(path, {});
  return {"recipe",
          fmt::format("recipe of run '{}', every key valid; resolved:\n\n{}", recipe.run.name, dump_recipe(recipe)),
          recipe_to_json(recipe)};
}

}  // namespace smelt::cli
