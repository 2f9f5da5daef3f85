// How a text becomes the sentences of an n-gram model: shared by training and querying, so that they agree.
#pragma once

#include <string_view>

#include "corpus/quality/words.h"

namespace smelt {

// The characters of a word, by their lead bytes.
template <class OnWord>
void for_each_character(std::string_view word, OnWord on_character) {
  for (size_t begin = 0; begin < word.size();) {
    size_t end = begin + 1;
    while (end < word.size() && (static_cast<unsigned char>(word[end]) & 0xC0) == 0x80) {
      ++end;
    }
    on_character(word.substr(begin, end - begin));
    begin = end;
  }
}

// Calls on_token(std::string_view) for every word or character, on_end() at the end of every line that had one.
template <class OnToken, class OnEnd>
void for_each_sentence(std::string_view text, bool characters, WordOptions options, OnToken on_token, OnEnd on_end) {
  for (size_t begin = 0; begin < text.size();) {
    const size_t newline = text.find('\n', begin);
    const size_t end = newline == std::string_view::npos ? text.size() : newline;
    WordScanner scanner(text.substr(begin, end - begin), options);
    begin = end + 1;
    bool any = false;
    for (std::string_view word; scanner.next(word); any = true) {
      if (!characters) {
        on_token(word);
        continue;
      }
      if (any && scanner.after_space()) {
        on_token(std::string_view(" "));
      }
      for_each_character(word, on_token);
    }
    if (any) {
      on_end();
    }
  }
}

}  // namespace smelt
