// `smelt slurm RECIPE.toml`: a run as Slurm jobs.
#include "cli/run/slurm.h"

#include <array>
#include <cstdio>
#include <filesystem>

#include <fmt/format.h>
#include <sys/wait.h>

#include "base/files.h"
#include "base/text.h"
#include "cli/run/flow.h"
#include "cli/session.h"
#include "cli/verbs/verbs.h"

namespace smelt::cli {
namespace {

// Runs sbatch on a script and returns the job's number.
std::string submit(const std::string& script, const std::string& after) {
  const std::string quoted = "'" + script + "'";  // a run's name and a stage's: no quotes in either
  const std::string command =
      "sbatch --parsable " + (after.empty() ? "" : "--dependency=afterany:" + after + " ") + quoted + " 2>&1";
  std::FILE* pipe = ::popen(command.c_str(), "r");  // NOLINT(cert-env33-c): sbatch is found as the user's shell does
  if (pipe == nullptr) {
    throw system_error("cannot run", "sbatch", errno);
  }
  std::string out;
  std::array<char, 512> buffer{};
  while (std::fgets(buffer.data(), buffer.size(), pipe) != nullptr) {
    out += buffer.data();
  }
  const int status = ::pclose(pipe);
  std::string id(trim(std::string_view(out).substr(0, out.find(';'))));
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0 || id.find_first_not_of("0123456789") != std::string::npos) {
    throw UserError(ExitCode::kFailed, fmt::format("sbatch refused it: {}", trim(out)), script,
                    "--dry-run prints the scripts; see whether `sinfo` works here");
  }
  return id;
}

SlurmOptions options_of(const Arguments& arguments) {
  SlurmOptions options;
  options.tasks = arguments.integer("--tasks", options.tasks);
  options.threads = arguments.integer("--cpus", options.threads);
  options.memory = arguments.text("--mem", "");
  options.time = arguments.text("--time", "");
  options.until = arguments.text("--until", "");
  if (arguments.has("--sbatch")) {
    options.sbatch = arguments.texts("--sbatch");
  }
  if (arguments.has("--sbatch-last")) {
    options.sbatch_last = arguments.texts("--sbatch-last");
  }
  return options;
}

int slurm(Session& session, const Arguments& arguments) {
  const RunRecipe recipe = load_recipe(arguments.text("RECIPE"), arguments.texts("--set"));
  const SlurmOptions options = options_of(arguments);
  check_flow(recipe, {false, options.until, std::nullopt});
  const std::string run = recipe.run.output + "/" + recipe.run.name;
  const std::string folder = run + "/slurm";
  const std::string directory = std::filesystem::current_path().string();
  const std::string program = std::filesystem::read_symlink("/proc/self/exe").string();
  const std::vector<SlurmJob> jobs = slurm_jobs(recipe, options, program, folder + "/recipe.toml", directory);
  Json list = Json::array();
  std::string text;
  if (!arguments.has("--dry-run")) {
    if (path_exists(run + "/run.json") && !arguments.has("--resume")) {
      throw usage_error("the run exists", run, "add --resume to go on with it, or choose another name");
    }
    make_directories(folder);
    write_file(folder + "/recipe.toml", dump_recipe(recipe));
  }
  std::string last;
  for (size_t i = 0; i < jobs.size(); ++i) {
    const std::string path = fmt::format("{}/{}-{}.sh", folder, i + 1, jobs[i].name);
    Json entry = Json::object();
    entry["name"] = jobs[i].name;
    entry["script"] = path;
    if (arguments.has("--dry-run")) {
      text += fmt::format("# {}{}\n{}\n", path, i == 0 ? "" : ", after the one before has ended", jobs[i].script);
      entry["text"] = jobs[i].script;
    } else {
      write_file(path, jobs[i].script);
      last = submit(path, last);
      entry["job"] = last;
      text += fmt::format("{:>8}  {}\n", last, path);
    }
    list.push_back(std::move(entry));
  }
  Json data = Json::object();
  data["jobs"] = std::move(list);
  session.print(text, data);
  return 0;
}

}  // namespace

Verb slurm_verb() {
  return {
      "slurm",
      kRunGroup,
      "a recipe -> Slurm jobs that make runs/NAME on any number of nodes",
      "Submits an array job for each step that processes share (documents, filters, the writing of the corpus) and "
      "single jobs for the\n"
      "rest, each after the one before. Jobs at their time limit put themselves back into the queue. Recipe, scripts "
      "and logs are in\n"
      "runs/NAME/slurm; the folder must be seen by all nodes.",
      {{"RECIPE", "a TOML file"}},
      {{"--set", FlagKind::kTexts, "KEY=VALUE", "override a key of the recipe"},
       {"--tasks", FlagKind::kInteger, "N", "processes of an array (default: 4)"},
       {"--cpus", FlagKind::kInteger, "N", "threads of each (default: 4)"},
       {"--mem", FlagKind::kText, "SIZE", "memory of each, e.g. 16G (default: the cluster's)"},
       {"--time", FlagKind::kText, "LIMIT", "time limit of each, e.g. 04:00:00 (default: the cluster's)"},
       {"--until", FlagKind::kText, "STAGE", "stop after documents, corpus, tokenizer, tokens, train or eval"},
       {"--sbatch", FlagKind::kTexts, "OPTION", "another option of sbatch for every job, e.g. partition=cpu"},
       {"--sbatch-last", FlagKind::kTexts, "OPTION", "for the last job alone, which trains: e.g. gres=gpu:1"},
       {"--resume", FlagKind::kSwitch, "", "go on with a run that exists"},
       {"--dry-run", FlagKind::kSwitch, "", "print the scripts, submit nothing"}},
      {{"smelt slurm recipe.toml --tasks 64 --cpus 16 --time 04:00:00", "64 processes of 16 threads"},
       {"smelt slurm recipe.toml --sbatch partition=cpu --sbatch-last partition=gpu --sbatch-last gres=gpu:1",
        "train elsewhere than curate"},
       {"smelt slurm recipe.toml --dry-run", "see the scripts first"}},
      slurm};
}

}  // namespace smelt::cli
