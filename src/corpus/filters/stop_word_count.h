// Stop words of a text, by the lists of crawl/stop_words.h; for English Gopher's eight: the, be, to, of, and, that,
// have, with.
#pragma once

#include <cstdint>
#include <string_view>

namespace smelt {

// True for English and the languages with a list that are written with spaces.
bool knows_stop_words(std::string_view language);

// True where the word is a stop word in any case.
bool is_stop_word(std::string_view word, std::string_view language);

// Different stop words in the text, in any case; counting ends at `enough`.
int64_t count_stop_words(std::string_view text, std::string_view language, int64_t enough);

}  // namespace smelt
