// The API over a real socket: what is answered, and how it is framed.
#include <thread>

#include <gtest/gtest.h>

#include "fake_text_engine.h"
#include "raw_http.h"
#include "serve/http/server.h"

namespace smelt::serve {
namespace {

const std::string kChatBody = R"({"model":"fake","messages":[{"role":"user","content":"hi"}],"seed":7})";

class Site {
 public:
  explicit Site(FakeSettings settings = {}, ServeOptions options = {})
      : engine(std::make_shared<FakeTextEngine>(settings)) {
    options.port = 0;
    server = std::make_unique<Server>(engine, options);
    server->start();
  }
  RawResponse post(const std::string& path, const std::string& body, const std::string& headers = "") const {
    return http(server->port(), "POST", path, body, headers);
  }
  RawResponse chat(const std::string& body) const { return post("/v1/chat/completions", body); }
  RawResponse complete(const std::string& body) const { return post("/v1/completions", body); }
  RawResponse get(const std::string& path, const std::string& headers = "") const {
    return http(server->port(), "GET", path, "", headers);
  }

  std::shared_ptr<FakeTextEngine> engine;
  std::unique_ptr<Server> server;
};

template <class Condition>
bool wait_until(Condition condition) {
  for (int i = 0; i < 300 && !condition(); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return condition();
}

TEST(HttpApiTest, ListsTheModel) {
  const Site site;
  const RawResponse list = site.get("/v1/models");
  EXPECT_EQ(list.status, 200);
  EXPECT_EQ(list.headers.at("content-type"), "application/json; charset=utf-8");
  EXPECT_EQ(list.json().at("object").as_string(), "list");
  EXPECT_EQ(list.json().at("data").as_array().at(0).at("id").as_string(), "fake");
  EXPECT_EQ(site.get("/v1/models/fake").json().at("object").as_string(), "model");
  EXPECT_EQ(site.get("/v1/models/other").status, 404);
  EXPECT_EQ(site.get("/v1/models/other").error("code"), "model_not_found");
}

TEST(HttpApiTest, AnswersAConversation) {
  const Site site;
  const Json body = site.chat(kChatBody).json();
  EXPECT_EQ(body.at("object").as_string(), "chat.completion");
  EXPECT_TRUE(body.at("id").as_string().starts_with("chatcmpl-"));
  EXPECT_EQ(body.at("model").as_string(), "fake");
  const Json& choice = body.at("choices").as_array().at(0);
  EXPECT_EQ(choice.at("message").at("role").as_string(), "assistant");
  EXPECT_EQ(choice.at("message").at("content").as_string(), "USER:HI\nASSISTANT: #7!");
  EXPECT_EQ(choice.at("finish_reason").as_string(), "stop");
  EXPECT_TRUE(choice.at("logprobs").is_null());
  EXPECT_EQ(body.at("usage").at("prompt_tokens").as_int(), 18);
  EXPECT_EQ(body.at("usage").at("completion_tokens").as_int(), 23);
  EXPECT_EQ(body.at("usage").at("total_tokens").as_int(), 41);
}

TEST(HttpApiTest, JoinsContentPartsAndPassesTemplateArguments) {
  const Site site;
  const Json body =
      site.chat(
              R"({"messages":[{"role":"developer","content":"s"},{"role":"user","content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]}],
      "seed":1,"chat_template_kwargs":{"thinking":true}})")
          .json();
  EXPECT_EQ(body.at("choices").as_array().at(0).at("message").at("content").as_string(),
            "SYSTEM:S\nUSER:AB\nTHINK: #1!");
}

