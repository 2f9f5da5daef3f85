#include "serve/http/api_request.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "base/text.h"

namespace smelt::serve {

namespace {

constexpr int64_t kMaxTokens = int64_t{1} << 31;

class RequestReader {
 public:
  RequestReader(ApiKind kind, const Json& body) : body_(body) { request.kind = kind; }

  void read() {
    check_names();
    request.model = string_field("model");
    if (request.kind == ApiKind::kChat) {
      read_messages();
      read_template_extra();
    } else {
      read_prompts();
      request.echo = bool_field("echo");
    }
    read_sampling();
    read_lengths();
    read_stops();
    read_logit_bias();
    read_output();
    refuse_unsupported();
  }

  ApiRequest request;

 private:
  [[noreturn]] static void fail(const std::string& param, const std::string& message,
                                const char* code = "invalid_value") {
    throw ApiError{400, message, param, code};
  }

  [[noreturn]] static void fail_type(const std::string& param, const char* wanted, const Json& found) {
    fail(param, fmt::format("'{}' must be {}, not {}.", param, wanted, found.type_name()), "invalid_type");
  }

  const Json* field(std::string_view name) const {
    const Json* found = body_.find(name);
    return found != nullptr && found->is_null() ? nullptr : found;
  }

  std::string string_field(const char* name) const {
    const Json* found = field(name);
    if (found != nullptr && !found->is_string()) {
      fail_type(name, "a string", *found);
    }
    return found != nullptr ? found->as_string() : "";
  }

  bool bool_field(const char* name) const {
    const Json* found = field(name);
    if (found != nullptr && !found->is_bool()) {
      fail_type(name, "true or false", *found);
    }
    return found != nullptr && found->as_bool();
  }

  double number_field(const char* name, double fallback, double low, double high, bool low_allowed = true) const {
    const Json* found = field(name);
    if (found == nullptr) {
      return fallback;
    }
    if (!found->is_number()) {
      fail_type(name, "a number", *found);
    }
    const double value = found->as_double();
    if (!(value >= low && value <= high) || (!low_allowed && value == low)) {
      fail(name, fmt::format("'{}' is {}; it must be {} {} and at most {}.", name, found->dump(),
                             low_allowed ? "at least" : "greater than", low, high));
    }
    return value;
  }

  int64_t int_field(const char* name, int64_t fallback, int64_t low, int64_t high) const {
    const Json* found = field(name);
    if (found == nullptr) {
      return fallback;
    }
    if (!found->is_int()) {
      fail_type(name, "an integer", *found);
    }
    if (found->as_int() < low || found->as_int() > high) {
      fail(name, fmt::format("'{}' is {}; it must be at least {} and at most {}.", name, found->as_int(), low, high));
    }
    return found->as_int();
  }

  void check_names() const {
    static const std::vector<std::string> kCommon = {"model",
                                                     "stream",
                                                     "stream_options",
                                                     "max_tokens",
                                                     "temperature",
                                                     "top_p",
                                                     "top_k",
                                                     "min_p",
                                                     "repetition_penalty",
                                                     "presence_penalty",
                                                     "frequency_penalty",
                                                     "seed",
                                                     "stop",
                                                     "stop_token_ids",
                                                     "ignore_eos",
                                                     "n",
                                                     "logprobs",
                                                     "logit_bias",
                                                     "user",
                                                     "metadata",
                                                     "store",
                                                     "service_tier",
                                                     "safety_identifier",
                                                     "prompt_cache_key"};
    static const std::vector<std::string> kCompletion = {"prompt", "echo", "suffix", "best_of"};
    static const std::vector<std::string> kChat = {
        "messages",      "max_completion_tokens", "top_logprobs",        "chat_template_kwargs",
        "tools",         "tool_choice",           "parallel_tool_calls", "functions",
        "function_call", "response_format",       "modalities",          "audio",
        "prediction",    "reasoning_effort",      "verbosity",           "web_search_options"};
    std::vector<std::string> known = kCommon;
    const auto& own = request.kind == ApiKind::kChat ? kChat : kCompletion;
    known.insert(known.end(), own.begin(), own.end());
    for (const auto& [name, value] : body_.as_object()) {
      if (std::find(known.begin(), known.end(), name) == known.end()) {
        const std::string shown = name.substr(0, 64);
        const std::string near = nearest_name(shown, known);
        fail(shown,
             fmt::format("There is no field '{}'{}.", shown,
                         near.empty() ? "; remove it" : fmt::format("; did you mean '{}'?", near)),
             "unknown_field");
      }
    }
  }

