// Runs, stages, checkpoints and recipes.
#include <algorithm>
#include <filesystem>
#include <map>

#include <fmt/format.h>

#include "base/files.h"
#include "base/manifest.h"
#include "base/text.h"
#include "cli/inspect/explain.h"
#include "cli/run/recipe.h"

namespace smelt::cli {
namespace {

namespace fs = std::filesystem;

// Numbers of a manifest's counts as rows, nested ones indented: enough to see what a stage did.
void add_counts(const Json& counts, const std::string& indent, Sheet& sheet) {
  if (!counts.is_object()) {
    return;
  }
  for (const auto& [key, value] : counts.as_object()) {
    if (value.is_number() || (value.is_string() && value.as_string().size() < 100)) {
      sheet.row(indent + key, figure(value));
    } else if (value.is_object() && value.size() > 0 && indent.size() < 4 && key != "examples") {
      sheet.row(indent + key, " ");
      add_counts(value, indent + "  ", sheet);
    }
  }
}

std::string verification(const std::string& dir, const Manifest& manifest) {
  const std::string problem = verify_manifest(dir, manifest, true);
  return problem.empty() ? fmt::format("{} whole: every checksum matches",
                                       counted(static_cast<int64_t>(manifest.files.size()), "file"))
                         : "DAMAGED: " + problem;
}

// What a stage's folder is for; empty for a stage of another program.
std::string stage_meaning(const std::string& stage) {
  static const std::map<std::string, std::string> kMeanings = {
      {"ingest", "documents: the main text of every page, rejects aside"},
      {"curate", "corpus: filtered, deduplicated, redacted, split"},
      {"tokenizer", "tokenizer"},
      {"tokens", "token files, one a source"},
      {"pretrain", "training: metrics, checkpoints, milestones, model"},
      {"eval", "evaluation: bits per byte, cloze, samples"},
      {"checkpoint", "training state"}};
  const auto found = kMeanings.find(stage);
  return found == kMeanings.end() ? "" : found->second;
}

uint64_t folder_bytes(const std::string& dir) {
  uint64_t bytes = 0;
  for (const auto& name : list_files(dir)) {
    bytes += file_size(dir + "/" + name);
  }
  return bytes;
}

void add_parts(const std::string& dir, Sheet& sheet, Json& data) {
  static const std::vector<std::pair<const char*, const char*>> kParts = {
      {"recipe.resolved.toml", "every setting of the run"},
      {"run.json", "status, stages, headline figures, versions"},
      {"log.jsonl", "everything that was logged"},
      {"machine.json", "measured limits of the machine"},
      {"documents", "main text of every page, rejects aside"},
      {"classifiers", "models of quality that the run trained"},
      {"corpus", "filtered, deduplicated, redacted documents: train, heldout, rejects"},
      {"tokenizer", "tokenizer.json and its settings"},
      {"tokens", "token files (.bin/.idx) of each source and of the held-out pages"},
      {"train", "metrics, checkpoints, milestones, the model"},
      {"model", "the trained model, a Hugging Face directory"},
      {"eval", "bits per byte, cloze, samples"},
      {"report.html", "all of it on one page"}};
  Json parts = Json::array();
  sheet.heading("holds");
  for (const auto& [name, meaning] : kParts) {
    if (path_exists(dir + "/" + name)) {
      sheet.row(name, meaning);
      parts.push_back(name);
    } else if (path_exists(dir + "/" + name + ".partial")) {
      sheet.row(std::string(name) + ".partial", "not finished: --resume goes on with it");
    }
  }
  data["parts"] = std::move(parts);
}

// Leaves of a recipe that differ from the defaults, by dotted key.
void differing(const Json& value, const Json& standard, const std::string& path, Sheet& sheet, Json& data) {
  if (value.is_object()) {
    for (const auto& [key, inner] : value.as_object()) {
      const Json* other = standard.is_object() ? standard.find(key) : nullptr;
      differing(inner, other == nullptr ? Json() : *other, path.empty() ? key : path + "." + key, sheet, data);
    }
  } else if (!(value == standard)) {
    sheet.row(path, excerpt(value.dump(), 160));
    data[path] = value;
  }
}

}  // namespace

void add_manifest(const std::string& dir, Sheet& sheet, Json& data) {
  const Manifest manifest = read_manifest(dir);
  const std::string state = verification(dir, manifest);
  sheet.heading("made by the stage " + manifest.stage);
  sheet.row("files", state);
  sheet.row("time", manifest.seconds > 0 ? human_duration(manifest.seconds) : "");
  sheet.row("key", manifest.key);
  for (const auto& [name, digest] : manifest.inputs.is_object() ? manifest.inputs.as_object() : Json::Object{}) {
    sheet.row("from " + name, figure(digest));
  }
  data["stage"] = manifest.stage;
  data["verified"] = state;
}

Explanation explain_run(const std::string& dir) {
  const Json run = Json::load(dir + "/run.json");
  Sheet sheet(fmt::format("run '{}': {}", run.get("name", ""), run.get("status", "")));
  sheet.row("started", run.get("started", ""));
  sheet.row("time", human_duration(run.get("seconds", 0.0)));
  if (const Json* about = run.find("about"); about != nullptr && about->is_object()) {
    sheet.row("made by", fmt::format("smelt {} ({}), instruction set {}", about->get("version", ""),
                                     about->get("commit", ""), about->get("instruction_set", "")));
  }
  if (const Json* stages = run.find("stages"); stages != nullptr && stages->is_array()) {
    sheet.heading("stages");
    for (const auto& stage : stages->as_array()) {
      sheet.row(stage.get("name", ""),
                fmt::format("{:>12}  {}", human_duration(stage.get("seconds", 0.0)), stage.get("digest", "")));
    }
  }
  if (const Json* summary = run.find("summary"); summary != nullptr && summary->size() > 0) {
    sheet.heading("figures");
    add_counts(*summary, "", sheet);
  }
  Json data = run;
  add_parts(dir, sheet, data);
  return {"run", sheet.text(), std::move(data)};
}

Explanation explain_runs(const std::string& dir) {
  std::map<std::string, Json> runs;
  for (const auto& entry : fs::directory_iterator(dir)) {
    if (path_exists(entry.path().string() + "/run.json")) {
      runs[entry.path().filename().string()] = Json::load(entry.path().string() + "/run.json");
    }
  }
  Sheet sheet(fmt::format("folder of {}", counted(static_cast<int64_t>(runs.size()), "run")));
  Json list = Json::array();
  for (const auto& [name, run] : runs) {
    sheet.row(name, fmt::format("{}, started {}, {}", run.get("status", ""), run.get("started", ""),
                                human_duration(run.get("seconds", 0.0))));
    list.push_back(name);
  }
  Json data = Json::object();
  data["runs"] = std::move(list);
  return {"runs", sheet.text(), std::move(data)};
}

Explanation explain_stage(const std::string& dir) {
  const Manifest manifest = read_manifest(dir);
  uint64_t bytes = 0;
  std::map<std::string, int64_t> folders;
  for (const auto& file : manifest.files) {
    bytes += file.size;
    ++folders[file.path.find('/') == std::string::npos ? "(here)" : file.path.substr(0, file.path.rfind('/'))];
  }
  const std::string meaning = stage_meaning(manifest.stage);
  Sheet sheet(fmt::format("{}: {}, {}", meaning.empty() ? "output of stage '" + manifest.stage + "'" : meaning,
                          counted(static_cast<int64_t>(manifest.files.size()), "file"),
                          human_bytes(static_cast<double>(bytes))));
  sheet.row("folders", folders.size() > 1 ? counts_line(folders, 12) : "");
  Json data = Json::load(dir + "/" + kManifestName);
  add_manifest(dir, sheet, data);
  if (manifest.counts.is_object() && manifest.counts.size() > 0) {
    sheet.heading("counted");
    add_counts(manifest.counts, "", sheet);
  }
  return {"stage", sheet.text(), std::move(data)};
}

Explanation explain_unfinished(const std::string& dir) {
  Sheet sheet("a stage that has not finished; `smelt run RECIPE --resume` goes on with it");
  const std::string key(trim(read_file(dir + "/.stage")));
  const std::vector<std::string> files = list_files(dir);
  const auto done =
      std::count_if(files.begin(), files.end(), [](const std::string& name) { return name.starts_with(".done/"); });
  sheet.row("finished shards", grouped(done));
  sheet.row("so far", fmt::format("{}, {}", counted(static_cast<int64_t>(files.size()), "file"),
                                  human_bytes(static_cast<double>(folder_bytes(dir)))));
  sheet.row("key", key);
  Json data = Json::object();
  data["key"] = key;
  data["finished_shards"] = static_cast<int64_t>(done);
  return {"unfinished stage", sheet.text(), std::move(data)};
}

Explanation explain_checkpoint(const std::string& dir) {
  const Json state = Json::load(dir + "/state.json");
  const Json* trainer = state.find("trainer");
  const int64_t steps = trainer == nullptr ? 0 : trainer->get("steps_done", int64_t{0});
  Sheet sheet(fmt::format("training checkpoint after {}", counted(steps, "step")));
  for (const char* part : {"trainer", "extra"}) {
    if (const Json* rows = state.find(part)) {
      add_counts(*rows, "", sheet);
    }
  }
  sheet.heading("files");
  for (const auto& file : list_files(dir)) {
    sheet.row(file, human_bytes(static_cast<double>(file_size(dir + "/" + file))));
  }
  Json data = Json::object();
  data["state"] = state;
  if (has_manifest(dir)) {
    add_manifest(dir, sheet, data);
  }
  return {"checkpoint", sheet.text(), std::move(data)};
}

Explanation explain_checkpoints(const std::string& dir) {
  Sheet sheet("checkpoints of a training");
  std::map<std::string, uint64_t> sizes;
  for (const auto& entry : fs::directory_iterator(dir)) {
    if (path_exists(entry.path().string() + "/state.json")) {
      sizes[entry.path().filename().string()] = folder_bytes(entry.path().string());
    }
  }
  Json list = Json::array();
  for (const auto& [name, bytes] : sizes) {
    sheet.row(name, fmt::format("{}{}", human_bytes(static_cast<double>(bytes)),
                                has_manifest(dir + "/" + name) ? "" : ", without a manifest: not whole"));
    list.push_back(name);
  }
  Json data = Json::object();
  data["checkpoints"] = std::move(list);
  return {"checkpoints", sheet.text(), std::move(data)};
}

Explanation explain_recipe(const std::string& path) {
  const RunRecipe recipe = load_recipe(path, {});
  const Json settings = recipe_to_json(recipe);
  Sheet sheet(fmt::format("recipe of run '{}': every key is valid", recipe.run.name));
  Json changed = Json::object();
  sheet.heading("what differs from the defaults (`smelt run RECIPE --dry-run` prints every key)");
  differing(settings, recipe_to_json(RunRecipe{}), "", sheet, changed);
  Json data = Json::object();
  data["name"] = recipe.run.name;
  data["changed"] = std::move(changed);
  data["settings"] = settings;
  return {"recipe", sheet.text(), std::move(data)};
}

}  // namespace smelt::cli
