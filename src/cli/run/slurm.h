// A run as Slurm jobs: arrays for the steps that many processes share, single jobs for the rest, one after the other.
#pragma once

#include <string>
#include <vector>

#include "cli/run/recipe.h"

namespace smelt::cli {

struct SlurmOptions {
  int64_t tasks = 4;                     // processes of an array
  int64_t threads = 4;                   // of each
  std::string memory;                    // of each, "16G"; empty: the cluster's default
  std::string time;                      // limit of a job, "04:00:00"; empty: the cluster's default
  std::string until;                     // last stage; empty: all
  std::vector<std::string> sbatch;       // more options of every job, "partition=cpu"
  std::vector<std::string> sbatch_last;  // of the last one alone, "gres=gpu:1"
};

struct SlurmJob {
  std::string name;  // "documents"
  bool is_array = false;
  std::string script;  // of /bin/sh
};

// In order; each is to start when the one before has ended, however it ended: what it left undone the next does first.
// A job that is told to end (time limit, preemption) ends with code 75 and puts itself back into the queue. `program`,
// `recipe` (the path of a file) and `directory` (from which paths in the recipe are counted) become part of the
// scripts; logs go to RUN/slurm. Throws UserError(kUsage) for options that cannot be.
std::vector<SlurmJob> slurm_jobs(const RunRecipe& settings, const SlurmOptions& options, const std::string& program,
                                 const std::string& recipe, const std::string& directory);

}  // namespace smelt::cli
