#include "base/stage.h"

#include <chrono>
#include <ctime>
#include <map>
#include <optional>

#include "base/files.h"
#include "base/hash.h"
#include "base/text.h"
#include "base/workers.h"

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

bool has_key(const std::string& dir, const std::string& key) {
  return has_manifest(dir) && read_manifest(dir).key == key;
}

// True where the folder under construction is of this key, whole or not.
bool is_begun(const std::string& partial, const std::string& key) {
  const std::string key_file = partial + "/" + kPartialKeyName;
  return (path_exists(key_file) && trim(read_file(key_file)) == key) || has_key(partial, key);
}

// The folder under construction of this key: an earlier attempt's with the same key, or a fresh one.
void prepare_partial(const Context& context, const StageSpec& spec, const std::string& partial,
                     const std::string& key) {
  if (is_begun(partial, key)) {
    context.log.info("{}: going on where an earlier attempt stopped", spec.name);
    return;
  }
  remove_all(partial);
  make_directories(partial);
  write_file(partial + "/" + kPartialKeyName, key + "\n");
}

// An attempt that failed before it wrote anything leaves nothing to go on with.
void forget_if_untouched(const std::string& partial) {
  if (path_exists(partial) && list_files(partial) == std::vector<std::string>{kPartialKeyName}) {
    remove_all(partial);
  }
}

