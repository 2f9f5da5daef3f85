#include "serve/http/server.h"

#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "base/rng.h"
#include "serve/http/completion_session.h"

namespace smelt::serve {

namespace {

int64_t clock_seconds() {
  return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

HttpResponse error_response(const ApiError& error) {
  HttpResponse response;
  response.status = error.status;
  response.body = error.to_json().dump();
  if (error.status == 429 || error.status == 503) {
    response.headers["Retry-After"] = "1";
  }
  return response;
}

HttpResponse json_response(const Json& json) {
  HttpResponse response;
  response.body = json.dump();
  return response;
}

// Takes as long for a wrong key as for a right one.
bool keys_equal(const std::string& a, const std::string& b) {
  unsigned difference = a.size() == b.size() ? 0 : 1;
  for (size_t i = 0; i < a.size(); ++i) {
    difference |= static_cast<unsigned char>(a[i]) ^ static_cast<unsigned char>(b.empty() ? 0 : b[i % b.size()]);
  }
  return difference == 0;
}

}  // namespace

struct Server::State {
  std::shared_ptr<TextEngine> engine;
  ServeOptions options;
  Metrics metrics;
  std::atomic<bool> stopping{false};
  std::atomic<bool> aborting{false};  // the time to drain is over
  std::atomic<int64_t> active{0};
  std::atomic<uint64_t> counter{0};
  std::unique_ptr<HttpListener> listener;
  bool started = false;
  bool stopped = false;

  // Counts a request as long as its handler or its stream lives.
  struct Active {
    explicit Active(State& state) : state_(state) { ++state_.active; }
    ~Active() { --state_.active; }
    Active(const Active&) = delete;
    Active& operator=(const Active&) = delete;
    State& state_;
  };

