#include "corpus/quality/decide_quality.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "base/error.h"
#include "corpus/counts.h"
#include "corpus/quality/dsir.h"
#include "corpus/quality/hash_sample.h"

namespace smelt {
namespace {

using Fate = QualityDecision::Fate;

BucketFile own_thresholds(const QualityOptions& options, std::span<const QualityCandidate> candidates) {
  BucketFile file{options.percentiles, 0, {}};
  std::vector<WeightedScore> sample;
  for (size_t s = 0; s < options.scorers.size(); ++s) {
    if (!options.scorers[s].ensemble) {
      continue;
    }
    sample.clear();
    for (const QualityCandidate& candidate : candidates) {
      if (is_sampled(candidate.id, options.sample, static_cast<uint64_t>(options.seed))) {
        sample.push_back({double{candidate.scores[s]}, candidate.bytes});
      }
    }
    file.sample_documents = static_cast<int64_t>(sample.size());
    file.scorers.emplace_back(options.scorers[s].name, percentile_thresholds(sample, options.percentiles == "bytes"));
  }
  return file;
}

// Those of the file for every scorer of the ensemble, in the order of the options.
BucketFile given_thresholds(const QualityOptions& options) {
  const BucketFile from = BucketFile::load(options.thresholds);
  BucketFile file{from.percentiles, from.sample_documents, {}};
  for (const ScorerOptions& scorer : options.scorers) {
    const auto found = std::find_if(from.scorers.begin(), from.scorers.end(),
                                    [&](const auto& row) { return row.first == scorer.name; });
    if (scorer.ensemble && found == from.scorers.end()) {
      throw input_error(fmt::format("has no thresholds of the scorer '{}'", scorer.name), options.thresholds);
    }
    if (scorer.ensemble) {
      file.scorers.push_back(*found);
    }
  }
  return file;
}

std::string perplexity_range(float perplexity) {
  if (!(perplexity >= 1)) {
    return "unknown";
  }
  const int power = std::min(30, static_cast<int>(std::log2(double{perplexity})));
  return fmt::format("{}-{}", 1LL << power, (2LL << power) - 1);
}

void count(Json& group, const std::string& name, int64_t bytes) {
  Json& row = count_group(group, name);
  add_count(row, "documents", 1);
  add_count(row, "text_bytes", bytes);
}

class Decider {
 public:
  Decider(const QualityOptions& options, const BucketFile& thresholds) : options_(options) {
    for (size_t s = 0; s < options.scorers.size(); ++s) {
      if (options.scorers[s].ensemble) {
        ensemble_.emplace_back(s, thresholds.scorers[ensemble_.size()].second);
      }
    }
    for (const std::string& label : options.filter_labels) {
      filtered_[static_cast<size_t>(find_quality_label(label, "filter_labels"))] = true;
    }
    for (const std::string& label : options.perplexity.labels) {
      by_perplexity_[static_cast<size_t>(find_quality_label(label, "perplexity.labels"))] = true;
    }
    if (options.perplexity.labels.empty()) {
      by_perplexity_.fill(true);
    }
  }

  QualityDecision decide(const QualityCandidate& candidate, Json& counts) const {
    QualityDecision decision;
    for (const auto& [scorer, thresholds] : ensemble_) {
      const int bucket = bucket_of(double{candidate.scores[scorer]}, thresholds);
      add_count(count_group(count_group(counts, "scorers"), options_.scorers[scorer].name), std::to_string(bucket), 1);
      decision.bucket = std::max(decision.bucket, bucket);
    }
    if (!std::isnan(candidate.perplexity)) {
      add_count(count_group(counts, "perplexity"), perplexity_range(candidate.perplexity), 1);
    }
    const auto label = static_cast<size_t>(decision.bucket < 0 ? 0 : label_of_bucket(decision.bucket));
    if (decision.bucket >= 0) {
      count(count_group(counts, "buckets"), std::to_string(decision.bucket), candidate.bytes);
      count(count_group(counts, "labels"), kQualityLabels[label], candidate.bytes);
    }
    if (decision.bucket >= 0 && decision.bucket < options_.min_bucket) {
      decision.fate = Fate::kBucket;
    } else if (candidate.fails_filters && filtered_[label]) {
      decision.fate = Fate::kFilters;
    } else if (options_.perplexity.max_perplexity > 0 && by_perplexity_[label] &&
               double{candidate.perplexity} > options_.perplexity.max_perplexity) {
      decision.fate = Fate::kPerplexity;
    }
    return decision;
  }

 private:
  const QualityOptions& options_;
  std::vector<std::pair<size_t, BucketThresholds>> ensemble_;
  std::array<bool, kQualityLabels.size()> filtered_{};
  std::array<bool, kQualityLabels.size()> by_perplexity_{};
};

void draw(const QualityOptions& options, std::span<const QualityCandidate> candidates,
          std::vector<QualityDecision>& decisions) {
  size_t scorer = 0;
  while (options.scorers[scorer].name != options.resample.by) {
    ++scorer;
  }
  std::vector<double> weights;
  std::vector<std::string_view> ids;
  std::vector<size_t> rows;
  for (size_t i = 0; i < candidates.size(); ++i) {
    if (decisions[i].fate == Fate::kKeep) {
      weights.push_back(double{candidates[i].scores[scorer]});
      ids.push_back(candidates[i].id);
      rows.push_back(i);
      decisions[i].fate = Fate::kNotDrawn;
    }
  }
  const auto wanted = static_cast<size_t>(std::llround(options.resample.fraction * static_cast<double>(rows.size())));
  for (const size_t i : gumbel_top_k(weights, ids, wanted, static_cast<uint64_t>(options.seed))) {
    decisions[rows[i]].fate = Fate::kKeep;
  }
}

}  // namespace

QualityOutcome decide_quality(const QualityOptions& options, std::span<const QualityCandidate> candidates) {
  QualityOutcome outcome;
  outcome.counts = Json::object();
  outcome.thresholds = options.thresholds.empty() ? own_thresholds(options, candidates) : given_thresholds(options);
  for (int bucket = 0; bucket < kBuckets && !outcome.thresholds.scorers.empty(); ++bucket) {
    Json& row = count_group(count_group(outcome.counts, "buckets"), std::to_string(bucket));
    add_count(row, "documents", 0);
    add_count(row, "text_bytes", 0);
  }
  const Decider decider(options, outcome.thresholds);
  outcome.decisions.reserve(candidates.size());
  for (const QualityCandidate& candidate : candidates) {
    outcome.decisions.push_back(decider.decide(candidate, outcome.counts));
  }
  if (!options.resample.by.empty()) {
    draw(options, candidates, outcome.decisions);
  }
  return outcome;
}

}  // namespace smelt
