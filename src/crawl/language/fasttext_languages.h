// Which language a text is in, by a fastText classifier whose labels are languages (crawl/fasttext).
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "crawl/fasttext/fasttext_model.h"
#include "crawl/language/language_guess.h"

namespace smelt {

// Immutable but for what scorers keep between texts, which changes no result; shared between threads.
class FasttextLanguages {
 public:
  // Throws UserError where the file is no fastText classifier, or has a label that names no language.
  explicit FasttextLanguages(const std::string& path);

  // The labels of one language (scripts, dialects) are one guess, with the sum of their probabilities. White space is
  // only what parts words, and the word "</s>" ends the text, as in fastText itself; a text without letters has no
  // language. `expected`: a language whose odds are taken ten times as high; empty: none.
  LanguageGuess guess(std::string_view text, std::string_view expected = {}) const;

 private:
  std::unique_ptr<FasttextScorer> take() const;
  void give_back(std::unique_ptr<FasttextScorer> scorer) const;

  FasttextModel model_;
  std::vector<std::string> codes_;
  std::vector<size_t> code_of_label_;
  mutable std::mutex mutex_;
  mutable std::vector<std::unique_ptr<FasttextScorer>> idle_;  // as many as threads ever asked at once
};

}  // namespace smelt
