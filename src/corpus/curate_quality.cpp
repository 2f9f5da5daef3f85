#include "corpus/curate_corpus.h"
#include "corpus/quality/decide_quality.h"

namespace smelt {

Json decide_by_quality(const CurateOptions& options, StageDir& stage, Corpus& corpus) {
  std::vector<QualityCandidate> candidates;
  std::vector<int64_t> rows;
  for (size_t i = 0; i < corpus.places.size(); ++i) {
    const auto index = static_cast<int64_t>(i);
    if (corpus.decision(index).place != Decision::Place::kReject) {
      const IndexedDocument& document = corpus.document(index);
      candidates.push_back(
          {document.id, corpus.text_bytes(index), document.scores, document.perplexity, !document.failed_rule.empty()});
      rows.push_back(index);
    }
  }
  QualityOutcome outcome = decide_quality(options.quality, candidates);
  using Outcome = QualityDecision::Fate;
  for (size_t i = 0; i < rows.size(); ++i) {
    const IndexedDocument& document = corpus.document(rows[i]);
    const QualityDecision& found = outcome.decisions[i];
    Decision& decision = corpus.decision(rows[i]);
    decision.bucket = found.bucket;
    if (found.fate == Outcome::kFilters) {
      decision.reject("quality", document.failed_rule, document.failed_value, document.failed_threshold);
    } else if (found.fate == Outcome::kPerplexity) {
      decision.reject("quality", "perplexity", double{document.perplexity}, options.quality.perplexity.max_perplexity);
    } else if (found.fate == Outcome::kBucket) {
      decision.reject("quality", "quality_bucket", found.bucket, static_cast<double>(options.quality.min_bucket));
    } else if (found.fate == Outcome::kNotDrawn) {
      decision.reject("quality", "not_drawn", options.quality.resample.fraction, options.quality.resample.fraction);
    }
  }
  if (!outcome.thresholds.scorers.empty()) {
    make_directories(stage.file("quality"));
    write_file(stage.file("quality/buckets.json"), outcome.thresholds.to_json().dump(1) + "\n");
  }
  return std::move(outcome.counts);
}

}  // namespace smelt
