#include "crawl/language/fasttext_languages.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "crawl/language/language_codes.h"
#include "crawl/language/paragraphs.h"

namespace smelt {

FasttextLanguages::FasttextLanguages(const std::string& path) : model_(FasttextModel::load(path)) {
  std::map<std::string, size_t> places;
  for (int32_t i = 0; i < model_.num_labels(); ++i) {
    const std::optional<std::string> code = language_of_label(model_.label(i));
    if (!code) {
      throw input_error(fmt::format("the fastText model's label \"{}\" names no language", model_.label(i)), path,
                        "name a model of languages, with labels like __label__en or __label__eng_Latn");
    }
    const auto [found, is_new] = places.try_emplace(*code, codes_.size());
    if (is_new) {
      codes_.push_back(*code);
    }
    code_of_label_.push_back(found->second);
  }
}

LanguageGuess FasttextLanguages::guess(std::string_view text, std::string_view expected) const {
  constexpr double kOdds = 10;
  if (count_letters(text, 1) == 0) {
    return {};
  }
  std::unique_ptr<FasttextScorer> scorer = take();
  const std::vector<float>& probabilities = scorer->probabilities(text);
  std::vector<double> sums(codes_.size());
  for (size_t i = 0; i < probabilities.size(); ++i) {
    sums[code_of_label_[i]] += double{probabilities[i]};
  }
  give_back(std::move(scorer));
  if (const auto at = std::find(codes_.begin(), codes_.end(), expected); at != codes_.end()) {
    const double p = std::min(1.0, sums[static_cast<size_t>(at - codes_.begin())]);
    const double scale = 1 / (1 + (kOdds - 1) * p);
    for (double& sum : sums) {
      sum *= scale;
    }
    sums[static_cast<size_t>(at - codes_.begin())] *= kOdds;
  }
  const auto best = std::max_element(sums.begin(), sums.end());
  const std::string& code = codes_[static_cast<size_t>(best - sums.begin())];
  if (code == LanguageGuess().code || *best <= 0) {
    return {};
  }
  return {code, std::min(1.0, *best), *best > 0.5};
}

std::unique_ptr<FasttextScorer> FasttextLanguages::take() const {
  const std::lock_guard lock(mutex_);
  if (idle_.empty()) {
    return std::make_unique<FasttextScorer>(model_);
  }
  std::unique_ptr<FasttextScorer> scorer = std::move(idle_.back());
  idle_.pop_back();
  return scorer;
}

void FasttextLanguages::give_back(std::unique_ptr<FasttextScorer> scorer) const {
  const std::lock_guard lock(mutex_);
  idle_.push_back(std::move(scorer));
}

}  // namespace smelt
