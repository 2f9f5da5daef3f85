// Gopher's rules of repetition and of quality (Rae et al., "Scaling Language Models: Methods, Analysis & Insights from
// Training Gopher", arXiv 2112.11446, appendix A.1.1), as rules on TextStats and as datatrove 0.10.1 counts them.
//
// datatrove's departures: words are spaCy's tokens, so commas count; the most frequent n-gram counts overlapping
// occurrences, and one that occurs once counts too; runs seen before are compared without the spaces between their
// words and skipped as a whole; lines and paragraphs are not trimmed; blank lines count among the lines that could
// start with a bullet or end in an ellipsis; the only bullets are U+2022 and -; stop words are English.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "corpus/filters/english_tokens.h"
#include "corpus/filters/line_stats.h"
#include "corpus/filters/options.h"
#include "corpus/filters/rules.h"
#include "corpus/ngram_stats.h"
#include "corpus/text_stats.h"

namespace smelt {

void judge_gopher_repetition(const TextStats& stats, std::string_view language, const GopherOptions& options,
                             std::vector<RuleResult>& results);
// Languages without a list of stop words, and those written without spaces, skip gopher_stop_words; the latter skip
// gopher_mean_word_length and the n-gram rules too.
void judge_gopher_quality(const TextStats& stats, std::string_view text, std::string_view language,
                          const GopherOptions& options, std::vector<RuleResult>& results);

// As datatrove counts. Reusable buffers: one a thread.
class PublishedGopher {
 public:
  void judge_repetition(std::string_view text, std::span<const EnglishToken> tokens, const GopherOptions& options,
                        std::vector<RuleResult>& results);
  static void judge_quality(std::string_view text, std::span<const EnglishToken> tokens, const GopherOptions& options,
                            std::vector<RuleResult>& results);

 private:
  struct Repeats {
    int64_t pieces = 0;
    int64_t duplicates = 0;
    int64_t duplicate_characters = 0;
  };
  // Of the pieces between runs of at least `newlines` line feeds.
  Repeats count_repeats(std::string_view text, size_t newlines);
  // Greedy, n words at a time from left to right.
  int64_t duplicate_characters(size_t n);

  DistinctPieces pieces_;
  NgramCounter ngrams_;
  std::vector<Word> words_;
  std::vector<uint64_t> powers_;  // of the words' hashes
  std::vector<uint64_t> hashes_;  // of the n words from each on, without spaces
  std::vector<uint8_t> sketch_;
  HashTable<Nothing> seen_;
};

}  // namespace smelt
