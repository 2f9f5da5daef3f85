// A build that is killed at random moments, again and again, ends with the bytes of an undisturbed one.
#include <chrono>
#include <thread>

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/files.h"
#include "base/rng.h"
#include "support/temporary_directory.h"
#include "support/test_context.h"
#include "tokens/bpe_trainer.h"
#include "tokens/build_stage.h"

namespace smelt {
namespace {

constexpr int64_t kPartBytes = 1 << 20;

void write_inputs(const TemporaryDirectory& dir) {
  Rng rng(4, "test/killed");
  for (const char* name : {"a.jsonl", "b.jsonl"}) {
    std::string lines;
    while (lines.size() < (5 << 20)) {
      lines += R"({"id":")" + std::to_string(rng.u64()) + R"(","text":")";
      for (uint64_t words = rng.below(400); words > 0; --words) {
        lines += std::to_string(rng.below(5000)) + " ";
      }
      lines += "\"}\n";
    }
    write_file(dir.file(name), lines);
  }
}

void train(const TemporaryDirectory& dir) {
  const TestContext context(1);
  TokenizerOptions options;
  options.vocab_size = 400;
  make_directories(dir.file("tokenizer"));
  bool given = false;
  const TrainedTokenizer trained = train_tokenizer(context.get(), options, [&]() -> std::optional<std::string> {
    return std::exchange(given, true) ? std::nullopt : std::optional<std::string>("10 200 3000 41 512 60 7 80 99");
  });
  write_tokenizer(trained, options, dir.file("tokenizer"));
}

void build(const TemporaryDirectory& dir, const std::string& prefix) {
  const TestContext context(2);
  TokensOptions options;
  options.documents = true;
  build_dataset(context.get(), options, dir.file("tokenizer"), list_document_files({dir.file("*.jsonl")}),
                dir.file(prefix), kPartBytes);
}

TEST(BuildKilled, GoesOnAndEndsWithTheSameBytes) {
  const TemporaryDirectory dir;
  write_inputs(dir);
  train(dir);
  const auto begin = std::chrono::steady_clock::now();
  build(dir, "undisturbed");
  const auto whole = std::chrono::steady_clock::now() - begin;
  Rng rng(4, "test/killed/when");
  int kills = 0;
  for (bool done = false; !done;) {
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      build(dir, "killed");
      _exit(0);
    }
    // Some attempts end within the first part, some within the last steps.
    std::this_thread::sleep_for(whole * (kills < 12 ? rng.uniform() * 0.6 : 20.0));
    kill(child, SIGKILL);
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    done = WIFEXITED(status);
    kills += done ? 0 : 1;
    ASSERT_LT(kills, 40);
  }
  EXPECT_GT(kills, 0);
  for (const char* ending : {".bin", ".idx", ".documents.jsonl.zst"}) {
    EXPECT_EQ(read_file(dir.file(std::string("killed") + ending)),
              read_file(dir.file(std::string("undisturbed") + ending)))
        << ending;
  }
  EXPECT_FALSE(path_exists(dir.file("killed.partial")));
}

}  // namespace
}  // namespace smelt