  void read_messages() {
    const Json* messages = field("messages");
    if (messages == nullptr) {
      fail("messages", "'messages' is missing: send the conversation as a list of {\"role\", \"content\"} objects.",
           "missing_field");
    }
    if (!messages->is_array()) {
      fail_type("messages", "a list", *messages);
    }
    if (messages->size() == 0) {
      fail("messages", "'messages' is empty; send at least one message.");
    }
    request.messages = Json::array();
    for (size_t i = 0; i < messages->size(); ++i) {
      request.messages.push_back(read_message(messages->as_array()[i], fmt::format("messages[{}]", i)));
    }
  }

  static Json read_message(const Json& message, const std::string& where) {
    if (!message.is_object()) {
      fail_type(where, "an object", message);
    }
    const Json* role = message.find("role");
    if (role == nullptr) {
      fail(where + ".role", fmt::format("'{}.role' is missing.", where), "missing_field");
    }
    if (!role->is_string()) {
      fail_type(where + ".role", "a string", *role);
    }
    static const std::vector<std::string> kRoles = {"system", "developer", "user", "assistant", "tool"};
    if (std::find(kRoles.begin(), kRoles.end(), role->as_string()) == kRoles.end()) {
      fail(where + ".role", fmt::format("'{}.role' must be system, developer, user, assistant or tool.", where));
    }
    Json out = message;
    if (role->as_string() == "developer") {
      out["role"] = "system";
    }
    const Json* content = message.find("content");
    const bool may_lack = role->as_string() == "assistant" && message.contains("tool_calls");
    if (content == nullptr || content->is_null()) {
      if (!may_lack) {
        fail(where + ".content", fmt::format("'{}.content' is missing.", where), "missing_field");
      }
      out["content"] = "";
    } else if (content->is_array()) {
      out["content"] = join_parts(*content, where + ".content");
    } else if (!content->is_string()) {
      fail_type(where + ".content", "a string or a list of text parts", *content);
    }
    return out;
  }

  static std::string join_parts(const Json& parts, const std::string& where) {
    std::string text;
    for (size_t i = 0; i < parts.size(); ++i) {
      const Json& part = parts.as_array()[i];
      const std::string at = fmt::format("{}[{}]", where, i);
      if (!part.is_object()) {
        fail_type(at, "an object", part);
      }
      const Json* type = part.find("type");
      const Json* piece = part.find("text");
      if (type == nullptr || !type->is_string() || type->as_string() != "text") {
        fail(at + ".type", fmt::format("'{}.type' must be \"text\": this model reads text only.", at));
      }
      if (piece == nullptr || !piece->is_string()) {
        fail(at + ".text", fmt::format("'{}.text' must be a string.", at), "invalid_type");
      }
      text += piece->as_string();
    }
    return text;
  }

  void read_template_extra() {
    const Json* extra = field("chat_template_kwargs");
    if (extra == nullptr) {
      return;
    }
    if (!extra->is_object()) {
      fail_type("chat_template_kwargs", "an object", *extra);
    }
    for (const char* name : {"messages", "add_generation_prompt"}) {
      if (extra->contains(name)) {
        fail("chat_template_kwargs", fmt::format("'chat_template_kwargs' must not set '{}'.", name));
      }
    }
    request.template_extra = *extra;
  }

  static std::vector<uint32_t> read_ids(const Json& list, const std::string& where) {
    std::vector<uint32_t> ids;
    for (const Json& id : list.as_array()) {
      if (!id.is_int()) {
        fail_type(where, "token ids (integers)", id);
      }
      if (id.as_int() < 0 || id.as_int() > std::numeric_limits<int32_t>::max()) {
        fail(where, fmt::format("'{}' holds {}, which is no token id.", where, id.as_int()));
      }
      ids.push_back(static_cast<uint32_t>(id.as_int()));
    }
    return ids;
  }

