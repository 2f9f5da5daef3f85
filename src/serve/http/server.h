// The HTTP server: OpenAI's API, health, metrics and a page to chat with.
//
//   GET /                       the page
//   GET /v1/models[/ID]         the model that is served
//   POST /v1/completions        text in, text out; stream or whole
//   POST /v1/chat/completions   a conversation in, an answer out; stream or whole
//   GET /health                 200 {"status":"ok"}; 503 while the model loads or the server stops
//   GET /metrics                Prometheus text
//
// Nothing that a client sends makes it fail: mistakes are 400, 401, 404, 405, 413, 429 with {"error": {...}} that names
// the field and the cure.
#pragma once

#include <atomic>
#include <memory>

#include "serve/http/serve_options.h"
#include "serve/http/text_engine.h"

namespace smelt::serve {

class Server {
 public:
  // Binds the port; UserError(kResource) where it cannot.
  Server(std::shared_ptr<TextEngine> engine, ServeOptions options);
  ~Server();  // stops
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  int port() const;         // the real one, also where 0 was asked for
  std::string url() const;  // http://HOST:PORT
  void start();             // serves on threads of its own and returns; again: nothing
  // Refuses new work (503), lets running answers finish for up to drain_seconds, then cancels them.
  void stop();
  // start(), wait until `stop_flag` is set, stop().
  void run_until(const std::atomic<bool>& stop_flag);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// The chat page: one document without external resources.
std::string_view chat_page();

}  // namespace smelt::serve
