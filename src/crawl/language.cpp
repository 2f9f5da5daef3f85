#include "crawl/language.h"

#include <algorithm>

#include <cld2/public/compact_lang_det.h>
#include <cld2/public/encodings.h>

namespace smelt {
namespace {

constexpr size_t kMaxBytes = size_t{256} << 10;

// Codes that CLD2 keeps from before ISO 639 changed them, and scripts or regions cut off.
std::string modern_code(std::string_view code) {
  code = code.substr(0, code.find('-'));
  if (code == "iw") {
    return "he";
  }
  if (code == "jw") {
    return "jv";
  }
  if (code == "in") {
    return "id";
  }
  if (code == "mo") {
    return "ro";
  }
  return std::string(code);
}

}  // namespace

LanguageGuess detect_language(std::string_view text) {
  size_t length = std::min(text.size(), kMaxBytes);
  while (length < text.size() && length > 0 && (static_cast<unsigned char>(text[length]) & 0xC0) == 0x80) {
    --length;
  }
  CLD2::Language languages[3];
  int percents[3];
  double scores[3];
  int text_bytes = 0;
  bool reliable = false;
  const CLD2::CLDHints no_hints = {nullptr, nullptr, CLD2::UNKNOWN_ENCODING, CLD2::UNKNOWN_LANGUAGE};
  CLD2::ExtDetectLanguageSummary(text.data(), static_cast<int>(length), true, &no_hints, 0, languages, percents, scores,
                                 nullptr, &text_bytes, &reliable);
  LanguageGuess guess;
  if (languages[0] == CLD2::UNKNOWN_LANGUAGE || text_bytes == 0) {
    return guess;
  }
  guess.code = modern_code(CLD2::LanguageCode(languages[0]));
  guess.score = std::clamp(percents[0], 0, 100) / 100.0;
  guess.reliable = reliable;
  return guess;
}

}  // namespace smelt
