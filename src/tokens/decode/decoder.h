// Tokens back to text: the decoders of tokenizer.json (ByteLevel, Metaspace, WordPiece, BPEDecoder, ByteFallback, Fuse,
// Strip, Replace, CTC, Sequence).
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "tokens/formats/json_node.h"

namespace smelt {

class Decoder {
 public:
  Decoder() = default;  // tokens joined by spaces
  // UserError(kInput) names an unknown decoder and its path.
  explicit Decoder(const JsonNode& node);

  // The text of tokens as the vocabulary spells them. ByteLevel gives the bytes as they are, not always valid UTF-8.
  std::string decode(std::vector<std::string> tokens) const;
  // Each token gives its bytes, whatever stands beside it.
  bool is_byte_level() const { return byte_level_; }

 private:
  using Step = std::function<void(std::vector<std::string>&)>;
  void read(const JsonNode& node);

  std::vector<Step> steps_;
  bool joins_with_spaces_ = true;
  bool byte_level_ = false;
};

}  // namespace smelt
