// Bits per byte of held-out documents under a model, with an interval over documents. The rule of payment is in
// heldout.h.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/function_ref.h"
#include "eval/heldout.h"

namespace smelt {

// What one document cost.
struct DocumentBits {
  double bits = 0;
  int64_t bytes = 0;
  int64_t tokens = 0;
};

struct BitsPerByte {
  double bits_per_byte = 0;  // all bits over all bytes
  double low = 0;            // 95 % interval: percentile bootstrap over documents (Efron 1979)
  double high = 0;
  double bits_per_token = 0;
  int64_t documents = 0;
  int64_t bytes = 0;
  int64_t tokens = 0;
};

constexpr int64_t kBootstrapSamples = 1000;

// A pure function of (documents, seed).
BitsPerByte summarize_bits(const std::vector<DocumentBits>& documents, uint64_t seed);

// Natural log of p(ids[i] | ids[0..i-1]) for i >= 1; at 0 anything.
using ScoreSequence = FunctionRef<std::vector<double>(std::span<const uint32_t>)>;

// Natural logs of a document's tokens, given `start` before the first. A document longer than the context is read in
// windows of `window` tokens (the first one begins with `start`): each begins `overlap` tokens before the first token
// that it prices, and prices all the rest. 0 <= overlap < window, so every token is priced once, with at least
// `overlap` tokens of context where there are as many.
std::vector<double> score_in_windows(ScoreSequence score, uint32_t start, std::span<const uint32_t> ids, int64_t window,
                                     int64_t overlap);

double bits_of(std::span<const double> log_probs);  // -sum / ln 2

}  // namespace smelt
