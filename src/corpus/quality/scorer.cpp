#include "corpus/quality/scorer.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/error.h"
#include "base/files.h"
#include "corpus/quality/dsir.h"
#include "corpus/quality/linear_head.h"
#include "corpus/quality/ngram_text.h"
#include "crawl/fasttext/fasttext_model.h"

namespace smelt {
namespace {

std::string_view bare(std::string_view label) {
  return label.starts_with(kFasttextLabelPrefix) ? label.substr(kFasttextLabelPrefix.size()) : label;
}

// How the probabilities of labels become one number: their sum with these weights.
std::vector<double> label_weights(const std::vector<std::string>& labels, const std::string& wanted,
                                  const std::string& path, bool only_best) {
  std::vector<double> weights(labels.size(), 0.0);
  if (only_best) {
    return weights;
  }
  if (wanted.empty()) {
    size_t numbers = 0;
    for (size_t i = 0; i < labels.size(); ++i) {
      const std::string_view text = bare(labels[i]);
      const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), weights[i]);
      numbers += error == std::errc() && end == text.data() + text.size() ? 1 : 0;
    }
    if (numbers == labels.size()) {
      return weights;
    }
    std::fill(weights.begin(), weights.end(), 0.0);
    if (labels.size() == 2) {
      weights[bare(labels[0]) < bare(labels[1]) ? 1 : 0] = 1;
      return weights;
    }
    throw usage_error("a model of several labels needs the label to score", path,
                      fmt::format("labels: {}", fmt::join(labels, ", ")));
  }
  const auto found =
      std::find_if(labels.begin(), labels.end(), [&](const std::string& label) { return bare(label) == bare(wanted); });
  if (found == labels.end()) {
    throw usage_error(fmt::format("the model has no label '{}'", wanted), path,
                      fmt::format("labels: {}", fmt::join(labels, ", ")));
  }
  weights[static_cast<size_t>(found - labels.begin())] = 1;
  return weights;
}

class FasttextKind final : public ScorerModel {
 public:
  FasttextKind(const std::string& path, const std::string& label, bool only_best)
      : model_(FasttextModel::load(path)), weights_(label_weights(labels(), label, path, only_best)) {}

  const char* kind() const override { return "fasttext"; }
  std::vector<std::string> labels() const override {
    std::vector<std::string> out;
    for (int32_t i = 0; i < model_.num_labels(); ++i) {
      out.push_back(model_.label(i));
    }
    return out;
  }
  std::unique_ptr<Scorer> make_scorer() const override { return std::make_unique<Of>(*this); }

 private:
  class Of : public Scorer {
   public:
    explicit Of(const FasttextKind& kind) : kind_(kind), scorer_(kind.model_) {}
    double score(std::string_view text) override {
      const std::vector<float>& all = scorer_.probabilities(text);
      double sum = all.empty() ? NAN : 0;
      for (size_t i = 0; i < all.size(); ++i) {
        sum += kind_.weights_[i] == 0 ? 0 : kind_.weights_[i] * double{all[i]};
      }
      return sum;
    }
    ScoredLabel best(std::string_view text) override {
      const std::vector<FasttextGuess> guesses = scorer_.predict(text, 1);
      return guesses.empty() ? ScoredLabel{}
                             : ScoredLabel{std::string(bare(kind_.model_.label(guesses[0].label))),
                                           std::min(1.0, double{guesses[0].probability})};
    }

   private:
    const FasttextKind& kind_;
    FasttextScorer scorer_;
  };

  FasttextModel model_;
  std::vector<double> weights_;
};

class LinearKind final : public ScorerModel {
 public:
  LinearKind(const std::string& path, const std::string& label, bool only_best)
      : head_(LinearHead::load(path)), weights_(label_weights(head_.labels(), label, path, only_best)) {}

  const char* kind() const override { return "linear"; }
  std::vector<std::string> labels() const override { return head_.labels(); }
  std::unique_ptr<Scorer> make_scorer() const override { return std::make_unique<Of>(*this); }

 private:
  class Of : public Scorer {
   public:
    explicit Of(const LinearKind& kind) : kind_(kind), probabilities_(kind.head_.labels().size()) {}
    double score(std::string_view text) override {
      kind_.head_.probabilities(text, buckets_, probabilities_.data());
      double sum = 0;
      for (size_t i = 0; i < probabilities_.size(); ++i) {
        sum += kind_.weights_[i] * probabilities_[i];
      }
      return sum;
    }
    ScoredLabel best(std::string_view text) override {
      kind_.head_.probabilities(text, buckets_, probabilities_.data());
      const auto top = std::max_element(probabilities_.begin(), probabilities_.end());
      return {kind_.head_.labels()[static_cast<size_t>(top - probabilities_.begin())], *top};
    }

   private:
    const LinearKind& kind_;
    std::vector<double> probabilities_;
    std::vector<uint32_t> buckets_;
  };

  LinearHead head_;
  std::vector<double> weights_;
};

class DsirKind final : public ScorerModel {
 public:
  explicit DsirKind(const std::string& path) : model_(DsirModel::load(path)) {}

  const char* kind() const override { return "dsir"; }
  std::unique_ptr<Scorer> make_scorer() const override { return std::make_unique<Of>(model_); }

 private:
  class Of : public Scorer {
   public:
    explicit Of(const DsirModel& model) : model_(model) {}
    double score(std::string_view text) override { return model_.log_weight(text, buckets_); }

   private:
    const DsirModel& model_;
    std::vector<uint32_t> buckets_;
  };

  DsirModel model_;
};

class NgramKind final : public ScorerModel {
 public:
  explicit NgramKind(const std::string& path) : model_(NgramText::load(path)) {}

  const char* kind() const override { return "ngram"; }
  std::unique_ptr<Scorer> make_scorer() const override { return std::make_unique<Of>(model_); }

 private:
  class Of : public Scorer {
   public:
    explicit Of(const NgramText& model) : model_(model) {}
    double score(std::string_view text) override { return model_.measure(text).perplexity(); }

   private:
    const NgramText& model_;
  };

  NgramText model_;
};

}  // namespace

ScoredLabel Scorer::best(std::string_view) {
  return {};
}

std::unique_ptr<ScorerModel> load_scorer(const std::string& path, const std::string& label, bool only_best) {
  const MappedFile file(path);
  const std::string_view start = file.bytes();
  if (FasttextModel::has_magic(start)) {
    return std::make_unique<FasttextKind>(path, label, only_best);
  }
  if (LinearHead::has_magic(start)) {
    return std::make_unique<LinearKind>(path, label, only_best);
  }
  if (DsirModel::has_magic(start)) {
    return std::make_unique<DsirKind>(path);
  }
  if (NgramText::has_magic(start)) {
    return std::make_unique<NgramKind>(path);
  }
  throw input_error("is no model of quality", path,
                    "name a fastText model, or one that `smelt classifier train` has made");
}

}  // namespace smelt
