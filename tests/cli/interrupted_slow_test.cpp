// Runs that are killed at any instant or meet a full disk end, once they can, with the bytes of a run that nothing
// disturbed.
#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mount.h>

#include "base/manifest.h"
#include "base/rng.h"
#include "base/text.h"
#include "support/run_program.h"
#include "support/site.h"

namespace smelt {
namespace {

using testing::HasSubstr;

const std::vector<std::string> kStages = {"documents", "corpus", "tokenizer", "tokens"};

class Interrupted : public testing::Test {
 protected:
  void SetUp() override {
    make_site(dir_.file("site"), 400);
    write_file(dir_.file("r.toml"),
               "[[documents.pages]]\nname = \"site\"\ninputs = [\"" + dir_.file("site") +
                   "\"]\n[documents]\npages_per_shard = 40\n[corpus.split]\nheldout_fraction = 0.05\n"
                   "[tokenizer]\nvocab_size = 400\n[blend]\nphases = [{ until = 1.0, sources = [{ source = \"site\", "
                   "weight = 1.0 }] }]\n");
  }

  std::vector<std::string> command(const std::string& name, const std::string& output, int threads) const {
    return {SMELT_BINARY,
            "run",
            dir_.file("r.toml"),
            "--until",
            "tokens",
            "--resume",
            "-q",
            "--set",
            "run.name=" + name,
            "--set",
            "run.output=" + output,
            "--set",
            "run.threads=" + std::to_string(threads)};
  }
  ProgramResult run(const std::string& name, int threads) {
    share_limits(dir_.file("runs/" + name));
    const ProgramResult result = run_words(command(name, dir_.file("runs"), threads));
    limits_ = dir_.file("runs/" + name + "/machine.json");
    return result;
  }
  // The machine's limits are measured once for all runs of a test.
  void share_limits(const std::string& folder) const {
    make_directories(folder);
    if (!limits_.empty() && !path_exists(folder + "/machine.json")) {
      write_file(folder + "/machine.json", read_file(limits_));
    }
  }
  static std::map<std::string, std::string> digests(const std::string& folder) {
    std::map<std::string, std::string> out;
    for (const std::string& stage : kStages) {
      const Manifest manifest = read_manifest(folder + "/" + stage);
      EXPECT_EQ(verify_manifest(folder + "/" + stage, manifest, true), "");
      out[stage] = manifest.digest();
    }
    return out;
  }
  std::map<std::string, std::string> digests_of(const std::string& name) const {
    return digests(dir_.file("runs/" + name));
  }

  TemporaryDirectory dir_;
  std::string limits_;
};

TEST_F(Interrupted, any_number_of_threads_gives_the_same_bytes) {
  const ProgramResult one = run("one", 1);
  ASSERT_EQ(one.exit_code, 0) << one.err;
  const ProgramResult two = run("two", 2);
  ASSERT_EQ(two.exit_code, 0) << two.err;
  EXPECT_EQ(digests_of("one"), digests_of("two"));
}

TEST_F(Interrupted, a_run_that_is_killed_again_and_again_ends_with_the_same_bytes) {
  ASSERT_EQ(run("whole", 2).exit_code, 0);
  share_limits(dir_.file("runs/killed"));
  Rng rng(1, "kills");
  int killed = 0;
  for (int attempt = 0; attempt < 40; ++attempt) {
    ChildProgram child(command("killed", dir_.file("runs"), 2));
    std::this_thread::sleep_for(std::chrono::milliseconds(5 + attempt * 10 + static_cast<int>(rng.below(20))));
    child.signal(SIGKILL);
    killed += child.finish().exit_code == 128 + SIGKILL ? 1 : 0;
  }
  EXPECT_GT(killed, 5) << "the runs were over before they were killed";
  const ProgramResult last = run("killed", 2);
  ASSERT_EQ(last.exit_code, 0) << last.err;
  EXPECT_EQ(digests_of("killed"), digests_of("whole"));
}

// A small file system in memory that is gone with the test.
class SmallDisk {
 public:
  explicit SmallDisk(std::string path) : path_(std::move(path)) {
    make_directories(path_);
    mounted_ = mount("tmpfs", path_.c_str(), "tmpfs", 0, "size=320k") == 0;
  }
  ~SmallDisk() {
    if (mounted_) {
      umount2(path_.c_str(), MNT_DETACH);
    }
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;
  bool mounted() const { return mounted_; }
  void grow(const std::string& size) const {
    EXPECT_EQ(mount("tmpfs", path_.c_str(), "tmpfs", MS_REMOUNT, ("size=" + size).c_str()), 0);
  }

 private:
  std::string path_;
  bool mounted_ = false;
};

TEST_F(Interrupted, a_full_disk_is_one_line_with_the_cure_and_costs_nothing) {
  const SmallDisk disk(dir_.file("small"));
  if (!disk.mounted()) {
    GTEST_SKIP() << "mounting needs root";
  }
  ASSERT_EQ(run("whole", 2).exit_code, 0);
  const std::string folder = dir_.file("small/runs/full");
  share_limits(folder);
  int failures = 0;
  ProgramResult result;
  for (int size = 320; size <= 40000; size += 160) {
    disk.grow(std::to_string(size) + "k");
    result = run_words(command("full", dir_.file("small/runs"), 2));
    if (result.exit_code == 0) {
      break;
    }
    ++failures;
    EXPECT_EQ(result.exit_code, 4) << result.err;
    EXPECT_THAT(result.err, HasSubstr("free"));
    EXPECT_EQ(split(trim(result.err), '\n').size(), 1U) << result.err;
  }
  EXPECT_GT(failures, 2);
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(digests(folder), digests_of("whole"));
}

}  // namespace
}  // namespace smelt
