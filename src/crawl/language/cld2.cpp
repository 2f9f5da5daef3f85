#include "crawl/language/cld2.h"

#include <algorithm>
#include <string>

#include <cld2/public/compact_lang_det.h>
#include <cld2/public/encodings.h>

#include "crawl/language/language_codes.h"

namespace smelt {
namespace {

// CLD2 has codes from before ISO 639 changed them.
CLD2::Language named(std::string_view code) {
  const std::string old(code == "he" ? "iw" : code == "jv" ? "jw" : code);
  return old.empty() ? CLD2::UNKNOWN_LANGUAGE : CLD2::GetLanguageFromName(old.c_str());
}

}  // namespace

LanguageGuess guess_by_cld2(std::string_view text, std::string_view expected) {
  CLD2::Language languages[3];
  int percents[3];
  double scores[3];
  int text_bytes = 0;
  bool reliable = false;
  const CLD2::CLDHints hints = {nullptr, nullptr, CLD2::UNKNOWN_ENCODING, named(expected)};
  CLD2::ExtDetectLanguageSummary(text.data(), static_cast<int>(text.size()), true, &hints, 0, languages, percents,
                                 scores, nullptr, &text_bytes, &reliable);
  LanguageGuess guess;
  if (languages[0] == CLD2::UNKNOWN_LANGUAGE || text_bytes == 0) {
    return guess;
  }
  guess.code = modern_language_code(CLD2::LanguageCode(languages[0]));
  guess.score = std::clamp(percents[0], 0, 100) / 100.0;
  guess.reliable = reliable;
  return guess;
}

}  // namespace smelt
