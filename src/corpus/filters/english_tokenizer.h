// Words of English text as spaCy 3.8's rule tokenizer finds them (lang/en, blank pipeline with sentencizer): what
// datatrove's filters count. Words end at white space; punctuation and icons are split off both ends, hyphens and the
// like inside; web addresses stay whole; contractions and abbreviations follow a list.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "corpus/filters/english_tokens.h"

namespace smelt {

// One a thread: it keeps the splits of words that it saw.
class EnglishTokenizer {
 public:
  EnglishTokenizer();
  ~EnglishTokenizer();
  EnglishTokenizer(EnglishTokenizer&&) noexcept;
  EnglishTokenizer& operator=(EnglishTokenizer&&) noexcept;

  // Replaces what `tokens` holds. Linear in the text, which is shorter than 4 GiB; invalid UTF-8 counts as U+FFFD.
  void tokenize(std::string_view text, std::vector<EnglishToken>& tokens);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace smelt
