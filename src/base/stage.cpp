#include "base/stage.h"

#include <chrono>

#include <fmt/format.h>

#include "base/files.h"
#include "base/hash.h"
#include "base/text.h"

namespace smelt {
namespace {

constexpr const char* kPartialKeyName = ".stage";
constexpr const char* kDoneFolder = ".done";

Json inputs_to_json(const StageSpec& spec) {
  Json out = Json::object();
  for (const auto& [name, digest] : spec.inputs) {
    out[name] = digest;
  }
  return out;
}

// The folder under construction of this key: an earlier attempt's with the same key, or a fresh one.
void prepare_partial(const Context& context, const StageSpec& spec, const std::string& partial,
                     const std::string& key) {
  const std::string key_file = partial + "/" + kPartialKeyName;
  if (path_exists(key_file) && trim(read_file(key_file)) == key) {
    context.log.info("{}: going on where an earlier attempt stopped", spec.name);
    return;
  }
  remove_all(partial);
  make_directories(partial);
  write_file(key_file, key + "\n");
}

// An attempt that failed before it wrote anything leaves nothing to go on with.
void forget_if_untouched(const std::string& partial) {
  if (path_exists(partial) && list_files(partial) == std::vector<std::string>{kPartialKeyName}) {
    remove_all(partial);
  }
}

// Leftovers of files that were being written when a process died.
void remove_temporaries(const std::string& dir) {
  for (const auto& path : list_files(dir)) {
    if (path.find(".tmp-") != std::string::npos) {
      remove_all(dir + "/" + path);
    }
  }
}

void publish(const std::string& partial, const std::string& dir) {
  if (!path_exists(dir)) {
    rename_durably(partial, dir);
    return;
  }
  const std::string old = dir + ".old";
  remove_all(old);
  rename_durably(dir, old);
  rename_durably(partial, dir);
  remove_all(old);
}

}  // namespace

bool StageDir::is_done(const std::string& shard) const {
  const std::string marker = file(std::string(kDoneFolder) + "/" + shard + ".json");
  if (!path_exists(marker)) {
    return false;
  }
  const Result<Json> json = Json::parse(read_file(marker));
  if (!json || !json.value().is_object() || !json.value().contains("files")) {
    return false;
  }
  for (const auto& [name, size] : json.value().at("files").as_object()) {
    if (!path_exists(file(name)) || file_size(file(name)) != static_cast<uint64_t>(size.as_int())) {
      return false;
    }
  }
  return true;
}

Json StageDir::done_counts(const std::string& shard) const {
  return Json::load(file(std::string(kDoneFolder) + "/" + shard + ".json")).at("counts");
}

void StageDir::mark_done(const std::string& shard, const std::vector<std::string>& files, Json counts) {
  Json json = Json::object();
  Json sizes = Json::object();
  for (const auto& name : files) {
    sizes[name] = file_size(file(name));
  }
  json["files"] = std::move(sizes);
  json["counts"] = std::move(counts);
  write_file(file(std::string(kDoneFolder) + "/" + shard + ".json"), json.dump());
}

std::string stage_key(const StageSpec& spec) {
  Json json = Json::object();
  json["stage"] = spec.name;
  json["version"] = spec.version;
  json["settings"] = spec.settings;
  json["inputs"] = inputs_to_json(spec);
  return hash128(json.dump()).hex();
}

StageResult run_stage(const Context& context, const StageSpec& spec, const std::function<Json(StageDir&)>& body) {
  const std::string key = stage_key(spec);
  const std::string partial = spec.dir + ".partial";
  // A kill between the two renames of publish() leaves only DIR.old: bring it back.
  if (!path_exists(spec.dir) && path_exists(spec.dir + ".old")) {
    rename_durably(spec.dir + ".old", spec.dir);
  }
  if (has_manifest(spec.dir)) {
    Manifest manifest = read_manifest(spec.dir);
    if (manifest.key == key) {
      const std::string problem = verify_manifest(spec.dir, manifest, false);
      if (problem.empty()) {
        remove_all(spec.dir + ".old");
        context.log.info("{}: up to date", spec.name);
        return {std::move(manifest), true};
      }
      context.log.warn("{}: made again, because {}", spec.name, problem);
    }
  }
  prepare_partial(context, spec, partial, key);
  const auto start = std::chrono::steady_clock::now();
  StageDir stage_dir(partial);
  Manifest manifest;
  try {
    manifest.counts = body(stage_dir);
  } catch (...) {
    forget_if_untouched(partial);
    throw;
  }
  manifest.stage = spec.name;
  manifest.key = key;
  manifest.settings = spec.settings;
  manifest.inputs = inputs_to_json(spec);
  remove_all(stage_dir.file(kDoneFolder));
  remove_all(stage_dir.file(kPartialKeyName));
  remove_temporaries(partial);
  manifest.files = hash_directory(partial);
  manifest.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  write_manifest(partial, manifest);
  publish(partial, spec.dir);
  context.log.info("{}: done in {}", spec.name, human_duration(manifest.seconds));
  return {std::move(manifest), false};
}

StageResult run_single_stage(const Context& context, const StageSpec& spec, bool resume,
                             const std::function<Json(StageDir&)>& body) {
  const bool up_to_date = has_manifest(spec.dir) && read_manifest(spec.dir).key == stage_key(spec);
  if (path_exists(spec.dir) && !up_to_date) {
    throw usage_error("the output folder exists and holds something else", spec.dir,
                      "name another --output, or remove the folder");
  }
  if (path_exists(spec.dir + ".partial") && !resume) {
    throw usage_error("an earlier attempt was interrupted", spec.dir + ".partial",
                      "add --resume to go on with it, or remove the folder to start anew");
  }
  return run_stage(context, spec, body);
}

}  // namespace smelt
