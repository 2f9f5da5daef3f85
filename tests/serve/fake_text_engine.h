// A model without a model: bytes are tokens, and the answer is a fixed function of prompt and seed.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/text.h"
#include "serve/http/text_engine.h"

namespace smelt::serve {

constexpr uint32_t kFakeEnd = 256;

struct FakeSettings {
  std::string answer{};  // empty: "<prompt in capitals> #<seed>!"
  std::chrono::milliseconds token_delay{0};
  int64_t max_context = 512;
  int capacity = 1000;    // generations at once; more are refused
  bool endless = false;   // repeat the answer until max_tokens
  std::string failure{};  // break down with this after the first token
};

class FakeTextEngine : public TextEngine {
 public:
  explicit FakeTextEngine(FakeSettings settings = {}) : settings_(std::move(settings)) {}
  ~FakeTextEngine() override {
    for (std::thread& thread : threads_) {
      thread.join();
    }
  }

  ModelCard card() const override { return {"fake", 1'700'000'000, settings_.max_context, 257}; }
  bool ready() const override { return is_ready; }
  std::vector<uint32_t> encode(std::string_view text) const override {
    std::vector<uint32_t> ids;
    for (const char c : text) {
      ids.push_back(static_cast<unsigned char>(c));
    }
    return ids;
  }
  std::string token_text(uint32_t id) const override {
    return id < 256 ? std::string(1, static_cast<char>(id)) : "<end>";
  }
  Result<std::vector<uint32_t>> encode_chat(const Json& messages, const Json& extra) const override {
    std::string text;
    for (const Json& message : messages.as_array()) {
      if (message.at("content").as_string() == "refuse me") {
        return Reject{"template_raised", "roles must alternate"};
      }
      text += message.at("role").as_string() + ":" + message.at("content").as_string() + "\n";
    }
    return encode(text + (extra.contains("thinking") ? "think:" : "assistant:"));
  }

  Result<std::unique_ptr<Ticket>> start(TextRequest request, std::shared_ptr<EventQueue> events, int choice) override {
    const std::lock_guard lock(mutex_);
    if (running >= settings_.capacity) {
      return Reject{"queue_full", ""};
    }
    ++running;
    ++started;
    auto cancelled = std::make_shared<std::atomic<bool>>(false);
    threads_.emplace_back([this, request = std::move(request), events = std::move(events), choice, cancelled] {
      run(request, *events, choice, *cancelled);
      --running;
    });
    return std::unique_ptr<Ticket>(std::make_unique<FakeTicket>(cancelled));
  }
  EngineLoad load() const override { return {running, 0, 0, 0}; }

  // What the engine answers, without length limit.
  std::string answer(const std::vector<uint32_t>& prompt, int64_t seed) const {
    if (!settings_.answer.empty()) {
      return settings_.answer;
    }
    std::string out;
    for (const uint32_t id : prompt) {
      out += static_cast<char>(id >= 'a' && id <= 'z' ? id - 32 : id);
    }
    return out + " #" + std::to_string(seed) + "!";
  }

  std::atomic<bool> is_ready{true};
  std::atomic<int> running{0};
  std::atomic<int> started{0};
  std::atomic<int> cancelled_count{0};

 private:
  class FakeTicket : public Ticket {
   public:
    explicit FakeTicket(std::shared_ptr<std::atomic<bool>> flag) : flag_(std::move(flag)) {}
    ~FakeTicket() override { *flag_ = true; }
    void cancel() override { *flag_ = true; }

   private:
    std::shared_ptr<std::atomic<bool>> flag_;
  };

  static GeneratedToken make_token(uint32_t id, int64_t top) {
    GeneratedToken token;
    token.id = id;
    token.logprob = -static_cast<float>(id) / 100;
    for (int64_t i = 0; i < top; ++i) {
      token.top.emplace_back(static_cast<uint32_t>((id + i) % 256), -static_cast<float>(i + 1));
    }
    return token;
  }

  void run(const TextRequest& request, EventQueue& events, int choice, const std::atomic<bool>& cancelled) {
    TextEvent event;
    event.choice = choice;
    if (request.prompt_logprobs) {
      event.kind = TextEvent::Kind::kPrompt;
      for (const uint32_t id : request.prompt) {
        event.prompt.push_back(make_token(id, request.options.top_logprobs));
      }
      events.push(event);
      event.prompt.clear();
    }
    std::string text = answer(request.prompt, request.options.sampling.seed);
    bool stopped = false;
    for (const std::string& stop : request.options.stop) {
      const size_t at = text.find(stop);
      stopped = stopped || at != std::string::npos;
      text = text.substr(0, at);
    }
    event.kind = TextEvent::Kind::kToken;
    std::string pending;
    int64_t made = 0;
    for (size_t i = 0; made < request.options.max_tokens; ++i, ++made) {
      std::this_thread::sleep_for(settings_.token_delay);
      if (cancelled) {
        ++cancelled_count;
        end(events, choice, FinishReason::kCancelled);
        return;
      }
      if (made == 1 && !settings_.failure.empty()) {
        event.kind = TextEvent::Kind::kFailed;
        event.error = settings_.failure;
        events.push(event);
        return;
      }
      if (i >= text.size() && !settings_.endless) {
        event.token = make_token(kFakeEnd, 0);
        event.is_end = true;
        if (!stopped) {
          events.push(event);
        }
        end(events, choice, FinishReason::kStop);
        return;
      }
      const char c = text[i % text.size()];
      event.token = make_token(static_cast<unsigned char>(c), request.options.top_logprobs);
      pending += c;
      event.token.text = is_valid_utf8(pending) ? std::exchange(pending, "") : "";
      events.push(event);
    }
    end(events, choice, FinishReason::kLength);
  }

  static void end(EventQueue& events, int choice, FinishReason reason) {
    TextEvent event;
    event.choice = choice;
    event.kind = TextEvent::Kind::kEnd;
    event.reason = reason;
    events.push(event);
  }

  FakeSettings settings_;
  std::mutex mutex_;
  std::vector<std::thread> threads_;
};

}  // namespace smelt::serve
