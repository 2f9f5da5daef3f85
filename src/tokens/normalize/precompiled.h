// The character map of a SentencePiece model: a double-array trie from UTF-8 to its replacements (Kudo and Richardson,
// arXiv 1808.06226; the array as in Yata's Darts-clone). Thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "tokens/text/aligned_text.h"

namespace smelt {

class JsonNode;

class PrecompiledMap {
 public:
  // Bytes: length of the trie (u32), the trie's units (u32 each), replacements that end with 0. Reject
  // invalid_character_map.
  static Result<PrecompiledMap> parse(std::string_view bytes);

  struct Match {
    size_t length;  // bytes of the text
    std::string_view replacement;
  };
  std::optional<Match> longest(std::string_view text) const;
  std::optional<Match> shortest(std::string_view text) const;

  // As Hugging Face's library: grapheme clusters of under 6 bytes first, else character by character.
  void rewrite(std::string_view text, AlignedText::Writer& writer) const;

 private:
  template <class F>
  void prefixes(std::string_view text, F&& found) const;  // found(length, value) -> go on?
  std::string_view replacement_at(uint32_t value) const;

  std::vector<uint32_t> units_;
  std::string replacements_;
};

// The map that a tokenizer.json holds in base64. UserError(kInput) with the field's path where it is damaged.
PrecompiledMap read_character_map(const JsonNode& field);

std::optional<std::string> decode_base64(std::string_view text);
std::string encode_base64(std::string_view bytes);

}  // namespace smelt
