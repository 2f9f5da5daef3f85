#include "corpus/clusters/embedding.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include <utf8proc.h>

#include "base/error.h"

namespace smelt {

namespace {

constexpr size_t kCounters = size_t{1} << 20;
constexpr double kMinDocuments = 3;
constexpr double kMaxRarity = 10000;

// Sixty-four signs from a hash (the finaliser of SplitMix64, Steele et al. 2014).
uint64_t mix(uint64_t x) {
  x += 0x9E3779B97F4A7C15;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
  return x ^ (x >> 31);
}

}  // namespace

bool detail::starts_with_letter(std::string_view word) {
  size_t pos = 0;
  const utf8proc_category_t category = utf8proc_category(static_cast<utf8proc_int32_t>(next_code_point(word, pos)));
  return category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_LO;
}

std::vector<TermCount> count_terms(std::string_view text) {
  std::vector<uint64_t> hashes;
  for_each_term(text, [&](std::string_view, uint64_t hash) { hashes.push_back(hash); });
  std::sort(hashes.begin(), hashes.end());
  std::vector<TermCount> terms;
  for (const uint64_t hash : hashes) {
    if (terms.empty() || terms.back().term != hash) {
      terms.push_back({hash, 0});
    }
    ++terms.back().count;
  }
  return terms;
}

DocumentFrequencies::DocumentFrequencies() : counts_(kCounters) {}

void DocumentFrequencies::add(std::span<const TermCount> terms) {
  ++documents_;
  for (const TermCount& term : terms) {
    ++counts_[term.term % kCounters];
  }
}

double DocumentFrequencies::idf(uint64_t term) const {
  const auto seen = static_cast<double>(std::min<int64_t>(counts_[term % kCounters], documents_));
  if (seen < std::max(kMinDocuments, static_cast<double>(documents_) / kMaxRarity)) {
    return 0;
  }
  return std::log((static_cast<double>(documents_) + 1) / (seen + 1));
}

void Embedder::embed(std::span<const TermCount> terms, std::span<float> out) const {
  SMELT_CHECK(out.size() == dimensions_ && dimensions_ % 64 == 0);
  std::fill(out.begin(), out.end(), 0.0F);
  for (const TermCount& term : terms) {
    const auto weight =
        static_cast<float>((1 + std::log(static_cast<double>(term.count))) * frequencies_.idf(term.term));
    const auto bits = std::bit_cast<uint32_t>(weight);
    for (size_t block = 0; block < dimensions_; block += 64) {
      const uint64_t signs = mix(term.term ^ mix(seed_ + block));
      for (size_t i = 0; i < 64; ++i) {
        out[block + i] += std::bit_cast<float>(bits ^ (static_cast<uint32_t>(signs >> i) << 31));
      }
    }
  }
  double square = 0;
  for (const float value : out) {
    square += static_cast<double>(value) * value;
  }
  const auto scale = static_cast<float>(square > 0 ? 1 / std::sqrt(square) : 0);
  for (float& value : out) {
    value *= scale;
  }
}

}  // namespace smelt
