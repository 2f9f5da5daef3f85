// The built-in lists of stop words: stop_word_table.cpp, which tools/make_stop_words.py writes.
#pragma once

#include <span>

namespace smelt {

struct StopWordRow {
  const char* language;  // ISO 639-1
  double covered;        // share of the words of running text that are in the list, measured on sentences left out
  const char* words;     // apart by blanks and line ends
};

std::span<const StopWordRow> stop_word_table();

}  // namespace smelt
