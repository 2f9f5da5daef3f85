#include "serve/engine/sampler.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/error.h"
#include "base/rng.h"

namespace smelt::serve {
namespace {

constexpr float kNever = -std::numeric_limits<float>::infinity();

// The order of tokens wherever one is needed: larger logit first, then lower id.
bool more_likely(const std::pair<uint32_t, float>& a, const std::pair<uint32_t, float>& b) {
  return a.second != b.second ? a.second > b.second : a.first < b.first;
}

uint32_t largest(std::span<const float> logits) {
  uint32_t best = 0;
  for (uint32_t id = 1; id < logits.size(); ++id) {
    best = logits[id] > logits[best] || std::isnan(logits[best]) ? id : best;
  }
  return best;
}

using Probabilities = std::vector<std::pair<uint32_t, double>>;

bool more_probable(const std::pair<uint32_t, double>& a, const std::pair<uint32_t, double>& b) {
  return a.second != b.second ? a.second > b.second : a.first < b.first;
}

void make_sum_one(Probabilities& tokens) {
  double sum = 0;
  for (const auto& token : tokens) {
    sum += token.second;
  }
  for (auto& token : tokens) {
    token.second /= sum;
  }
}

// Keeps the fewest tokens, from the most likely on, whose mass reaches top_p of 1. Only as many are sorted as are
// needed.
void keep_top_p(Probabilities& tokens, double top_p) {
  double mass = 0;
  size_t kept = 0;
  size_t sorted = 0;
  while (kept < tokens.size() && (kept == 0 || mass < top_p)) {
    if (kept == sorted) {
      const size_t until = std::min(tokens.size(), std::max<size_t>(64, sorted * 4));
      std::partial_sort(tokens.begin() + static_cast<ptrdiff_t>(sorted), tokens.begin() + static_cast<ptrdiff_t>(until),
                        tokens.end(), more_probable);
      sorted = until;
    }
    mass += tokens[kept++].second;
  }
  tokens.resize(kept);
}

void keep_min_p(Probabilities& tokens, double min_p) {
  double maximum = 0;
  for (const auto& token : tokens) {
    maximum = std::max(maximum, token.second);
  }
  std::erase_if(tokens, [&](const auto& token) { return token.second < min_p * maximum; });
}

// The most likely ids under the untouched logits.
std::vector<std::pair<uint32_t, float>> top_logprobs_of(std::span<const float> logits, double log_sum, int64_t count) {
  std::vector<std::pair<uint32_t, float>> all;
  all.reserve(logits.size());
  for (uint32_t id = 0; id < logits.size(); ++id) {
    all.emplace_back(id, std::isnan(logits[id]) ? kNever : logits[id]);
  }
  const auto kept = static_cast<ptrdiff_t>(std::min<int64_t>(count, static_cast<int64_t>(all.size())));
  std::partial_sort(all.begin(), all.begin() + kept, all.end(), more_likely);
  all.resize(static_cast<size_t>(kept));
  for (auto& [id, logprob] : all) {
    logprob = static_cast<float>(logprob - log_sum);
  }
  return all;
}

double log_sum_exp(std::span<const float> logits) {
  double maximum = kNever;
  for (const float logit : logits) {
    maximum = logit > maximum ? logit : maximum;
  }
  double sum = 0;
  for (const float logit : logits) {
    sum += std::isnan(logit) ? 0.0 : std::exp(static_cast<double>(logit) - maximum);
  }
  return maximum + std::log(sum);
}

}  // namespace

void SamplingOptions::fields(Fields& f) {
  f("temperature", temperature, "divides the logits; 0 takes the most likely token", {0, 100});
  f("top_k", top_k, "keep the k most likely tokens; 0 keeps all", {0});
  f("top_p", top_p, "keep the fewest tokens whose mass reaches this", {0, 1});
  f("min_p", min_p, "keep tokens of at least this times the largest probability", {0, 1});
  f("repetition_penalty", repetition_penalty, "shrinks logits of tokens seen in prompt or text; 1 is off", {0.01, 100});
  f("presence_penalty", presence_penalty, "taken off the logits of tokens generated before", {-100, 100});
  f("frequency_penalty", frequency_penalty, "taken off the logits once per time that a token was generated",
    {-100, 100});
  f("seed", seed, "chooses the random numbers");
}

Sampler::Sampler(SamplingOptions options) : options_(std::move(options)) {
  if (!(options_.temperature >= 0) || !(options_.top_p >= 0 && options_.top_p <= 1) ||
      !(options_.min_p >= 0 && options_.min_p <= 1) || options_.top_k < 0 || !(options_.repetition_penalty > 0)) {
    throw usage_error("sampling settings are out of range", "sampling",
                      "temperature >= 0, top_k >= 0, 0 <= top_p <= 1, 0 <= min_p <= 1, repetition_penalty > 0");
  }
}

void Sampler::see_prompt(std::span<const uint32_t> ids) {
  for (const uint32_t id : ids) {
    seen_[id].anywhere = true;
  }
}

void Sampler::see_generated(uint32_t id) {
  Seen& seen = seen_[id];
  seen.anywhere = true;
  ++seen.generated;
}

float Sampler::adjusted(std::span<const float> logits, uint32_t id) const {
  float logit = logits[id];
  if (std::isnan(logit)) {
    return kNever;
  }
  if (const auto bias = options_.logit_bias.find(id); bias != options_.logit_bias.end()) {
    logit += bias->second;
  }
  if (const auto seen = seen_.find(id); seen != seen_.end()) {
    const auto penalty = static_cast<float>(options_.repetition_penalty);
    logit = logit > 0 ? logit / penalty : logit * penalty;
    if (seen->second.generated > 0) {
      logit -= static_cast<float>(options_.presence_penalty +
                                  options_.frequency_penalty * static_cast<double>(seen->second.generated));
    }
  }
  return logit;
}

std::vector<std::pair<uint32_t, double>> Sampler::candidates(std::span<const float> logits) const {
  std::vector<std::pair<uint32_t, float>> kept;
  kept.reserve(logits.size());
  const bool plain = seen_.empty() && options_.logit_bias.empty();
  for (uint32_t id = 0; id < logits.size(); ++id) {
    const float logit = plain ? logits[id] : adjusted(logits, id);
    if (!std::isnan(logit) && logit != kNever) {
      kept.emplace_back(id, logit);
    }
  }
  if (kept.empty()) {
    return {{largest(logits), 1.0}};
  }
  const auto limit = options_.temperature == 0 ? size_t{1} : static_cast<size_t>(options_.top_k);
  if (limit > 0 && limit < kept.size()) {
    std::nth_element(kept.begin(), kept.begin() + static_cast<ptrdiff_t>(limit) - 1, kept.end(), more_likely);
    kept.resize(limit);
  }
  const float maximum = std::min_element(kept.begin(), kept.end(), more_likely)->second;
  const double temperature = options_.temperature == 0 ? 1.0 : options_.temperature;
  Probabilities tokens;
  tokens.reserve(kept.size());
  for (const auto& [id, logit] : kept) {
    // An infinite maximum takes all the mass.
    const double distance = logit == maximum ? 0.0 : static_cast<double>(logit) - maximum;
    tokens.emplace_back(id, std::exp(distance / temperature));
  }
  make_sum_one(tokens);
  if (options_.top_p < 1) {
    keep_top_p(tokens, options_.top_p);
    make_sum_one(tokens);
  }
  if (options_.min_p > 0) {
    keep_min_p(tokens, options_.min_p);
    make_sum_one(tokens);
  }
  return tokens;
}

std::vector<std::pair<uint32_t, double>> Sampler::distribution(std::span<const float> logits) const {
  auto tokens = candidates(logits);
  std::sort(tokens.begin(), tokens.end(), more_probable);
  return tokens;
}

SampledToken Sampler::sample(std::span<const float> logits, int64_t position, int64_t top_logprobs) {
  SMELT_CHECK(!logits.empty());
  const auto tokens = candidates(logits);
  SampledToken out;
  out.id = tokens.back().first;
  if (tokens.size() > 1) {
    double left = Rng(static_cast<uint64_t>(options_.seed), "sample", static_cast<uint64_t>(position)).uniform();
    for (const auto& [id, probability] : tokens) {
      left -= probability;
      if (left < 0) {
        out.id = id;
        break;
      }
    }
  }
  const double log_sum = log_sum_exp(logits);
  out.logprob = static_cast<float>(logits[out.id] - log_sum);
  if (top_logprobs > 0) {
    out.top = top_logprobs_of(logits, log_sum, top_logprobs);
  }
  see_generated(out.id);
  return out;
}

}  // namespace smelt::serve
