#include "cli/run/slurm.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/error.h"
#include "base/text.h"
#include "cli/run/flow.h"

namespace smelt::cli {
namespace {

// Seconds before the time limit at which a job is told to end.
constexpr int kNotice = 60;

// The shell waits for the program and hands on the wish to end; `wait` returns early when the trap runs, so it is
// called until the program is gone.
constexpr const char* kRunProgram = R"(  &
child=$!
trap 'kill -TERM "$child" 2>/dev/null' TERM
wait "$child"
status=$?
while kill -0 "$child" 2>/dev/null; do
  wait "$child"
  status=$?
done
if [ "$status" = 75 ]; then
  scontrol requeue "{}" && sleep 60
fi
exit "$status"
)";

std::string shell_quote(const std::string& text) {
  std::string out = "'";
  for (const char c : text) {
    out += c == '\'' ? "'\\''" : std::string(1, c);
  }
  return out + "'";
}

struct Step {
  std::string name;
  std::string until;
  bool is_array;
};

const std::vector<Step>& shared_jobs() {
  static const std::vector<Step> kSteps = {{"documents", "documents", true},
                                           {"filter", "corpus.filter", true},
                                           {"decide", "corpus.decide", false},
                                           {"corpus", "corpus", true}};
  return kSteps;
}

std::vector<Step> steps_of(const std::string& until) {
  const std::vector<std::string>& stages = stage_names();
  if (!until.empty() && std::find(stages.begin(), stages.end(), until) == stages.end()) {
    throw usage_error(fmt::format("no stage '{}'", until), "--until",
                      fmt::format("stages: {}", fmt::join(stages, ", ")));
  }
  const auto place = [&](const std::string& step) {
    return std::find(stages.begin(), stages.end(), step.substr(0, step.find('.'))) - stages.begin();
  };
  std::vector<Step> steps;
  for (const Step& step : shared_jobs()) {
    if (until.empty() || place(step.until) <= place(until)) {
      steps.push_back(step);
    }
  }
  steps.push_back({"rest", until, false});
  return steps;
}

void check(const SlurmOptions& options) {
  if (options.tasks < 1 || options.threads < 1) {
    throw usage_error("must be positive", options.tasks < 1 ? "--tasks" : "--cpus");
  }
  for (const auto* list : {&options.sbatch, &options.sbatch_last}) {
    for (const std::string& option : *list) {
      if (option.empty() || option.starts_with("-") || option.find('\n') != std::string::npos) {
        throw usage_error(fmt::format("'{}' is no option of sbatch", option), "--sbatch",
                          "leave the dashes out: --sbatch partition=cpu");
      }
    }
  }
}

std::string header(const Step& step, const RunRecipe& settings, const SlurmOptions& options, const std::string& logs) {
  std::string out = "#!/bin/sh\n";
  const auto option = [&](const std::string& text) { out += "#SBATCH --" + text + "\n"; };
  option(fmt::format("job-name={}-{}", settings.run.name, step.name));
  if (step.is_array) {
    option(fmt::format("array=0-{}", options.tasks - 1));
  }
  option("ntasks=1");
  option(fmt::format("cpus-per-task={}", options.threads));
  if (!options.memory.empty()) {
    option("mem=" + options.memory);
  }
  if (!options.time.empty()) {
    option("time=" + options.time);
  }
  option("requeue");
  option("open-mode=append");
  option(fmt::format("signal=B:TERM@{}", kNotice));
  option(fmt::format("output={}/{}{}.log", logs, step.name, step.is_array ? "-%a" : ""));
  for (const std::string& more : options.sbatch) {
    option(more);
  }
  if (step.name == "rest") {
    for (const std::string& more : options.sbatch_last) {
      option(more);
    }
  }
  return out;
}

std::string command(const Step& step, const SlurmOptions& options, const std::string& program,
                    const std::string& recipe) {
  std::string out = fmt::format("{} run {} --resume --quiet --threads {}", shell_quote(program), shell_quote(recipe),
                                options.threads);
  out += step.until.empty() ? "" : " --until " + step.until;
  if (step.name == "rest") {
    return out;
  }
  return out + (step.is_array ? fmt::format(" --no-wait --worker \"$SLURM_ARRAY_TASK_ID\"/{}", options.tasks)
                              : " --worker 0/1");
}

}  // namespace

std::vector<SlurmJob> slurm_jobs(const RunRecipe& settings, const SlurmOptions& options, const std::string& program,
                                 const std::string& recipe, const std::string& directory) {
  check(options);
  const std::string logs = (settings.run.output.starts_with("/") ? "" : directory + "/") + settings.run.output + "/" +
                           settings.run.name + "/slurm";
  std::vector<SlurmJob> jobs;
  for (const Step& step : steps_of(options.until)) {
    const std::string job_id = step.is_array ? "${SLURM_ARRAY_JOB_ID}_${SLURM_ARRAY_TASK_ID}" : "$SLURM_JOB_ID";
    jobs.push_back({step.name, step.is_array,
                    header(step, settings, options, logs) + "cd " + shell_quote(directory) + " || exit 1\n" +
                        command(step, options, program, recipe) + fmt::format(fmt::runtime(kRunProgram), job_id)});
  }
  return jobs;
}

}  // namespace smelt::cli
