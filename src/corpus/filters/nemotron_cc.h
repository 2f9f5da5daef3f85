// The 28 rules that Nemotron-CC applies to English web text (Su et al., "Nemotron-CC: Transforming Common Crawl into a
// Refined Long-Horizon Pretraining Dataset", arXiv 2412.02595; NeMo Curator's heuristic_filter_english_pipeline; rules
// of Gopher, arXiv 2112.11446, and C4, arXiv 1910.10683).
//
// Languages other than English skip the rules that only fit it: non_alphanumeric, alphabetic_words and
// common_english_words. Languages written without spaces (is_unspaced_language) skip mean_word_length, longest_word and
// the n-gram rules too, and every letter counts as a word.
#pragma once

#include <string_view>
#include <vector>

#include "corpus/filters/options.h"
#include "corpus/filters/rules.h"
#include "corpus/text_stats.h"

namespace smelt {

// Appends the results in the order of the rules. `stats` must be of the same TextRules.
void judge_nemotron_cc(const TextStats& stats, std::string_view language, const NemotronCcOptions& options,
                       TextRules rules, std::vector<RuleResult>& results);

}  // namespace smelt
