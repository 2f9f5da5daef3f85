#include "corpus/quality/quality.h"

#include <algorithm>
#include <cmath>
#include <set>

#include <fmt/format.h>

#include "base/error.h"
#include "base/hash.h"
#include "corpus/quality/buckets.h"
#include "corpus/quality/classifiers_stage.h"

namespace smelt {
namespace {

// The shortest digits of a float, so that lines stay short.
Json as_json(double value) {
  if (!std::isfinite(value)) {
    return {};
  }
  return Json(std::stod(fmt::format("{}", static_cast<float>(value))));
}

// The file that `model` or `classifier` names. `key`: where they stand in the recipe.
std::string model_file(const QualityOptions& options, const std::string& model, const std::string& classifier,
                       const std::string& key) {
  if (model.empty() == classifier.empty()) {
    throw usage_error(model.empty() ? "names no model" : "names two models", key, "set either model or classifier");
  }
  if (!classifier.empty() && options.classifiers_dir.empty()) {
    throw usage_error(fmt::format("the classifier '{}' is trained by a run", classifier), key,
                      "use `smelt run`, or set model to its file");
  }
  return classifier.empty() ? model : classifier_file(options.classifiers_dir, classifier);
}

std::string scorer_file(const QualityOptions& options, const ScorerOptions& scorer) {
  return model_file(options, scorer.model, scorer.classifier, "corpus.quality.scorers." + scorer.name);
}

std::string attribute_file(const QualityOptions& options, const AttributeOptions& attribute) {
  return model_file(options, attribute.model, attribute.classifier, "corpus.quality.attributes." + attribute.name);
}

std::string perplexity_file(const QualityOptions& options) {
  return options.has_perplexity()
             ? model_file(options, options.perplexity.model, options.perplexity.classifier, "corpus.quality.perplexity")
             : std::string();
}

void check_names(const QualityOptions& options) {
  std::set<std::string> names;
  for (const ScorerOptions& scorer : options.scorers) {
    if (scorer.name.empty() || scorer.name == "perplexity" || !names.insert(scorer.name).second) {
      throw usage_error(fmt::format("'{}' is no name for a score, or named twice", scorer.name),
                        "corpus.quality.scorers.name");
    }
  }
  names.clear();
  for (const AttributeOptions& attribute : options.attributes) {
    if (attribute.name.empty() || !names.insert(attribute.name).second) {
      throw usage_error(fmt::format("'{}' is no name for an attribute, or named twice", attribute.name),
                        "corpus.quality.attributes.name");
    }
  }
}

void check_options(const QualityOptions& options) {
  check_names(options);
  for (const std::string& label : options.filter_labels) {
    find_quality_label(label, "corpus.quality.filter_labels");
  }
  for (const std::string& label : options.perplexity.labels) {
    find_quality_label(label, "corpus.quality.perplexity.labels");
  }
  const bool ensemble =
      std::any_of(options.scorers.begin(), options.scorers.end(), [](const ScorerOptions& s) { return s.ensemble; });
  const bool by_label = !options.filter_labels.empty() || !options.perplexity.labels.empty() ||
                        options.min_bucket > 0 || options.as_sources;
  if (by_label && !ensemble) {
    throw usage_error("labels and buckets need a scorer in the ensemble", "corpus.quality.scorers",
                      "name one, or leave filter_labels, perplexity.labels, min_bucket and as_sources alone");
  }
  const bool known = std::any_of(options.scorers.begin(), options.scorers.end(),
                                 [&](const ScorerOptions& s) { return s.name == options.resample.by; });
  if (!options.resample.by.empty() && !known) {
    throw usage_error(fmt::format("there is no scorer '{}'", options.resample.by), "corpus.quality.resample.by");
  }
}

}  // namespace

struct QualityJudge::Scorers {
  std::vector<std::unique_ptr<Scorer>> scorers;
  std::vector<std::unique_ptr<Scorer>> attributes;
  std::unique_ptr<Scorer> perplexity;
};

QualityModels::QualityModels(const QualityOptions& options) : options_(options) {
  check_options(options);
  for (const ScorerOptions& scorer : options.scorers) {
    scorers_.push_back(load_scorer(scorer_file(options, scorer), scorer.label));
  }
  for (const AttributeOptions& attribute : options.attributes) {
    const std::string file = attribute_file(options, attribute);
    attributes_.push_back(load_scorer(file, {}, true));
    if (attributes_.back()->labels().empty()) {
      throw usage_error("has no labels to choose from", file, "name a classifier");
    }
  }
  if (const std::string file = perplexity_file(options); !file.empty()) {
    perplexity_ = load_scorer(file);
    if (perplexity_->kind() != std::string_view("ngram")) {
      throw usage_error(fmt::format("is a model of the kind {} and no language model", perplexity_->kind()), file);
    }
  }
}

QualityModels::~QualityModels() = default;

std::unique_ptr<QualityJudge::Scorers> QualityModels::lend() const {
  {
    const std::lock_guard lock(mutex_);
    if (!idle_.empty()) {
      std::unique_ptr<QualityJudge::Scorers> out = std::move(idle_.back());
      idle_.pop_back();
      return out;
    }
  }
  auto out = std::make_unique<QualityJudge::Scorers>();
  for (const auto& model : scorers_) {
    out->scorers.push_back(model->make_scorer());
  }
  for (const auto& model : attributes_) {
    out->attributes.push_back(model->make_scorer());
  }
  out->perplexity = perplexity_ ? perplexity_->make_scorer() : nullptr;
  return out;
}

QualityJudge::QualityJudge(const QualityModels& models) : models_(models), scorers_(models.lend()) {}

QualityJudge::~QualityJudge() {
  const std::lock_guard lock(models_.mutex_);
  models_.idle_.push_back(std::move(scorers_));
}

QualityMarks QualityJudge::mark(std::string_view text, Json& metadata) {
  const QualityOptions& options = models_.options();
  QualityMarks marks;
  for (const char* key : {"scores", "attributes", "quality_bucket", "quality_label"}) {
    metadata.erase(key);
  }
  Json scores = Json::object();
  for (size_t i = 0; i < scorers_->scorers.size(); ++i) {
    const double score = scorers_->scorers[i]->score(text);
    marks.scores.push_back(static_cast<float>(score));
    scores[options.scorers[i].name] = as_json(score);
  }
  marks.perplexity = scorers_->perplexity ? static_cast<float>(scorers_->perplexity->score(text)) : NAN;
  if (scorers_->perplexity) {
    scores["perplexity"] = as_json(double{marks.perplexity});
  }
  if (scores.size() > 0) {
    metadata["scores"] = std::move(scores);
  }
  Json attributes = Json::object();
  for (size_t i = 0; i < scorers_->attributes.size(); ++i) {
    ScoredLabel best = scorers_->attributes[i]->best(text);
    Json row = Json::object();
    row["label"] = std::move(best.label);
    row["score"] = as_json(best.probability);
    attributes[options.attributes[i].name] = std::move(row);
  }
  if (attributes.size() > 0) {
    metadata["attributes"] = std::move(attributes);
  }
  return marks;
}

std::vector<std::string> used_classifiers(const QualityOptions& options) {
  std::vector<std::string> out;
  const auto add = [&](const std::string& classifier) {
    if (!classifier.empty()) {
      out.push_back(classifier);
    }
  };
  for (const ScorerOptions& scorer : options.scorers) {
    add(scorer.classifier);
  }
  for (const AttributeOptions& attribute : options.attributes) {
    add(attribute.classifier);
  }
  add(options.perplexity.classifier);
  return out;
}

std::vector<std::pair<std::string, std::string>> quality_inputs(const QualityOptions& options) {
  std::vector<std::pair<std::string, std::string>> inputs;
  const auto add = [&](const std::string& name, const std::string& path) {
    if (!path.empty()) {
      inputs.emplace_back(name, hash_file(path).hex());
    }
  };
  for (const ScorerOptions& scorer : options.scorers) {
    add("scorer " + scorer.name, scorer_file(options, scorer));
  }
  for (const AttributeOptions& attribute : options.attributes) {
    add("attribute " + attribute.name, attribute_file(options, attribute));
  }
  add("perplexity model", perplexity_file(options));
  add("thresholds", options.thresholds);
  return inputs;
}

}  // namespace smelt
