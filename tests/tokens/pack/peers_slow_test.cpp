// Tokens and masks of conversations beside transformers 5's, by a template with generation tags.
#include <gtest/gtest.h>

#include "base/files.h"
#include "base/json.h"
#include "base/rng.h"
#include "base/text.h"
#include "support/run_program.h"
#include "support/test_context.h"
#include "tokens/bpe_trainer.h"
#include "tokens/pack/conversation.h"

namespace smelt {
namespace {

constexpr const char* kTemplate =
    "{% for m in messages %}\n"
    "    {{- '<|im_start|>' + m.role + '\\n' }}\n"
    "    {%- if m.role == 'assistant' %}\n"
    "        {%- generation %}\n"
    "        {{- m.content + '<|im_end|>' }}\n"
    "        {%- endgeneration %}\n"
    "    {%- else %}{{- m.content + '<|im_end|>' }}{%- endif %}\n"
    "    {{- '\\n' }}\n"
    "{%- endfor %}\n";

std::string random_content(Rng& rng) {
  static const char* const kPieces[] = {"word",        " another",          "\n", "  ",  "1234",
                                        "caf\xC3\xA9", " \xF0\x9F\x98\x80", "!?", "\n\n"};
  std::string out = "a";
  for (uint64_t n = rng.below(12); n > 0; --n) {
    out += kPieces[rng.below(std::size(kPieces))];
  }
  return out + "b";
}

TEST(Conversations, HaveTheIdsAndMasksOfTransformers) {
  const std::string python = SMELT_PEERS "/bin/python";
  if (!path_exists(python)) {
    GTEST_SKIP() << "no peers";
  }
  const TemporaryDirectory dir;
  const TestContext context(1);
  TokenizerOptions options;
  options.vocab_size = 400;
  make_directories(dir.file("tokenizer"));
  bool given = false;
  const TrainedTokenizer trained = train_tokenizer(context.get(), options, [&]() -> std::optional<std::string> {
    return std::exchange(given, true)
               ? std::nullopt
               : std::optional<std::string>("word another user assistant word 1234 another caf\xC3\xA9");
  });
  write_tokenizer(trained, options, dir.file("tokenizer"));
  write_file(dir.file("tokenizer/chat_template.jinja"), kTemplate);
  std::string lines;
  for (uint64_t i = 0; i < 200; ++i) {
    Rng rng(1, "test/conversations", i);
    Json row = Json::object();
    row["messages"] = Json::array();
    for (uint64_t turns = 2 + rng.below(5), t = 0; t < turns; ++t) {
      Json message = Json::object();
      message["role"] = t % 2 == 0 ? "user" : "assistant";
      message["content"] = random_content(rng);
      row["messages"].push_back(std::move(message));
    }
    lines += row.dump() + "\n";
  }
  write_file(dir.file("chats.jsonl"), lines);
  const ProgramResult peer = run_words(
      {python, SMELT_SOURCE_DIR "/tests/tokens/pack/peer.py", dir.file("tokenizer"), dir.file("chats.jsonl")});
  if (peer.exit_code == 77) {
    GTEST_SKIP() << peer.err;
  }
  ASSERT_EQ(peer.exit_code, 0) << peer.err;
  const ConversationEncoder encoder(Tokenizer::load(dir.file("tokenizer")), dir.file("tokenizer"), {});
  const auto own = split(lines, '\n');
  const auto theirs = split(peer.out, '\n');
  ASSERT_EQ(own.size(), theirs.size());
  for (size_t i = 0; i + 1 < own.size(); ++i) {
    const Result<Conversation> conversation = encoder.encode(own[i]);
    ASSERT_TRUE(conversation.ok()) << conversation.reject().detail;
    const Json expected = Json::parse(theirs[i]).value();
    ASSERT_EQ(conversation.value().ids.size(), expected.at("ids").size()) << own[i];
    for (size_t t = 0; t < conversation.value().ids.size(); ++t) {
      ASSERT_EQ(conversation.value().ids[t], expected.at("ids").as_array()[t].as_int()) << own[i];
      ASSERT_EQ(conversation.value().trained[t], expected.at("mask").as_array()[t].as_int()) << own[i] << t;
    }
  }
}

}  // namespace
}  // namespace smelt
