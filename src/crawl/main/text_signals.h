// What the words of a block tell: prose, or the labels, notices and links around it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace smelt {

// Kinds of phrases that are met around texts.
enum class PhraseKind : uint8_t {
  kCookies,
  kSignUp,
  kSharing,
  kComments,
  kRights,
  kMore,
  kAdvert,
  kByline,
  kRelated,
  kPurchase,
  kMenu,
  kContact,
  kMoney,
  kReactions,
  kMedia,
  kSorting,
  kReadAlso,
  kPromotion,
  kPerson,
  kCredit,
  kCount,
};

constexpr size_t kPhraseKinds = static_cast<size_t>(PhraseKind::kCount);
const char* phrase_kind_name(size_t kind);

struct TextSignals {
  int words = 0;    // runs of letters and digits
  int letters = 0;  // code points in words
  int commas = 0;
  int stops = 0;  // . ? ! and their likes at the end of a word
  int digits = 0;
  int capitals = 0;
  int capital_words = 0;
  int function_words = 0;  // of English, German, French, Spanish, Italian, Portuguese, Dutch
  int separators = 0;      // | > / » · and arrows
  int begin = 0;           // first character: 0 another, 1 a small letter, 2 a capital, 3 a digit, 4 a quote or bracket
  int end = 0;             // last character: 0 another, 1 . ? !, 2 :, 3 an ellipsis, 4 a closing quote
  uint32_t phrases = 0;    // a bit a kind of phrase
};

// Linear in the text; of long ones the first 2,000 bytes are looked at for phrases.
// `words`, where given: hashes of those of four letters and more are put behind it, small letters and capitals alike.
TextSignals measure_text(std::string_view text, std::vector<uint16_t>* words = nullptr);

}  // namespace smelt
