// Choosing the next token from logits.
//
// Order: bias, repetition penalty (Keskar et al., arXiv 1909.05858: positive logits divided, negative multiplied),
// presence and frequency penalties (OpenAI API: subtracted; only generated tokens count), temperature, then top-k,
// top-p (Holtzman et al., arXiv 1904.09751: the fewest tokens whose mass reaches p) and min-p (arXiv 2407.01082: tokens
// of at least min_p times the largest probability), each on what the one before left.
#pragma once

#include <cstdint>
#include <span>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/recipe.h"

namespace smelt::serve {

struct SamplingOptions {
  double temperature = 1.0;
  int64_t top_k = 0;
  double top_p = 1.0;
  double min_p = 0.0;
  double repetition_penalty = 1.0;
  double presence_penalty = 0.0;
  double frequency_penalty = 0.0;
  int64_t seed = 0;
  std::unordered_map<uint32_t, float> logit_bias{};  // added to logits; not a recipe key

  bool operator==(const SamplingOptions&) const = default;
  void fields(Fields& f);
};

struct SampledToken {
  uint32_t id = 0;
  float logprob = 0;                            // under the model itself: softmax of the given logits, untouched
  std::vector<std::pair<uint32_t, float>> top;  // the most likely ids with their logprobs, best first
};

// Chooses tokens of one sequence. The choice is a pure function of (options, tokens seen, logits, seed, position). Not
// thread-safe.
class Sampler {
 public:
  explicit Sampler(SamplingOptions options);

  // Tokens that penalties shall know. sample() adds what it chooses by itself.
  void see_prompt(std::span<const uint32_t> ids);
  void see_generated(uint32_t id);

  // `position` numbers the choice within the sequence (with the seed it keys the random number). Logits of -infinity
  // are never chosen; NaN counts as -infinity; where nothing else is left, the lowest id among the largest logits is
  // chosen. temperature 0: the largest logit, the lowest id among equals.
  SampledToken sample(std::span<const float> logits, int64_t position, int64_t top_logprobs = 0);

  // The probabilities that sample() draws from: ids with their probability, most likely first (ties: lower id first),
  // sum 1.
  std::vector<std::pair<uint32_t, double>> distribution(std::span<const float> logits) const;

  const SamplingOptions& options() const { return options_; }

 private:
  float adjusted(std::span<const float> logits, uint32_t id) const;
  // distribution() in no promised order.
  std::vector<std::pair<uint32_t, double>> candidates(std::span<const float> logits) const;

  SamplingOptions options_;
  struct Seen {
    bool anywhere = false;
    int64_t generated = 0;
  };
  std::unordered_map<uint32_t, Seen> seen_;
};

}  // namespace smelt::serve
