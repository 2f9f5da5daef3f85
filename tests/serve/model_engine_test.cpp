// The whole way from HTTP to a model on disk, against the engine used directly.
#include "serve/http/model_engine.h"

#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "raw_http.h"
#include "serve/http/server.h"
#include "tiny_chat_model.h"

namespace smelt::serve {
namespace {

ServeOptions with_chunk(int64_t chunk, int64_t cache_mb = 512) {
  ServeOptions options;
  options.port = 0;
  options.prefill_chunk = chunk;
  options.prefix_cache_mb = cache_mb;
  return options;
}

// Answers to a prompt, one token at a time on an own sequence: what the scheduler must give whatever runs beside it.
Generation alone(const TinyChatModel& tiny, const std::string& prompt, int64_t tokens, int64_t seed) {
  SerialExecutor serial;
  const Generator generator(Model::load(tiny.path(), serial));
  GenerateOptions options;
  options.max_tokens = tokens;
  options.sampling.seed = seed;
  return generator.generate(prompt, options);
}

struct Collected {
  std::vector<uint32_t> ids;
  std::string text;
  FinishReason reason = FinishReason::kNone;
};

Collected collect(EventQueue& events) {
  Collected out;
  while (out.reason == FinishReason::kNone) {
    const std::optional<TextEvent> event = events.pop(std::chrono::milliseconds(5000));
    if (!event || event->kind == TextEvent::Kind::kFailed) {
      ADD_FAILURE() << (event ? event->error : "nothing came");
      return out;
    }
    if (event->kind == TextEvent::Kind::kToken) {
      out.text += event->token.text;
      if (!event->is_end) {
        out.ids.push_back(event->token.id);
      }
    }
    out.reason = event->kind == TextEvent::Kind::kEnd ? event->reason : out.reason;
  }
  return out;
}

TextRequest request(TextEngine& engine, const std::string& prompt, int64_t tokens, int64_t seed) {
  TextRequest out;
  out.prompt = engine.encode(prompt);
  out.options.max_tokens = tokens;
  out.options.sampling.seed = seed;
  return out;
}

TEST(ModelEngineTest, AnswersDoNotDependOnWhatRunsBeside) {
  const TinyChatModel tiny;
  ThreadPool pool(2);
  ServeOptions options = with_chunk(16);
  options.max_batch = 3;
  const auto engine = ModelEngine::open(tiny.path(), pool, options);
  std::vector<std::shared_ptr<EventQueue>> queues;
  std::vector<std::unique_ptr<Ticket>> tickets;
  for (int i = 0; i < 7; ++i) {
    queues.push_back(std::make_shared<EventQueue>());
    tickets.push_back(engine
                          ->start(request(*engine, std::string(static_cast<size_t>(5 + 11 * i), 'x') + "abc", 20, i),
                                  queues.back(), 0)
                          .value());
  }
  for (int i = 0; i < 7; ++i) {
    const Collected got = collect(*queues[static_cast<size_t>(i)]);
    const Generation expected = alone(tiny, std::string(static_cast<size_t>(5 + 11 * i), 'x') + "abc", 20, i);
    EXPECT_EQ(got.ids, expected.ids) << i;
    EXPECT_EQ(got.text, expected.text) << i;
    EXPECT_EQ(got.reason, expected.reason) << i;
  }
}

TEST(ModelEngineTest, PrefixCacheChangesNoToken) {
  const TinyChatModel tiny;
  ThreadPool pool(1);
  const auto cached = ModelEngine::open(tiny.path(), pool, with_chunk(16));
  const auto plain = ModelEngine::open(tiny.path(), pool, with_chunk(16, 0));
  std::string prompt = "It was a long conversation about nothing in particular, ";
  for (int turn = 0; turn < 4; ++turn) {
    auto events = std::make_shared<EventQueue>();
    auto ticket = cached->start(request(*cached, prompt, 30, turn), events, 0).value();
    const Collected one = collect(*events);
    events = std::make_shared<EventQueue>();
    ticket = plain->start(request(*plain, prompt, 30, turn), events, 0).value();
    const Collected two = collect(*events);
    EXPECT_EQ(one.ids, two.ids);
    prompt += "and so on";
  }
  EXPECT_GE(cached->load().prefix_hits, 3 * 48);
  EXPECT_EQ(plain->load().prefix_hits, 0);
}

TEST(ModelEngineTest, CancelledAnswersMakeRoom) {
  const TinyChatModel tiny(100000);
  ThreadPool pool(1);
  ServeOptions options = with_chunk(16);
  options.max_batch = 1;
  options.max_queue = 1;
  const auto engine = ModelEngine::open(tiny.path(), pool, options);
  const auto endless = [&] {
    TextRequest out = request(*engine, "abc", 90000, 1);
    out.options.ignore_eos = true;
    return out;
  };
  const auto events = std::make_shared<EventQueue>();
  auto first = engine->start(endless(), events, 0).value();
  ASSERT_TRUE(events->pop(std::chrono::milliseconds(5000)));
  const auto waiting = std::make_shared<EventQueue>();
  auto second = engine->start(endless(), waiting, 0).value();
  EXPECT_EQ(engine->start(endless(), waiting, 1).reject().reason, "queue_full");
  first.reset();
  EXPECT_EQ(collect(*events).reason, FinishReason::kCancelled);
  EXPECT_TRUE(waiting->pop(std::chrono::milliseconds(5000)));
  second->cancel();
  EXPECT_EQ(collect(*waiting).reason, FinishReason::kCancelled);
}

TEST(ModelEngineTest, ServesCompletionsThatTheEngineGives) {
  const TinyChatModel tiny;
  ThreadPool pool(1);
  Server server(ModelEngine::open(tiny.path(), pool, with_chunk(128)), with_chunk(128));
  server.start();
  const Json body =
      http(server.port(), "POST", "/v1/completions", R"({"prompt":"The server","max_tokens":24,"seed":5})").json();
  const Generation expected = alone(tiny, "The server", 24, 5);
  EXPECT_EQ(body.at("choices").as_array().at(0).at("text").as_string(), expected.text);
  EXPECT_EQ(body.at("usage").at("prompt_tokens").as_int(), 10);
  const bool ended = expected.reason == FinishReason::kStop;
  EXPECT_EQ(body.at("usage").at("completion_tokens").as_int(),
            static_cast<int64_t>(expected.ids.size()) + (ended ? 1 : 0));
  const Json chat = http(server.port(), "POST", "/v1/chat/completions",
                         R"({"messages":[{"role":"user","content":"The server"}],"max_tokens":24,"seed":5})")
                        .json();
  EXPECT_EQ(chat.at("choices").as_array().at(0).at("message").at("content").as_string(), expected.text);
  const Json models = http(server.port(), "GET", "/v1/models", "").json();
  EXPECT_TRUE(models.at("data").as_array().at(0).at("base_model").as_bool());
  EXPECT_EQ(models.at("data").as_array().at(0).at("max_model_len").as_int(), 512);
}

TEST(ModelEngineTest, RefusesTokenizersWithMoreTokensThanTheModel) {
  ModelConfig config = tiny_config();
  const TinyModel tiny(config);
  write_byte_tokenizer(tiny.path());
  ThreadPool pool(1);
  try {
    ModelEngine::open(tiny.path(), pool, with_chunk(16));
    FAIL();
  } catch (const UserError& error) {
    EXPECT_EQ(error.code(), ExitCode::kInput);
    EXPECT_THAT(error.what(), testing::HasSubstr("257 tokens, the model 97"));
  }
}

}  // namespace
}  // namespace smelt::serve
