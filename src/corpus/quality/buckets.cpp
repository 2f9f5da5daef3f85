#include "corpus/quality/buckets.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "base/error.h"
#include "base/text.h"

namespace smelt {

BucketThresholds percentile_thresholds(std::vector<WeightedScore>& sample, bool by_bytes) {
  std::erase_if(sample, [](const WeightedScore& s) { return std::isnan(s.score); });
  std::sort(sample.begin(), sample.end(),
            [](const WeightedScore& a, const WeightedScore& b) { return a.score < b.score; });
  const auto weight = [&](const WeightedScore& s) { return by_bytes ? s.bytes : int64_t{1}; };
  int64_t total = 0;
  for (const WeightedScore& s : sample) {
    total += weight(s);
  }
  BucketThresholds thresholds{};
  size_t next = 0;
  int64_t reached = 0;
  for (const WeightedScore& s : sample) {
    reached += weight(s);
    // In whole numbers: reached / total >= (next + 1) / 20.
    while (next < thresholds.size() && reached * kBuckets >= static_cast<int64_t>(next + 1) * total) {
      thresholds[next++] = s.score;
    }
  }
  return thresholds;
}

int bucket_of(double score, const BucketThresholds& thresholds) {
  if (std::isnan(score)) {
    return 0;
  }
  return static_cast<int>(std::upper_bound(thresholds.begin(), thresholds.end(), score) - thresholds.begin());
}

int label_of_bucket(int bucket) {
  return bucket >= 19 ? 4 : bucket == 18 ? 3 : bucket >= 12 ? 2 : bucket >= 7 ? 1 : 0;
}

int find_quality_label(const std::string& name, const std::string& key) {
  const auto found = std::find(kQualityLabels.begin(), kQualityLabels.end(), name);
  if (found == kQualityLabels.end()) {
    throw usage_error(fmt::format("'{}' is no label of quality", name), key,
                      "labels: low, medium-low, medium, medium-high, high");
  }
  return static_cast<int>(found - kQualityLabels.begin());
}

Json BucketFile::to_json() const {
  Json out = Json::object();
  out["percentiles"] = percentiles;
  out["sample_documents"] = sample_documents;
  Json all = Json::object();
  for (const auto& [name, thresholds] : scorers) {
    all[name] = Json::list(std::vector<double>(thresholds.begin(), thresholds.end()));
  }
  out["thresholds"] = std::move(all);
  return out;
}

BucketFile BucketFile::load(const std::string& path) {
  const Json json = Json::load(path);
  BucketFile file;
  file.percentiles = json.get("percentiles", "rank");
  file.sample_documents = json.get("sample_documents", int64_t{0});
  for (const auto& [name, values] : json.at("thresholds").as_object()) {
    BucketThresholds thresholds{};
    const Json::Array& array = values.as_array();
    if (array.size() != thresholds.size()) {
      throw input_error(fmt::format("{} has {} thresholds and not {}", name, array.size(), thresholds.size()), path);
    }
    for (size_t i = 0; i < array.size(); ++i) {
      thresholds[i] = array[i].as_double();
    }
    if (!std::is_sorted(thresholds.begin(), thresholds.end())) {
      throw input_error(fmt::format("the thresholds of {} do not ascend", name), path);
    }
    file.scorers.emplace_back(name, thresholds);
  }
  return file;
}

}  // namespace smelt
