// The trainer beside Hugging Face's on the same texts and settings: every token and every merge.
#include <gtest/gtest.h>

#include "base/files.h"
#include "base/json.h"
#include "base/text.h"
#include "support/run_program.h"
#include "support/temporary_directory.h"
#include "support/test_context.h"
#include "tokens/bpe_trainer.h"
#include "tokens/data.h"
#include "tokens/train/alphabet.h"

namespace smelt {
namespace {

// Paragraphs of a text of several kinds, so that a trainer sees many short texts.
std::vector<std::string> paragraphs(const std::string& text) {
  std::vector<std::string> out;
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find("\n\n", at), text.size());
    out.push_back(replace_invalid_utf8(std::string_view(text).substr(at, end - at)));
    at = end + 2;
  }
  return out;
}

std::vector<std::string> english() {
  return paragraphs(read_file(test::data_dir() + "/text/wikitext-2.valid.txt").substr(0, 600'000));
}

std::vector<std::string> many_languages() {
  std::vector<std::string> out;
  for (const std::string& file : list_files(test::data_dir() + "/langid")) {
    out.push_back(read_file(test::data_dir() + "/langid/" + file).substr(0, 12'000));
    out.back() = replace_invalid_utf8(out.back());
  }
  return out;
}

std::vector<std::string> code() {
  std::vector<std::string> out;
  for (const std::string& file : list_files(SMELT_SOURCE_DIR "/src/corpus")) {
    out.push_back(read_file(std::string(SMELT_SOURCE_DIR "/src/corpus/") + file));
  }
  return out;
}

class TrainerPeer : public testing::Test {
 protected:
  void SetUp() override {
    if (!path_exists(SMELT_PEERS "/bin/python") || !path_exists(test::data_dir() + "/langid")) {
      GTEST_SKIP() << "no peers or no test data";
    }
  }

  void add(const std::string& name, const TokenizerOptions& options, const std::vector<std::string>& texts) {
    size_t at = 0;
    const TrainedTokenizer trained = train_tokenizer(context_.get(), options, [&]() -> std::optional<TrainingText> {
      return at < texts.size() ? std::optional<TrainingText>(texts[at++]) : std::nullopt;
    });
    const std::string dir = dir_.file(std::to_string(cases_.size()));
    make_directories(dir);
    write_tokenizer(trained, options, dir);
    size_t given = options.special_tokens.size() + options.marker_tokens.size();
    if (options.model == "byte_fallback") {
      given += 256;
    } else if (options.model == "wordpiece") {
      while (given < trained.tokens.size() && is_first(trained.tokens[given])) {
        ++given;
      }
    }
    const Json settings(Json::Object{{"vocab_size", options.vocab_size},
                                     {"min_frequency", options.min_frequency},
                                     {"max_token_length", options.max_token_length},
                                     {"limit_alphabet", options.limit_alphabet},
                                     {"byte_level", options.model == "byte_level"},
                                     {"given_tokens", static_cast<int64_t>(given)}});
    cases_.push_back(
        Json(Json::Object{{"name", name}, {"tokenizer", dir}, {"texts", Json::list(texts)}, {"settings", settings}}));
  }

  void TearDown() override {
    if (cases_.empty()) {
      return;
    }
    const std::string job = dir_.file("job.json");
    write_file(job, Json(Json::Object{{"cases", Json(cases_)}}).dump());
    const ProgramResult result =
        run_words({SMELT_PEERS "/bin/python", SMELT_SOURCE_DIR "/tests/tokens/train/peer.py", job});
    if (result.exit_code == 77) {
      GTEST_SKIP() << "no tokenizers";
    }
    EXPECT_EQ(result.exit_code, 0) << result.out << result.err;
  }

 private:
  // One character, or one inside a word.
  static bool is_first(std::string_view token) {
    if (token.starts_with(kContinuingPrefix)) {
      token.remove_prefix(2);
    }
    return count_code_points(token) == 1;
  }

  const TestContext context_{2};
  const TemporaryDirectory dir_;
  Json::Array cases_;
};

TEST_F(TrainerPeer, ByteLevel) {
  for (const char* split : {"gpt2", "llama3", "nemotron"}) {
    for (const int64_t vocab_size : {1000, 8000}) {
      TokenizerOptions options;
      options.split = split;
      options.vocab_size = vocab_size;
      options.min_frequency = vocab_size == 1000 ? 2 : 0;
      add(std::string("english ") + split, options, english());
      add(std::string("languages ") + split, options, many_languages());
      add(std::string("code ") + split, options, code());
    }
  }
}

TEST_F(TrainerPeer, Settings) {
  for (const int64_t length : {3, 6, 16}) {
    for (const int64_t min_frequency : {1, 20}) {
      TokenizerOptions options;
      options.vocab_size = 3000;
      options.max_token_length = length;
      options.min_frequency = min_frequency;
      options.split_digits = length == 6;
      options.split = length == 3 ? "gpt2" : "llama3";
      add("length " + std::to_string(length), options, english());
      add("length, languages " + std::to_string(length), options, many_languages());
    }
  }
}

// Merges that make a token which is there already: tokens that are spelled like words.
TEST_F(TrainerPeer, SpecialTokensThatMergesMake) {
  TokenizerOptions options;
  options.vocab_size = 2000;
  options.protect_tokens = false;
  options.special_tokens = {"<|endoftext|>", "the", "and", "er", "return", "std", "qu"};
  options.marker_tokens = {"in", "on", "e"};
  add("english", options, english());
  add("code", options, code());
}

TEST_F(TrainerPeer, ByteFallback) {
  for (const char* split : {"metaspace", "nemotron", "gpt2"}) {
    TokenizerOptions options;
    options.model = "byte_fallback";
    options.split = split;
    options.split_digits = split == std::string("metaspace");
    options.vocab_size = 4000;
    options.character_coverage = 1;
    add(std::string("english ") + split, options, english());
    options.vocab_size = 12'000;
    add(std::string("languages ") + split, options, many_languages());
  }
}

TEST_F(TrainerPeer, WordPiece) {
  for (const bool lowercase : {true, false}) {
    TokenizerOptions options;
    options.model = "wordpiece";
    options.lowercase = lowercase;
    options.special_tokens = {"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"};
    options.marker_tokens = {};
    options.eos_token = "";
    options.character_coverage = 1;
    options.vocab_size = 5000;
    options.min_frequency = lowercase ? 2 : 0;
    add("english", options, english());
    options.vocab_size = 15'000;
    add("languages", options, many_languages());
  }
}

}  // namespace
}  // namespace smelt
