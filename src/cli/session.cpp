#include "cli/session.h"

#include <cstdio>

#include <unistd.h>

#include "base/runtime.h"

namespace smelt::cli {
namespace {

ProgressMode progress_mode(const SessionOptions& options) {
  if (options.quiet) {
    return ProgressMode::kNone;
  }
  return isatty(STDERR_FILENO) != 0 ? ProgressMode::kTerminal : ProgressMode::kLines;
}

LogLevel log_level(const SessionOptions& options) {
  if (options.quiet) {
    return LogLevel::kWarn;
  }
  return options.verbose ? LogLevel::kDebug : LogLevel::kInfo;
}

int thread_count(int wanted) {
  return wanted > 0 ? wanted : available_threads();
}

}  // namespace

Session::Session(const SessionOptions& options)
    : options_(options),
      progress_(progress_mode(options), &log_),
      threads_(std::make_unique<ThreadPool>(thread_count(options.threads))),
      context_{*threads_, log_, progress_, options.seed, stop_requested()} {
  log_.to_stderr(log_level(options));
}

const Context& Session::reconfigure(uint64_t seed, int threads) {
  const int count = thread_count(options_.threads > 0 ? options_.threads : threads);
  other_threads_ = std::make_unique<ThreadPool>(count);
  other_context_.reset(new Context{*other_threads_, log_, progress_, seed, stop_requested()});
  return *other_context_;
}

void Session::print(const std::string& text, const Json& data) {
  print_text(json() ? data.dump() + "\n" : text);
}

void Session::print_text(const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fflush(stdout);
}

}  // namespace smelt::cli