TEST(HttpApiTest, StreamsAConversation) {
  const Site site({.answer = "ab\xC3\xA9\xF0\x9F\x99\x82 \"q\"\n."});
  const RawResponse response = site.chat(
      R"({"model":"fake","messages":[{"role":"user","content":"hi"}],"stream":true,"stream_options":{"include_usage":true}})");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.headers.at("content-type"), "text/event-stream; charset=utf-8");
  EXPECT_TRUE(response.complete);
  const std::vector<std::string> events = sse_events(response.body);
  ASSERT_GE(events.size(), 4U);
  EXPECT_EQ(events.back(), "[DONE]");
  std::string text;
  std::string reason;
  for (size_t i = 0; i + 2 < events.size(); ++i) {
    const Result<Json> parsed = Json::parse(events[i]);
    ASSERT_TRUE(parsed.ok()) << events[i];
    const Json& json = parsed.value();
    EXPECT_EQ(json.at("object").as_string(), "chat.completion.chunk");
    EXPECT_TRUE(json.at("usage").is_null());
    const Json& choice = json.at("choices").as_array().at(0);
    if (i == 0) {
      EXPECT_EQ(choice.at("delta").at("role").as_string(), "assistant");
    }
    text += choice.at("delta").get("content", "");
    reason = choice.at("finish_reason").is_null() ? reason : choice.at("finish_reason").as_string();
  }
  EXPECT_EQ(text, "ab\xC3\xA9\xF0\x9F\x99\x82 \"q\"\n.");
  EXPECT_EQ(reason, "stop");
  const Json usage = *Json::parse(events[events.size() - 2]);
  EXPECT_EQ(usage.at("choices").size(), 0U);
  EXPECT_EQ(usage.at("usage").at("completion_tokens").as_int(), 15);
}

TEST(HttpApiTest, StreamWithoutUsageHasNone) {
  const Site site;
  for (const std::string& event : sse_events(site.complete(R"({"prompt":"a","stream":true,"seed":1})").body)) {
    EXPECT_EQ(event.find("usage"), std::string::npos) << event;
  }
}

TEST(HttpApiTest, StreamedAndWholeAnswersAreTheSame) {
  const Site site;
  for (const char* extra : {"", R"(,"n":3)", R"(,"echo":true)", R"(,"logprobs":2)", R"(,"echo":true,"logprobs":1)",
                            R"(,"stop":"C")", R"(,"max_tokens":3)"}) {
    const std::string head = std::string(R"({"prompt":["abcd","x"],"seed":5,"max_tokens":9)") + extra;
    SCOPED_TRACE(extra);
    if (std::string(extra).find("max_tokens") != std::string::npos) {
      continue;
    }
    const Json whole = site.complete(head + "}").json();
    std::map<int64_t, std::string> texts;
    std::map<int64_t, std::vector<std::string>> tokens;
    std::map<int64_t, std::string> reasons;
    for (const std::string& event : sse_events(site.complete(head + R"(,"stream":true})").body)) {
      if (event == "[DONE]") {
        continue;
      }
      const Json json = *Json::parse(event);
      const Json& choice = json.at("choices").as_array().at(0);
      const int64_t index = choice.at("index").as_int();
      texts[index] += choice.at("text").as_string();
      if (!choice.at("logprobs").is_null()) {
        for (const Json& token : choice.at("logprobs").at("tokens").as_array()) {
          tokens[index].push_back(token.as_string());
        }
      }
      if (!choice.at("finish_reason").is_null()) {
        reasons[index] = choice.at("finish_reason").as_string();
      }
    }
    ASSERT_EQ(texts.size(), whole.at("choices").size());
    for (const Json& choice : whole.at("choices").as_array()) {
      const int64_t index = choice.at("index").as_int();
      EXPECT_EQ(texts[index], choice.at("text").as_string());
      EXPECT_EQ(reasons[index], choice.at("finish_reason").as_string());
      if (!choice.at("logprobs").is_null()) {
        EXPECT_EQ(Json::list(tokens[index]), choice.at("logprobs").at("tokens"));
      }
    }
  }
}

TEST(HttpApiTest, CompletesTextsAndTokenIds) {
  const Site site;
  EXPECT_EQ(site.complete(R"({"prompt":"ab","seed":3})").json().at("choices").as_array().at(0).at("text").as_string(),
            "AB #3!");
  EXPECT_EQ(
      site.complete(R"({"prompt":[97,98],"seed":3})").json().at("choices").as_array().at(0).at("text").as_string(),
      "AB #3!");
  const Json two = site.complete(R"({"prompt":[[97],[98]],"seed":3})").json();
  EXPECT_EQ(two.at("object").as_string(), "text_completion");
  EXPECT_EQ(two.at("choices").as_array().at(0).at("text").as_string(), "A #3!");
  EXPECT_TRUE(two.at("choices").as_array().at(1).at("text").as_string().starts_with("B #"));
  EXPECT_EQ(site.complete(R"({"prompt":[97,98],"seed":3,"echo":true,"max_tokens":0})")
                .json()
                .at("choices")
                .as_array()
                .at(0)
                .at("text")
                .as_string(),
            "ab");
}

