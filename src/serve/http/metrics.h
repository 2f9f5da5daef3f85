// Counters and histograms of the server in Prometheus' text format. Thread-safe.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "serve/http/text_engine.h"

namespace smelt::serve {

class Histogram {
 public:
  explicit Histogram(std::vector<double> bounds) : bounds_(std::move(bounds)), counts_(bounds_.size() + 1) {}
  void observe(double value);
  void write(std::string& out, const std::string& name, const std::string& help) const;

 private:
  std::vector<double> bounds_;
  std::vector<int64_t> counts_;
  double sum_ = 0;
};

class Metrics {
 public:
  Metrics();
  void count_request(const std::string& endpoint, int status);
  void count_finish(const std::string& reason);
  void count_tokens(int64_t prompt, int64_t generated);
  void observe_first_token(double seconds);
  void observe_token_gap(double seconds);
  void observe_request(double seconds);
  std::string text(const EngineLoad& load) const;

 private:
  mutable std::mutex mutex_;
  std::map<std::pair<std::string, int>, int64_t> requests_;
  std::map<std::string, int64_t> finishes_;
  int64_t prompt_tokens_ = 0;
  int64_t generated_tokens_ = 0;
  Histogram first_token_;
  Histogram token_gap_;
  Histogram request_;
};

}  // namespace smelt::serve
