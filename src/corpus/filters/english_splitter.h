// How one word of English text is cut into tokens (english_tokenizer.h): affixes come off both ends until the rest is
// on the list of exceptions, an address or without any, and is then cut at its infixes.
#pragma once

#include <cstddef>
#include <vector>

#include "corpus/filters/english_rules.h"

namespace smelt::english {

// A token within its word, in code points.
struct Cut {
  size_t begin;
  size_t end;
};

// Keeps buffers: one a thread. Linear in the word.
class WordSplitter {
 public:
  // Replaces `cuts` by the tokens of the word in order; `with_exceptions` is false for the words of the list
  // themselves.
  void split(Word word, bool with_exceptions, std::vector<Cut>& cuts);

 private:
  bool is_exception(size_t begin, size_t end) const;
  void strip_affixes(std::vector<Cut>& cuts);
  void take_prefix(size_t size, std::vector<Cut>& cuts);
  void take_suffix(size_t size);
  void split_rest(std::vector<Cut>& cuts);

  Word word_;
  bool with_exceptions_ = true;
  size_t begin_ = 0;  // of what is left of the word
  size_t end_ = 0;
  std::vector<Cut> suffixes_;  // from the end on
};

}  // namespace smelt::english