TEST(HttpApiTest, LimitsAndStops) {
  const Site site;
  const Json limited = site.complete(R"({"prompt":"abc","max_tokens":2})").json();
  EXPECT_EQ(limited.at("choices").as_array().at(0).at("text").as_string(), "AB");
  EXPECT_EQ(limited.at("choices").as_array().at(0).at("finish_reason").as_string(), "length");
  EXPECT_EQ(limited.at("usage").at("completion_tokens").as_int(), 2);
  const Json stopped = site.complete(R"({"prompt":"abc","stop":["C","zz"]})").json();
  EXPECT_EQ(stopped.at("choices").as_array().at(0).at("text").as_string(), "AB");
  EXPECT_EQ(stopped.at("choices").as_array().at(0).at("finish_reason").as_string(), "stop");
  const Json chat = site.chat(R"({"messages":[{"role":"user","content":"x"}],"max_completion_tokens":4})").json();
  EXPECT_EQ(chat.at("choices").as_array().at(0).at("message").at("content").as_string(), "USER");
}

TEST(HttpApiTest, AnswersNeverOutgrowTheContext) {
  const Site site({.max_context = 40, .endless = true});
  const Json body = site.complete(R"({"prompt":"0123456789","max_tokens":1000})").json();
  EXPECT_EQ(body.at("usage").at("total_tokens").as_int(), 40);
  EXPECT_EQ(site.chat(kChatBody).json().at("usage").at("total_tokens").as_int(), 40);
}

TEST(HttpApiTest, SeedsRepeatAndChoicesDiffer) {
  const Site site;
  const auto texts = [&](const std::string& body) {
    std::vector<std::string> out;
    const Json json = site.complete(body).json();
    for (const Json& choice : json.at("choices").as_array()) {
      out.push_back(choice.at("text").as_string());
    }
    return out;
  };
  const auto seeded = texts(R"({"prompt":"a","seed":9,"n":3,"max_tokens":64})");
  EXPECT_EQ(seeded, texts(R"({"prompt":"a","seed":9,"n":3,"max_tokens":64})"));
  EXPECT_EQ(seeded[0], "A #9!");
  EXPECT_NE(seeded[0], seeded[1]);
  EXPECT_NE(seeded[1], seeded[2]);
  EXPECT_NE(texts(R"({"prompt":"a","max_tokens":64})"), texts(R"({"prompt":"a","max_tokens":64})"));
}

TEST(HttpApiTest, GivesLogProbabilities) {
  const Site site({.answer = "b"});
  const Json chat =
      site.chat(R"({"messages":[{"role":"user","content":"x"}],"logprobs":true,"top_logprobs":2})").json();
  const Json content = chat.at("choices").as_array().at(0).at("logprobs").at("content");
  ASSERT_EQ(content.size(), 1U);
  EXPECT_EQ(content.as_array()[0].at("token").as_string(), "b");
  EXPECT_NEAR(content.as_array()[0].at("logprob").as_double(), -0.98, 1e-6);
  EXPECT_EQ(content.as_array()[0].at("bytes").dump(), "[98]");
  EXPECT_EQ(content.as_array()[0].at("top_logprobs").size(), 2U);
  const Json plain = site.complete(R"({"prompt":"ax","logprobs":1,"echo":true})").json();
  const Json logprobs = plain.at("choices").as_array().at(0).at("logprobs");
  EXPECT_EQ(logprobs.at("tokens").dump(), R"(["a","x","b"])");
  EXPECT_TRUE(logprobs.at("token_logprobs").as_array()[0].is_null());
  EXPECT_NEAR(logprobs.at("token_logprobs").as_array()[2].as_double(), -0.98, 1e-6);
  EXPECT_EQ(logprobs.at("text_offset").dump(), "[0,1,2]");
  EXPECT_EQ(logprobs.at("top_logprobs").as_array()[1].dump(), R"({"x":-1.0})");
}

