// What is not accepted: every mistake is a 4xx with OpenAI's error object, names the field, and leaves the server
// working.
#include <gtest/gtest.h>

#include "fake_text_engine.h"
#include "raw_http.h"
#include "serve/http/server.h"

namespace smelt::serve {
namespace {

struct BadBody {
  const char* fields;  // added to a good body
  const char* param;
};

class HttpErrorsTest : public testing::Test {
 protected:
  HttpErrorsTest() : engine_(std::make_shared<FakeTextEngine>(FakeSettings{.max_context = 64})) {
    ServeOptions options;
    options.port = 0;
    options.max_body_mb = 1;
    server_ = std::make_unique<Server>(engine_, options);
    server_->start();
  }
  ~HttpErrorsTest() override { EXPECT_EQ(http(server_->port(), "GET", "/health").status, 200); }

  RawResponse post(const std::string& path, const std::string& body, const std::string& headers = "") const {
    return http(server_->port(), "POST", path, body, headers);
  }
  RawResponse complete(const std::string& body) const { return post("/v1/completions", body); }
  RawResponse chat(const std::string& body) const { return post("/v1/chat/completions", body); }

  static void expect_error(const RawResponse& response, int status, const std::string& param) {
    EXPECT_EQ(response.status, status) << response.body;
    EXPECT_EQ(response.error("param"), param) << response.body;
    EXPECT_GT(response.error("message").size(), 10U) << response.body;
    EXPECT_FALSE(response.error("code").empty()) << response.body;
    EXPECT_TRUE(response.json().at("error").contains("type"));
  }

