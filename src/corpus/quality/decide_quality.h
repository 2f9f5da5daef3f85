// The global step of quality: thresholds from all scores, and with them buckets, labels and what is dropped.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "corpus/quality/buckets.h"
#include "corpus/quality/quality.h"

namespace smelt {

// What the filter pass knows of a document that is still there. Views and spans must outlive the call.
struct QualityCandidate {
  std::string_view id;
  int64_t bytes = 0;
  std::span<const float> scores;  // in the order of the scorers
  float perplexity = 0;           // not a number where unknown
  bool fails_filters = false;     // heuristics that are applied by label
};

struct QualityDecision {
  enum class Fate : uint8_t { kKeep, kFilters, kPerplexity, kBucket, kNotDrawn };
  int bucket = -1;  // -1 where no scorer is in the ensemble
  Fate fate = Fate::kKeep;
};

struct QualityOutcome {
  std::vector<QualityDecision> decisions;  // in the order of the candidates
  BucketFile thresholds;                   // without scorers where none is in the ensemble
  // buckets: "0" to "19" with documents, text_bytes; labels: the same by label; scorers: name -> its own buckets'
  // documents; perplexity: documents by powers of two ("64-127").
  Json counts;
};

// The sample and the draw depend on the options, ids and scores alone. Memory: 8 bytes a candidate; 16 more for those
// of the sample while own thresholds are found, 40 where documents are drawn.
QualityOutcome decide_quality(const QualityOptions& options, std::span<const QualityCandidate> candidates);

}  // namespace smelt
