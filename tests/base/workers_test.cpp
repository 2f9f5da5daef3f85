#include "base/workers.h"

#include <atomic>
#include <chrono>
#include <map>
#include <set>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/files.h"
#include "base/hash.h"
#include "base/stage.h"
#include "support/temporary_directory.h"
#include "support/test_context.h"

namespace smelt {
namespace {

WorkerOptions worker(int index, int count, double lease_seconds = 60) {
  WorkerOptions options;
  options.index = index;
  options.count = count;
  options.lease_seconds = lease_seconds;
  return options;
}

std::optional<WorkerOptions> of_environment(const std::map<std::string, std::string>& variables) {
  return worker_of_environment([&](const char* name) {
    const auto found = variables.find(name);
    return found == variables.end() ? nullptr : found->second.c_str();
  });
}

TEST(WorkerPlace, IsWhatTheLaunchersSay) {
  const auto open_mpi = of_environment(
      {{"OMPI_COMM_WORLD_RANK", "2"}, {"OMPI_COMM_WORLD_SIZE", "4"}, {"OMPI_COMM_WORLD_LOCAL_SIZE", "2"}});
  ASSERT_TRUE(open_mpi.has_value());
  EXPECT_EQ(open_mpi->index, 2);
  EXPECT_EQ(open_mpi->count, 4);
  EXPECT_EQ(open_mpi->on_this_machine, 2);
  EXPECT_EQ(of_environment({{"PMI_RANK", "1"}, {"PMI_SIZE", "3"}})->count, 3);
  EXPECT_EQ(of_environment({{"SLURM_PROCID", "5"}, {"SLURM_STEP_NUM_TASKS", "8"}})->index, 5);
  EXPECT_FALSE(of_environment({}).has_value());
  EXPECT_FALSE(of_environment({{"OMPI_COMM_WORLD_RANK", "0"}, {"OMPI_COMM_WORLD_SIZE", "1"}}).has_value());
  EXPECT_FALSE(of_environment({{"PMI_RANK", "x"}, {"PMI_SIZE", "3"}}).has_value());
}

TEST(WorkerPlace, IsReadFromTheCommandLine) {
  EXPECT_EQ(parse_worker("3/16").index, 3);
  EXPECT_EQ(parse_worker("3/16").count, 16);
  for (const char* bad : {"", "3", "3/", "/3", "3/3", "-1/3", "a/b", "1/2/3"}) {
    EXPECT_THROW(parse_worker(bad), UserError) << bad;
  }
}

TEST(WorkersLease, IsHeldByOne) {
  const TemporaryDirectory dir;
  Workers workers(worker(0, 2));
  std::optional<Workers::Lease> first = workers.claim(dir.file("leases"), "task");
  ASSERT_TRUE(first.has_value());
  EXPECT_FALSE(workers.claim(dir.file("leases"), "task").has_value());
  EXPECT_TRUE(workers.claim(dir.file("leases"), "task-2").has_value());
  first.reset();
  EXPECT_TRUE(workers.claim(dir.file("leases"), "task").has_value());
  EXPECT_FALSE(path_exists(dir.file("leases")));  // nothing is left of those given back
}

TEST(WorkersLease, OfADeadProcessOfThisMachineIsFreeAtOnce) {
  const TemporaryDirectory dir;
  Workers workers(worker(0, 2, 3600));
  const pid_t child = fork();
  if (child == 0) {
    Workers own(worker(1, 2, 3600));
    const auto lease = own.claim(dir.file("leases"), "task");
    raise(SIGKILL);
  }
  int status = 0;
  waitpid(child, &status, 0);
  ASSERT_TRUE(WIFSIGNALED(status));
  ASSERT_EQ(list_files(dir.file("leases")).size(), 1U);
  EXPECT_TRUE(workers.claim(dir.file("leases"), "task").has_value());
}

TEST(WorkersLease, OfASilentProcessOfAnotherMachineRunsOut) {
  const TemporaryDirectory dir;
  make_directories(dir.file("leases"));
  write_file(dir.file("leases/silent.0"), "elsewhere 77 12345 abcdef 00000000000000000001\n");
  Workers workers(worker(0, 2, 0.5));
  const auto start = std::chrono::steady_clock::now();
  EXPECT_FALSE(workers.claim(dir.file("leases"), "silent").has_value());
  while (!workers.claim(dir.file("leases"), "silent")) {
    workers.pause();
  }
  EXPECT_GE(std::chrono::steady_clock::now() - start, std::chrono::milliseconds(500));
}

TEST(WorkersLease, OfAProcessThatShowsSignsOfLifeStays) {
  const TemporaryDirectory dir;
  make_directories(dir.file("leases"));
  Workers workers(worker(0, 2, 0.5));
  const auto start = std::chrono::steady_clock::now();
  for (int beat = 0; std::chrono::steady_clock::now() - start < std::chrono::milliseconds(900); ++beat) {
    write_file(dir.file("leases/busy.3"), "elsewhere 77 12345 abcdef " + std::to_string(beat) + "\n");
    EXPECT_FALSE(workers.claim(dir.file("leases"), "busy").has_value());
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
}

// A stage of `tasks` files, each the hash of its number, made in run_tasks; `before` runs in every task.
StageResult hash_stage(const Context& context, const std::string& dir, int tasks,
                       const std::function<void(size_t)>& before) {
  StageSpec spec{.name = "hashes", .version = 1, .dir = dir, .settings = Json::object(), .inputs = {}, .shared = true};
  return run_stage(context, spec, [&](StageDir& stage) {
    std::vector<std::string> names;
    for (int i = 0; i < tasks; ++i) {
      names.push_back("task-" + std::to_string(i));
    }
    run_tasks(context, stage, "hashes", names, [&](size_t i) {
      before(i);
      write_file(stage.file(names[i] + ".txt"), hash128(names[i]).hex());
      Json counts = Json::object();
      counts["made"] = 1;
      stage.mark_done(names[i], {names[i] + ".txt"}, counts);
    });
    Json total = Json::object();
    total["made"] = 0;
    for (const std::string& name : names) {
      total["made"] = total.at("made").as_int() + stage.done_counts(name).at("made").as_int();
    }
    return total;
  });
}

TEST(SharedStage, DoesEveryTaskOnceInAnyNumberOfWorkers) {
  const TemporaryDirectory dir;
  TestContext plain;
  const Manifest expected = hash_stage(plain.get(), dir.file("plain"), 40, [](size_t) {}).manifest;
  for (const int count : {1, 2, 5}) {
    const std::string out = dir.file("shared-" + std::to_string(count));
    std::atomic<int> done{0};
    std::vector<Manifest> manifests(static_cast<size_t>(count));
    std::vector<std::thread> threads;
    for (int index = 0; index < count; ++index) {
      threads.emplace_back([&, index] {
        TestContext own;
        Workers workers(worker(index, count));
        Context context = own.get();
        context.workers = &workers;
        manifests[static_cast<size_t>(index)] = hash_stage(context, out, 40, [&](size_t) {
                                                  ++done;
                                                  std::this_thread::sleep_for(std::chrono::milliseconds(2));
                                                }).manifest;
      });
    }
    for (std::thread& thread : threads) {
      thread.join();
    }
    EXPECT_EQ(done, 40) << count;
    for (const Manifest& manifest : manifests) {
      EXPECT_EQ(manifest.digest(), expected.digest());
      EXPECT_EQ(manifest.counts, expected.counts);
    }
    EXPECT_FALSE(path_exists(out + ".leases"));
    EXPECT_EQ(verify_manifest(out, manifests[0], true), "");
  }
}

TEST(SharedStage, RedoesTheTasksOfKilledWorkers) {
  const TemporaryDirectory dir;
  std::vector<pid_t> children;
  for (int index = 1; index < 4; ++index) {
    const pid_t child = fork();
    if (child == 0) {
      TestContext own;
      Workers workers(worker(index, 4));
      Context context = own.get();
      context.workers = &workers;
      hash_stage(context, dir.file("out"), 24, [&](size_t i) {
        if (i % 3 == static_cast<size_t>(index) % 3) {
          raise(SIGKILL);
        }
      });
      _exit(0);
    }
    children.push_back(child);
  }
  for (const pid_t child : children) {
    int status = 0;
    waitpid(child, &status, 0);
    EXPECT_TRUE(WIFSIGNALED(status));
  }
  TestContext own;
  Workers workers(worker(0, 4));
  Context context = own.get();
  context.workers = &workers;
  const StageResult result = hash_stage(context, dir.file("out"), 24, [](size_t) {});
  EXPECT_EQ(result.manifest.counts.at("made").as_int(), 24);
  EXPECT_EQ(result.manifest.files.size(), 24U);
}

TEST(SharedStage, LeavesWhatOthersAreAtWhereItIsNotToWait) {
  const TemporaryDirectory dir;
  TestContext own;
  WorkerOptions options = worker(1, 2);
  options.waits = false;
  Workers workers(options);
  Workers other(worker(0, 2));
  const auto held = other.claim(dir.file("out.leases"), "task-3");
  Context context = own.get();
  context.workers = &workers;
  EXPECT_THROW(hash_stage(context, dir.file("out"), 8, [](size_t) {}), LeftToOthers);
  EXPECT_EQ(list_files(dir.file("out.partial/.done")).size(), 7U);
}

TEST(SharedStage, EndsAfterTheStepItIsToldTo) {
  const TemporaryDirectory dir;
  TestContext own;
  WorkerOptions options = worker(0, 2);
  options.until = "hashes";
  Workers workers(options);
  Context context = own.get();
  context.workers = &workers;
  EXPECT_THROW(hash_stage(context, dir.file("out"), 8, [](size_t) {}), LeftToOthers);
  EXPECT_EQ(list_files(dir.file("out.partial/.done")).size(), 8U);
  EXPECT_FALSE(path_exists(dir.file("out")));
}

TEST(SharedStage, GoesOnAfterAKillBetweenManifestAndRename) {
  const TemporaryDirectory dir;
  TestContext plain;
  const Manifest manifest = hash_stage(plain.get(), dir.file("out"), 5, [](size_t) {}).manifest;
  std::filesystem::rename(dir.file("out"), dir.file("out.partial"));
  for (const bool with_workers : {false, true}) {
    Workers workers(worker(0, 2));
    Context context = plain.get();
    context.workers = with_workers ? &workers : nullptr;
    const auto never = [](size_t) { FAIL() << "nothing is to be done again"; };
    EXPECT_EQ(hash_stage(context, dir.file("out"), 5, never).manifest.digest(), manifest.digest());
    std::filesystem::rename(dir.file("out"), dir.file("out.partial"));
  }
}

}  // namespace
}  // namespace smelt
