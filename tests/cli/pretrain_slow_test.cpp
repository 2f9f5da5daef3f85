// `smelt pretrain` as a user runs it: stopped, damaged, resumed, refused.
#include <algorithm>
#include <filesystem>
#include <map>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json.h"
#include "base/rng.h"
#include "base/text.h"
#include "support/run_program.h"

namespace smelt {
namespace {

using testing::HasSubstr;

constexpr const char* kRecipe = R"([run]
name = "tiny"
threads = 1
[train]
steps = 120
seq_length = 32
micro_batch = 4
checkpoint_every = 10
validate_every = 40
validation_sequences = 4
milestones = 2
[train.model]
pattern = "M-*"
hidden_size = 32
intermediate_size = 64
num_attention_heads = 2
num_key_value_heads = 1
head_dim = 16
mamba_num_heads = 4
mamba_head_dim = 16
ssm_state_size = 16
chunk_size = 16
[train.schedule]
warmup_steps = 5
)";

std::string documents(uint64_t seed, int64_t count) {
  const std::vector<std::string> words = {"iron", "ore", "coke", "slag", "furnace", "blast", "melts", "pours", "cools"};
  Rng rng(seed, "test/documents");
  std::string out;
  for (int64_t i = 0; i < count; ++i) {
    Json line = Json::object();
    line["id"] = std::to_string(i);
    std::string text;
    for (int w = 0; w < 60; ++w) {
      text += words[rng.below(words.size())] + " ";
    }
    line["text"] = text;
    out += line.dump() + "\n";
  }
  return out;
}

class PretrainVerb : public ::testing::Test {
 protected:
  void SetUp() override {
    write_file(dir_.file("r.toml"), kRecipe);
    if (run_smelt({"pretrain", dir_.file("r.toml"), "--tokens", "nowhere"}).err.find("cannot train") !=
        std::string::npos) {
      GTEST_SKIP() << "this build cannot train";
    }
    write_file(dir_.file("docs.jsonl"), documents(1, 200));
    write_file(dir_.file("held.jsonl"), documents(2, 20));
    make_directories(dir_.file("tokens"));
    expect_ok({"tokenizer", "train", "--input", dir_.file("docs.jsonl"), "--vocab-size", "300", "--output",
               dir_.file("tokenizer")});
    for (const auto& [input, output] : {std::pair{"docs.jsonl", "tokens/main"}, {"held.jsonl", "tokens/heldout"}}) {
      expect_ok({"tokens", "build", "--tokenizer", dir_.file("tokenizer"), "--input", dir_.file(input), "--output",
                 dir_.file(output)});
    }
  }

  static void expect_ok(const std::vector<std::string>& arguments) {
    const ProgramResult result = run_smelt(arguments);
    ASSERT_EQ(result.exit_code, 0) << result.err;
  }

  std::vector<std::string> pretrain(const std::string& output, const std::vector<std::string>& more = {}) const {
    std::vector<std::string> out = {"pretrain",    dir_.file("r.toml"),    "--tokens", dir_.file("tokens"),
                                    "--tokenizer", dir_.file("tokenizer"), "--output", dir_.file(output)};
    out.insert(out.end(), more.begin(), more.end());
    return out;
  }

  std::map<std::string, std::string> made(const std::string& output) const {
    std::map<std::string, std::string> out;
    for (const std::string& file : list_files(dir_.file(output))) {
      if (!file.starts_with("telemetry/") && file != "manifest.json") {
        out[file] = read_file(dir_.file(output) + "/" + file);
      }
    }
    return out;
  }

  std::vector<std::string> checkpoints(const std::string& output) const {
    std::vector<std::string> out;
    const std::string folder = dir_.file(output) + ".partial/checkpoints";
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator(folder, ignored)) {
      if (entry.path().filename().string().starts_with("step-")) {
        out.push_back(entry.path().string());
      }
    }
    std::sort(out.begin(), out.end());
    return out;
  }

