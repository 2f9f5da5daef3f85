// The folder of a run: run.json, the lock that keeps two processes apart, and its row in the catalogue.
#pragma once

#include <chrono>
#include <string>

#include "base/json.h"
#include "base/manifest.h"
#include "base/stage.h"
#include "cli/run/recipe.h"

namespace smelt::cli {

// For a process that helps with a run whose books another one keeps: throws where RunFolderWriter would, unless the run
// is of this recipe and under way.
void check_helper(const RunRecipe& recipe, bool resume);

// run.json is written whole after each change, so a killed run shows how far it came.
class RunFolderWriter {
 public:
  // Creates OUTPUT/NAME. Throws UserError(kUsage) where it holds a run and `resume` is false, or where another process
  // is at work on it.
  RunFolderWriter(const RunRecipe& recipe, bool resume);
  ~RunFolderWriter();
  RunFolderWriter(const RunFolderWriter&) = delete;
  RunFolderWriter& operator=(const RunFolderWriter&) = delete;

  const std::string& dir() const { return dir_; }
  std::string file(const std::string& name) const { return dir_ + "/" + name; }
  void add_stage(const std::string& name, const StageResult& result);
  void set_summary(const std::string& key, Json value);
  void finish(const std::string& status);  // done, failed, preempted

 private:
  void save();

  std::string runs_dir_;
  std::string dir_;
  int lock_ = -1;
  Json run_;
  double seconds_before_ = 0;
  std::chrono::steady_clock::time_point start_;
};

}  // namespace smelt::cli
