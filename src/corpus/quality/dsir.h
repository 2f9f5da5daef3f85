// Data selection by importance resampling (Xie et al., "Data Selection for Language Models via Importance Resampling",
// arXiv 2302.03169): how much likelier a text's hashed words and pairs of words are in a target than in raw text.
//
//   log w(x) = sum over the buckets b of x of log p_target(b) - log p_raw(b),   p(b) = (count_b + s) / (total + s
//   2^bits)
//
// Resampling takes the k texts with the largest log w + G, G standard Gumbel noise keyed by (seed, document): k draws
// without replacement in proportion to w (Kool et al., "Stochastic Beams and Where to Find Them", arXiv 1903.06059).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "corpus/quality/hashed_features.h"

namespace smelt {

struct DsirOptions {
  FeatureOptions features{.bits = 14};
  double smoothing = 1;
  void fields(Fields& f) {
    f.table("features", features, "what is counted");
    f("smoothing", smoothing, "added to the count of every bucket", {.min = 1e-9});
  }
};

// Counts of buckets over many texts. Those of parts add up.
class BucketCounts {
 public:
  explicit BucketCounts(const FeatureOptions& features);
  void add(std::string_view text);
  void add(const BucketCounts& other);
  const std::vector<uint64_t>& counts() const { return counts_; }

 private:
  FeatureOptions features_;
  std::vector<uint64_t> counts_;
  std::vector<uint32_t> buffer_;
};

// Thread safety: const calls may run at the same time.
class DsirModel {
 public:
  DsirModel(const DsirOptions& options, const BucketCounts& target, const BucketCounts& raw);
  // Throws UserError(kInput) where the file is no such model.
  static DsirModel load(const std::string& path);
  static DsirModel parse(std::string_view bytes, const std::string& name);
  static bool has_magic(std::string_view bytes);
  void save(const std::string& path) const;

  double log_weight(std::string_view text, std::vector<uint32_t>& buffer) const;
  const std::vector<float>& log_ratios() const { return log_ratios_; }
  const FeatureOptions& features() const { return features_; }

 private:
  DsirModel() = default;

  FeatureOptions features_;
  std::vector<float> log_ratios_;
};

// Standard Gumbel noise of a document: a pure function of its seed and id.
double gumbel_noise(uint64_t seed, std::string_view document_id);

// The indices of the `count` largest of log_weights[i] + gumbel_noise(seed, ids[i]), ascending; among equals the
// smaller id is taken.
std::vector<size_t> gumbel_top_k(const std::vector<double>& log_weights, const std::vector<std::string_view>& ids,
                                 size_t count, uint64_t seed);

}  // namespace smelt
