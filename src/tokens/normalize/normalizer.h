// The normalizers of tokenizer.json: NFC, NFD, NFKC, NFKD, Lowercase, Strip, StripAccents, Replace, Prepend, Nmt,
// Precompiled, BertNormalizer, ByteLevel, Sequence; and SentencePiece's own, which .model files need.
#pragma once

#include "tokens/formats/json_node.h"
#include "tokens/text/text_step.h"

namespace smelt {

// Appends the steps of a normalizer. UserError(kInput) names an unknown one and its path.
void read_normalizer(const JsonNode& node, TextSteps& steps);

}  // namespace smelt
