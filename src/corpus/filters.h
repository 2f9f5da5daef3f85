// Heuristic quality filters: the 28 rules that Nemotron-CC applies to English web text (Su et al., "Nemotron-CC:
// Transforming Common Crawl into a Refined Long-Horizon Pretraining Dataset", arXiv 2412.02595; rules of Gopher,
// arXiv 2112.11446, and C4, arXiv 1910.10683), each with a name, the measured value and the threshold.
//
// Languages other than English skip the rules that only fit it: non_alphanumeric, alphabetic_words and
// common_english_words. Languages written without spaces (is_unspaced_language) skip mean_word_length, longest_word and
// the n-gram rules too, and every letter counts as a word. An empty or "und" language is judged as English.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/recipe.h"
#include "corpus/text_stats.h"

namespace smelt {

struct FilterOptions {
  bool enabled = true;
  std::vector<std::string> off;
  double max_non_alphanumeric = 0.25;
  double max_symbol_words = 0.1;
  double max_digits = 0.15;
  double max_url_characters = 0.2;
  double max_white_space = 0.25;
  double max_parentheses = 0.1;
  double max_boilerplate = 0.4;
  double min_unique_lines = 0.7;
  double min_unique_paragraphs = 0.7;
  double min_unique_line_characters = 0.8;
  double min_unique_paragraph_characters = 0.8;
  int64_t min_words = 50;
  int64_t max_words = 100000;
  double max_unfinished_lines = 0.85;
  double min_alphabetic_words = 0.8;
  int64_t min_common_english_words = 2;
  double min_mean_word_length = 3;
  double max_mean_word_length = 10;
  int64_t max_word_length = 1000;
  double max_ellipsis_lines = 0.3;
  double max_top_2gram = 0.20;
  double max_top_3gram = 0.18;
  double max_top_4gram = 0.16;
  double max_duplicate_5gram = 0.15;
  double max_duplicate_6gram = 0.14;
  double max_duplicate_7gram = 0.13;
  double max_duplicate_8gram = 0.12;
  double max_duplicate_9gram = 0.11;
  double max_duplicate_10gram = 0.10;
  double max_bullet_lines = 0.9;
  void fields(Fields& f);
};

// The outcome for one document. When dropped, `reason` is the first rule that failed.
struct Verdict {
  bool keep = true;
  std::string reason;
  double value = 0;
  double threshold = 0;
};

// One rule applied to one text: it passes where min <= value <= max.
struct RuleResult {
  const char* reason = "";
  double value = 0;
  double min = 0;
  double max = 0;
  bool applies = true;  // to this language, and not switched off
  bool passes() const { return !applies || (value >= min && value <= max); }
};

constexpr size_t kFilterRules = 28;
// Names of the rules in the order in which they are judged.
const std::array<const char*, kFilterRules>& filter_reasons();

// Judges single documents. One pipeline a thread; equal options give equal verdicts.
class FilterPipeline {
 public:
  // Throws UserError(kUsage) where `off` names no rule.
  explicit FilterPipeline(FilterOptions options);

  Verdict check(std::string_view text, std::string_view language);
  // Every rule's value, for reports and for choosing thresholds.
  std::array<RuleResult, kFilterRules> measure(std::string_view text, std::string_view language);

 private:
  FilterOptions options_;
  std::array<bool, kFilterRules> off_{};
  TextAnalyzer analyzer_;
};

}  // namespace smelt
