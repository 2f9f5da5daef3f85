// What the HTTP server and the terminal chat need of a model: text to tokens, conversations to tokens, and generations
// that run beside each other and report through queues. ModelEngine is the real one; tests use doubles.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/json.h"
#include "serve/engine/generator.h"

namespace smelt::serve {

struct TextRequest {
  std::vector<uint32_t> prompt;  // at least one token
  GenerateOptions options;       // max_tokens 0 is allowed with prompt_logprobs
  bool prompt_logprobs = false;  // also report the log-probabilities of the prompt's tokens
};

struct TextEvent {
  enum class Kind { kPrompt, kToken, kEnd, kFailed };
  int choice = 0;  // which generation of the queue this belongs to
  Kind kind = Kind::kToken;
  std::vector<GeneratedToken> prompt;         // kPrompt: one a token; the first has logprob 0 and no alternatives
  GeneratedToken token;                       // kToken
  bool is_end = false;                        // kToken: an end token or stop id, which is no part of the answer
  FinishReason reason = FinishReason::kNone;  // kEnd
  std::string error;                          // kFailed: what went wrong inside
};

// Events of one or more generations, in the order they happen within each. Thread-safe.
class EventQueue {
 public:
  void push(TextEvent event);
  std::optional<TextEvent> pop(std::chrono::milliseconds wait);  // nullopt: nothing came

 private:
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<TextEvent> events_;
};

// A generation that was started. Destroying it cancels it.
class Ticket {
 public:
  virtual ~Ticket() = default;
  virtual void cancel() = 0;  // a kEnd event with kCancelled follows, if the end is not there already
};

struct ModelCard {
  std::string id;
  int64_t created = 0;      // seconds since 1970
  int64_t max_context = 0;  // tokens of prompt and answer together
  int64_t vocab_size = 0;
  bool base_model = false;  // knows no turns: goes on writing the conversation as one text
};

struct EngineLoad {
  int64_t running = 0;
  int64_t waiting = 0;
  int64_t prefix_queries = 0;  // prompt tokens looked up in the prefix cache
  int64_t prefix_hits = 0;     // and those found there
};

// Thread-safe.
class TextEngine {
 public:
  virtual ~TextEngine() = default;
  virtual ModelCard card() const = 0;
  virtual bool ready() const { return true; }  // false while loading
  // Special tokens in the text become their ids.
  virtual std::vector<uint32_t> encode(std::string_view text) const = 0;
  virtual std::string token_text(uint32_t id) const = 0;  // bytes, perhaps not whole characters
  // A conversation as the model wants it. Special tokens inside the messages stay plain text. Rejects as
  // ChatTemplate::render.
  virtual Result<std::vector<uint32_t>> encode_chat(const Json& messages, const Json& extra) const = 0;
  // Rejects: "queue_full", "stopping".
  virtual Result<std::unique_ptr<Ticket>> start(TextRequest request, std::shared_ptr<EventQueue> events,
                                                int choice) = 0;
  virtual EngineLoad load() const = 0;
};

}  // namespace smelt::serve
