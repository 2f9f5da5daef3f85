// `smelt serve` and `smelt chat` as processes: ready, answering, ending, and their mistakes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json.h"
#include "base/text.h"
#include "serve/raw_http.h"
#include "serve/tiny_chat_model.h"
#include "support/run_program.h"

namespace smelt {
namespace {

using serve::TinyChatModel;
using testing::HasSubstr;

// `smelt serve` on a free port, once it is ready.
class ServerProcess {
 public:
  explicit ServerProcess(const std::string& model, std::vector<std::string> more = {}) {
    std::vector<std::string> words = {SMELT_BINARY, "serve", model, "--port", "0", "--json", "--threads", "1"};
    words.insert(words.end(), more.begin(), more.end());
    child = std::make_unique<ChildProgram>(words);
    for (int i = 0; i < 500 && child->out().find('\n') == std::string::npos; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    const Result<Json> ready = Json::parse(child->out());
    if (ready.ok()) {
      port = static_cast<int>(Result<Json>(ready)->at("port").as_int());
    }
  }
  std::unique_ptr<ChildProgram> child;
  int port = 0;
};

constexpr const char* kChat = R"({"messages":[{"role":"user","content":"The server"}],"max_tokens":9,"stream":true,)"
                              R"("ignore_eos":true,"stream_options":{"include_usage":true}})";

TEST(Serving, StreamsAnAnswerAndEndsOnSignals) {
  const TinyChatModel model;
  for (const int number : {SIGINT, SIGTERM}) {
    const ServerProcess server(model.path());
    ASSERT_GT(server.port, 0) << server.child->err();
    const auto events = serve::sse_events(serve::http(server.port, "POST", "/v1/chat/completions", kChat).body);
    ASSERT_GE(events.size(), 3U);
    EXPECT_EQ(events.back(), "[DONE]");
    const Json usage = Json::parse(events[events.size() - 2]).value().at("usage");
    EXPECT_EQ(usage.at("prompt_tokens").as_int(), 10);
    EXPECT_EQ(usage.at("completion_tokens").as_int(), 9);
    EXPECT_EQ(usage.at("total_tokens").as_int(), 19);
    EXPECT_EQ(serve::http(server.port, "GET", "/health").status, 200);
    EXPECT_THAT(serve::http(server.port, "GET", "/").body, HasSubstr("<title>"));
    server.child->signal(number);
    EXPECT_EQ(server.child->finish().exit_code, 0);
  }
}

TEST(Serving, RunningAnswersFinishBeforeTheEnd) {
  const TinyChatModel model(100000);
  const ServerProcess server(model.path());
  serve::RawConnection client(server.port);
  client.send(serve::http_message("POST", "/v1/completions",
                                  R"({"prompt":"a","max_tokens":2000,"stream":true,"ignore_eos":true})"));
  ASSERT_TRUE(client.await_answer());
  server.child->signal(SIGTERM);
  const serve::RawResponse answer = client.read_response();
  ASSERT_TRUE(answer.complete);
  EXPECT_EQ(serve::sse_events(answer.body).back(), "[DONE]");
  EXPECT_EQ(server.child->finish().exit_code, 0);
}

TEST(Serving, SaysHowToTryIt) {
  const TinyChatModel model;
  ChildProgram child({SMELT_BINARY, "serve", model.path(), "--port", "0", "--name", "small", "--api-key", "k"});
  for (int i = 0; i < 500 && child.out().find("Ctrl-C") == std::string::npos; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  EXPECT_THAT(child.out(), HasSubstr("small is ready at http://127.0.0.1:"));
  EXPECT_THAT(child.out(), HasSubstr("curl -N http://127.0.0.1:"));
  EXPECT_THAT(child.out(), HasSubstr("Authorization: Bearer"));
  EXPECT_THAT(child.out(), HasSubstr("base model"));
  child.signal(SIGINT);
  EXPECT_EQ(child.finish().exit_code, 0);
}

void expect_mistake(const std::vector<std::string>& arguments, int exit_code, const std::string& says) {
  const ProgramResult result = run_smelt(arguments, "", "hello\n");
  EXPECT_EQ(result.exit_code, exit_code) << result.err;
  EXPECT_THAT(result.err, HasSubstr(says));
  EXPECT_EQ(split(trim(result.err), '\n').size(), 1U) << result.err;
  EXPECT_EQ(result.out, "");
}

TEST(Serving, MistakesAreOneLineWithTheCure) {
  const TinyChatModel model;
  const ServerProcess server(model.path());
  expect_mistake({"serve", model.path(), "--port", std::to_string(server.port)}, 4, "already in use");
  expect_mistake({"serve", model.path(), "--port", "70000"}, 2, "--port");
  expect_mistake({"serve", model.path(), "--max-batch", "0"}, 2, "--max-batch");
  expect_mistake({"serve", "nowhere"}, 3, "nowhere");
  expect_mistake({"chat", "nowhere"}, 3, "nowhere");
  expect_mistake({"chat", model.path(), "--top-p", "3"}, 2, "--top-p");
  const serve::TinyModel bare;
  expect_mistake({"serve", bare.path(), "--port", "0"}, 3, "has no tokenizer");
  expect_mistake({"chat", bare.path()}, 3, "has no tokenizer");
}

TEST(Serving, BrokenWeightsAreAnErrorThatNamesTheFile) {
  const TinyChatModel model;
  const std::string path = model.path() + "/model.safetensors";
  const std::string whole = read_file(path);
  write_file(path, whole.substr(0, whole.size() / 2));
  expect_mistake({"serve", model.path(), "--port", "0"}, 3, "model.safetensors");
  std::string flipped = whole;
  flipped[9] = static_cast<char>(flipped[9] ^ 0x40);
  write_file(path, flipped);
  expect_mistake({"chat", model.path()}, 3, "model.safetensors");
  flipped = whole;
  flipped[0] = '\xFF';
  flipped[6] = '\x7F';
  write_file(path, flipped);
  expect_mistake({"chat", model.path()}, 3, "model.safetensors");
}

TEST(Serving, ChatOverAPipeAnswersEveryLine) {
  const TinyChatModel model;
  const std::vector<std::string> words = {"chat", model.path(), "--max-tokens", "8", "--json", "--threads", "1"};
  const ProgramResult one = run_smelt(words, "", "The server\n/temperature 0\nand then");
  EXPECT_EQ(one.exit_code, 0) << one.err;
  EXPECT_EQ(one.err, "");
  EXPECT_EQ(split(trim(one.out), '\n').size(), 2U) << one.out;
  EXPECT_EQ(run_smelt(words, "", "The server\n/temperature 0\nand then").out, one.out);
  const ProgramResult bad = run_smelt({"chat", model.path()}, "", "\n/temprature 3\n");
  EXPECT_EQ(bad.exit_code, 2);
  EXPECT_THAT(bad.err, HasSubstr("message 2: no command '/temprature'; did you mean '/temperature'?"));
}

}  // namespace
}  // namespace smelt