  void read_prompts() {
    const Json* prompt = field("prompt");
    if (prompt == nullptr) {
      fail("prompt", "'prompt' is missing: send a text, a list of token ids, or a list of either.", "missing_field");
    }
    if (prompt->is_string()) {
      request.prompts.emplace_back(prompt->as_string());
      return;
    }
    if (!prompt->is_array()) {
      fail_type("prompt", "a string or a list", *prompt);
    }
    if (prompt->size() == 0) {
      fail("prompt", "'prompt' is empty; send at least one token or text.");
    }
    if (prompt->as_array()[0].is_number()) {
      request.prompts.emplace_back(read_ids(*prompt, "prompt"));
      return;
    }
    for (const Json& one : prompt->as_array()) {
      if (one.is_string()) {
        request.prompts.emplace_back(one.as_string());
      } else if (one.is_array()) {
        request.prompts.emplace_back(read_ids(one, "prompt"));
      } else {
        fail_type("prompt", "a list of strings or of lists of token ids", one);
      }
    }
  }

  void read_sampling() {
    SamplingOptions& sampling = request.options.sampling;
    sampling.temperature = number_field("temperature", 1, 0, 2);
    sampling.top_p = number_field("top_p", 1, 0, 1, false);
    sampling.min_p = number_field("min_p", 0, 0, 1);
    sampling.top_k = std::max<int64_t>(int_field("top_k", 0, -1, std::numeric_limits<int32_t>::max()), 0);
    sampling.presence_penalty = number_field("presence_penalty", 0, -2, 2);
    sampling.frequency_penalty = number_field("frequency_penalty", 0, -2, 2);
    sampling.repetition_penalty = number_field("repetition_penalty", 1, 0, 10, false);
    request.has_seed = field("seed") != nullptr;
    sampling.seed = int_field("seed", 0, std::numeric_limits<int64_t>::min(), std::numeric_limits<int64_t>::max());
  }

  void read_lengths() {
    const bool chat = request.kind == ApiKind::kChat;
    const int64_t least = !chat && request.echo ? 0 : 1;
    int64_t tokens = int_field("max_tokens", chat ? -1 : 16, least, kMaxTokens);
    if (chat && field("max_completion_tokens") != nullptr) {
      const int64_t other = int_field("max_completion_tokens", -1, 1, kMaxTokens);
      if (tokens >= 0 && tokens != other) {
        fail("max_tokens", "'max_tokens' and 'max_completion_tokens' differ; send one of them.");
      }
      tokens = other;
    }
    request.options.max_tokens = tokens;
    request.n = int_field("n", 1, 1, kMaxChoices);
    if (request.n * static_cast<int64_t>(std::max<size_t>(request.prompts.size(), 1)) > kMaxChoices) {
      fail("n", fmt::format("The request asks for more than {} answers at once; split it.", kMaxChoices));
    }
  }

  void read_stops() {
    constexpr size_t kMaxStops = 16;
    if (const Json* stop = field("stop"); stop != nullptr) {
      const Json::Array list = stop->is_array() ? stop->as_array() : Json::Array{*stop};
      if (list.size() > kMaxStops) {
        fail("stop", fmt::format("'stop' may hold at most {} texts.", kMaxStops));
      }
      for (const Json& one : list) {
        if (!one.is_string()) {
          fail_type("stop", "a string or a list of strings", one);
        }
        if (one.as_string().empty() || one.as_string().size() > 1024) {
          fail("stop", "A 'stop' text must have between 1 and 1024 bytes.");
        }
        request.options.stop.push_back(one.as_string());
      }
    }
    if (const Json* ids = field("stop_token_ids"); ids != nullptr) {
      if (!ids->is_array()) {
        fail_type("stop_token_ids", "a list of token ids", *ids);
      }
      if (ids->size() > 64) {
        fail("stop_token_ids", "'stop_token_ids' may hold at most 64 ids.");
      }
      request.options.stop_ids = read_ids(*ids, "stop_token_ids");
    }
    request.options.ignore_eos = bool_field("ignore_eos");
  }

  void read_logit_bias() {
    const Json* bias = field("logit_bias");
    if (bias == nullptr) {
      return;
    }
    if (!bias->is_object()) {
      fail_type("logit_bias", "an object of token ids and numbers", *bias);
    }
    if (bias->size() > 1024) {
      fail("logit_bias", "'logit_bias' may hold at most 1024 tokens.");
    }
    for (const auto& [key, value] : bias->as_object()) {
      uint32_t id = 0;
      const auto [end, status] = std::from_chars(key.data(), key.data() + key.size(), id);
      if (key.empty() || status != std::errc() || end != key.data() + key.size() ||
          id > static_cast<uint32_t>(std::numeric_limits<int32_t>::max())) {
        fail("logit_bias", "The keys of 'logit_bias' must be token ids.");
      }
      if (!value.is_number()) {
        fail_type("logit_bias", "an object of numbers", value);
      }
      if (!(std::abs(value.as_double()) <= 100)) {
        fail("logit_bias", "The values of 'logit_bias' must be between -100 and 100.");
      }
      request.options.sampling.logit_bias[id] = static_cast<float>(value.as_double());
    }
  }

