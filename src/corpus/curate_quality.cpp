#include "corpus/curate_corpus.h"
#include "corpus/quality/decide_quality.h"

namespace smelt {

Json decide_by_quality(const CurateOptions& options, StageDir& stage, Corpus& corpus) {
  uint64_t left = 0;
  for (uint64_t i = 0; i < corpus.size(); ++i) {
    left += corpus.is_left(i) ? 1 : 0;
  }
  const ScratchSpace space = scratch_space(options, stage).share(2);
  ScratchArray<QualityCandidate> candidates(left, {}, space);
  ScratchArray<uint64_t> rows(left, 0, space);
  uint64_t next = 0;
  for (uint64_t i = 0; i < corpus.size(); ++i) {
    if (corpus.is_left(i)) {
      const IndexedView document = corpus.document(i);
      candidates[next] = {document.id, corpus.text_bytes(i), document.scores, document.perplexity,
                          !document.failed_rule.empty()};
      rows[next++] = i;
    }
  }
  QualityOutcome outcome = decide_quality(options.quality, std::span(candidates.begin(), candidates.end()));
  using Outcome = QualityDecision::Fate;
  for (uint64_t i = 0; i < left; ++i) {
    const IndexedView document = corpus.document(rows[i]);
    const QualityDecision& found = outcome.decisions[i];
    Decision& decision = corpus.decision(rows[i]);
    decision.bucket = static_cast<int16_t>(found.bucket);
    if (found.fate == Outcome::kFilters) {
      decision.reject("quality", nullptr, document.failed_value, document.failed_threshold);
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
