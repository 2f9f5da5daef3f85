#include "corpus/dedup/signer.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

namespace smelt {

namespace {

constexpr uint64_t kWorst = std::numeric_limits<uint64_t>::max();

// Keeps the order of numbers; none is 0 or kWorst. NaN counts as missing.
uint64_t ascending(double value) {
  if (std::isnan(value)) {
    return kWorst;
  }
  const auto bits = std::bit_cast<uint64_t>(value + 0.0);  // -0 is 0
  const uint64_t ordered = (bits >> 63) != 0 ? ~bits : bits | (uint64_t{1} << 63);
  return std::clamp<uint64_t>(ordered, 1, kWorst - 1);
}

// The digits of an ISO 8601 date and time up to the second, missing ones as zeros: 2024-05-01 is 20240501000000.
// Offsets from UTC do not count. NaN where the text does not begin with a year.
double date_number(const std::string& text) {
  constexpr size_t kDigits = 14;
  double number = 0;
  size_t digits = 0;
  for (const char c : text) {
    if (c >= '0' && c <= '9' && digits < kDigits) {
      number = number * 10 + (c - '0');
      ++digits;
    } else if (digits < 4 || digits == kDigits || (c != '-' && c != ':' && c != 'T' && c != ' ')) {
      break;
    }
  }
  if (digits < 4) {
    return std::numeric_limits<double>::quiet_NaN();
  }
  for (; digits < kDigits; ++digits) {
    number *= 10;
  }
  return number;
}

}  // namespace

uint64_t preference_of(const Document& document, const DedupOptions& options) {
  if (options.policy == "longest") {
    return kWorst - document.text.size();
  }
  if (options.policy == "best") {
    const Json* score = document.metadata.find(options.score_field);
    return score != nullptr && score->is_number() ? ascending(-score->as_double()) : kWorst;
  }
  if (options.policy == "oldest") {
    const Json* date = document.metadata.find(options.date_field);
    if (date != nullptr && date->is_string()) {
      return ascending(date_number(date->as_string()));
    }
    return date != nullptr && date->is_number() ? ascending(date->as_double()) : kWorst;
  }
  return 1;
}

SignedDocument DocumentSigner::sign(const Document& document) {
  SignedDocument out;
  const MinHashShape& shape = hasher_.shape();
  out.normalized = normalize_for_duplicates(document.text);
  out.keys.id = document.id;
  out.keys.exact = hash128(out.normalized);
  out.keys.preference = preference_of(document, options_);
  shingle_hashes(out.normalized, shape.unit, shape.shingle, shingles_);
  out.signature.resize(static_cast<size_t>(hasher_.size()));
  hasher_.sign(shingles_, out.signature);
  // Texts without a shingle are all alike to MinHash; exact duplicates find those.
  if (!shingles_.empty()) {
    out.keys.bands.resize(static_cast<size_t>(shape.bands));
    hasher_.band_keys(out.signature, out.keys.bands);
  }
  return out;
}

}  // namespace smelt