  void read_output() {
    request.stream = bool_field("stream");
    if (const Json* options = field("stream_options"); options != nullptr) {
      if (!options->is_object()) {
        fail_type("stream_options", "an object", *options);
      }
      if (!request.stream) {
        fail("stream_options", "'stream_options' needs \"stream\": true.");
      }
      for (const auto& [name, value] : options->as_object()) {
        if (name != "include_usage" && name != "include_obfuscation") {
          fail("stream_options",
               fmt::format("'stream_options' has no '{}'; it has 'include_usage'.", name.substr(0, 64)),
               "unknown_field");
        }
        if (!value.is_bool()) {
          fail_type("stream_options." + name, "true or false", value);
        }
        request.include_usage = name == "include_usage" ? value.as_bool() : request.include_usage;
      }
    }
    if (request.kind == ApiKind::kChat) {
      request.logprobs = bool_field("logprobs");
      request.options.top_logprobs = int_field("top_logprobs", 0, 0, kMaxTopLogprobs);
      if (request.options.top_logprobs > 0 && !request.logprobs) {
        fail("top_logprobs", "'top_logprobs' needs \"logprobs\": true.");
      }
    } else {
      request.logprobs = field("logprobs") != nullptr;
      request.options.top_logprobs = int_field("logprobs", 0, 0, kMaxTopLogprobs);
    }
  }

  void refuse_unsupported() const {
    const auto refuse = [](const char* name, const std::string& cure) {
      fail(name, fmt::format("'{}' is not supported; {}.", name, cure), "unsupported_value");
    };
    if (!string_field("suffix").empty()) {
      refuse("suffix", "put all text into 'prompt'");
    }
    if (int_field("best_of", request.n, 1, kMaxChoices) != request.n) {
      refuse("best_of", "ask for 'n' answers and choose among them");
    }
    for (const char* name : {"tools", "functions"}) {
      const Json* found = field(name);
      if (found != nullptr && !found->is_array()) {
        fail_type(name, "a list", *found);
      }
      if (found != nullptr && found->size() > 0) {
        refuse(name, "describe tools in the system message and read calls out of the text");
      }
    }
    if (const Json* choice = field("tool_choice");
        choice != nullptr && *choice != Json("none") && *choice != Json("auto")) {
      refuse("tool_choice", "leave it out");
    }
    if (const Json* format = field("response_format"); format != nullptr) {
      const Json* type = format->is_object() ? format->find("type") : nullptr;
      if (type == nullptr || !type->is_string()) {
        fail("response_format", "'response_format' must be an object with a 'type'.", "invalid_type");
      }
      if (type->as_string() != "text") {
        refuse("response_format", "only {\"type\": \"text\"} is");
      }
    }
    for (const char* name : {"audio", "prediction", "web_search_options", "function_call"}) {
      if (field(name) != nullptr) {
        refuse(name, "leave it out");
      }
    }
    if (const Json* modalities = field("modalities");
        modalities != nullptr && *modalities != Json(Json::Array{Json("text")})) {
      refuse("modalities", "only [\"text\"] is");
    }
  }

  const Json& body_;
};

}  // namespace

ParsedRequest parse_api_request(ApiKind kind, std::string_view body) {
  ParsedRequest out;
  if (!is_valid_utf8(body)) {
    out.error = ApiError{400, "The body is not valid UTF-8; encode it as UTF-8.", "", "invalid_utf8"};
    return out;
  }
  const Result<Json> json = Json::parse(body);
  if (!json) {
    out.error = ApiError{400, "The body is not valid JSON (" + json.reject().detail + "); send one JSON object.", "",
                         "invalid_json"};
    return out;
  }
  if (!json.value().is_object()) {
    out.error = ApiError{400, fmt::format("The body must be a JSON object, not {}.", json.value().type_name()), "",
                         "invalid_type"};
    return out;
  }
  RequestReader reader(kind, json.value());
  try {
    reader.read();
    out.request = std::move(reader.request);
  } catch (const ApiError& error) {
    out.error = error;
  }
  return out;
}

}  // namespace smelt::serve
