#include "eval/bits_per_byte.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "base/error.h"
#include "base/rng.h"

namespace smelt {

BitsPerByte summarize_bits(const std::vector<DocumentBits>& documents, uint64_t seed) {
  BitsPerByte out;
  double bits = 0;
  for (const DocumentBits& document : documents) {
    bits += document.bits;
    out.bytes += document.bytes;
    out.tokens += document.tokens;
  }
  out.documents = static_cast<int64_t>(documents.size());
  if (out.bytes == 0) {
    return out;
  }
  out.bits_per_byte = bits / static_cast<double>(out.bytes);
  out.bits_per_token = bits / static_cast<double>(out.tokens);
  std::vector<double> ratios;
  for (int64_t sample = 0; sample < kBootstrapSamples; ++sample) {
    Rng rng(seed, "eval/bootstrap", static_cast<uint64_t>(sample));
    double drawn_bits = 0;
    double drawn_bytes = 0;
    for (size_t i = 0; i < documents.size(); ++i) {
      const DocumentBits& document = documents[rng.below(documents.size())];
      drawn_bits += document.bits;
      drawn_bytes += static_cast<double>(document.bytes);
    }
    ratios.push_back(drawn_bytes > 0 ? drawn_bits / drawn_bytes : out.bits_per_byte);
  }
  std::sort(ratios.begin(), ratios.end());
  out.low = ratios[static_cast<size_t>(0.025 * kBootstrapSamples)];
  out.high = ratios[static_cast<size_t>(0.975 * kBootstrapSamples)];
  return out;
}

std::vector<double> score_in_windows(ScoreSequence score, uint32_t start, std::span<const uint32_t> ids, int64_t window,
                                     int64_t overlap) {
  SMELT_CHECK(window >= 2 && overlap >= 0 && overlap < window);
  std::vector<uint32_t> padded{start};
  padded.insert(padded.end(), ids.begin(), ids.end());
  const auto total = static_cast<int64_t>(padded.size());
  std::vector<double> out;
  out.reserve(ids.size());
  int64_t priced = 1;  // tokens of `padded` that need no price any more; the start never does
  while (priced < total) {
    // At least one token of context: a window cannot price its own first token.
    const int64_t begin = std::max<int64_t>(0, priced - std::max<int64_t>(overlap, 1));
    const int64_t end = std::min(total, begin + window);
    const std::vector<double> scores =
        score(std::span(padded).subspan(static_cast<size_t>(begin), static_cast<size_t>(end - begin)));
    SMELT_CHECK(static_cast<int64_t>(scores.size()) == end - begin);
    out.insert(out.end(), scores.begin() + (priced - begin), scores.end());
    priced = end;
  }
  return out;
}

double bits_of(std::span<const double> log_probs) {
  double sum = 0;
  for (const double value : log_probs) {
    sum += value;
  }
  return -sum / std::numbers::ln2;
}

}  // namespace smelt
