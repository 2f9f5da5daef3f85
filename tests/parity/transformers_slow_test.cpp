// The folders that Smelt writes, opened by transformers as they are: the same tokens, the same probabilities. Skipped
// where its Python environment (`make peers`) is absent.
#include <cmath>
#include <cstdlib>

#include <gtest/gtest.h>

#include "base/files.h"
#include "base/json.h"
#include "base/threads.h"
#include "parity/random_models.h"
#include "serve/engine/model.h"
#include "support/run_program.h"
#include "support/test_context.h"
#include "tokens/bpe_trainer.h"
#include "tokens/chat/chat_template.h"
#include "tokens/tokenizer.h"

namespace smelt {
namespace {

constexpr double kTolerance = 1e-3;  // nats

const char* const kMixedTexts[] = {
    "The quick brown fox jumps over the lazy dog.",
    "  two spaces, a\ttab,\n\n\nthree line ends\r\n and a trailing space ",
    "Grüße aus Köln — naïve façade, Ελλάδα, Привет, 日本語の文章です。한국어 العربية हिन्दी",
    "👩‍👩‍👧‍👦 🇩🇪 e\u0301 \u200b zero\u200dwidth",
    "for (int i = 0; i < 1234567; ++i) { x[i] += 3.14e-10; }  // don't we'll THEY'RE",
    "<|im_start|>user\nhi<|im_end|><|endoftext|> <think>so</think> <|im_start",
    "",
    " ",
    "CamelCase snake_case SCREAMING_CASE v1.2.3-rc4 a+b=c",
};

class Transformers : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!path_exists(python_)) {
      GTEST_SKIP() << "no Python environment of the peers in " SMELT_PEERS "; `make peers` builds it";
    }
  }

  // The answers of peer.py, in the order of the tasks.
  Json ask(const Json& tasks) {
    write_file(folder_.file("tasks.json"), tasks.dump());
    const ProgramResult result = run_words(
        {python_, SMELT_SOURCE_DIR "/tests/parity/peer.py", folder_.file("tasks.json"), folder_.file("answers.json")});
    EXPECT_EQ(result.exit_code, 0) << result.err;
    return result.exit_code == 0 ? Json::load(folder_.file("answers.json")) : Json::array();
  }

  const std::string python_ = SMELT_PEERS "/bin/python";
  TemporaryDirectory folder_;
  TestContext context_;
};

Json ids_json(const std::vector<uint32_t>& ids) {
  return Json::list(std::vector<int64_t>(ids.begin(), ids.end()));
}

TEST_F(Transformers, ScoresEveryFolderAsTheRuntimeDoes) {
  constexpr uint64_t kModels = 6;
  Json tasks = Json::array();
  std::vector<std::vector<double>> expected;
  for (uint64_t seed = 1; seed <= kModels; ++seed) {
    ModelConfig config = testing::random_config(seed, 80 + static_cast<int64_t>(seed) * 31);
    config.eos_token_ids = {static_cast<int64_t>(seed)};
    config.tie_word_embeddings = seed == 3;
    const auto model = testing::random_model(config, seed);
    const std::vector<uint32_t> ids = testing::random_tokens(300, config.vocab_size, seed);
    for (const std::string dtype : {"float32", "bfloat16"}) {
      const std::string dir = folder_.file(dtype + std::to_string(seed));
      save_model(*model, dir, dtype);
      expected.push_back(serve::Model::load(dir, context_.get().threads)->score(ids));
      Json task = Json::object();
      task["model"] = dir;
      task["ids"] = ids_json(ids);
      tasks.push_back(std::move(task));
    }
  }
  const Json answers = ask(tasks);
  ASSERT_EQ(answers.size(), expected.size());
  for (size_t m = 0; m < expected.size(); ++m) {
    const Json& answer = answers.as_array()[m];
    SCOPED_TRACE(tasks.as_array()[m].at("model").as_string());
    EXPECT_EQ(answer.at("architecture").as_string(), "NemotronHForCausalLM");
    EXPECT_EQ(answer.at("missing").size(), 0U) << answer.at("missing").dump();
    EXPECT_EQ(answer.at("mismatched").size(), 0U) << answer.at("mismatched").dump();
    EXPECT_EQ(answer.at("eos").as_int(), static_cast<int64_t>(m / 2 + 1));
    const auto& theirs = answer.at("logprobs").as_array();
    ASSERT_EQ(theirs.size() + 1, expected[m].size());
    double worst = 0;
    for (size_t i = 0; i < theirs.size(); ++i) {
      const double difference = std::abs(theirs[i].as_double() - expected[m][i + 1]);
      worst = difference <= worst ? worst : difference;
    }
    EXPECT_LT(worst, kTolerance);
  }
}

TEST_F(Transformers, TokenizesAndRendersAsWeDo) {
  Json tasks = Json::array();
  std::vector<std::string> dirs;
  Json messages = Json::array();
  for (const auto& [role, content] :
       {std::pair{"system", "Be brief."}, {"user", "What is 2 + 2?"}, {"assistant", "4"}, {"user", "Are you sure?"}}) {
    Json message = Json::object();
    message["role"] = role;
    message["content"] = content;
    messages.push_back(std::move(message));
  }
  for (const char* split : {"gpt2", "llama3", "nemotron"}) {
    TokenizerOptions options;
    options.vocab_size = 600;
    options.split = split;
    int repeats = 20;
    size_t next = 0;
    const TrainedTokenizer trained = train_tokenizer(context_.get(), options, [&]() -> std::optional<std::string> {
      if (next == std::size(kMixedTexts) && --repeats > 0) {
        next = 0;
      }
      return next < std::size(kMixedTexts) ? std::optional<std::string>(kMixedTexts[next++]) : std::nullopt;
    });
    dirs.push_back(folder_.file(split));
    make_directories(dirs.back());
    write_tokenizer(trained, options, dirs.back());
    write_file(dirs.back() + "/chat_template.jinja", base_model_chat_template());
    ModelConfig config = testing::random_config(1, static_cast<int64_t>(trained.tokens.size()));
    write_fresh_model(dirs.back(), config, 1);
    Json task = Json::object();
    task["model"] = dirs.back();
    task["texts"] = Json::list(std::vector<std::string>(std::begin(kMixedTexts), std::end(kMixedTexts)));
    task["messages"] = messages;
    tasks.push_back(std::move(task));
  }
  const Json answers = ask(tasks);
  ASSERT_EQ(answers.size(), dirs.size());
  for (size_t d = 0; d < dirs.size(); ++d) {
    SCOPED_TRACE(dirs[d]);
    const Json& answer = answers.as_array()[d];
    const Tokenizer tokenizer = Tokenizer::load(dirs[d]);
    EXPECT_EQ(answer.at("eos").as_int(), static_cast<int64_t>(tokenizer.eos_id().value()));
    EXPECT_EQ(answer.at("vocab_size").as_int(), static_cast<int64_t>(tokenizer.vocab_size()));
    for (size_t i = 0; i < std::size(kMixedTexts); ++i) {
      const std::vector<uint32_t> ids = tokenizer.encode(kMixedTexts[i]);
      EXPECT_EQ(answer.at("ids").as_array()[i], ids_json(ids)) << kMixedTexts[i];
      EXPECT_EQ(answer.at("texts").as_array()[i].as_string(), tokenizer.decode(ids));
    }
    const auto chat = ChatTemplate::load(dirs[d]);
    ASSERT_TRUE(chat.has_value());
    EXPECT_EQ(answer.at("chat").as_string(), chat->render(messages, true).value());
  }
}

}  // namespace
}  // namespace smelt
