// for_each_term of embedding.h.
#pragma once

#include <string>
#include <string_view>

#include "base/hash.h"
#include "base/text.h"
#include "corpus/quality/words.h"

namespace smelt {

namespace detail {

// Scripts whose words are not apart by spaces: from Thai on, but for Hangul.
inline bool is_unspaced_letter(uint32_t c) {
  return (c >= 0x0E00 && c <= 0x0EFF) || (c >= 0x1000 && c <= 0x109F) || (c >= 0x1780 && c <= 0x17FF) ||
         (c >= 0x3040 && c <= 0x30FF) || (c >= 0x3400 && c <= 0x9FFF) || (c >= 0xF900 && c <= 0xFAFF) || c >= 0x20000;
}

bool starts_with_letter(std::string_view word);

}  // namespace detail

template <class Each>
void for_each_term(std::string_view text, Each each) {
  WordScanner scanner(text, {.lower_case = true, .zero_digits = false});
  std::string_view word;
  std::string before;  // the letter of a script without spaces that came last
  std::string pair;
  while (scanner.next(word)) {
    if (word.empty() || !detail::starts_with_letter(word)) {
      before.clear();
      continue;
    }
    size_t pos = 0;
    const bool lone = detail::is_unspaced_letter(next_code_point(word, pos)) && pos == word.size();
    if (!lone) {
      before.clear();
      if (word.size() > 1) {
        each(word, hash64(word));
      }
      continue;
    }
    if (!before.empty()) {
      pair.assign(before).append(word);
      each(std::string_view(pair), hash64(pair));
    }
    before = word;
  }
}

}  // namespace smelt
