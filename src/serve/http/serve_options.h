// Settings of the HTTP server and of the scheduler behind it.
#pragma once

#include <cstdint>
#include <string>

#include "base/recipe.h"

namespace smelt::serve {

struct ServeOptions {
  std::string host = "127.0.0.1";
  int64_t port = 8000;
  std::string model_name;
  std::string api_key;
  std::string cors_origin = "*";
  int64_t max_batch = 8;
  int64_t max_queue = 64;
  int64_t max_context = 0;
  int64_t prefill_chunk = 128;
  int64_t prefix_cache_mb = 512;
  int64_t max_body_mb = 8;
  double drain_seconds = 30;
  int64_t seed = 0;

  void fields(Fields& f) {
    f("host", host, "address to listen on; 0.0.0.0 for every network interface");
    f("port", port, "TCP port; 0 picks a free one", {.min = 0, .max = 65535});
    f("model_name", model_name, "name that clients ask for; empty: the name of the model's folder");
    f("api_key", api_key, "key that clients must send as a bearer token; empty: none");
    f("cors_origin", cors_origin, "web origin whose pages may call the server; * for any, empty for none");
    f("max_batch", max_batch, "answers that are written at the same time", {.min = 1, .max = 256});
    f("max_queue", max_queue, "answers that may wait for their turn before clients are told to come back (429)",
      {.min = 0, .max = 4096});
    f("max_context", max_context, "tokens of prompt and answer together; 0: as the model says",
      {.min = 0, .max = 16777216});
    f("prefill_chunk", prefill_chunk, "prompt tokens taken in between two steps of the running answers",
      {.min = 1, .max = 8192});
    f("prefix_cache_mb", prefix_cache_mb, "memory for the states of prompt beginnings, in MiB; 0: none",
      {.min = 0, .max = 1048576});
    f("max_body_mb", max_body_mb, "largest request body, in MiB", {.min = 1, .max = 1024});
    f("drain_seconds", drain_seconds, "time that running answers get to finish when the server is asked to stop",
      {.min = 0, .max = 86400});
    f("seed", seed, "seed of requests that name none", {.min = 0});
  }
};

}  // namespace smelt::serve
