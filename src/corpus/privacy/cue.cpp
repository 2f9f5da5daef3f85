#include "corpus/privacy/cue.h"

#include <algorithm>

#include "base/text.h"
#include "corpus/privacy/characters.h"

namespace smelt {

namespace {

bool is_barrier(char c) {
  return is_digit(c) || c == '@' || c == '<' || c == '>';
}

bool matches(std::string_view word, std::string_view cue) {
  return cue.ends_with('*') ? word.starts_with(cue.substr(0, cue.size() - 1)) : word == cue;
}

bool any_word(const std::string& window, Cues cues) {
  size_t i = 0;
  while (i < window.size()) {
    if (!is_letter(window[i]) && !is_non_ascii(window[i])) {
      ++i;
      continue;
    }
    const size_t begin = i;
    while (i < window.size() && (is_letter(window[i]) || is_non_ascii(window[i]))) {
      ++i;
    }
    const std::string_view word = std::string_view(window).substr(begin, i - begin);
    if (std::any_of(cues.begin(), cues.end(), [&](std::string_view cue) {
          return matches(word, cue) || (is_non_ascii(cue.front()) && word.find(cue) != std::string_view::npos);
        })) {
      return true;
    }
  }
  return false;
}

}  // namespace

bool has_cue_before(std::string_view text, size_t begin, Cues cues, size_t reach) {
  size_t from = begin;
  while (from > 0 && begin - from < reach && !is_barrier(text[from - 1])) {
    --from;
  }
  // A word that the reach cuts is none.
  while (from > 0 && from < begin && !is_barrier(text[from - 1]) && is_letter(text[from - 1]) &&
         is_letter(text[from])) {
    ++from;
  }
  return any_word(lower_ascii(text.substr(from, begin - from)), cues);
}

bool has_cue_after(std::string_view text, size_t end, Cues cues, size_t reach) {
  size_t to = end;
  while (to < text.size() && to - end < reach && !is_barrier(text[to])) {
    ++to;
  }
  return any_word(lower_ascii(text.substr(end, to - end)), cues);
}

}  // namespace smelt