  std::string name() const { return options.model_name.empty() ? engine->card().id : options.model_name; }
  HttpResponse handle(const HttpRequest& request);
  HttpResponse route(const HttpRequest& request, std::string& endpoint);
  HttpResponse health() const;
  Json model_json() const;
  HttpResponse model(const std::string& id) const;
  HttpResponse complete(ApiKind kind, const HttpRequest& request);
  std::optional<ApiError> check_body(const HttpRequest& request) const;
  std::optional<ApiError> encode_prompts(const ApiRequest& request, std::vector<std::vector<uint32_t>>& prompts) const;
  std::optional<ApiError> check_ids(const ApiRequest& request) const;
  HttpListener::Options listener_options() const;
};

HttpResponse Server::State::handle(const HttpRequest& request) {
  std::string endpoint = "other";
  HttpResponse response;
  try {
    response = route(request, endpoint);
  } catch (const std::exception& error) {
    response = error_response({500, std::string("The server failed: ") + error.what(), "", "internal_error"});
  }
  metrics.count_request(endpoint, response.status);
  return response;
}

HttpResponse Server::State::route(const HttpRequest& request, std::string& endpoint) {
  struct Route {
    const char* path;
    const char* method;
  };
  static constexpr Route kRoutes[] = {
      {"/", "GET"},          {"/health", "GET"},          {"/metrics", "GET"},
      {"/v1/models", "GET"}, {"/v1/completions", "POST"}, {"/v1/chat/completions", "POST"}};
  const bool one_model = request.path.starts_with("/v1/models/");
  const Route* found = nullptr;
  for (const Route& entry : kRoutes) {
    if (request.path == entry.path || (one_model && std::string_view(entry.path) == "/v1/models")) {
      found = &entry;
    }
  }
  if (found == nullptr) {
    return error_response({404,
                           fmt::format("There is nothing at {}; the API is under /v1.", request.path.substr(0, 200)),
                           "", "not_found"});
  }
  endpoint = found->path;
  const std::string allowed = std::string(found->method) == "GET" ? "GET, HEAD, OPTIONS" : "POST, OPTIONS";
  if (request.method == "OPTIONS") {
    HttpResponse response;
    response.status = 204;
    response.headers["Allow"] = allowed;
    response.headers["Access-Control-Allow-Methods"] = allowed;
    response.headers["Access-Control-Allow-Headers"] = "Authorization, Content-Type";
    response.headers["Access-Control-Max-Age"] = "600";
    return response;
  }
  if (request.method != found->method && !(request.method == "HEAD" && std::string_view(found->method) == "GET")) {
    HttpResponse response =
        error_response({405, fmt::format("{} does not take {}; use {}.", found->path, request.method, found->method),
                        "", "method_not_allowed"});
    response.headers["Allow"] = allowed;
    return response;
  }
  if (endpoint == "/") {
    HttpResponse response;
    response.content_type = "text/html; charset=utf-8";
    response.headers["Content-Security-Policy"] =
        "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'; img-src data:";
    response.body = chat_page();
    return response;
  }
  if (endpoint == "/health") {
    return health();
  }
  if (!options.api_key.empty() && !keys_equal("Bearer " + options.api_key, request.authorization)) {
    HttpResponse response = error_response(
        {401, "The API key is missing or wrong; send it as 'Authorization: Bearer KEY'.", "", "invalid_api_key"});
    response.headers["WWW-Authenticate"] = "Bearer";
    return response;
  }
  if (endpoint == "/metrics") {
    HttpResponse response;
    response.content_type = "text/plain; version=0.0.4; charset=utf-8";
    response.body = metrics.text(engine->load());
    return response;
  }
  if (endpoint == "/v1/models") {
    return model(one_model ? request.path.substr(11) : "");
  }
  return complete(endpoint == "/v1/completions" ? ApiKind::kCompletion : ApiKind::kChat, request);
}

HttpResponse Server::State::health() const {
  HttpResponse response;
  const bool ok = engine->ready() && !stopping;
  response.status = ok ? 200 : 503;
  response.body = ok ? R"({"status":"ok"})" : (stopping ? R"({"status":"stopping"})" : R"({"status":"loading model"})");
  return response;
}

Json Server::State::model_json() const {
  Json out = Json::object();
  out["id"] = name();
  out["object"] = "model";
  out["created"] = engine->card().created;
  out["owned_by"] = "smelt";
  out["max_model_len"] = engine->card().max_context;
  out["base_model"] = engine->card().base_model;
  return out;
}

HttpResponse Server::State::model(const std::string& id) const {
  if (id.empty()) {
    Json out = Json::object();
    out["object"] = "list";
    out["data"] = Json(Json::Array{model_json()});
    return json_response(out);
  }
  if (id != name()) {
    return error_response({404, fmt::format("There is no model '{}'; this server has '{}'.", id.substr(0, 200), name()),
                           "model", "model_not_found"});
  }
  return json_response(model_json());
}

std::optional<ApiError> Server::State::check_body(const HttpRequest& request) const {
  if (request.body_too_large) {
    return ApiError{413, fmt::format("The body is larger than {} MiB.", options.max_body_mb), "", "body_too_large"};
  }
  if (request.body.empty()) {
    return ApiError{400, "The body is empty; send a JSON object with Content-Type: application/json.", "",
                    "invalid_json"};
  }
  return std::nullopt;
}

// Token ids of the request that the model does not have.
std::optional<ApiError> Server::State::check_ids(const ApiRequest& request) const {
  const auto vocab = static_cast<uint64_t>(engine->card().vocab_size);
  const auto error = [&](const char* param, uint32_t id) {
    return ApiError{400, fmt::format("'{}' holds the token {}, but the vocabulary ends at {}.", param, id, vocab - 1),
                    param, "invalid_value"};
  };
  for (const Prompt& prompt : request.prompts) {
    if (const auto* ids = std::get_if<std::vector<uint32_t>>(&prompt)) {
      for (const uint32_t id : *ids) {
        if (id >= vocab) {
          return error("prompt", id);
        }
      }
    }
  }
  for (const auto& [id, bias] : request.options.sampling.logit_bias) {
    if (id >= vocab) {
      return error("logit_bias", id);
    }
  }
  for (const uint32_t id : request.options.stop_ids) {
    if (id >= vocab) {
      return error("stop_token_ids", id);
    }
  }
  return std::nullopt;
}

std::optional<ApiError> Server::State::encode_prompts(const ApiRequest& request,
                                                      std::vector<std::vector<uint32_t>>& prompts) const {
  const char* param = request.kind == ApiKind::kChat ? "messages" : "prompt";
  if (request.kind == ApiKind::kChat) {
    Result<std::vector<uint32_t>> ids = engine->encode_chat(request.messages, request.template_extra);
    if (!ids) {
      return ApiError{400, ids.reject().detail, param, ids.reject().reason};
    }
    prompts.push_back(std::move(ids).value());
  }
  for (const Prompt& prompt : request.prompts) {
    const auto* text = std::get_if<std::string>(&prompt);
    prompts.push_back(text != nullptr ? engine->encode(*text) : std::get<std::vector<uint32_t>>(prompt));
  }
  const int64_t limit = engine->card().max_context;
  for (const auto& prompt : prompts) {
    const auto size = static_cast<int64_t>(prompt.size());
    if (size == 0) {
      return ApiError{400, fmt::format("'{}' holds no token; send some text.", param), param, "invalid_value"};
    }
    if (size + (request.options.max_tokens == 0 ? 0 : 1) > limit) {
      return ApiError{400,
                      fmt::format("'{}' has {} tokens, but this server takes at most {} with the answer; shorten it.",
                                  param, size, limit),
                      param, "context_length_exceeded"};
    }
  }
  return std::nullopt;
}

HttpResponse Server::State::complete(ApiKind kind, const HttpRequest& http) {
  if (const auto error = check_body(http)) {
    return error_response(*error);
  }
  ParsedRequest parsed = parse_api_request(kind, http.body);
  if (parsed.error) {
    return error_response(*parsed.error);
  }
  ApiRequest& request = parsed.request;
  if (!request.model.empty() && request.model != name()) {
    return error_response(
        {404, fmt::format("There is no model '{}'; this server has '{}'.", request.model.substr(0, 200), name()),
         "model", "model_not_found"});
  }
  if (!engine->ready()) {
    return error_response({503, "The model is still loading; try again in a moment.", "", "loading"});
  }
  if (stopping) {
    return error_response({503, "The server is shutting down; send the request again later.", "", "shutting_down"});
  }
  std::vector<std::vector<uint32_t>> prompts;
  if (auto error = check_ids(request)) {
    return error_response(*error);
  }
  if (auto error = encode_prompts(request, prompts)) {
    return error_response(*error);
  }
  auto alive = std::make_shared<Active>(*this);
  const uint64_t number = ++counter;
  const auto own_seed =
      static_cast<int64_t>(Rng(static_cast<uint64_t>(options.seed), "serve/request", number).u64() >> 1U);
  const int64_t seed = request.has_seed ? request.options.sampling.seed : own_seed;
  const int64_t now = clock_seconds();
  const bool stream = request.stream;
  const std::string id = fmt::format("{}-{:08x}{:08x}", kind == ApiKind::kChat ? "chatcmpl" : "cmpl",
                                     static_cast<uint64_t>(now) & 0xffffffffU, number);
  auto session =
      std::make_shared<CompletionSession>(*engine, metrics, std::move(request), std::move(prompts), id, now, name());
  if (const auto error = session->start(engine->card().max_context, seed)) {
    return error_response(*error);
  }
  HttpRequest watched = http;
  watched.is_connected = [this, client = http.is_connected] { return !aborting && client(); };
  if (!stream) {
    HttpResponse response = session->run_whole(watched);
    return response.status == 499 ? error_response({503, "The server is shutting down; send the request again later.",
                                                    "", "shutting_down"})
                                  : response;
  }
  HttpResponse response;
  response.content_type = "text/event-stream; charset=utf-8";
  response.headers["Cache-Control"] = "no-cache";
  response.headers["X-Accel-Buffering"] = "no";
  response.stream = [this, session, alive](BodyWriter& out) {
    class Watched : public BodyWriter {
     public:
      Watched(BodyWriter& inner, const std::atomic<bool>& abort) : inner_(inner), abort_(abort) {}
      bool write(std::string_view bytes) override { return inner_.write(bytes); }
      bool is_connected() override { return !abort_ && inner_.is_connected(); }

     private:
      BodyWriter& inner_;
      const std::atomic<bool>& abort_;
    };
    Watched writer(out, aborting);
    session->run_stream(writer);
  };
  return response;
}

HttpListener::Options Server::State::listener_options() const {
  HttpListener::Options out;
  out.host = options.host;
  out.port = static_cast<int>(options.port);
  // Every waiting or running answer holds a thread; the rest is for health checks, pages and idle connections.
  out.threads = static_cast<int>(std::min<int64_t>(options.max_batch + options.max_queue + 16, 1024));
  out.max_body_bytes = options.max_body_mb << 20;
  out.default_headers["Server"] = "smelt";
  if (!options.cors_origin.empty()) {
    out.default_headers["Access-Control-Allow-Origin"] = options.cors_origin;
  }
  return out;
}

Server::Server(std::shared_ptr<TextEngine> engine, ServeOptions options) : state_(std::make_unique<State>()) {
  state_->engine = std::move(engine);
  state_->options = std::move(options);
  State* state = state_.get();
  state_->listener = std::make_unique<HttpListener>(
      state->listener_options(), [state](const HttpRequest& request) { return state->handle(request); });
}

Server::~Server() {
  stop();
}

int Server::port() const {
  return state_->listener->port();
}

std::string Server::url() const {
  const std::string& host = state_->options.host;
  return fmt::format("http://{}:{}", host.find(':') != std::string::npos ? "[" + host + "]" : host, port());
}

void Server::start() {
  if (!std::exchange(state_->started, true)) {
    state_->listener->start();
  }
}

void Server::stop() {
  if (std::exchange(state_->stopped, true)) {
    return;
  }
  state_->stopping = true;
  const auto begin = std::chrono::steady_clock::now();
  const std::chrono::duration<double> limit(state_->options.drain_seconds);
  while (state_->active > 0 && std::chrono::steady_clock::now() - begin < limit) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  state_->aborting = true;
  state_->listener->stop();
}

void Server::run_until(const std::atomic<bool>& stop_flag) {
  start();
  while (!stop_flag.load(std::memory_order_relaxed)) {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  stop();
}

}  // namespace smelt::serve
