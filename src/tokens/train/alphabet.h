// The tokens that a vocabulary begins with, and words as their ids.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/function_ref.h"
#include "tokens/bpe_trainer.h"
#include "tokens/train/merge_learner.h"

namespace smelt {

constexpr const char* kSpaceMark = "\xE2\x96\x81";  // U+2581, what SentencePiece writes for a space
constexpr const char* kContinuingPrefix = "##";
constexpr const char* kUnknownToken = "[UNK]";  // of wordpiece

// Words with their counts, in any order. Calls visit(word, count) for each, twice the same.
using WordList = std::function<void(FunctionRef<void(std::string_view, int64_t)>)>;

// The first vocabulary: special and marker tokens as they are, then
//  byte_level: the 256 bytes by the order of their characters (bpe/byte_alphabet.h);
//  byte_fallback: <0x00> to <0xFF>, then characters by code point, a space as U+2581;
//  wordpiece: characters by code point, then those that stand inside words, with ## before them.
// Characters that are not in the alphabet are left out of their words, as the Hugging Face library does.
class Alphabet {
 public:
  Alphabet(const TokenizerOptions& options, const WordList& words);

  const std::vector<std::string>& tokens() const { return tokens_; }
  // The symbols of a word, in place of what `symbols` held.
  void spell(std::string_view word, std::vector<uint32_t>& symbols) const;

 private:
  uint32_t intern(const std::string& token);
  void add_bytes();
  void add_characters(const TokenizerOptions& options, const WordList& words);

  bool continues_ = false;  // wordpiece
  bool by_bytes_ = false;
  std::vector<std::string> tokens_;
  std::unordered_map<std::string, uint32_t> ids_;
  std::array<uint32_t, 256> bytes_{};
  std::unordered_map<uint32_t, uint32_t> first_;  // by code point, at the start of a word or anywhere
  std::unordered_map<uint32_t, uint32_t> inside_;
};

}  // namespace smelt
