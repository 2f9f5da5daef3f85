// `smelt eval` against the figures that `smelt score` gives for the same documents.
#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "arch/model_directory.h"
#include "base/json.h"
#include "base/text.h"
#include "support/run_program.h"
#include "tokens/tokenizer.h"

namespace smelt {
namespace {

using testing::HasSubstr;

// The first is long enough for the cloze test, which wants 75 words before the one it asks for.
const std::vector<std::string> kTexts = {
    "The ore is heavy. The furnace is hot and the slag is light. Whoever feeds it "
    "by night hears the bellows breathe, and when the tap is opened the whole "
    "yard turns red and nobody speaks until the iron lies still in its mould. In "
    "the morning the carts come down the hill with coke and limestone, the men "
    "count the bars that have cooled, and the clerk writes their weight into a "
    "book that his father began and that no fire has ever reached.",
    "Grüße aus der Hütte: das Eisen fließt in die Form und kühlt langsam ab."};

class EvalVerb : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string lines;
    for (const std::string& text : kTexts) {
      Json line = Json::object();
      line["id"] = std::to_string(lines.size());
      line["text"] = text;
      lines += line.dump() + "\n";
    }
    write_file(dir_.file("docs.jsonl"), lines);
    const ProgramResult made = run_smelt({"tokenizer", "train", "--input", dir_.file("docs.jsonl"), "--vocab-size",
                                          "270", "--output", dir_.file("model")});
    ASSERT_EQ(made.exit_code, 0) << made.err;
    ModelConfig config;
    config.vocab_size = Tokenizer::load(dir_.file("model")).vocab_size();
    config.hybrid_override_pattern = "M-*";
    config.hidden_size = 24;
    config.intermediate_size = 40;
    config.num_attention_heads = 2;
    config.num_key_value_heads = 1;
    config.head_dim = 8;
    config.mamba_num_heads = 4;
    config.mamba_head_dim = 8;
    config.n_groups = 2;
    config.ssm_state_size = 6;
    config.initializer_range = 0.2;
    config.max_position_embeddings = 512;
    config.torch_dtype = "float32";
    write_fresh_model(dir_.file("model"), config, 5);
  }

  ProgramResult eval(std::vector<std::string> more) const {
    std::vector<std::string> words = {"eval", dir_.file("model"), "--quiet"};
    words.insert(words.end(), more.begin(), more.end());
    return run_smelt(words);
  }

  TemporaryDirectory dir_;
};

TEST_F(EvalVerb, BitsPerByteAreTheScoresOverTheBytes) {
  const Tokenizer tokenizer = Tokenizer::load(dir_.file("model"));
  std::string lines;
  size_t bytes = 0;
  for (const std::string& text : kTexts) {
    Json ids = Json::array();
    ids.push_back(static_cast<int64_t>(tokenizer.eos_id().value()));
    for (const uint32_t id : tokenizer.encode(text)) {
      ids.push_back(static_cast<int64_t>(id));
    }
    ids.push_back(static_cast<int64_t>(tokenizer.eos_id().value()));
    Json line = Json::object();
    line["ids"] = std::move(ids);
    lines += line.dump() + "\n";
    bytes += text.size();
  }
  write_file(dir_.file("in.jsonl"), lines);
  ASSERT_EQ(
      run_smelt({"score", dir_.file("model"), "--input", dir_.file("in.jsonl"), "--output", dir_.file("out.jsonl")})
          .exit_code,
      0);
  double nats = 0;
  const std::string scored = read_file(dir_.file("out.jsonl"));
  for (const auto line : split(scored, '\n')) {
    if (line.empty()) {
      continue;
    }
    const Json json = Json::parse(line).value();
    for (const Json& value : json.at("logprobs").as_array()) {
      nats -= value.is_null() ? 0 : value.as_double();
    }
  }
  const ProgramResult result = eval({"--input", dir_.file("docs.jsonl"), "--json"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const Json json = Json::parse(result.out).value();
  EXPECT_EQ(json.at("heldout").at("bytes").as_int(), static_cast<int64_t>(bytes));
  EXPECT_NEAR(json.at("bits_per_byte").at("model").at("bits_per_byte").as_double(),
              nats / std::log(2.0) / static_cast<double>(bytes), 1e-6);
  EXPECT_TRUE(json.at("bits_per_byte").contains("compressor_alone"));
  EXPECT_FALSE(json.at("bits_per_byte").contains("compressor"));
  EXPECT_GE(json.at("cloze").at("items").as_int(), 1);
}

TEST_F(EvalVerb, TasksAreChosenAndShownAsATable) {
  const ProgramResult bits =
      eval({"--input", dir_.file("docs.jsonl"), "--tasks", "bits,zstd", "--training", dir_.file("docs.jsonl")});
  ASSERT_EQ(bits.exit_code, 0) << bits.err;
  EXPECT_THAT(bits.out, HasSubstr("bits per byte"));
  EXPECT_THAT(bits.out, HasSubstr("zstd with --training"));
  EXPECT_THAT(bits.out, testing::Not(HasSubstr("cloze")));
  const ProgramResult cloze = eval({"--input", dir_.file("docs.jsonl"), "--tasks", "cloze"});
  EXPECT_THAT(cloze.out, HasSubstr("last words guessed"));
  EXPECT_THAT(cloze.out, testing::Not(HasSubstr("bits per byte")));
}

TEST_F(EvalVerb, MistakesAreOneLine) {
  const ProgramResult task = eval({"--input", dir_.file("docs.jsonl"), "--tasks", "clozed"});
  EXPECT_EQ(task.exit_code, 2);
  EXPECT_THAT(task.err, HasSubstr("did you mean 'cloze'?"));
  const ProgramResult input = eval({"--input", dir_.file("nowhere.jsonl")});
  EXPECT_EQ(input.exit_code, 3) << input.err;
  EXPECT_THAT(input.err, HasSubstr("nowhere.jsonl"));
  const ProgramResult bytes = eval({"--input", dir_.file("docs.jsonl"), "--max-bytes", "0"});
  EXPECT_EQ(bytes.exit_code, 2);
  EXPECT_THAT(bytes.err, HasSubstr("--max-bytes"));
}

}  // namespace
}  // namespace smelt
