// The jobs that `smelt slurm` writes.
#include "cli/run/slurm.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json.h"
#include "support/run_program.h"

namespace smelt {
namespace {

using cli::RunRecipe;
using cli::SlurmJob;
using cli::SlurmOptions;
using testing::HasSubstr;
using testing::Not;

RunRecipe recipe() {
  RunRecipe out;
  out.run.name = "demo";
  return out;
}

std::vector<SlurmJob> jobs(const SlurmOptions& options) {
  return slurm_jobs(recipe(), options, "/opt/smelt", "runs/demo/slurm/recipe.toml", "/data/it's here");
}

TEST(SlurmJobs, AreArraysWhereProcessesShare) {
  SlurmOptions options;
  options.tasks = 16;
  options.threads = 8;
  options.time = "02:00:00";
  options.sbatch = {"partition=cpu"};
  options.sbatch_last = {"gres=gpu:1"};
  const std::vector<SlurmJob> all = jobs(options);
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(all[0].name, "documents");
  EXPECT_TRUE(all[0].is_array);
  EXPECT_THAT(all[0].script, HasSubstr("#SBATCH --array=0-15\n"));
  EXPECT_THAT(all[0].script, HasSubstr("#SBATCH --cpus-per-task=8\n"));
  EXPECT_THAT(all[0].script, HasSubstr("#SBATCH --time=02:00:00\n"));
  EXPECT_THAT(all[0].script, HasSubstr("--worker \"$SLURM_ARRAY_TASK_ID\"/16"));
  EXPECT_THAT(all[0].script, Not(HasSubstr("gres")));
  EXPECT_FALSE(all[1].is_array);
  EXPECT_EQ(all[2].name, "rest");
  EXPECT_THAT(all[2].script, HasSubstr("#SBATCH --gres=gpu:1\n"));
  EXPECT_THAT(all[2].script, Not(HasSubstr("--until")));
  for (const SlurmJob& job : all) {
    EXPECT_THAT(job.script, HasSubstr("#SBATCH --partition=cpu\n"));
    const ProgramResult checked = run_words({"sh", "-n"}, {}, job.script);
    EXPECT_EQ(checked.exit_code, 0) << checked.err << job.script;
  }
}

TEST(SlurmJobs, EndWithTheStageAskedFor) {
  SlurmOptions options;
  options.until = "documents";
  const std::vector<SlurmJob> few = jobs(options);
  ASSERT_EQ(few.size(), 2U);
  EXPECT_THAT(few[1].script, HasSubstr("--until documents"));
  options.until = "corpus.filter";
  EXPECT_THROW(jobs(options), UserError);
}

// The script of a job with a program that behaves as told: what it hands on, what it asks of Slurm.
ProgramResult run_script(const std::string& program, const std::string& driver) {
  const TemporaryDirectory dir;
  write_file(dir.file("smelt"), "#!/bin/sh\n" + program);
  write_file(dir.file("scontrol"), "#!/bin/sh\necho \"scontrol $*\"\nexit 1\n");
  for (const char* name : {"smelt", "scontrol"}) {
    std::filesystem::permissions(dir.file(name), std::filesystem::perms::owner_all);
  }
  SlurmOptions options;
  const std::vector<SlurmJob> all = slurm_jobs(recipe(), options, dir.file("smelt"), "recipe.toml", dir.path());
  write_file(dir.file("job.sh"), all[0].script);
  return run_words({"sh", "-c",
                    "export PATH=" + dir.path() + ":$PATH SLURM_ARRAY_JOB_ID=7 SLURM_ARRAY_TASK_ID=3; cd " +
                        dir.path() + "; " + driver});
}

TEST(SlurmJobs, HandOnTheExitCode) {
  EXPECT_EQ(run_script("exit 3\n", "sh job.sh").exit_code, 3);
  EXPECT_EQ(run_script("exit 0\n", "sh job.sh").exit_code, 0);
}

TEST(SlurmJobs, GoBackIntoTheQueueWhenTheyAreToldToEnd) {
  const ProgramResult result =
      run_script("trap 'sleep 0.2; exit 75' TERM\necho ready >&2\nwhile :; do sleep 0.05; done\n",
                 "sh job.sh & sleep 0.5; kill -TERM $!; wait $!");
  EXPECT_EQ(result.exit_code, 75) << result.err;
  EXPECT_THAT(result.out, HasSubstr("scontrol requeue 7_3"));
}

TEST(SlurmVerb, PrintsItsScripts) {
  const TemporaryDirectory dir;
  write_file(dir.file("r.toml"), "[run]\nname = \"demo\"\n[[documents.pages]]\nname = \"x\"\ninputs = [\"pages\"]\n");
  const ProgramResult result = run_smelt({"slurm", "r.toml", "--until", "corpus", "--dry-run", "--json"}, dir.path());
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const Json json = Json::parse(result.out).value();
  EXPECT_EQ(json.at("jobs").as_array().size(), 3U);
  EXPECT_FALSE(path_exists(dir.file("runs")));
  EXPECT_EQ(run_smelt({"slurm", "r.toml", "--tasks", "0", "--dry-run"}, dir.path()).exit_code, 2);
}

}  // namespace
}  // namespace smelt
