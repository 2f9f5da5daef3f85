// Which language a text is in, by CLD2 (Sites, "Compact Language Detector 2", 2013) with its full tables:
// more than 160 languages.
#pragma once

#include <string_view>

#include "crawl/language/language_guess.h"

namespace smelt {

// `text` is valid UTF-8, below 2 GiB. `expected`: the language that a close case is decided for; empty: none.
// Thread-safe.
LanguageGuess guess_by_cld2(std::string_view text, std::string_view expected = {});

}  // namespace smelt
