#include "train/pretrain.h"

#include <map>

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/stream.h"
#include "model/model_files.h"
#include "train/helpers.h"

namespace smelt {
namespace {

using testing::CountingSource;
using testing::TemporaryFolder;
using testing::TestContext;
using testing::tiny_options;

constexpr int32_t kVocab = 29;

// Asks to stop, or throws, when a given sequence is read for the n-th time: an interruption at an exact point of the
// work.
class InterruptingSource : public CountingSource {
 public:
  InterruptingSource(std::atomic<bool>& stop, int64_t stop_at, int64_t throw_at)
      : CountingSource(kVocab), stop_(stop), stop_at_(stop_at), throw_at_(throw_at) {}
  void read(int64_t index, std::span<int32_t> tokens) const override {
    if (index == throw_at_) {
      throw std::runtime_error("killed");
    }
    if (index == stop_at_) {
      stop_ = true;
    }
    CountingSource::read(index, tokens);
  }

 private:
  std::atomic<bool>& stop_;
  int64_t stop_at_;
  int64_t throw_at_;
};

Json run(const std::string& directory, const TrainOptions& options, int64_t stop_at = -1, int64_t throw_at = -1) {
  TestContext context;
  const InterruptingSource source(context.stop, stop_at, throw_at);
  const CountingSource held_out(kVocab, 2);
  return pretrain(context.context, options,
                  {.train = &source, .held_out = &held_out, .vocab_size = kVocab, .key = "test"}, directory);
}

std::map<std::string, std::string> contents(const std::string& directory) {
  std::map<std::string, std::string> out;
  for (const std::string& file : list_files(directory)) {
    if (!file.starts_with("telemetry/")) {
      out[file] = read_file(directory + "/" + file);
    }
  }
  return out;
}

void expect_same(const std::map<std::string, std::string>& actual, const std::map<std::string, std::string>& expected) {
  EXPECT_EQ(actual.size(), expected.size());
  for (const auto& [file, bytes] : expected) {
    EXPECT_TRUE(actual.count(file) != 0 && actual.at(file) == bytes) << file;
  }
}

TEST(Pretrain, LeavesModelLogsAndCheckpoint) {
  const TemporaryFolder folder;
  const Json counts = run(folder.path(), tiny_options(10));
  EXPECT_EQ(counts.at("steps").as_int(), 10);
  EXPECT_EQ(counts.at("tokens").as_int(), 10 * 8 * 16);
  EXPECT_DOUBLE_EQ(counts.at("flops").as_double(), 10 * 8 * 16 * counts.at("flops_per_token").as_double());
  const auto files = contents(folder.path());
  for (const char* name : {"model/config.json", "model/model.safetensors", "milestones/step-00000000/config.json",
                           "milestones/step-00000005/config.json", "milestones/step-00000010/model.safetensors",
                           "checkpoints/step-00000010/manifest.json", "metrics.jsonl"}) {
    EXPECT_EQ(files.count(name), 1U) << name;
  }
  EXPECT_EQ(files.count("checkpoints/step-00000009/manifest.json"), 0U);
  LineReader lines(open_plain(folder.path() + "/metrics.jsonl"));
  std::string_view line;
  int64_t step = 0;
  while (lines.next(line)) {
    const Json json = Json::parse(line).value();
    EXPECT_EQ(json.at("step").as_int(), ++step);
    EXPECT_EQ(json.at("tokens").as_int(), step * 8 * 16);
    EXPECT_EQ(json.contains("val_loss"), step == 4 || step == 8 || step == 10);
    EXPECT_GT(json.at("grad_norm").as_double(), 0);
  }
  EXPECT_EQ(step, 10);
  EXPECT_EQ(load_model(folder.path() + "/model")->config().hybrid_override_pattern, "M-*");
}

TEST(Pretrain, InterruptedAnywhereEndsInTheSameBytes) {
  const TrainOptions options = tiny_options(11);
  const TemporaryFolder undisturbed;
  run(undisturbed.path(), options);
  const auto expected = contents(undisturbed.path());
  const TemporaryFolder disturbed;
  EXPECT_THROW(run(disturbed.path(), options, -1, 2 * 8 + 5), std::runtime_error);  // before any checkpoint
  EXPECT_THROW(run(disturbed.path(), options, -1, 4 * 8 + 1), std::runtime_error);  // a step after the first
  try {
    run(disturbed.path(), options, 6 * 8 + 2);
    FAIL();
  } catch (const UserError& error) {
    EXPECT_EQ(error.code(), ExitCode::kPreempted);
  }
  EXPECT_TRUE(path_exists(disturbed.path() +
                          "/checkpoints/step-00000007"));  // the step that was under way was finished and kept
  EXPECT_THROW(run(disturbed.path(), options, -1, 10 * 8), std::runtime_error);
  run(disturbed.path(), options);
  expect_same(contents(disturbed.path()), expected);
}

TEST(Pretrain, ADamagedCheckpointIsRefusedAndTheOneBeforeUsed) {
  const TrainOptions options = tiny_options(11);
  const TemporaryFolder undisturbed;
  run(undisturbed.path(), options);
  const TemporaryFolder damaged;
  EXPECT_THROW(run(damaged.path(), options, -1, 7 * 8), std::runtime_error);
  const std::string victim = damaged.path() + "/checkpoints/step-00000006/exp_avg.safetensors";
  std::string bytes = read_file(victim);
  bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
  write_file(victim, bytes);
  ASSERT_TRUE(path_exists(damaged.path() + "/checkpoints/step-00000003"));

  TestContext context;
  const std::string log = damaged.path() + "/../log_" + std::to_string(::getpid());
  context.log.to_file(log);
  const CountingSource source(kVocab);
  const CountingSource held_out(kVocab, 2);
  pretrain(context.context, options, {.train = &source, .held_out = &held_out, .vocab_size = kVocab, .key = "test"},
           damaged.path());
  const std::string messages = read_file(log);
  remove_all(log);
  EXPECT_NE(messages.find("step-00000006/exp_avg.safetensors: the content differs"), std::string::npos) << messages;
  EXPECT_NE(messages.find("going on after step 3 of 11"), std::string::npos) << messages;
  expect_same(contents(damaged.path()), contents(undisturbed.path()));
}

TEST(Pretrain, CheckpointsOfAnotherRunAreNotTouched) {
  const TemporaryFolder folder;
  run(folder.path(), tiny_options(3));
  TestContext context;
  const CountingSource source(kVocab);
  EXPECT_THROW(pretrain(context.context, tiny_options(3), {.train = &source, .vocab_size = kVocab, .key = "other"},
                        folder.path()),
               UserError);
  EXPECT_TRUE(path_exists(folder.path() + "/checkpoints/step-00000003/manifest.json"));
}

TEST(Pretrain, GoesOnFromAModelDirectory) {
  const TemporaryFolder folder;
  TrainOptions options = tiny_options(8);
  options.save_dtype = "float32";
  run(folder.path() + "/one", options);
  TrainOptions more = tiny_options(4);
  more.model.from = folder.path() + "/one/model";
  more.schedule.lr = 1e-5;
  const Json counts = run(folder.path() + "/two", more);
  const Json before = run(folder.path() + "/one", options);
  EXPECT_NEAR(counts.at("val_loss").as_double(), before.at("val_loss").as_double(), 0.05);
}

}  // namespace
}  // namespace smelt
