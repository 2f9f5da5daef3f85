// Quality in curation, [corpus.quality]: which models score every document, how scores become buckets and labels, and
// what is dropped for them.
//
// Documents get in their metadata
//   scores           name -> number, of every scorer; with perplexity, where there is a language model
//   attributes       name -> {"label", "score"}, of every attribute
//   quality_bucket   0 to 19, quality_label   (buckets.h), where a scorer is part of the ensemble
// Thresholds come from the documents that are left after deduplication, so that copies count once.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"
#include "base/recipe.h"
#include "corpus/quality/scorer.h"

namespace smelt {

struct ScorerOptions {
  std::string name;
  std::string model;
  std::string label;
  bool ensemble = true;
  std::string classifier;
  void fields(Fields& f) {
    f("name", name, "of the score in the documents' metadata");
    f("model", model, "path of a fastText classifier (.bin, .ftz), a linear head or DSIR weights");
    f("classifier", classifier, "in the place of model: the name of one of [[classifiers]], which the run trains");
    f("label", label,
      "whose probability is the score; empty: the mean where all labels are numbers, of two labels the second");
    f("ensemble", ensemble, "whether it has a say in the bucket; else the score is only noted");
  }
};

struct AttributeOptions {
  std::string name;
  std::string model;
  std::string classifier;
  void fields(Fields& f) {
    f("name", name, "of the attribute in the documents' metadata: \"domain\", \"toxicity\", \"speech\"");
    f("model", model, "path of a classifier; its likeliest label is noted");
    f("classifier", classifier, "in the place of model: the name of one of [[classifiers]]");
  }
};

struct PerplexityOptions {
  std::string model;
  double max_perplexity = 0;
  std::vector<std::string> labels;
  std::string classifier;
  void fields(Fields& f) {
    f("model", model, "path of an n-gram language model (`smelt classifier train --kind ngram`); empty: none");
    f("classifier", classifier, "in the place of model: the name of one of [[classifiers]], of the kind ngram");
    f("max_perplexity", max_perplexity, "a document of more is dropped; 0: only noted", {.min = 0});
    f("labels", labels, "labels of quality that it is applied to; empty: all");
  }
};

struct ResampleOptions {
  std::string by;
  double fraction = 1;
  void fields(Fields& f) {
    f("by", by, "name of a scorer of DSIR weights by which documents are drawn; empty: all stay");
    f("fraction", fraction, "share of the documents to draw", {.min = 0, .max = 1});
  }
};

struct QualityOptions {
  std::vector<ScorerOptions> scorers;
  std::vector<AttributeOptions> attributes;
  std::string percentiles = "rank";
  double sample = 1;
  std::string thresholds;
  int64_t min_bucket = 0;
  std::vector<std::string> filter_labels;
  PerplexityOptions perplexity;
  ResampleOptions resample;
  bool as_sources = false;
  int64_t seed = 1;
  std::string classifiers_dir;  // no setting: where the run has the models that it trained
  void fields(Fields& f) {
    f.tables("scorers", scorers, "models whose scores make the buckets");
    f.tables("attributes", attributes, "classifiers whose label is noted");
    f.choice("percentiles", percentiles, {"rank", "bytes"},
             "what 5 % is of: rank, documents (as the paper); bytes, their bytes (as Curator's recipe)");
    f("sample", sample, "share of the documents whose scores set the thresholds", {.min = 0, .max = 1});
    f("thresholds", thresholds, "quality/buckets.json of another corpus to take the thresholds of; empty: own ones");
    f("min_bucket", min_bucket, "documents of lower buckets are dropped", {.min = 0, .max = 19});
    f("filter_labels", filter_labels,
      "labels of quality that the heuristic filters are applied to, e.g. [\"low\", \"medium-low\"]; empty: all "
      "documents");
    f.table("perplexity", perplexity, "a language model's opinion");
    f.table("resample", resample, "selection by importance weights (DSIR)");
    f("as_sources", as_sources,
      "write train/high, train/medium-high, ... instead of train/SOURCE, so that a blend can weigh qualities");
    f("seed", seed, "of the sample and of the selection", {.min = 0});
  }
  bool has_perplexity() const { return !perplexity.model.empty() || !perplexity.classifier.empty(); }
  bool active() const { return !scorers.empty() || !attributes.empty() || has_perplexity(); }
};

// The names of [[classifiers]] that the options use.
std::vector<std::string> used_classifiers(const QualityOptions& options);

// Scores of one document, in the order of the options; perplexity is no number where there is no language model.
struct QualityMarks {
  std::vector<float> scores;
  float perplexity = 0;
};

class QualityModels;

// The scorers of one thread, lent by QualityModels and given back when this goes.
class QualityJudge {
 public:
  explicit QualityJudge(const QualityModels& models);
  ~QualityJudge();
  QualityJudge(const QualityJudge&) = delete;
  QualityJudge& operator=(const QualityJudge&) = delete;

  // Scores the text and writes scores and attributes into `metadata`, over what an earlier corpus had there.
  QualityMarks mark(std::string_view text, Json& metadata);

 private:
  friend class QualityModels;
  struct Scorers;
  const QualityModels& models_;
  std::unique_ptr<Scorers> scorers_;
};

// Every model that the options name, loaded once and shared between threads.
class QualityModels {
 public:
  // Throws UserError where the options do not fit together (kUsage) or a file is no such model (kInput).
  explicit QualityModels(const QualityOptions& options);
  ~QualityModels();
  QualityModels(const QualityModels&) = delete;
  QualityModels& operator=(const QualityModels&) = delete;

  const QualityOptions& options() const { return options_; }

 private:
  friend class QualityJudge;
  std::unique_ptr<QualityJudge::Scorers> lend() const;

  const QualityOptions options_;
  std::vector<std::unique_ptr<ScorerModel>> scorers_;
  std::vector<std::unique_ptr<ScorerModel>> attributes_;
  std::unique_ptr<ScorerModel> perplexity_;
  mutable std::mutex mutex_;
  mutable std::vector<std::unique_ptr<QualityJudge::Scorers>> idle_;
};

// Name and digest of every file that the options name: inputs of the stage.
std::vector<std::pair<std::string, std::string>> quality_inputs(const QualityOptions& options);

}  // namespace smelt
