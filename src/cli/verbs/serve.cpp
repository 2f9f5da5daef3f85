// `smelt serve MODEL`: the HTTP API and the page to chat with.
#include <chrono>
#include <thread>

#include <fmt/format.h>

#include "base/runtime.h"
#include "base/text.h"
#include "cli/session.h"
#include "cli/verbs/verbs.h"
#include "serve/http/model_engine.h"
#include "serve/http/server.h"

namespace smelt::cli {
namespace {

int64_t in_range(const Arguments& arguments, const char* flag, int64_t fallback, int64_t low, int64_t high) {
  const int64_t value = arguments.integer(flag, fallback);
  if (value < low || value > high) {
    throw usage_error(fmt::format("{} is not between {} and {}", value, low, high), flag);
  }
  return value;
}

serve::ServeOptions options_of(const Arguments& arguments) {
  serve::ServeOptions options;
  options.host = arguments.text("--host", options.host);
  options.port = in_range(arguments, "--port", options.port, 0, 65535);
  options.model_name = arguments.text("--name", "");
  options.api_key = arguments.text("--api-key", "");
  options.cors_origin = arguments.text("--cors-origin", options.cors_origin);
  options.max_batch = in_range(arguments, "--max-batch", options.max_batch, 1, 256);
  options.max_queue = in_range(arguments, "--max-queue", options.max_queue, 0, 4096);
  options.max_context = in_range(arguments, "--max-context", options.max_context, 0, 16777216);
  options.prefix_cache_mb = in_range(arguments, "--prefix-cache", options.prefix_cache_mb, 0, 1048576);
  options.drain_seconds = arguments.number("--drain-seconds", options.drain_seconds);
  if (!(options.drain_seconds >= 0 && options.drain_seconds <= 86400)) {
    throw usage_error("must be between 0 and 86400", "--drain-seconds");
  }
  options.seed = in_range(arguments, "--seed", options.seed, 0, INT64_MAX);
  return options;
}

// An address that a person can open: 0.0.0.0 and :: stand for every interface, this machine's own among them.
std::string open_url(const serve::ServeOptions& options, const serve::Server& server) {
  const bool everywhere = options.host == "0.0.0.0" || options.host == "::";
  return everywhere ? fmt::format("http://localhost:{}", server.port()) : server.url();
}

std::string welcome(const serve::ServeOptions& options, const serve::Server& server, const serve::ModelCard& card) {
  const std::string url = open_url(options, server);
  const std::string key = options.api_key.empty() ? "" : " -H 'Authorization: Bearer YOUR_KEY'";
  return fmt::format(
      "{0} is ready at {1}\n"
      "  in a browser    {1}/\n"
      "  with curl       curl -N {1}/v1/chat/completions -H 'Content-Type: application/json'{2} \\\n"
      "                    -d '{{\"messages\": [{{\"role\": \"user\", \"content\": \"The server\"}}], \"stream\": "
      "true}}'\n"
      "  OpenAI clients  base_url = \"{1}/v1\", model = \"{0}\"\n"
      "{3}"
      "Ctrl-C stops it.\n",
      card.id, url, key,
      card.base_model ? "  It is a base model: it goes on writing your text, and does not take turns.\n" : "");
}

int serve_model(Session& session, const Arguments& arguments) {
  const serve::ServeOptions options = options_of(arguments);
  const auto engine = serve::ModelEngine::open(arguments.text("MODEL"), session.context().threads, options);
  serve::Server server(engine, options);
  server.start();
  Json ready = Json::object();
  ready["url"] = open_url(options, server);
  ready["port"] = server.port();
  ready["model"] = engine->card().id;
  ready["base_model"] = engine->card().base_model;
  session.print(welcome(options, server, engine->card()), ready);
  while (!session.context().stop.load(std::memory_order_relaxed)) {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  if (engine->load().running > 0) {
    session.log().info("stopping; answers that are being written get {} to finish (Ctrl-C again ends at once)",
                       human_duration(options.drain_seconds));
  }
  server.stop();
  session.log().info("stopped");
  return 0;
}

}  // namespace

Verb serve_verb() {
  return {
      "serve",
      kModelGroup,
      "model -> HTTP server with OpenAI's API and a page to chat with",
      "Endpoints: / (the page), /v1/chat/completions, /v1/completions, /v1/models, /health, /metrics (Prometheus).\n"
      "It listens on this machine alone unless --host says otherwise; with --host 0.0.0.0 set --api-key too.\n"
      "A model without a chat template goes on writing the conversation as one text.\n"
      "SIGINT or SIGTERM lets running answers finish, then ends with exit code 0.",
      {{"MODEL", "a model's folder, with its tokenizer"}},
      {{"--host", FlagKind::kText, "ADDRESS", "address to listen on; 0.0.0.0 is every one (default: 127.0.0.1)"},
       {"--port", FlagKind::kInteger, "N", "TCP port; 0 picks a free one (default: 8000)"},
       {"--name", FlagKind::kText, "NAME", "what clients call the model (default: the name of its folder or run)"},
       {"--api-key", FlagKind::kText, "KEY", "clients must send it as a bearer token (default: none)"},
       {"--cors-origin", FlagKind::kText, "ORIGIN", "web origin whose pages may call the API (default: *, any)"},
       {"--max-context", FlagKind::kInteger, "N", "tokens of prompt and answer together (default: the model's)"},
       {"--max-batch", FlagKind::kInteger, "N", "answers written at the same time (default: 8)"},
       {"--max-queue", FlagKind::kInteger, "N", "answers that may wait for their turn (default: 64)"},
       {"--prefix-cache", FlagKind::kInteger, "MIB", "memory for beginnings of prompts (default: 512; 0: none)"},
       {"--drain-seconds", FlagKind::kNumber, "S", "time to finish when asked to stop (default: 30)"},
       {"--seed", FlagKind::kInteger, "N", "seed of requests that bring none (default: 0)"}},
      {{"smelt serve runs/quickstart/model", "on http://127.0.0.1:8000"},
       {"smelt serve model --port 0 --json", "on a free port, which is printed as JSON"},
       {"smelt serve model --host 0.0.0.0 --api-key secret", "for the whole network, with a key"}},
      serve_model};
}

}  // namespace smelt::cli
