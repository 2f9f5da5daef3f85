// `smelt slurm` on a real slurmctld and slurmd: the jobs end with the bytes of a local run, also where tasks are killed
// and where all of them hit their time limit once.
#include <cstdlib>
#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json.h"
#include "base/manifest.h"
#include "base/text.h"
#include "support/run_program.h"
#include "support/site.h"

namespace smelt {
namespace {

class Slurm : public testing::Test {
 protected:
  void SetUp() override {
    for (const char* program : {"slurmctld", "slurmd", "munged", "sbatch"}) {
      if (!have_program(program)) {
        GTEST_SKIP() << "there is no " << program << " (slurmctld, slurmd, slurm-client, munge)";
      }
    }
    if (geteuid() != 0) {
      GTEST_SKIP() << "a cluster of one's own wants root";
    }
    const ProgramResult started = cluster("start");
    ASSERT_EQ(started.exit_code, 0) << started.err;
    setenv("SLURM_CONF", dir_.file("cluster/slurm.conf").c_str(), 1);
    make_site(dir_.file("site"), 300);
    write_file(dir_.file("r.toml"),
               "[run]\noutput = \"runs\"\nthreads = 1\nprobe_seconds = 0\nlease_seconds = 1.5\n"
               "[[documents.pages]]\nname = \"site\"\ninputs = [\"site\"]\n"
               "[documents]\npages_per_shard = 20\n[corpus.split]\nheldout_fraction = 0.05\n");
  }
  void TearDown() override {
    if (path_exists(dir_.file("cluster/slurm.conf"))) {
      cluster("stop");
    }
    unsetenv("SLURM_CONF");
  }

  ProgramResult cluster(const std::string& verb) const {
    return run_words({SMELT_SOURCE_DIR "/tools/slurm-cluster.sh", verb, dir_.file("cluster")});
  }

  // Submits the run and returns the numbers of its jobs.
  std::vector<std::string> submit(const std::string& name, const std::vector<std::string>& more) const {
    std::vector<std::string> words = {"slurm",  "r.toml", "--set",   "run.name=" + name, "--tasks", "3",
                                      "--cpus", "1",      "--until", "corpus",           "--json"};
    words.insert(words.end(), more.begin(), more.end());
    const ProgramResult result = run_smelt(words, dir_.path());
    EXPECT_EQ(result.exit_code, 0) << result.err;
    std::vector<std::string> ids;
    const Json json = Json::parse(result.out).value();
    for (const Json& job : json.at("jobs").as_array()) {
      ids.push_back(job.get("job", ""));
    }
    return ids;
  }

  static bool is_queued(const std::string& job) {
    return !trim(run_words({"squeue", "--noheader", "--jobs", job}).out).empty();
  }
  static std::vector<std::string> held_jobs() {
    std::vector<std::string> out;
    const std::string all = run_words({"squeue", "--noheader", "--array", "--format=%i %r"}).out;
    for (const std::string_view line : split(all, '\n')) {
      if (line.ends_with("BeginTime")) {
        out.emplace_back(line.substr(0, line.find(' ')));
      }
    }
    return out;
  }
  void wait_for(const std::string& job, const std::string& name) const {
    for (int i = 0; i < 1200 && is_queued(job); ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
      // Slurm holds a job that was put back for two minutes; this test has no time for that.
      for (const std::string& held : i % 20 == 19 ? held_jobs() : std::vector<std::string>()) {
        run_words({"scontrol", "update", "JobId=" + held, "StartTime=now"});
      }
    }
    EXPECT_FALSE(is_queued(job)) << run_words({"squeue"}).out;
    EXPECT_TRUE(path_exists(dir_.file("runs/" + name + "/corpus/manifest.json"))) << logs(name);
  }
  std::string logs(const std::string& name) const {
    std::string out;
    for (const std::string& file : list_files(dir_.file("runs/" + name + "/slurm"))) {
      out += file.ends_with(".log") ? file + ": " + read_file(dir_.file("runs/" + name + "/slurm/" + file)) : "";
    }
    return out;
  }
  std::map<std::string, std::string> digests(const std::string& name) const {
    std::map<std::string, std::string> out;
    for (const char* stage : {"documents", "corpus"}) {
      const std::string dir = dir_.file("runs/" + name + "/" + stage);
      out[stage] = has_manifest(dir) ? read_manifest(dir).digest() : "missing";
    }
    return out;
  }
  std::map<std::string, std::string> alone() const {
    const ProgramResult result =
        run_smelt({"run", "r.toml", "--until", "corpus", "-q", "--set", "run.name=alone"}, dir_.path());
    EXPECT_EQ(result.exit_code, 0) << result.err;
    return digests("alone");
  }

  TemporaryDirectory dir_;
};

TEST_F(Slurm, jobs_end_with_the_bytes_of_a_local_run) {
  const auto expected = alone();
  const std::vector<std::string> jobs = submit("spread", {});
  ASSERT_EQ(jobs.size(), 3U);
  wait_for(jobs.back(), "spread");
  EXPECT_EQ(digests("spread"), expected);
  EXPECT_THAT(read_file(dir_.file("runs/spread/run.json")), testing::HasSubstr("stopped after corpus"));
}

TEST_F(Slurm, tasks_that_are_killed_are_done_by_others) {
  const auto expected = alone();
  const std::vector<std::string> jobs = submit("killed", {});
  ASSERT_EQ(jobs.size(), 3U);
  for (const size_t job : {size_t{0}, size_t{1}}) {
    const std::string begun = dir_.file("runs/killed/" + std::string(job == 0 ? "documents" : "corpus") + ".partial");
    for (int i = 0; i < 400 && !path_exists(begun); ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    run_words({"scancel", "--full", "--signal=KILL", jobs[job] + (job == 0 ? "_1" : "")});
  }
  wait_for(jobs.back(), "killed");
  EXPECT_EQ(digests("killed"), expected);
}

TEST_F(Slurm, jobs_that_are_told_to_end_go_back_into_the_queue) {
  const auto expected = alone();
  const std::vector<std::string> jobs = submit("told", {});
  ASSERT_EQ(jobs.size(), 3U);
  for (int i = 0; i < 400 && !path_exists(dir_.file("runs/told/documents.partial")); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  run_words({"scancel", "--batch", "--signal=TERM", jobs[0]});
  wait_for(jobs.back(), "told");
  EXPECT_EQ(digests("told"), expected) << logs("told");
}

}  // namespace
}  // namespace smelt
