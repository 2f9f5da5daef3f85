// From scores to twenty buckets and five labels, as Nemotron-CC makes them (arXiv 2412.02595, section 2.3).
//
// A scorer's thresholds are 19 percentiles, 5 to 95, of its scores over a sample: the smallest score at which the share
// of the sample that is no larger reaches q (the inverted distribution function). The share is of documents ("rank", as
// the paper says) or of their bytes ("bytes", as NeMo Curator's recipe does). A score's bucket is the number of
// thresholds that it reaches; a document's bucket is the largest over the scorers; its label is
//   high 19, medium-high 18, medium 12 to 17, medium-low 7 to 11, low 0 to 6.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/json.h"

namespace smelt {

constexpr int kBuckets = 20;
using BucketThresholds = std::array<double, kBuckets - 1>;

// One scored document of the sample.
struct WeightedScore {
  double score = 0;
  int64_t bytes = 0;
};

// Thresholds of a sample, which is sorted on the way; all 0 where it is empty. Scores that are no numbers are left out.
BucketThresholds percentile_thresholds(std::vector<WeightedScore>& sample, bool by_bytes);

// 0 to 19; 0 where the score is no number.
int bucket_of(double score, const BucketThresholds& thresholds);

constexpr std::array<const char*, 5> kQualityLabels = {"low", "medium-low", "medium", "medium-high", "high"};
// Index of the bucket's label.
int label_of_bucket(int bucket);
// Index of a label by its name. Throws UserError(kUsage), naming `key`, where there is none.
int find_quality_label(const std::string& name, const std::string& key);

// quality/buckets.json: name -> thresholds, with how they came about.
struct BucketFile {
  std::string percentiles;  // "rank" or "bytes"
  int64_t sample_documents = 0;
  std::vector<std::pair<std::string, BucketThresholds>> scorers;

  Json to_json() const;
  static BucketFile load(const std::string& path);  // throws UserError(kInput)
};

}  // namespace smelt
