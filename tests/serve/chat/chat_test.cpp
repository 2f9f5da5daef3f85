// The chat driven by scripts, with a small model behind it.
#include "serve/chat/chat.h"

#include <deque>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/rng.h"
#include "serve/tiny_chat_model.h"
#include "support/temporary_directory.h"

namespace smelt::serve {
namespace {

using testing::HasSubstr;

// Hands over the lines of a script and keeps what is written. A line "^C" is Ctrl-C at the prompt.
class ScriptedTerminal : public ChatTerminal {
 public:
  ScriptedTerminal(bool interactive, std::deque<std::string> lines)
      : interactive_(interactive), lines_(std::move(lines)) {}

  bool is_interactive() const override { return interactive_; }
  ChatInput read() override {
    if (lines_.empty()) {
      return {};
    }
    const std::string line = lines_.front();
    lines_.pop_front();
    answers.emplace_back();
    return line == "^C" ? ChatInput{ChatInput::Kind::kInterrupt, {}} : ChatInput{ChatInput::Kind::kMessage, line};
  }
  void write(std::string_view text) override {
    answers.back() += text;
    interrupted_ = interrupted_ || ++writes_ == interrupt_at;
  }
  void notice(const std::string& text) override { notices += text + "\n"; }
  bool is_interrupted() override { return interrupted_; }
  void forget_interrupt() override { interrupted_ = false; }

  std::vector<std::string> answers;  // what was written after each line of the script
  std::string notices;
  int interrupt_at = -1;  // Ctrl-C while the answer's n-th piece is written
  bool at_end() const { return lines_.empty(); }

 private:
  bool interactive_;
  std::deque<std::string> lines_;
  bool interrupted_ = false;
  int writes_ = 0;
};

struct Talk {
  explicit Talk(const TinyChatModel& tiny) : dialogue(Model::load(tiny.path(), serial), ChatFormat::load(tiny.path())) {
    options.generate.max_tokens = 12;
    options.generate.ignore_eos = true;
    options.generate.skip_special = true;
    options.model_name = "tiny";
  }
  ScriptedTerminal& run(bool interactive, std::deque<std::string> lines, int interrupt_at = -1) {
    terminal = std::make_unique<ScriptedTerminal>(interactive, std::move(lines));
    terminal->interrupt_at = interrupt_at;
    Chat(dialogue, options, *terminal).run();
    return *terminal;
  }