  // Starts a training and asks it to stop once it has `count` checkpoints.
  ProgramResult stop_after(const std::string& output, size_t count, int signal) const {
    std::vector<std::string> words = pretrain(output);
    words.insert(words.begin(), SMELT_BINARY);
    ChildProgram child(words);
    for (int i = 0; i < 3000 && checkpoints(output).size() < count; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    child.signal(signal);
    return child.finish();
  }

  TemporaryDirectory dir_;
};

TEST_F(PretrainVerb, StoppedDamagedAndResumedEndsInTheSameBytes) {
  expect_ok(pretrain("undisturbed"));
  const ProgramResult stopped = stop_after("disturbed", 2, SIGTERM);
  ASSERT_EQ(stopped.exit_code, 75) << stopped.err;
  EXPECT_FALSE(path_exists(dir_.file("disturbed")));

  const ProgramResult refused = run_smelt(pretrain("disturbed"));
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_THAT(refused.err, HasSubstr("--resume"));

  const std::vector<std::string> kept = checkpoints("disturbed");
  ASSERT_GE(kept.size(), 2U);
  const std::string victim = kept.back() + "/params.safetensors";
  std::string bytes = read_file(victim);
  bytes[bytes.size() - 100] = static_cast<char>(bytes[bytes.size() - 100] ^ 4);
  write_file(victim, bytes);

  const ProgramResult resumed = run_smelt(pretrain("disturbed", {"--resume"}));
  ASSERT_EQ(resumed.exit_code, 0) << resumed.err;
  int complaints = 0;
  for (const auto line : split(resumed.err, '\n')) {
    complaints += line.find("damaged") != std::string_view::npos ? 1 : 0;
  }
  EXPECT_EQ(complaints, 1) << resumed.err;
  EXPECT_THAT(resumed.err, HasSubstr(std::filesystem::path(kept.back()).filename().string() + "/params.safetensors"));

  const auto expected = made("undisturbed");
  const auto actual = made("disturbed");
  EXPECT_EQ(actual.size(), expected.size());
  for (const auto& [file, content] : expected) {
    EXPECT_TRUE(actual.count(file) == 1 && actual.at(file) == content) << file;
  }
  EXPECT_EQ(expected.count("model/tokenizer.json"), 1U);
}

TEST_F(PretrainVerb, KilledAndResumedEndsInTheSameBytes) {
  expect_ok(pretrain("undisturbed"));
  EXPECT_EQ(stop_after("killed", 1, SIGKILL).exit_code, 128 + SIGKILL);
  expect_ok(pretrain("killed", {"--resume"}));
  EXPECT_EQ(made("killed"), made("undisturbed"));
}

TEST_F(PretrainVerb, DoesNotOverwriteAndKnowsWhatIsUpToDate) {
  const ProgramResult first = run_smelt(pretrain("model", {"--json", "--set", "train.steps=12"}));
  ASSERT_EQ(first.exit_code, 0) << first.err;
  const Json counts = Json::parse(first.out).value();
  EXPECT_EQ(counts.at("steps").as_int(), 12);
  EXPECT_GT(counts.at("flops").as_double(), 0);
  const ProgramResult again = run_smelt(pretrain("model", {"--set", "train.steps=12"}));
  EXPECT_EQ(again.exit_code, 0) << again.err;
  EXPECT_THAT(again.err, HasSubstr("up to date"));
  const ProgramResult other = run_smelt(pretrain("model", {"--set", "train.steps=13"}));
  EXPECT_EQ(other.exit_code, 2);
  EXPECT_THAT(other.err, HasSubstr("--output"));
}

TEST_F(PretrainVerb, ALossThatIsNotFiniteEndsTheTrainingInOneLine) {
  const ProgramResult result =
      run_smelt(pretrain("wild", {"--quiet", "--set", "train.schedule.lr=1e30", "--set", "train.max_bad_steps=3"}));
  EXPECT_EQ(result.exit_code, 1) << result.err;
  EXPECT_THAT(result.err, HasSubstr("not finite in 3 steps in a row"));
  EXPECT_THAT(result.err, HasSubstr("lower train.schedule.lr"));
  EXPECT_FALSE(path_exists(dir_.file("wild")));
}

TEST_F(PretrainVerb, NamesWhatIsMissing) {
  const ProgramResult none = run_smelt({"pretrain", dir_.file("r.toml"), "--tokens", dir_.file("nowhere")});
  EXPECT_EQ(none.exit_code, 3);
  EXPECT_THAT(none.err, HasSubstr("nowhere"));
  EXPECT_THAT(none.err, HasSubstr("--tokens"));
  const ProgramResult steps = run_smelt(pretrain("x", {"--set", "train.steps=0"}));
  EXPECT_EQ(steps.exit_code, 2);
  EXPECT_THAT(steps.err, HasSubstr("train.steps"));
}

}  // namespace
}  // namespace smelt
