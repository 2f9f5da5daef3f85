#include "serve/http/completion_session.h"

#include <cmath>

#include "base/rng.h"
#include "base/text.h"

namespace smelt::serve {

namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::milliseconds kPoll{100};
constexpr std::chrono::seconds kPing{15};

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

const char* reason_text(FinishReason reason) {
  return reason == FinishReason::kLength ? "length" : "stop";
}

ApiError failure_error(const std::string& detail) {
  return {500, "The model failed: " + detail, "", "engine_failed"};
}

ApiError shutdown_error() {
  return {503, "The server is shutting down; send the request again later.", "", "shutting_down"};
}

}  // namespace

CompletionSession::CompletionSession(TextEngine& engine, Metrics& metrics, ApiRequest request,
                                     std::vector<std::vector<uint32_t>> prompts, std::string id, int64_t created,
                                     std::string model)
    : engine_(engine),
      metrics_(metrics),
      request_(std::move(request)),
      prompts_(std::move(prompts)),
      id_(std::move(id)),
      created_(created),
      model_(std::move(model)),
      choices_(prompts_.size() * static_cast<size_t>(request_.n)) {}

std::optional<ApiError> CompletionSession::start(int64_t max_context, int64_t seed) {
  for (size_t i = 0; i < choices_.size(); ++i) {
    const std::vector<uint32_t>& prompt = prompts_[i / static_cast<size_t>(request_.n)];
    TextRequest request;
    request.prompt = prompt;
    request.options = request_.options;
    const int64_t room = max_context - static_cast<int64_t>(prompt.size());
    request.options.max_tokens = request_.options.max_tokens < 0 ? room : std::min(room, request_.options.max_tokens);
    // The first choice draws with the request's own seed, each further one with a seed derived from it.
    request.options.sampling.seed =
        i == 0 ? seed : static_cast<int64_t>(Rng(static_cast<uint64_t>(seed), "serve/choice", i).u64() >> 1U);
    request.prompt_logprobs = request_.echo && request_.logprobs;
    Result<std::unique_ptr<Ticket>> ticket = engine_.start(std::move(request), events_, static_cast<int>(i));
    if (!ticket) {
      cancel();
      if (ticket.reject().reason == "queue_full") {
        return ApiError{429, "Too many requests wait already; try again in a moment.", "", "queue_full"};
      }
      return shutdown_error();
    }
    choices_[i].ticket = std::move(ticket).value();
    choices_[i].last_token = begin_;
    if (request_.echo) {
      choices_[i].text = echo_text(i);
    }
    ++open_;
  }
  int64_t prompt_tokens = 0;
  for (const auto& prompt : prompts_) {
    prompt_tokens += static_cast<int64_t>(prompt.size());
  }
  metrics_.count_tokens(prompt_tokens, 0);
  return std::nullopt;
}

void CompletionSession::cancel() {
  for (Choice& choice : choices_) {
    if (choice.ticket != nullptr) {
      choice.ticket->cancel();
    }
  }
}

std::string CompletionSession::echo_text(size_t choice) const {
  const size_t prompt = choice / static_cast<size_t>(request_.n);
  if (const auto* text = std::get_if<std::string>(&request_.prompts[prompt])) {
    return *text;
  }
  std::string bytes;
  for (const uint32_t id : prompts_[prompt]) {
    bytes += engine_.token_text(id);
  }
  return replace_invalid_utf8(bytes);
}

std::optional<ApiError> CompletionSession::take(const TextEvent& event, std::string& new_text,
                                                std::vector<GeneratedToken>& new_tokens) {
  Choice& choice = choices_[static_cast<size_t>(event.choice)];
  switch (event.kind) {
    case TextEvent::Kind::kFailed:
      return failure_error(event.error);
    case TextEvent::Kind::kPrompt:
      choice.prompt_tokens = event.prompt.size();
      new_tokens = event.prompt;
      break;
    case TextEvent::Kind::kToken:
      if (!saw_token_) {
        saw_token_ = true;
        metrics_.observe_first_token(seconds_since(begin_));
      }
      if (choice.generated > 0) {
        metrics_.observe_token_gap(seconds_since(choice.last_token));
      }
      choice.last_token = Clock::now();
      ++choice.generated;
      metrics_.count_tokens(0, 1);
      new_text = event.token.text;
      if (!event.is_end) {
        new_tokens.push_back(event.token);
      }
      break;
    case TextEvent::Kind::kEnd:
      if (event.reason == FinishReason::kCancelled) {
        return shutdown_error();
      }
      choice.reason = event.reason;
      metrics_.count_finish(reason_text(event.reason));
      --open_;
      break;
  }
  if (request_.logprobs) {
    choice.tokens.insert(choice.tokens.end(), new_tokens.begin(), new_tokens.end());
  }
  choice.text += new_text;
  return std::nullopt;
}

HttpResponse CompletionSession::run_whole(const HttpRequest& http) {
  HttpResponse response;
  Clock::time_point last_look = Clock::now();
  while (!done()) {
    const std::optional<TextEvent> event = events_->pop(kPoll);
    if (Clock::now() - last_look >= kPoll) {
      last_look = Clock::now();
      if (!http.is_connected()) {
        cancel();
        metrics_.count_finish("cancelled");
        response.status = 499;
        return response;
      }
    }
    if (!event) {
      continue;
    }
    std::string text;
    std::vector<GeneratedToken> tokens;
    if (const auto error = take(*event, text, tokens)) {
      cancel();
      response.status = error->status;
      response.body = error->to_json().dump();
      return response;
    }
  }
  metrics_.observe_request(seconds_since(begin_));
  response.body = whole_body().dump();
  return response;
}

void CompletionSession::run_stream(BodyWriter& out) {
  bool connected = open_stream(out);
  Clock::time_point last_sent = Clock::now();
  while (connected && !done()) {
    const std::optional<TextEvent> event = events_->pop(kPoll);
    if (!event) {
      connected = out.is_connected();
      if (connected && Clock::now() - last_sent > kPing) {
        connected = out.write(": ping\n\n");
        last_sent = Clock::now();
      }
      continue;
    }
    const auto index = static_cast<size_t>(event->choice);
    std::string text;
    std::vector<GeneratedToken> tokens;
    if (const auto error = take(*event, text, tokens)) {
      cancel();
      out.write(sse(error->to_json()) + "data: [DONE]\n\n");
      return;
    }
    if (!text.empty() || (request_.logprobs && !tokens.empty())) {
      connected = send_token(out, index, text, tokens, event->kind == TextEvent::Kind::kPrompt);
      last_sent = Clock::now();
    }
    if (connected && event->kind == TextEvent::Kind::kEnd) {
      connected = send_end(out, index);
    }
  }
  if (!connected) {
    cancel();
    metrics_.count_finish("cancelled");
    return;
  }
  metrics_.observe_request(seconds_since(begin_));
  if (request_.include_usage) {
    Json body = envelope(is_chat() ? "chat.completion.chunk" : "text_completion");
    body["choices"] = Json::array();
    body["usage"] = usage();
    out.write(sse(body));
  }
  out.write("data: [DONE]\n\n");
}

}  // namespace smelt::serve
