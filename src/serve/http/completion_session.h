// One request of the API while it runs: its choices, their events, and the bodies that are made of them.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "serve/http/api_request.h"
#include "serve/http/http_listener.h"
#include "serve/http/metrics.h"
#include "serve/http/text_engine.h"

namespace smelt::serve {

class CompletionSession {
 public:
  // `prompts`: the token ids of each prompt; choice i belongs to prompt i / n.
  CompletionSession(TextEngine& engine, Metrics& metrics, ApiRequest request,
                    std::vector<std::vector<uint32_t>> prompts, std::string id, int64_t created, std::string model);

  // Hands every choice to the engine; `seed` is that of the first.
  std::optional<ApiError> start(int64_t max_context, int64_t seed);
  // Waits for the whole answer. Cancels where the client leaves.
  HttpResponse run_whole(const HttpRequest& http);
  // Sends the answer as server-sent events.
  void run_stream(BodyWriter& out);

 private:
  struct Choice {
    std::string text;
    std::vector<GeneratedToken> tokens;  // of the answer (and of the prompt, with echo), for log-probabilities
    size_t prompt_tokens = 0;            // of `tokens`
    int64_t generated = 0;
    FinishReason reason = FinishReason::kNone;
    int64_t text_offset = 0;  // code points sent in earlier chunks
    std::chrono::steady_clock::time_point last_token;
    std::unique_ptr<Ticket> ticket;
  };

  bool is_chat() const { return request_.kind == ApiKind::kChat; }
  bool done() const { return open_ == 0; }
  // Takes an event into its choice; what is new of it, or the error.
  std::optional<ApiError> take(const TextEvent& event, std::string& new_text, std::vector<GeneratedToken>& new_tokens);
  void cancel();
  std::string echo_text(size_t choice) const;

  Json token_json(const GeneratedToken& token) const;
  Json chat_logprobs(const std::vector<GeneratedToken>& tokens) const;
  Json completion_logprobs(const std::vector<GeneratedToken>& tokens, bool starts_at_prompt, int64_t& offset) const;
  Json usage() const;
  Json envelope(const char* object) const;
  Json whole_body();
  Json chunk(size_t index, Json choice) const;
  std::string sse(const Json& json) const;
  bool send_token(BodyWriter& out, size_t index, const std::string& text, const std::vector<GeneratedToken>& tokens,
                  bool starts_at_prompt);
  bool send_end(BodyWriter& out, size_t index);
  bool open_stream(BodyWriter& out);

  TextEngine& engine_;
  Metrics& metrics_;
  ApiRequest request_;
  std::vector<std::vector<uint32_t>> prompts_;
  std::string id_;
  int64_t created_;
  std::string model_;
  std::shared_ptr<EventQueue> events_ = std::make_shared<EventQueue>();
  std::vector<Choice> choices_;
  size_t open_ = 0;
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
  bool saw_token_ = false;
};

}  // namespace smelt::serve
