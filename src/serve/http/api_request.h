// The bodies of POST /v1/completions and POST /v1/chat/completions, checked field by field.
//
// Fields: OpenAI's, and top_k, min_p, repetition_penalty, ignore_eos, stop_token_ids, chat_template_kwargs as other
// servers name them. A field that is unknown, of the wrong type, out of range or not supported is an error that names
// it and the cure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "serve/engine/generator.h"
#include "serve/http/api_error.h"

namespace smelt::serve {

enum class ApiKind { kCompletion, kChat };

using Prompt = std::variant<std::string, std::vector<uint32_t>>;

struct ApiRequest {
  ApiKind kind = ApiKind::kCompletion;
  std::string model;            // empty: the one that is served
  std::vector<Prompt> prompts;  // completions
  Json messages;                // chat: role and content of each checked, content parts joined to one string
  Json template_extra = Json::object();
  GenerateOptions options;  // max_tokens < 0: as many as fit
  bool has_seed = false;
  int64_t n = 1;
  bool stream = false;
  bool include_usage = false;
  bool echo = false;
  bool logprobs = false;
};

struct ParsedRequest {
  ApiRequest request;
  std::optional<ApiError> error;
};

constexpr int64_t kMaxChoices = 64;
constexpr int64_t kMaxTopLogprobs = 20;

// Never throws.
ParsedRequest parse_api_request(ApiKind kind, std::string_view body);

}  // namespace smelt::serve