TEST(HttpApiTest, ServesThePageHealthAndMetrics) {
  const Site site;
  const RawResponse page = site.get("/");
  EXPECT_EQ(page.status, 200);
  EXPECT_EQ(page.headers.at("content-type"), "text/html; charset=utf-8");
  EXPECT_NE(page.body.find("<!doctype html>"), std::string::npos);
  EXPECT_EQ(page.body.find("http://"), std::string::npos) << "the page must not load anything from elsewhere";
  EXPECT_EQ(page.body.find("https://"), std::string::npos);
  EXPECT_EQ(site.get("/health").json().at("status").as_string(), "ok");
  site.engine->is_ready = false;
  EXPECT_EQ(site.get("/health").status, 503);
  EXPECT_EQ(site.chat(kChatBody).status, 503);
  site.engine->is_ready = true;
  site.chat(kChatBody);
  const std::string metrics = site.get("/metrics").body;
  EXPECT_NE(metrics.find("smelt_http_requests_total{endpoint=\"/v1/chat/completions\",status=\"200\"} 1\n"),
            std::string::npos)
      << metrics;
  EXPECT_NE(metrics.find("smelt_generation_tokens_total 23\n"), std::string::npos) << metrics;
  EXPECT_NE(metrics.find("smelt_time_to_first_token_seconds_count 1\n"), std::string::npos);
  EXPECT_NE(metrics.find("smelt_e2e_request_latency_seconds_bucket{le=\"+Inf\"} 1\n"), std::string::npos);
  EXPECT_NE(metrics.find("smelt_num_requests_running "), std::string::npos);
}

TEST(HttpApiTest, CrossOriginRequests) {
  const Site site;
  const RawResponse preflight = http(site.server->port(), "OPTIONS", "/v1/chat/completions", "",
                                     "Origin: http://a.example\r\nAccess-Control-Request-Method: POST\r\n");
  EXPECT_EQ(preflight.status, 204);
  EXPECT_EQ(preflight.headers.at("access-control-allow-origin"), "*");
  EXPECT_NE(preflight.headers.at("access-control-allow-methods").find("POST"), std::string::npos);
  EXPECT_NE(preflight.headers.at("access-control-allow-headers").find("Authorization"), std::string::npos);
  EXPECT_EQ(site.get("/v1/models").headers.at("access-control-allow-origin"), "*");
}

TEST(HttpApiTest, KeysAreChecked) {
  ServeOptions options;
  options.api_key = "secret";
  const Site site({}, options);
  EXPECT_EQ(site.get("/v1/models").status, 401);
  EXPECT_EQ(site.get("/v1/models").error("code"), "invalid_api_key");
  EXPECT_EQ(site.get("/v1/models", "Authorization: Bearer secre\r\n").status, 401);
  EXPECT_EQ(site.get("/v1/models", "Authorization: Bearer secretx\r\n").status, 401);
  EXPECT_EQ(site.get("/v1/models", "Authorization: Bearer secret\r\n").status, 200);
  EXPECT_EQ(site.get("/health").status, 200);
}

