// The JSON bodies and events of completions, in OpenAI's form.
#include <cmath>

#include "base/text.h"
#include "serve/http/completion_session.h"

namespace smelt::serve {

namespace {

double finite_logprob(float value) {
  return std::isfinite(value) ? static_cast<double>(value) : -9999.0;
}

const char* reason_text(FinishReason reason) {
  return reason == FinishReason::kLength ? "length" : "stop";
}

Json bytes_of(const std::string& text) {
  Json bytes = Json::array();
  for (const char c : text) {
    bytes.push_back(static_cast<int>(static_cast<unsigned char>(c)));
  }
  return bytes;
}

Json delta(const char* role, const std::string* content) {
  Json out = Json::object();
  if (role != nullptr) {
    out["role"] = role;
  }
  if (content != nullptr) {
    out["content"] = *content;
  }
  return out;
}

}  // namespace

Json CompletionSession::token_json(const GeneratedToken& token) const {
  const auto entry = [this](uint32_t id, float logprob) {
    const std::string bytes = engine_.token_text(id);
    Json out = Json::object();
    out["token"] = replace_invalid_utf8(bytes);
    out["logprob"] = finite_logprob(logprob);
    out["bytes"] = bytes_of(bytes);
    return out;
  };
  Json out = entry(token.id, token.logprob);
  Json top = Json::array();
  for (const auto& [id, logprob] : token.top) {
    top.push_back(entry(id, logprob));
  }
  out["top_logprobs"] = std::move(top);
  return out;
}

Json CompletionSession::chat_logprobs(const std::vector<GeneratedToken>& tokens) const {
  if (!request_.logprobs) {
    return {};
  }
  Json content = Json::array();
  for (const GeneratedToken& token : tokens) {
    content.push_back(token_json(token));
  }
  Json out = Json::object();
  out["content"] = std::move(content);
  out["refusal"] = nullptr;
  return out;
}

// The first token of a prompt has no probability: null, as in OpenAI's echo.
Json CompletionSession::completion_logprobs(const std::vector<GeneratedToken>& tokens, bool starts_at_prompt,
                                            int64_t& offset) const {
  if (!request_.logprobs) {
    return {};
  }
  Json texts = Json::array();
  Json logprobs = Json::array();
  Json tops = Json::array();
  Json offsets = Json::array();
  for (size_t i = 0; i < tokens.size(); ++i) {
    const bool unknown = starts_at_prompt && i == 0;
    const std::string text = replace_invalid_utf8(engine_.token_text(tokens[i].id));
    texts.push_back(text);
    logprobs.push_back(unknown ? Json() : Json(finite_logprob(tokens[i].logprob)));
    Json top = Json::object();
    for (const auto& [id, logprob] : tokens[i].top) {
      top[replace_invalid_utf8(engine_.token_text(id))] = finite_logprob(logprob);
    }
    tops.push_back(unknown || request_.options.top_logprobs == 0 ? Json() : std::move(top));
    offsets.push_back(offset);
    offset += count_code_points(text);
  }
  Json out = Json::object();
  out["tokens"] = std::move(texts);
  out["token_logprobs"] = std::move(logprobs);
  out["top_logprobs"] = std::move(tops);
  out["text_offset"] = std::move(offsets);
  return out;
}

Json CompletionSession::usage() const {
  int64_t prompt = 0;
  for (const auto& ids : prompts_) {
    prompt += static_cast<int64_t>(ids.size());
  }
  int64_t generated = 0;
  for (const Choice& choice : choices_) {
    generated += choice.generated;
  }
  Json out = Json::object();
  out["prompt_tokens"] = prompt;
  out["completion_tokens"] = generated;
  out["total_tokens"] = prompt + generated;
  return out;
}

Json CompletionSession::envelope(const char* object) const {
  Json out = Json::object();
  out["id"] = id_;
  out["object"] = object;
  out["created"] = created_;
  out["model"] = model_;
  return out;
}

Json CompletionSession::whole_body() {
  Json body = envelope(is_chat() ? "chat.completion" : "text_completion");
  Json list = Json::array();
  for (size_t i = 0; i < choices_.size(); ++i) {
    Choice& choice = choices_[i];
    Json entry = Json::object();
    entry["index"] = static_cast<int64_t>(i);
    if (is_chat()) {
      entry["message"] = delta("assistant", &choice.text);
      entry["logprobs"] = chat_logprobs(choice.tokens);
    } else {
      int64_t offset = choice.prompt_tokens > 0 || !request_.echo ? 0 : count_code_points(echo_text(i));
      entry["text"] = choice.text;
      entry["logprobs"] = completion_logprobs(choice.tokens, choice.prompt_tokens > 0, offset);
    }
    entry["finish_reason"] = reason_text(choice.reason);
    list.push_back(std::move(entry));
  }
  body["choices"] = std::move(list);
  body["usage"] = usage();
  return body;
}

Json CompletionSession::chunk(size_t index, Json choice) const {
  Json body = envelope(is_chat() ? "chat.completion.chunk" : "text_completion");
  Json entry = Json::object();
  entry["index"] = static_cast<int64_t>(index);
  for (auto& [key, value] : choice.as_object()) {
    entry[key] = std::move(value);
  }
  body["choices"] = Json(Json::Array{std::move(entry)});
  if (request_.include_usage) {
    body["usage"] = nullptr;
  }
  return body;
}

std::string CompletionSession::sse(const Json& json) const {
  return "data: " + json.dump() + "\n\n";
}

bool CompletionSession::open_stream(BodyWriter& out) {
  for (size_t i = 0; i < choices_.size(); ++i) {
    if (is_chat()) {
      const std::string none;
      Json choice = Json::object();
      choice["delta"] = delta("assistant", &none);
      choice["logprobs"] = nullptr;
      choice["finish_reason"] = nullptr;
      if (!out.write(sse(chunk(i, std::move(choice))))) {
        return false;
      }
    } else if (request_.echo) {
      if (!send_token(out, i, choices_[i].text, {}, false)) {
        return false;
      }
    }
  }
  return true;
}

bool CompletionSession::send_token(BodyWriter& out, size_t index, const std::string& text,
                                   const std::vector<GeneratedToken>& tokens, bool starts_at_prompt) {
  Json choice = Json::object();
  if (is_chat()) {
    choice["delta"] = delta(nullptr, &text);
    choice["logprobs"] = chat_logprobs(tokens);
  } else {
    choice["text"] = text;
    choice["logprobs"] = completion_logprobs(tokens, starts_at_prompt, choices_[index].text_offset);
  }
  choice["finish_reason"] = nullptr;
  return out.write(sse(chunk(index, std::move(choice))));
}

bool CompletionSession::send_end(BodyWriter& out, size_t index) {
  Json choice = Json::object();
  if (is_chat()) {
    choice["delta"] = Json::object();
  } else {
    choice["text"] = "";
  }
  choice["logprobs"] = nullptr;
  choice["finish_reason"] = reason_text(choices_[index].reason);
  return out.write(sse(chunk(index, std::move(choice))));
}

}  // namespace smelt::serve
