// Splits a text into words and counts what the filters ask of them (corpus/text_stats.h).
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "corpus/ngram_stats.h"
#include "corpus/text_stats.h"

namespace smelt {

// Reusable buffers: one a thread.
class WordCounter {
 public:
  // Adds to the counts of words, and to digits and parentheses those outside ASCII.
  void count(std::string_view text, bool unspaced, TextRules rules, TextStats& stats);
  const std::vector<Word>& words() const { return words_; }  // of the text counted last

 private:
  struct Current;
  void finish(std::string_view text, size_t end, Current& word, TextStats& stats);
  void step_over_code_point(std::string_view text, bool unspaced, size_t& pos, Current& word, TextStats& stats);

  TextRules rules_ = TextRules::kFixed;
  std::vector<Word> words_;
};

// The bytes of a word of the text.
std::string_view word_at(std::string_view text, const Word& word);

}  // namespace smelt
