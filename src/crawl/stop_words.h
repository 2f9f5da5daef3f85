// The commonest words of a language: running text is full of them, menus and lists of links are not.
#pragma once

#include <string_view>
#include <utility>
#include <vector>

namespace smelt {

class StopWords {
 public:
  StopWords(std::vector<std::string_view> sorted_words, double typical_share)
      : words_(std::move(sorted_words)), typical_share_(typical_share) {}
  bool contains(std::string_view lower_case_word) const;
  // Share of stop words among the words of running text. Lists of inflected languages cover less, so thresholds must be
  // relative to it.
  double typical_share() const { return typical_share_; }

 private:
  std::vector<std::string_view> words_;
  double typical_share_;
};

// For an ISO 639-1 code; null for a language without a list. The list lives as long as the process; thread-safe.
const StopWords* stop_words(std::string_view language);

}  // namespace smelt