bool is_temporary(const std::string& path) {
  return path.find(".tmp-") != std::string::npos;
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

// A kill between the two renames of publish() leaves only DIR.old: bring it back.
void restore_old(const std::string& dir) {
  if (!path_exists(dir) && path_exists(dir + ".old")) {
    rename_durably(dir + ".old", dir);
  }
}

// Hashes of finished shards' files, which whoever wrote them has made.
std::map<std::string, ManifestFile> known_files(const std::string& partial) {
  std::map<std::string, ManifestFile> known;
  const std::string folder = partial + "/" + kDoneFolder;
  if (!path_exists(folder)) {
    return known;
  }
  for (const std::string& name : list_files(folder)) {
    const Json marker = is_temporary(name) ? Json::object() : Json::load(folder + "/" + name);
    const Json* files = marker.find("files");
    for (const auto& [path, file] : files == nullptr ? Json::Object() : files->as_object()) {
      if (file.contains("xxh3")) {
        known[path] = {path, static_cast<uint64_t>(file.at("size").as_int()), file.at("xxh3").as_string()};
      }
    }
  }
  return known;
}

std::vector<ManifestFile> hash_finished(const std::string& partial) {
  const std::map<std::string, ManifestFile> known = known_files(partial);
  std::vector<ManifestFile> out;
  for (const std::string& path : list_files(partial)) {
    const std::string top = path.substr(0, path.find('/'));
    if (top == kDoneFolder || top == StageDir::kWorkFolder || path == kPartialKeyName || path == kManifestName ||
        is_temporary(path)) {
      continue;
    }
    const std::string whole = partial + "/" + path;
    const auto found = known.find(path);
    if (found != known.end() && found->second.size == file_size(whole)) {
      out.push_back(found->second);
    } else {
      out.push_back({path, file_size(whole), hash_file(whole).hex()});
    }
  }
  return out;
}

// Makes a whole folder of what the body has left. The manifest comes before anything is removed: from then on a kill
// costs nothing but the rest of this.
void finish(const std::string& partial, const std::string& dir, const Manifest& manifest) {
  if (!has_key(partial, manifest.key)) {
    Manifest whole = manifest;
    whole.files = hash_finished(partial);
    write_manifest(partial, whole);
  }
  for (const char* name : {kDoneFolder, StageDir::kWorkFolder, kPartialKeyName}) {
    remove_all(partial + "/" + name);
  }
  for (const std::string& path : list_files(partial)) {
    if (is_temporary(path)) {
      remove_all(partial + "/" + path);
    }
  }
  publish(partial, dir);
}

// The finished folder of this key, if it is there and whole.
std::optional<Manifest> up_to_date(const Context& context, const StageSpec& spec, const std::string& key) {
  if (!has_key(spec.dir, key)) {
    return std::nullopt;
  }
  Manifest manifest = read_manifest(spec.dir);
  const std::string problem = verify_manifest(spec.dir, manifest, false);
  if (problem.empty()) {
    return manifest;
  }
  context.log.warn("{}: made again, because {}", spec.name, problem);
  return std::nullopt;
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
  for (const auto& [name, made] : json.value().at("files").as_object()) {
    const Json* size = made.is_object() ? made.find("size") : nullptr;
    if (size == nullptr || !path_exists(file(name)) || file_size(file(name)) != static_cast<uint64_t>(size->as_int())) {
      return false;
    }
  }
  return true;
}

bool StageDir::is_finished() const {
  return !dir_.empty() && (has_key(dir_, key_) || has_key(path_, key_));
}

Json StageDir::done_counts(const std::string& shard) const {
  return Json::load(file(std::string(kDoneFolder) + "/" + shard + ".json")).at("counts");
}

void StageDir::mark_done(const std::string& shard, const std::vector<std::string>& files, Json counts) {
  Json json = Json::object();
  Json made = Json::object();
  for (const auto& name : files) {
    Json entry = Json::object();
    entry["size"] = file_size(file(name));
    if (!name.starts_with(std::string(kWorkFolder) + "/")) {
      entry["xxh3"] = hash_file(file(name)).hex();
    }
    made[name] = std::move(entry);
  }
  json["files"] = std::move(made);
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

namespace {

// One attempt at a stage in this process.
class Attempt {
 public:
  using Body = std::function<Json(StageDir&)>;
  Attempt(const Context& context, const StageSpec& spec, const Body& body)
      : context_(context), spec_(spec), body_(body), key_(stage_key(spec)), partial_(spec.dir + ".partial") {}

  StageResult alone() {
    restore_old(spec_.dir);
    if (std::optional<Manifest> manifest = up_to_date(context_, spec_, key_)) {
      remove_all(spec_.dir + ".old");
      context_.log.info("{}: up to date", spec_.name);
      return {std::move(*manifest), true};
    }
    prepare_partial(context_, spec_, partial_, key_);
    StageResult result = make();
    remove_all(spec_.dir + ".leases");
    return result;
  }

  // The lease "stage" guards whatever creates, finishes or replaces folders, and the work itself where it is not
  // shared.
  StageResult with(Workers& workers) {
    StageDir stage(partial_, spec_.dir, key_);
    while (true) {
      context_.stop_if_asked();
      if (std::optional<Manifest> manifest = up_to_date(context_, spec_, key_)) {
        context_.log.info("{}: up to date", spec_.name);
        return {std::move(*manifest), true};
      }
      if (spec_.shared && is_begun(partial_, key_)) {
        if (std::optional<StageResult> result = share(workers, stage)) {
          return std::move(*result);
        }
        continue;
      }
      const std::optional<Workers::Lease> lease = workers.claim(stage.leases(), "stage");
      if (!lease) {
        wait(workers);
        continue;
      }
      if (up_to_date(context_, spec_, key_)) {
        continue;
      }
      restore_old(spec_.dir);
      if (has_key(spec_.dir, key_)) {  // damaged: nobody is to take it for finished
        remove_all(spec_.dir + "/" + kManifestName);
      }
      prepare_partial(context_, spec_, partial_, key_);
      workers.made_progress();
      if (!spec_.shared) {
        StageResult result = make();
        remove_all(stage.leases());
        return result;
      }
    }
  }

 private:
  void wait(Workers& workers) const {
    if (!workers.options().waits) {
      throw LeftToOthers{};
    }
    workers.pause();
  }

  Manifest manifest_with(Json counts) const {
    Manifest manifest;
    manifest.stage = spec_.name;
    manifest.key = key_;
    manifest.settings = spec_.settings;
    manifest.inputs = inputs_to_json(spec_);
    manifest.counts = std::move(counts);
    manifest.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
    return manifest;
  }

  StageResult published() const {
    Manifest manifest = read_manifest(spec_.dir);
    context_.log.info("{}: done in {}", spec_.name, human_duration(manifest.seconds));
    return {std::move(manifest), false};
  }

  StageResult make() {
    StageDir stage(partial_, spec_.dir, key_);
    Json counts;
    if (!has_key(partial_, key_)) {
      try {
        counts = body_(stage);
      } catch (...) {
        forget_if_untouched(partial_);
        throw;
      }
    }
    finish(partial_, spec_.dir, manifest_with(std::move(counts)));
    return published();
  }

  // Its part of the tasks, then, if nobody else does it, the end. None where another process was faster.
  std::optional<StageResult> share(Workers& workers, StageDir& stage) {
    Json counts;
    try {
      if (!stage.is_finished()) {
        counts = body_(stage);
      }
    } catch (const UserError& error) {
      // What a slow worker reads is taken away by those that finish the stage.
      if (error.code() == ExitCode::kPreempted || !stage.is_finished()) {
        throw;
      }
      wait(workers);
      return std::nullopt;
    }
    const std::optional<Workers::Lease> lease = workers.claim(stage.leases(), "stage");
    if (!lease) {
      wait(workers);
      return std::nullopt;
    }
    if (!is_begun(partial_, key_)) {
      return std::nullopt;
    }
    if (counts.is_null() && !has_key(partial_, key_)) {
      return std::nullopt;
    }
    finish(partial_, spec_.dir, manifest_with(std::move(counts)));
    remove_all(stage.leases());
    return published();
  }

  const Context& context_;
  const StageSpec& spec_;
  const Body& body_;
  std::string key_;
  std::string partial_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

// The tasks of a step among several processes.
class TaskShare {
 public:
  TaskShare(const Context& context, StageDir& stage, const std::vector<std::string>& tasks,
            FunctionRef<void(size_t)> work)
      : context_(context), workers_(*context.workers), stage_(stage), tasks_(tasks), work_(work), done_(tasks.size()) {}

  void run() {
    const WorkerOptions& options = workers_.options();
    const size_t first = tasks_.size() * static_cast<size_t>(options.index) / static_cast<size_t>(options.count);
    while (true) {
      left_ = false;
      bool worked = false;
      for (size_t k = 0; k < tasks_.size(); ++k) {
        context_.stop_if_asked();
        worked = visit((first + k) % tasks_.size()) || worked;
      }
      if (!left_) {
        return;
      }
      if (worked) {
        workers_.made_progress();
      } else if (!options.waits) {
        throw LeftToOthers{};
      } else {
        workers_.pause();
      }
    }
  }

 private:
  bool is_done(size_t i) {
    done_[i] = done_[i] || stage_.is_done(tasks_[i]) || stage_.is_finished();
    return done_[i];
  }

  // Returns whether this process did the task.
  bool visit(size_t i) {
    if (done_[i] || is_done(i)) {
      return false;
    }
    const std::optional<Workers::Lease> lease = workers_.claim(stage_.leases(), tasks_[i]);
    if (!lease) {
      left_ = true;
      return false;
    }
    if (is_done(i)) {  // between the two looks
      return false;
    }
    try {
      work_(i);
    } catch (const UserError& error) {
      // Another worker, which took this one for dead, was faster; what it needs no more may be gone.
      if (error.code() == ExitCode::kPreempted || !is_done(i)) {
        throw;
      }
    }
    done_[i] = true;
    return true;
  }

  const Context& context_;
  Workers& workers_;
  StageDir& stage_;
  const std::vector<std::string>& tasks_;
  FunctionRef<void(size_t)> work_;
  std::vector<bool> done_;
  bool left_ = false;  // others are at work on some
};

// What a step took this process.
class StepTime {
 public:
  void say(const Context& context, const std::string& step, size_t tasks) const {
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
    const double processor = static_cast<double>(std::clock() - start_clock_) / CLOCKS_PER_SEC;
    context.log.info("{}: {} tasks, {:.1f} s, {:.1f} s of processor time", step, tasks, seconds, processor);
  }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  std::clock_t start_clock_ = std::clock();
};

}  // namespace

void run_tasks(const Context& context, StageDir& stage, const std::string& step, const std::vector<std::string>& tasks,
               FunctionRef<void(size_t)> work) {
  const StepTime time;
  if (context.workers != nullptr) {
    TaskShare(context, stage, tasks, work).run();
    time.say(context, step, tasks.size());
    if (!step.empty() && context.workers->options().until == step) {
      throw LeftToOthers{};
    }
    return;
  }
  for (size_t i = 0; i < tasks.size(); ++i) {
    context.stop_if_asked();
    if (!stage.is_done(tasks[i])) {
      work(i);
    }
  }
  time.say(context, step, tasks.size());
}

StageResult run_stage(const Context& context, const StageSpec& spec, const std::function<Json(StageDir&)>& body) {
  Attempt attempt(context, spec, body);
  return context.workers == nullptr ? attempt.alone() : attempt.with(*context.workers);
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