  std::shared_ptr<FakeTextEngine> engine_;
  std::unique_ptr<Server> server_;
};

TEST_F(HttpErrorsTest, BodiesThatAreNoJson) {
  for (const char* body : {"{", "", "[1,2", "{\"prompt\": }", "nonsense", "{\"prompt\":\"a\"} trailing",
                           "{'prompt':'a'}", "{\"a\":01}", "\"\\ud800\""}) {
    SCOPED_TRACE(body);
    expect_error(complete(body), 400, "");
    expect_error(chat(body), 400, "");
  }
  expect_error(complete("{\"prompt\":\"\xFF\xFE\"}"), 400, "");
  EXPECT_EQ(complete("{\"prompt\":\"\xFF\xFE\"}").error("code"), "invalid_utf8");
  expect_error(complete("{\"prompt\":\"\xC3\"}"), 400, "");
  expect_error(complete("{\"prompt\":\"\xED\xA0\x80\"}"), 400, "");
  expect_error(complete(std::string("{\"prompt\":\"a\0b\"}", 16)), 400, "");
  expect_error(complete("[]"), 400, "");
  expect_error(complete("\"text\""), 400, "");
  expect_error(complete("null"), 400, "");
  expect_error(complete(std::string(100'000, '[')), 400, "");
  std::string deep = "{\"prompt\":";
  deep += std::string(5000, '[') + std::string(5000, ']') + "}";
  expect_error(complete(deep), 400, "");
}

TEST_F(HttpErrorsTest, FieldsOfCompletions) {
  const BadBody bad[] = {
      {R"("temperature":-0.1)", "temperature"},
      {R"("temperature":2.1)", "temperature"},
      {R"("temperature":"hot")", "temperature"},
      {R"("temperature":1e999)", ""},
      {R"("temperature":"NaN")", "temperature"},
      {R"("top_p":7)", "top_p"},
      {R"("top_p":0)", "top_p"},
      {R"("top_p":-1)", "top_p"},
      {R"("top_p":true)", "top_p"},
      {R"("top_k":-2)", "top_k"},
      {R"("top_k":1.5)", "top_k"},
      {R"("min_p":1.1)", "min_p"},
      {R"("repetition_penalty":0)", "repetition_penalty"},
      {R"("presence_penalty":2.5)", "presence_penalty"},
      {R"("frequency_penalty":-3)", "frequency_penalty"},
      {R"("max_tokens":0)", "max_tokens"},
      {R"("max_tokens":-1)", "max_tokens"},
      {R"("max_tokens":"5")", "max_tokens"},
      {R"("max_tokens":1.5)", "max_tokens"},
      {R"("max_tokens":9223372036854775807)", "max_tokens"},
      {R"("n":0)", "n"},
      {R"("n":100000)", "n"},
      {R"("seed":"x")", "seed"},
      {R"("seed":1.5)", "seed"},
      {R"("stop":5)", "stop"},
      {R"("stop":[""])", "stop"},
      {R"("stop":["a",1])", "stop"},
      {R"("stop":["a","b","c","d","e","f","g","h","i","j","k","l","m","n","o","p","q"])", "stop"},
      {R"("stop_token_ids":[100000])", "stop_token_ids"},
      {R"("stop_token_ids":"a")", "stop_token_ids"},
      {R"("stream":"yes")", "stream"},
      {R"("stream":1)", "stream"},
      {R"("stream_options":{"include_usage":true})", "stream_options"},
      {R"("stream":true,"stream_options":5)", "stream_options"},
      {R"("stream":true,"stream_options":{"include_usage":1})", "stream_options.include_usage"},
      {R"("stream":true,"stream_options":{"usage":true})", "stream_options"},
      {R"("logprobs":21)", "logprobs"},
      {R"("logprobs":true)", "logprobs"},
      {R"("logit_bias":{"a":1})", "logit_bias"},
      {R"("logit_bias":{"5":101})", "logit_bias"},
      {R"("logit_bias":{"5":"x"})", "logit_bias"},
      {R"("logit_bias":{"99999":1})", "logit_bias"},
      {R"("logit_bias":[1])", "logit_bias"},
      {R"("echo":"a")", "echo"},
      {R"("best_of":3)", "best_of"},
      {R"("suffix":"x")", "suffix"},
      {R"("temprature":1)", "temprature"},
      {R"("model":5)", "model"},
      {R"("ignore_eos":0)", "ignore_eos"},
  };
  for (const BadBody& body : bad) {
    SCOPED_TRACE(body.fields);
    expect_error(complete(std::string(R"({"prompt":"a",)") + body.fields + "}"), 400, body.param);
  }
  EXPECT_NE(complete(R"({"prompt":"a","temprature":1})").error("message").find("'temperature'"), std::string::npos);
  EXPECT_EQ(engine_->started, 0);
}

TEST_F(HttpErrorsTest, Prompts) {
  const BadBody bad[] = {
      {"", "prompt"},
      {R"("prompt":null)", "prompt"},
      {R"("prompt":5)", "prompt"},
      {R"("prompt":{})", "prompt"},
      {R"("prompt":"")", "prompt"},
      {R"("prompt":[])", "prompt"},
      {R"("prompt":[[]])", "prompt"},
      {R"("prompt":[-1])", "prompt"},
      {R"("prompt":[257])", "prompt"},
      {R"("prompt":[99999999999])", "prompt"},
      {R"("prompt":[1.5])", "prompt"},
      {R"("prompt":[1,"a"])", "prompt"},
      {R"("prompt":["a",1])", "prompt"},
      {R"("prompt":[null])", "prompt"},
  };
  for (const BadBody& body : bad) {
    SCOPED_TRACE(body.fields);
    expect_error(complete(std::string("{") + body.fields + "}"), 400, body.param);
  }
  const RawResponse longer = complete(R"({"prompt":")" + std::string(64, 'a') + R"("})");
  expect_error(longer, 400, "prompt");
  EXPECT_EQ(longer.error("code"), "context_length_exceeded");
  EXPECT_EQ(complete(R"({"prompt":")" + std::string(63, 'a') + R"("})").status, 200);
}

TEST_F(HttpErrorsTest, Conversations) {
  const BadBody bad[] = {
      {R"("x":1)", "x"},
      {R"("messages":null)", "messages"},
      {R"("messages":"hi")", "messages"},
      {R"("messages":[])", "messages"},
      {R"("messages":["hi"])", "messages[0]"},
      {R"("messages":[{}])", "messages[0].role"},
      {R"("messages":[{"role":5,"content":"a"}])", "messages[0].role"},
      {R"("messages":[{"role":"king","content":"a"}])", "messages[0].role"},
      {R"("messages":[{"role":"user"}])", "messages[0].content"},
      {R"("messages":[{"role":"user","content":null}])", "messages[0].content"},
      {R"("messages":[{"role":"user","content":5}])", "messages[0].content"},
      {R"("messages":[{"role":"user","content":[{"type":"image_url"}]}])", "messages[0].content[0].type"},
      {R"("messages":[{"role":"user","content":[{"type":"text"}]}])", "messages[0].content[0].text"},
      {R"("messages":[{"role":"user","content":["a"]}])", "messages[0].content[0]"},
      {R"("messages":[{"role":"user","content":"refuse me"}])", "messages"},
      {R"("messages":[{"role":"user","content":"a"}],"max_tokens":2,"max_completion_tokens":3)", "max_tokens"},
      {R"("messages":[{"role":"user","content":"a"}],"max_completion_tokens":0)", "max_completion_tokens"},
      {R"("messages":[{"role":"user","content":"a"}],"top_logprobs":2)", "top_logprobs"},
      {R"("messages":[{"role":"user","content":"a"}],"logprobs":2)", "logprobs"},
      {R"("messages":[{"role":"user","content":"a"}],"logprobs":true,"top_logprobs":21)", "top_logprobs"},
      {R"("messages":[{"role":"user","content":"a"}],"tools":[{"type":"function"}])", "tools"},
      {R"("messages":[{"role":"user","content":"a"}],"tools":5)", "tools"},
      {R"("messages":[{"role":"user","content":"a"}],"tool_choice":"required")", "tool_choice"},
      {R"("messages":[{"role":"user","content":"a"}],"response_format":{"type":"json_object"})", "response_format"},
      {R"("messages":[{"role":"user","content":"a"}],"response_format":"json")", "response_format"},
      {R"("messages":[{"role":"user","content":"a"}],"chat_template_kwargs":[])", "chat_template_kwargs"},
      {R"("messages":[{"role":"user","content":"a"}],"chat_template_kwargs":{"messages":[]})", "chat_template_kwargs"},
      {R"("messages":[{"role":"user","content":"a"}],"prompt":"a")", "prompt"},
      {R"("messages":[{"role":"user","content":"a"}],"modalities":["audio"])", "modalities"},
  };
  for (const BadBody& body : bad) {
    SCOPED_TRACE(body.fields);
    expect_error(chat(std::string("{") + body.fields + "}"), 400, body.param);
  }
  expect_error(chat(R"({"messages":[{"role":"user","content":")" + std::string(80, 'a') + R"("}]})"), 400, "messages");
  EXPECT_EQ(engine_->started, 0);
}

TEST_F(HttpErrorsTest, HarmlessFieldsAreAccepted) {
  EXPECT_EQ(
      chat(
          R"({"messages":[{"role":"user","content":"a"}],"user":"u","metadata":{},"store":false,"tools":[],"tool_choice":"none",
      "response_format":{"type":"text"},"stop":null,"seed":null,"max_tokens":null,"temperature":0,"top_p":1.0,"top_k":-1})")
          .status,
      200);
  EXPECT_EQ(complete(R"({"prompt":"a","best_of":1,"suffix":null,"stop":[],"logit_bias":{}})").status, 200);
}

TEST_F(HttpErrorsTest, UnknownModelsPathsAndMethods) {
  expect_error(complete(R"({"prompt":"a","model":"gpt-9"})"), 404, "model");
  expect_error(chat(R"({"messages":[{"role":"user","content":"a"}],"model":"gpt-9"})"), 404, "model");
  EXPECT_EQ(chat(R"({"messages":[{"role":"user","content":"a"}],"model":"gpt-9"})").error("code"), "model_not_found");
  expect_error(http(server_->port(), "GET", "/v2/models"), 404, "");
  expect_error(http(server_->port(), "POST", "/v1/embeddings", "{}"), 404, "");
  const RawResponse wrong = http(server_->port(), "GET", "/v1/chat/completions");
  expect_error(wrong, 405, "");
  EXPECT_EQ(wrong.headers.at("allow"), "POST, OPTIONS");
  for (const char* method : {"PUT", "DELETE", "PATCH", "POST"}) {
    expect_error(http(server_->port(), method, "/v1/models", "{}"), 405, "");
  }
  EXPECT_EQ(http(server_->port(), "HEAD", "/health").status, 200);
}

TEST_F(HttpErrorsTest, HugeBodies) {
  const std::string huge = R"({"prompt":")" + std::string(2 << 20, 'a') + R"("})";
  expect_error(complete(huge), 413, "");
  std::string chunked =
      "POST /v1/completions HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Type: "
      "application/json\r\n\r\n";
  for (int i = 0; i < 32; ++i) {
    chunked += "10000\r\n" + std::string(65536, 'a') + "\r\n";
  }
  RawConnection connection(server_->port());
  connection.send(chunked + "0\r\n\r\n");
  expect_error(connection.read_response(), 413, "");
}

TEST_F(HttpErrorsTest, BodiesInChunksAreRead) {
  RawConnection connection(server_->port());
  connection.send(
      "POST /v1/completions HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n");
  connection.send("8\r\n{\"prompt\r\n");
  connection.send("11\r\n\":\"ab\", \"seed\":1}\r\n0\r\n\r\n");
  const RawResponse response = connection.read_response();
  EXPECT_EQ(response.status, 200) << response.body;
}

TEST_F(HttpErrorsTest, BrokenHttp) {
  const auto begin = std::chrono::steady_clock::now();
  for (const std::string& message :
       {std::string("NONSENSE\r\n\r\n"), std::string("GET\r\n\r\n"), std::string("GET / HTTP/9.9\r\n\r\n"),
        "GET /" + std::string(100'000, 'a') + " HTTP/1.1\r\n\r\n", std::string("\0\x01\x02\xFF\r\n\r\n", 8),
        std::string("POST /v1/completions HTTP/1.1\r\nContent-Length: -5\r\n\r\n"),
        std::string("POST /v1/completions HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n{}")}) {
    SCOPED_TRACE(message.substr(0, 40));
    RawConnection connection(server_->port());
    connection.send(message);
    const RawResponse response = connection.read_response();
    EXPECT_TRUE(response.status >= 400 && response.status < 500) << response.status;
    // Nothing tells where a next request would begin, so the server hangs up, and at once.
    EXPECT_EQ(connection.read_response().status, 0);
  }
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(4));
  RawConnection silent(server_->port());
  silent.close();
  RawConnection half(server_->port());
  half.send("POST /v1/completions HTTP/1.1\r\nContent-Length: 100\r\n\r\n{\"prompt\"");
  half.close();
}

}  // namespace
}  // namespace smelt::serve
