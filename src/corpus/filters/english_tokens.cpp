#include "corpus/filters/english_tokens.h"

#include <algorithm>
#include <array>

#include "corpus/filters/characters.h"

namespace smelt {

uint64_t polynomial_hash(std::string_view bytes, uint64_t& power) {
  uint64_t hash = 0;
  power = 1;
  for (const char c : bytes) {
    hash = polynomial::multiply_add(hash, polynomial::kBase, static_cast<uint8_t>(c) + 1);
    power = polynomial::multiply_add(power, polynomial::kBase, 0);
  }
  return hash;
}

void describe_token(std::string_view bytes, std::u32string_view word, EnglishToken& token) {
  constexpr std::array<std::string_view, 8> kStopWords = {"the", "be", "to", "of", "and", "that", "have", "with"};
  token.characters = static_cast<uint32_t>(word.size());
  token.hash = polynomial_hash(bytes, token.power);
  uint32_t any = 0;
  bool is_word = false;
  bool punctuation = true;
  for (const char32_t c : word) {
    const uint32_t classes = character_classes(c);
    any |= classes;
    is_word = is_word || (classes & kGopherPunctuation) == 0;
    punctuation = punctuation && (classes & kPunctuationCategory) != 0;
  }
  token.kind =
      static_cast<uint8_t>(((any & kLetterCharacter) != 0 ? EnglishToken::kHasLetter : 0) |
                           (is_word ? EnglishToken::kIsWord : 0) | (punctuation ? EnglishToken::kPunctuation : 0) |
                           (word.size() == 1 && (any & kSentenceMark) != 0 ? EnglishToken::kSentenceMark : 0));
  const auto stop = std::find(kStopWords.begin(), kStopWords.end(), bytes);
  token.stop_word = stop == kStopWords.end() ? 0 : static_cast<uint8_t>(stop - kStopWords.begin() + 1);
}

int64_t count_sentences(std::span<const EnglishToken> tokens) {
  int64_t sentences = 1;
  bool ended = false;
  for (const EnglishToken& token : tokens) {
    const bool mark = (token.kind & EnglishToken::kSentenceMark) != 0;
    if (mark) {
      ended = true;
    } else if (ended && (token.kind & EnglishToken::kPunctuation) == 0) {
      ++sentences;
      ended = false;
    }
  }
  return sentences;
}

}  // namespace smelt
