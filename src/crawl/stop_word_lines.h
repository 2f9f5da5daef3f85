// The built-in lists of stop words: stop_words.txt, which tools/make_stop_words.py writes and the build puts into the
// program.
#pragma once

#include <string_view>

namespace smelt {

// A line for each language: its ISO 639-1 code, the share of the words of running text that are in the list (measured
// on sentences left out), the words; with blanks between.
std::string_view stop_word_lines();

}  // namespace smelt
