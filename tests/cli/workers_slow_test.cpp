// A run that several processes share, started by hand or by mpirun, ends with the bytes of one that ran alone, also
// where processes are killed on the way.
#include <map>
#include <memory>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/manifest.h"
#include "base/rng.h"
#include "support/run_program.h"
#include "support/site.h"

namespace smelt {
namespace {

constexpr int kWorkers = 4;

class SharedRun : public testing::Test {
 protected:
  void SetUp() override {
    make_site(dir_.file("site"), 400);
    write_file(dir_.file("r.toml"), "[run]\noutput = \"" + dir_.file("runs") +
                                        "\"\nthreads = 1\nprobe_seconds = 0\nlease_seconds = 1.5\n"
                                        "[[documents.pages]]\nname = \"site\"\ninputs = [\"" +
                                        dir_.file("site") +
                                        "\"]\n[documents]\npages_per_shard = 20\n[corpus.split]\nheldout_fraction = "
                                        "0.05\n[corpus.dedup.paragraphs]\nenabled = true\n");
  }

  std::vector<std::string> command(const std::string& name, const std::vector<std::string>& more) const {
    std::vector<std::string> words = {SMELT_BINARY, "run",   dir_.file("r.toml"), "--until", "corpus", "-q",
                                      "--resume",   "--set", "run.name=" + name};
    words.insert(words.end(), more.begin(), more.end());
    return words;
  }
  std::unique_ptr<ChildProgram> start_worker(const std::string& name, int index) const {
    return std::make_unique<ChildProgram>(
        command(name, {"--worker", std::to_string(index) + "/" + std::to_string(kWorkers)}));
  }
  std::map<std::string, std::string> digests(const std::string& name) const {
    std::map<std::string, std::string> out;
    for (const char* stage : {"documents", "corpus"}) {
      const std::string dir = dir_.file("runs/" + name + "/" + stage);
      const Manifest manifest = read_manifest(dir);
      EXPECT_EQ(verify_manifest(dir, manifest, true), "");
      EXPECT_FALSE(path_exists(dir + ".leases"));
      EXPECT_FALSE(path_exists(dir + ".partial"));
      out[stage] = manifest.digest();
    }
    return out;
  }
  std::map<std::string, std::string> alone() const {
    const ProgramResult result = run_words(command("alone", {}));
    EXPECT_EQ(result.exit_code, 0) << result.err;
    return digests("alone");
  }

  TemporaryDirectory dir_;
};

TEST_F(SharedRun, equals_the_run_of_one_process) {
  const auto expected = alone();
  std::vector<std::unique_ptr<ChildProgram>> workers;
  for (int i = 0; i < kWorkers; ++i) {
    workers.push_back(start_worker("shared", i));
  }
  for (auto& worker : workers) {
    const ProgramResult result = worker->finish();
    EXPECT_EQ(result.exit_code, 0) << result.err;
  }
  EXPECT_EQ(digests("shared"), expected);
}

TEST_F(SharedRun, survives_kills_of_its_workers) {
  const auto expected = alone();
  Rng rng(11, "workers_slow_test");
  std::vector<std::unique_ptr<ChildProgram>> workers;
  for (int i = 0; i < kWorkers; ++i) {
    workers.push_back(start_worker("killed", i));
  }
  for (int kill = 0; kill < 10; ++kill) {
    std::this_thread::sleep_for(std::chrono::milliseconds(30 + rng.below(150)));
    const auto victim = static_cast<size_t>(rng.below(kWorkers));
    workers[victim]->signal(SIGKILL);
    workers[victim]->finish();
    // The dead one's part is done by others or by the process that takes its place.
    workers[victim] = start_worker("killed", static_cast<int>(victim));
  }
  for (auto& worker : workers) {
    const ProgramResult result = worker->finish();
    EXPECT_EQ(result.exit_code, 0) << result.err;
  }
  EXPECT_EQ(digests("killed"), expected);
}

TEST_F(SharedRun, goes_on_without_the_process_that_kept_its_books) {
  const auto expected = alone();
  std::unique_ptr<ChildProgram> first = start_worker("orphans", 0);
  std::unique_ptr<ChildProgram> second = start_worker("orphans", 1);
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  first->signal(SIGKILL);
  first->finish();
  EXPECT_EQ(second->finish().exit_code, 0);
  EXPECT_EQ(digests("orphans"), expected);
  EXPECT_EQ(start_worker("orphans", 0)->finish().exit_code, 0);
  EXPECT_THAT(read_file(dir_.file("runs/orphans/run.json")), testing::HasSubstr("stopped after corpus"));
}

TEST_F(SharedRun, equals_it_under_mpirun) {
  if (!have_program("mpirun")) {
    GTEST_SKIP() << "there is no mpirun (openmpi-bin)";
  }
  const auto expected = alone();
  std::vector<std::string> words = {"mpirun", "--allow-run-as-root", "--oversubscribe", "-n", "3"};
  for (const std::string& word : command("mpi", {})) {
    words.push_back(word);
  }
  const ProgramResult result = run_words(words);
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(digests("mpi"), expected);
  EXPECT_TRUE(path_exists(dir_.file("runs/mpi/workers/0002.jsonl")));
}

}  // namespace
}  // namespace smelt
