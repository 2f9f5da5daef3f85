// One call of the program: its output, threads, log and progress, made from the flags that every verb takes.
#pragma once

#include <memory>
#include <string>

#include "base/context.h"
#include "base/json.h"

namespace smelt::cli {

struct SessionOptions {
  bool json = false;
  bool quiet = false;
  bool verbose = false;
  int threads = 0;  // 0: all that this process may use
  uint64_t seed = 0;
};

class Session {
 public:
  explicit Session(const SessionOptions& options);

  const Context& context() const { return context_; }
  Logger& log() { return log_; }
  bool json() const { return options_.json; }
  // A context with another seed and number of threads (what a recipe says); valid as long as the session.
  const Context& reconfigure(uint64_t seed, int threads);

  // Results go to stdout: `text` for people, `data` in one line with --json.
  void print(const std::string& text, const Json& data);
  void print_text(const std::string& text);

 private:
  SessionOptions options_;
  Logger log_;
  ProgressSink progress_;
  std::unique_ptr<ThreadPool> threads_;
  Context context_;
  std::unique_ptr<ThreadPool> other_threads_;
  std::unique_ptr<Context> other_context_;
};

}  // namespace smelt::cli