TEST(HttpApiTest, ConnectionsAreKept) {
  const Site site;
  RawConnection connection(site.server->port());
  for (int i = 0; i < 3; ++i) {
    connection.send("POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Length: " +
                    std::to_string(kChatBody.size()) + "\r\n\r\n" + kChatBody);
    EXPECT_EQ(connection.read_response().status, 200);
    connection.send("GET /health HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_EQ(connection.read_response().status, 200);
  }
}

TEST(HttpApiTest, ManyClientsAtOnce) {
  const Site site({.token_delay = std::chrono::milliseconds(1)});
  std::vector<std::thread> clients;
  std::atomic<int> right{0};
  for (int i = 0; i < 24; ++i) {
    clients.emplace_back([&, i] {
      const std::string stream = i % 2 == 0 ? "true" : "false";
      const RawResponse response =
          site.complete(R"({"prompt":"p)" + std::to_string(i) + R"(","max_tokens":64,"seed":)" + std::to_string(i) +
                        R"(,"stream":)" + stream + "}");
      std::string text;
      if (i % 2 == 0) {
        for (const std::string& event : sse_events(response.body)) {
          text += event == "[DONE]" ? "" : Json::parse(event)->at("choices").as_array().at(0).at("text").as_string();
        }
      } else {
        text = response.json().at("choices").as_array().at(0).at("text").as_string();
      }
      right += text == "P" + std::to_string(i) + " #" + std::to_string(i) + "!" ? 1 : 0;
    });
  }
  for (std::thread& client : clients) {
    client.join();
  }
  EXPECT_EQ(right, 24);
}

TEST(HttpApiTest, LeavingClientsCancelTheirAnswers) {
  const Site site(
      {.answer = "a", .token_delay = std::chrono::milliseconds(2), .max_context = 1'000'000, .endless = true});
  for (const char* stream : {"true", "false"}) {
    RawConnection connection(site.server->port());
    const int before = site.engine->cancelled_count;
    connection.send(http_message("POST", "/v1/completions",
                                 std::string(R"({"prompt":"x","max_tokens":900000,"stream":)") + stream + "}"));
    ASSERT_TRUE(wait_until([&] { return site.engine->running == 1; }));
    connection.close();
    EXPECT_TRUE(wait_until([&] { return site.engine->cancelled_count == before + 1 && site.engine->running == 0; }))
        << stream;
  }
}

TEST(HttpApiTest, AFullQueueSaysSo) {
  const Site site({.answer = "a",
                   .token_delay = std::chrono::milliseconds(5),
                   .max_context = 1'000'000,
                   .capacity = 1,
                   .endless = true});
  RawConnection busy(site.server->port());
  busy.send(http_message("POST", "/v1/completions", R"({"prompt":"x","max_tokens":900000,"stream":true})"));
  ASSERT_TRUE(wait_until([&] { return site.engine->running == 1; }));
  const RawResponse refused = site.complete(R"({"prompt":"x"})");
  EXPECT_EQ(refused.status, 429);
  EXPECT_EQ(refused.error("type"), "rate_limit_error");
  EXPECT_EQ(refused.headers.at("retry-after"), "1");
  EXPECT_EQ(site.get("/health").status, 200);
  busy.close();
}

TEST(HttpApiTest, FailuresOfTheModelAreServerErrors) {
  const Site site({.failure = "the disk is gone"});
  const RawResponse whole = site.complete(R"({"prompt":"abc"})");
  EXPECT_EQ(whole.status, 500);
  EXPECT_EQ(whole.error("type"), "server_error");
  const auto events = sse_events(site.complete(R"({"prompt":"abc","stream":true})").body);
  ASSERT_GE(events.size(), 2U);
  EXPECT_NE(events[events.size() - 2].find("the disk is gone"), std::string::npos);
  EXPECT_EQ(events.back(), "[DONE]");
}

TEST(HttpApiTest, StoppingDrainsRunningAnswers) {
  Site site({.token_delay = std::chrono::milliseconds(10)});
  RawResponse response;
  std::thread client([&] { response = site.complete(R"({"prompt":"abcdefgh","seed":1,"max_tokens":64})"); });
  ASSERT_TRUE(wait_until([&] { return site.engine->running == 1; }));
  site.server->stop();
  client.join();
  EXPECT_EQ(response.json().at("choices").as_array().at(0).at("text").as_string(), "ABCDEFGH #1!");
  EXPECT_EQ(http(site.server->port(), "GET", "/health").status, 0);
}

TEST(HttpApiTest, StoppingCutsWhatTakesTooLong) {
  ServeOptions options;
  options.drain_seconds = 0.1;
  Site site({.answer = "a", .token_delay = std::chrono::milliseconds(2), .max_context = 1'000'000, .endless = true},
            options);
  RawResponse response;
  std::thread client([&] { response = site.complete(R"({"prompt":"x","max_tokens":900000})"); });
  ASSERT_TRUE(wait_until([&] { return site.engine->running == 1; }));
  site.server->stop();
  client.join();
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(response.error("code"), "shutting_down");
}

TEST(HttpApiTest, RunsUntilTheFlagIsSet) {
  ServeOptions options;
  options.port = 0;
  Server server(std::make_shared<FakeTextEngine>(), options);
  std::atomic<bool> stop{false};
  std::thread runner([&] { server.run_until(stop); });
  EXPECT_TRUE(wait_until([&] { return http(server.port(), "GET", "/health").status == 200; }));
  stop = true;
  runner.join();
  EXPECT_NE(http(server.port(), "GET", "/health").status, 200);
}

TEST(HttpApiTest, ABusyPortIsAResourceErrorThatNamesIt) {
  const Site site;
  ServeOptions options;
  options.port = site.server->port();
  try {
    const Server second(std::make_shared<FakeTextEngine>(), options);
    FAIL() << "two servers on one port";
  } catch (const UserError& error) {
    EXPECT_EQ(error.code(), ExitCode::kResource);
    EXPECT_NE(std::string(error.what()).find(std::to_string(options.port)), std::string::npos) << error.what();
    EXPECT_NE(error.cure().find("--port"), std::string::npos);
  }
  options.port = 0;
  options.host = "203.0.113.7";
  EXPECT_THROW(Server(std::make_shared<FakeTextEngine>(), options), UserError);
}

}  // namespace
}  // namespace smelt::serve
