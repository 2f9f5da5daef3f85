// Which language a text is in, by CLD2 (Sites, "Compact Language Detector 2", 2013): 83 languages from quadgram tables.
#pragma once

#include <string>
#include <string_view>

namespace smelt {

struct LanguageGuess {
  std::string code = "und";  // ISO 639-1 ("he", not "iw"), 639-3 where there is none, "und" where unknown
  double score = 0;          // share of the text's bytes in that language, 0 to 1
  bool reliable = false;     // CLD2's own judgement
};

// `text` is valid UTF-8; more than the first 256 KiB is not read. Thread-safe.
LanguageGuess detect_language(std::string_view text);

}  // namespace smelt
