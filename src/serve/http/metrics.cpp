#include "serve/http/metrics.h"

#include <algorithm>

#include <fmt/format.h>

namespace smelt::serve {

namespace {

const std::vector<double> kLongBounds = {0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 50, 100, 250};
const std::vector<double> kShortBounds = {0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5};

void write_value(std::string& out, const char* type, const std::string& name, const std::string& help, int64_t value) {
  out += fmt::format("# HELP {0} {1}\n# TYPE {0} {2}\n{0} {3}\n", name, help, type, value);
}

}  // namespace

void Histogram::observe(double value) {
  const auto at = std::lower_bound(bounds_.begin(), bounds_.end(), value) - bounds_.begin();
  ++counts_[static_cast<size_t>(at)];
  sum_ += value;
}

void Histogram::write(std::string& out, const std::string& name, const std::string& help) const {
  out += fmt::format("# HELP {0} {1}\n# TYPE {0} histogram\n", name, help);
  int64_t total = 0;
  for (size_t i = 0; i < counts_.size(); ++i) {
    total += counts_[i];
    out += fmt::format("{}_bucket{{le=\"{}\"}} {}\n", name, i < bounds_.size() ? fmt::format("{}", bounds_[i]) : "+Inf",
                       total);
  }
  out += fmt::format("{0}_sum {1}\n{0}_count {2}\n", name, sum_, total);
}

Metrics::Metrics() : first_token_(kLongBounds), token_gap_(kShortBounds), request_(kLongBounds) {}

void Metrics::count_request(const std::string& endpoint, int status) {
  const std::lock_guard lock(mutex_);
  ++requests_[{endpoint, status}];
}

void Metrics::count_finish(const std::string& reason) {
  const std::lock_guard lock(mutex_);
  ++finishes_[reason];
}

void Metrics::count_tokens(int64_t prompt, int64_t generated) {
  const std::lock_guard lock(mutex_);
  prompt_tokens_ += prompt;
  generated_tokens_ += generated;
}

void Metrics::observe_first_token(double seconds) {
  const std::lock_guard lock(mutex_);
  first_token_.observe(seconds);
}

void Metrics::observe_token_gap(double seconds) {
  const std::lock_guard lock(mutex_);
  token_gap_.observe(seconds);
}

void Metrics::observe_request(double seconds) {
  const std::lock_guard lock(mutex_);
  request_.observe(seconds);
}

std::string Metrics::text(const EngineLoad& load) const {
  const std::lock_guard lock(mutex_);
  std::string out;
  out +=
      "# HELP smelt_http_requests_total Requests answered, by endpoint and status.\n# TYPE smelt_http_requests_total "
      "counter\n";
  for (const auto& [key, count] : requests_) {
    out += fmt::format("smelt_http_requests_total{{endpoint=\"{}\",status=\"{}\"}} {}\n", key.first, key.second, count);
  }
  out +=
      "# HELP smelt_request_success_total Answers finished, by reason.\n# TYPE smelt_request_success_total counter\n";
  for (const auto& [reason, count] : finishes_) {
    out += fmt::format("smelt_request_success_total{{finished_reason=\"{}\"}} {}\n", reason, count);
  }
  write_value(out, "counter", "smelt_prompt_tokens_total", "Prompt tokens taken in.", prompt_tokens_);
  write_value(out, "counter", "smelt_generation_tokens_total", "Tokens generated.", generated_tokens_);
  write_value(out, "gauge", "smelt_num_requests_running", "Answers being written.", load.running);
  write_value(out, "gauge", "smelt_num_requests_waiting", "Answers waiting for their turn.", load.waiting);
  write_value(out, "counter", "smelt_prefix_cache_queries_total", "Prompt tokens looked up in the prefix cache.",
              load.prefix_queries);
  write_value(out, "counter", "smelt_prefix_cache_hits_total", "Prompt tokens found in the prefix cache.",
              load.prefix_hits);
  first_token_.write(out, "smelt_time_to_first_token_seconds", "Time from a request to its first token.");
  token_gap_.write(out, "smelt_inter_token_latency_seconds", "Time between two tokens of an answer.");
  request_.write(out, "smelt_e2e_request_latency_seconds", "Time from a request to the end of its answer.");
  return out;
}

}  // namespace smelt::serve
