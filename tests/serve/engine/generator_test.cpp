#include "serve/engine/generator.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/files.h"
#include "base/json.h"
#include "eval/byte_tokenizer.h"
#include "serve/engine/tiny_model.h"

namespace smelt::serve {
namespace {

// Printable ASCII has the ids 0 to 93, "ab" is 94, the end token 95; the other bytes follow.
Tokenizer small_tokenizer() {
  Json vocabulary = Json::object();
  int next = 96;
  for (int byte = 0; byte < 256; ++byte) {
    vocabulary[byte_symbol(byte)] = byte >= '!' && byte <= '~' ? byte - '!' : next++;
  }
  vocabulary["ab"] = 94;
  Json json = Json::parse(R"({"version":"1.0","truncation":null,"padding":null,"normalizer":null,
    "added_tokens":[{"id":95,"content":"</s>","single_word":false,"lstrip":false,"rstrip":false,"normalized":false,"special":true}],
    "pre_tokenizer":{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":true},
    "post_processor":null,"decoder":{"type":"ByteLevel","add_prefix_space":true,"trim_offsets":true,"use_regex":true},
    "model":{"type":"BPE","dropout":null,"unk_token":null,"continuing_subword_prefix":null,"end_of_word_suffix":null,
    "fuse_unk":false,"byte_fallback":false,"ignore_merges":false,"merges":[["a","b"]]}})")
                  .value();
  json["model"]["vocab"] = vocabulary;
  return Tokenizer::parse(json.dump(), "test");
}

constexpr size_t kVocabulary = 97;

// Feeds a stream logits that leave it no choice.
GeneratedToken give(GenerationStream& stream, uint32_t id) {
  std::vector<float> logits(kVocabulary, -50.0F);
  logits[id] = 0.0F;
  return stream.next(logits);
}

uint32_t id_of(char c) {
  return static_cast<uint32_t>(c - '!');
}

GenerationStream make_stream(GenerateOptions options) {
  options.sampling.temperature = 0;
  return GenerationStream(std::move(options), small_tokenizer(), {95});
}

TEST(GenerationStream, GivesTextAsItComes) {
  GenerationStream stream = make_stream({.max_tokens = 3});
  EXPECT_EQ(give(stream, id_of('h')).text, "h");
  EXPECT_EQ(give(stream, 94).text, "ab");
  EXPECT_FALSE(stream.finished());
  EXPECT_EQ(give(stream, id_of('!')).text, "!");
  EXPECT_EQ(stream.reason(), FinishReason::kLength);
  EXPECT_EQ(stream.text(), "hab!");
}

TEST(GenerationStream, EndTokenEndsWithoutText) {
  GenerationStream stream = make_stream({});
  give(stream, id_of('x'));
  EXPECT_EQ(give(stream, 95).text, "");
  EXPECT_EQ(stream.reason(), FinishReason::kStop);
  EXPECT_EQ(stream.text(), "x");

  GenerateOptions on;
  on.ignore_eos = true;
  GenerationStream further = make_stream(on);
  give(further, 95);
  EXPECT_FALSE(further.finished());

  GenerateOptions ids;
  ids.stop_ids = {id_of('z')};
  GenerationStream by_id = make_stream(ids);
  give(by_id, id_of('z'));
  EXPECT_EQ(by_id.reason(), FinishReason::kStop);
  EXPECT_EQ(by_id.text(), "");
}

// What might begin a stop string is held back until it is certain; nothing of a stop string is ever shown.
TEST(GenerationStream, StopStringsAcrossTokens) {
  GenerateOptions options;
  options.stop = {"abc", "zz"};
  GenerationStream stream = make_stream(options);
  EXPECT_EQ(give(stream, id_of('q')).text, "q");
  EXPECT_EQ(give(stream, id_of('a')).text, "");
  EXPECT_EQ(give(stream, id_of('a')).text, "a");
  EXPECT_EQ(give(stream, id_of('x')).text, "ax");
  EXPECT_EQ(give(stream, 94).text, "");
  EXPECT_EQ(give(stream, id_of('c')).text, "");
  EXPECT_TRUE(stream.finished());
  EXPECT_EQ(stream.reason(), FinishReason::kStop);
  EXPECT_EQ(stream.stop_string(), "abc");
  EXPECT_EQ(stream.text(), "qaax");
}

TEST(GenerationStream, HeldTextComesOutAtTheEnd) {
  GenerateOptions options;
  options.max_tokens = 2;
  options.stop = {"abc"};
  GenerationStream stream = make_stream(options);
  give(stream, id_of('x'));
  EXPECT_EQ(give(stream, 94).text, "ab");
  EXPECT_EQ(stream.reason(), FinishReason::kLength);
}

TEST(GenerationStream, AdjustLogitsSeesEveryStep) {
  GenerateOptions options;
  int calls = 0;
  options.adjust_logits = [&](std::span<float> logits) {
    ++calls;
    logits[id_of('x')] = -1e9F;
  };
  GenerationStream stream = make_stream(options);
  EXPECT_NE(give(stream, id_of('x')).id, id_of('x'));
  EXPECT_EQ(calls, 1);
}

TEST(GenerationStream, StopStringsNeedATokenizer) {
  GenerateOptions options;
  options.stop = {"x"};
  EXPECT_THROW(GenerationStream(options, std::nullopt, {}), UserError);
}

class GeneratorTest : public testing::Test {
 protected:
  ThreadPool pool_{2};
  TinyModel tiny_;
  std::shared_ptr<const Model> model_ = Model::load(tiny_.path(), pool_);
};

TEST_F(GeneratorTest, GreedyFollowsTheLargestLogit) {
  const Generator generator(model_, std::nullopt);
  GenerateOptions options;
  options.max_tokens = 12;
  options.sampling.temperature = 0;
  options.ignore_eos = true;
  const auto prompt = random_ids(9, 97);
  const Generation got = generator.generate(prompt, options);
  ASSERT_EQ(got.ids.size(), 12U);
  EXPECT_EQ(got.prompt_tokens, 9);
  EXPECT_EQ(got.reason, FinishReason::kLength);
  std::vector<uint32_t> all = prompt;
  for (size_t i = 0; i < got.ids.size(); ++i) {
    Sequence sequence = model_->new_sequence();
    const auto logits = model_->prefill(sequence, all);
    const auto best = static_cast<uint32_t>(std::max_element(logits.begin(), logits.end()) - logits.begin());
    ASSERT_EQ(got.ids[i], best);
    ASSERT_NEAR(got.logprobs[i], log_probability(logits, best), 1e-4);
    all.push_back(best);
  }
}

TEST_F(GeneratorTest, SameSeedSameTokens) {
  const Generator generator(model_, std::nullopt);
  GenerateOptions options;
  options.max_tokens = 40;
  options.sampling.seed = 4;
  options.ignore_eos = true;
  const auto prompt = random_ids(4, 97);
  const auto first = generator.generate(prompt, options).ids;
  EXPECT_EQ(generator.generate(prompt, options).ids, first);
  options.sampling.seed = 5;
  EXPECT_NE(generator.generate(prompt, options).ids, first);
}

TEST_F(GeneratorTest, CallbackAndFlagCancel) {
  const Generator generator(model_, std::nullopt);
  GenerateOptions options;
  options.max_tokens = 40;
  options.ignore_eos = true;
  Sequence sequence = model_->new_sequence();
  int seen = 0;
  const auto stopped =
      generator.generate(sequence, random_ids(4, 97), options, [&](const GeneratedToken&) { return ++seen < 3; });
  EXPECT_EQ(stopped.reason, FinishReason::kCancelled);
  EXPECT_EQ(stopped.ids.size(), 3U);
  Sequence other = model_->new_sequence();
  const std::atomic<bool> cancel{true};
  const auto flagged =
      generator.generate(other, random_ids(4, 97), options, [](const GeneratedToken&) { return true; }, &cancel);
  EXPECT_EQ(flagged.reason, FinishReason::kCancelled);
}

TEST_F(GeneratorTest, LeavesOutTheEndToken) {
  const Generator generator(model_, std::nullopt);
  GenerateOptions options;
  options.max_tokens = 40;
  const auto prompt = random_ids(4, 97);
  options.adjust_logits = [](std::span<float> logits) { logits[2] = 1e6F; };
  const auto got = generator.generate(prompt, options);
  EXPECT_EQ(got.reason, FinishReason::kStop);
  EXPECT_TRUE(got.ids.empty());
  EXPECT_TRUE(got.logprobs.empty());
}

TEST_F(GeneratorTest, TextNeedsATokenizer) {
  const Generator without(model_);
  EXPECT_FALSE(without.tokenizer().has_value());
  EXPECT_THROW(without.generate(std::string("hi"), {}), UserError);
  const Generator with(model_, small_tokenizer());
  GenerateOptions options;
  options.max_tokens = 5;
  options.sampling.temperature = 0;
  options.ignore_eos = true;
  const auto got = with.generate(std::string("abc"), options);
  EXPECT_EQ(got.prompt_tokens, 2);
  EXPECT_EQ(got.text, with.tokenizer()->decode(got.ids, true));
}

}  // namespace
}  // namespace smelt::serve
