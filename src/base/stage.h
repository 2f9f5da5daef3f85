// Stages: work that runs once per key and appears whole.
//
// A stage owns the folder runs/NAME/<stage>. Its key is a hash of the stage's version, its resolved settings and its
// inputs' digests. A folder whose manifest has that key is up to date: the stage is skipped. Otherwise the work goes on
// in <stage>.partial (kept across kills when the key is the same, so that finished shards are not done again) and is
// renamed at the end.
//
// Where the context has workers, several processes run the same stage on one folder: a stage whose work consists of
// tasks is shared by them, any other is done by one while the rest wait for its folder. DIR.leases says who does what
// (base/workers.h); it is gone when the stage is done.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/context.h"
#include "base/function_ref.h"
#include "base/json.h"
#include "base/manifest.h"

namespace smelt {

struct StageSpec {
  std::string name;                                         // "extract"; messages and the manifest
  int64_t version = 1;                                      // raise it when the code's output changes
  std::string dir;                                          // final folder
  Json settings;                                            // recipe_to_json(options)
  std::vector<std::pair<std::string, std::string>> inputs;  // name, digest
  bool shared = false;  // the body does its work in run_tasks() and may run in several processes at a time
};

// The folder under construction, as the stage's body sees it.
class StageDir {
 public:
  StageDir(std::string path) : path_(std::move(path)) {}  // NOLINT(google-explicit-constructor)
  // The folder of a stage that is to become `dir` with that key.
  StageDir(std::string path, std::string dir, std::string key)
      : path_(std::move(path)), dir_(std::move(dir)), key_(std::move(key)) {}
  const std::string& path() const { return path_; }
  std::string file(const std::string& name) const { return path_ + "/" + name; }

  // Shards: a finished one leaves .done/<shard>.json with its counts and the sizes of its files; after a kill it is not
  // made again.
  bool is_done(const std::string& shard) const;  // true only while its files still have those sizes
  Json done_counts(const std::string& shard) const;
  void mark_done(const std::string& shard, const std::vector<std::string>& files, Json counts);

  // Intermediate files: not part of the finished folder, which keeps nothing below it.
  static constexpr const char* kWorkFolder = "work";

  // True once another process has finished the stage.
  bool is_finished() const;
  std::string leases() const { return dir_ + ".leases"; }

 private:
  std::string path_;
  std::string dir_;
  std::string key_;
};

// Calls work(i) for every task that is not done yet; work(i) ends with mark_done(tasks[i], ...). With workers, a task
// is done by whoever takes its lease first, tasks of workers that died again by others. Returns when all are done, by
// whomever. `step` names the tasks as a whole: a worker may be told to end after it. Thread-safe in nothing: one call
// at a time.
void run_tasks(const Context& context, StageDir& stage, const std::string& step, const std::vector<std::string>& tasks,
               FunctionRef<void(size_t)> work);

struct StageResult {
  Manifest manifest;
  bool skipped = false;
};

std::string stage_key(const StageSpec& spec);

// Runs `body` unless the folder is up to date. `body` fills the folder and returns the counts for the manifest.
StageResult run_stage(const Context& context, const StageSpec& spec, const std::function<Json(StageDir&)>& body);

// The same without a run around it, for verbs with an --output folder: refuses a folder that exists and holds something
// else (UserError kUsage), goes on with a partial one of the same key when `resume`.
StageResult run_single_stage(const Context& context, const StageSpec& spec, bool resume,
                             const std::function<Json(StageDir&)>& body);

}  // namespace smelt
