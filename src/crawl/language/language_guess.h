// What is held of a text's language.
#pragma once

#include <string>

namespace smelt {

struct LanguageGuess {
  std::string code = "und";  // ISO 639-1 ("he", not "iw"), 639-3 where there is none, "und" where unknown
  double score = 0;          // CLD2: share of the text's bytes in that language; fastText: its probability; 0 to 1
  bool reliable = false;     // CLD2: its own judgement; fastText: likelier than all others together
};

}  // namespace smelt