  SerialExecutor serial;
  Dialogue dialogue;
  ChatOptions options;
  std::unique_ptr<ScriptedTerminal> terminal;
};

// The n-th answer of a chat, by the generator on an empty sequence.
std::string fresh_answer(const TinyChatModel& tiny, const Json& messages, uint64_t number, const ChatOptions& options) {
  SerialExecutor serial;
  const auto model = Model::load(tiny.path(), serial);
  const Generator generator(model);
  GenerateOptions generate = options.generate;
  generate.sampling.seed = static_cast<int64_t>(
      Rng(static_cast<uint64_t>(options.generate.sampling.seed), "serve/chat", number).u64() >> 1U);
  const std::vector<uint32_t> ids = ChatFormat::load(tiny.path()).encode(messages).value();
  return generator.generate(ids, generate).text;
}

Json message(const char* role, const std::string& content) {
  return Json(Json::Object{{"role", role}, {"content", content}});
}

TEST(Chat, EveryTurnIsTheAnswerToTheWholeConversation) {
  for (const char* chat_template : {static_cast<const char*>(nullptr), kTurnTemplate}) {
    const TinyChatModel tiny(512, chat_template);
    Talk talk(tiny);
    const auto& answers = talk.run(false, {"The server", "and then", "", "the end"}).answers;
    ASSERT_EQ(answers.size(), 4U);
    Json messages = Json::array();
    const std::vector<std::string> said = {"The server", "and then", "the end"};
    const std::vector<std::string> got = {answers[0], answers[1], answers[3]};
    for (size_t i = 0; i < said.size(); ++i) {
      messages.push_back(message("user", said[i]));
      const std::string expected = fresh_answer(tiny, messages, i, talk.options);
      EXPECT_EQ(got[i], expected + "\n");
      messages.push_back(message("assistant", expected));
    }
    EXPECT_EQ(talk.dialogue.messages(), messages);
    EXPECT_EQ(talk.terminal->notices, "");
  }
}

TEST(Chat, TurnsTakeInOnlyWhatIsNew) {
  const TinyChatModel tiny(4096);
  Talk talk(tiny);
  const auto nothing = [](std::string_view) {};
  const auto never = [] { return false; };
  const Dialogue::Listener listener{nothing, never};
  const Answer first = talk.dialogue.say(std::string(300, 'a'), talk.options.generate, listener).value();
  EXPECT_EQ(first.reused_tokens, 0);
  const Answer again = talk.dialogue.retry(talk.options.generate, listener).value();
  EXPECT_EQ(again.prompt_tokens, 300);
  EXPECT_EQ(again.reused_tokens, 299);
  EXPECT_EQ(again.text, first.text);
  const Answer second = talk.dialogue.say("b", talk.options.generate, listener).value();
  EXPECT_GE(second.reused_tokens, 299);
}

TEST(Chat, PipesGetAnswersAndNothingElse) {
  const TinyChatModel tiny;
  Talk talk(tiny);
  const auto& plain = talk.run(false, {"hello", "/temperature 0", "/reset", "hello", "/exit", "never"});
  EXPECT_EQ(plain.notices, "");
  ASSERT_EQ(plain.answers.size(), 5U);
  EXPECT_TRUE(plain.answers[1].empty() && plain.answers[2].empty() && plain.answers[4].empty());
  talk.options.json = true;
  talk.dialogue.reset();
  const auto& json = talk.run(false, {"hello"});
  const Json line = Json::parse(json.answers[0]).value();
  EXPECT_EQ(line.at("prompt_tokens").as_int(), 5);
  EXPECT_EQ(line.at("answer_tokens").as_int(), 12);
  EXPECT_EQ(line.at("finish_reason").as_string(), "length");
}

TEST(Chat, MistakesOverAPipeEndItAndNameTheMessage) {
  const TinyChatModel tiny;
  struct Mistake {
    std::string line;
    ExitCode code;
    std::string says;
  };
  for (const Mistake& mistake :
       {Mistake{"/tempreature 1", ExitCode::kUsage, "did you mean '/temperature'?"},
        Mistake{"/temp 1", ExitCode::kUsage, "did you mean '/temperature'?"},
        Mistake{"/top-p 7", ExitCode::kUsage, "at most 1"},
        Mistake{"/max-tokens 1.5", ExitCode::kUsage, "whole number"},
        Mistake{"/max-tokens", ExitCode::kUsage, "whole number"}, Mistake{"/save", ExitCode::kUsage, "name of a file"},
        Mistake{"/retry", ExitCode::kInput, "no answer"},
        Mistake{std::string(600, 'x'), ExitCode::kInput, "600 tokens, but the model takes 512"}}) {
    Talk talk(tiny);
    try {
      talk.run(false, {"", mistake.line});
      ADD_FAILURE() << mistake.line;
    } catch (const UserError& error) {
      EXPECT_EQ(error.code(), mistake.code) << mistake.line;
      EXPECT_THAT(error.what(), HasSubstr("message 2: "));
      EXPECT_THAT(error.what(), HasSubstr(mistake.says));
    }
  }
}

TEST(Chat, PeopleAreToldAndGoOn) {
  const TinyChatModel tiny;
  Talk talk(tiny);
  const auto& terminal =
      talk.run(true, {"/hepl", "/help", "/reset", "/system You are terse.", "hello", "//etc", "/exit"});
  EXPECT_THAT(terminal.notices, HasSubstr("tiny: "));
  EXPECT_THAT(terminal.notices, HasSubstr("base model"));
  EXPECT_THAT(terminal.notices, HasSubstr("did you mean '/help'?"));
  EXPECT_THAT(terminal.notices, HasSubstr("12 tokens"));
  for (const ChatCommand& command : chat_commands()) {
    EXPECT_THAT(terminal.notices, HasSubstr(command.help));
  }
  const Json messages = talk.dialogue.messages();
  EXPECT_EQ(messages.as_array().at(0), message("system", "You are terse."));
  EXPECT_EQ(messages.as_array().at(1), message("user", "hello"));
  EXPECT_EQ(messages.as_array().at(3), message("user", "/etc"));
}

TEST(Chat, CtrlCStopsTheAnswerAndAtThePromptLeaves) {
  const TinyChatModel tiny;
  Talk talk(tiny);
  talk.options.generate.max_tokens = 400;
  const auto& terminal = talk.run(true, {"hello", "/max-tokens 5", "again", "^C", "never"}, 3);
  EXPECT_FALSE(terminal.at_end());
  EXPECT_THAT(terminal.notices, HasSubstr("stopped"));
  EXPECT_THAT(terminal.notices, HasSubstr("5 tokens"));
  // What was said until then is part of the conversation.
  const Json messages = talk.dialogue.messages();
  ASSERT_EQ(messages.size(), 4U);
  EXPECT_EQ(messages.as_array().at(1).at("content").as_string() + "\n", terminal.answers[0]);
}

TEST(Chat, InterruptOverAPipeIsPreemption) {
  const TinyChatModel tiny;
  Talk talk(tiny);
  talk.options.generate.max_tokens = 400;
  try {
    talk.run(false, {"hello", "never"}, 3);
    FAIL();
  } catch (const UserError& error) {
    EXPECT_EQ(error.code(), ExitCode::kPreempted);
  }
  EXPECT_FALSE(talk.terminal->at_end());
}

TEST(Chat, OutgrownConversationsLoseTheirOldestTurns) {
  const TinyChatModel tiny(128);
  Talk talk(tiny);
  talk.options.system = "S";
  const std::string thirty(30, 'x');
  const auto& terminal = talk.run(true, {thirty, thirty, thirty, thirty});
  EXPECT_THAT(terminal.notices, HasSubstr("outgrew 128 tokens: the model no longer sees its oldest 2 messages"));
  EXPECT_EQ(talk.dialogue.messages().size(), 9U);  // all are there to be saved
  for (const std::string& answer : terminal.answers) {
    EXPECT_FALSE(answer.empty());
  }
}

TEST(Chat, SavesTheConversationOnce) {
  const TinyChatModel tiny;
  const TemporaryDirectory dir;
  Talk talk(tiny);
  const std::string text = dir.file("talk.txt");
  const std::string json = dir.file("talk.jsonl");
  const auto& terminal = talk.run(true, {"/save " + text, "hello", "/save " + text, "/save " + text, "/save " + json});
  EXPECT_THAT(terminal.notices, HasSubstr("nothing to save yet"));
  EXPECT_THAT(terminal.notices, HasSubstr("the file is there already"));
  EXPECT_THAT(read_file(text), testing::StartsWith("user:\nhello\n\nassistant:\n"));
  EXPECT_EQ(Json::parse(read_file(json)).value().at("messages"), talk.dialogue.messages());
}

TEST(Chat, PrintableTextControlsNoTerminal) {
  EXPECT_EQ(printable("a\x1b[31mb\x07\r\n\tc\xC2\x9B"
                      "d\xC3\xA9"),
            "a[31mb\n\tcd\xC3\xA9");
}

}  // namespace
}  // namespace smelt::serve
