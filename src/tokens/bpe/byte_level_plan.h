// Plain byte-level BPE has a short way from text to ids (bpe/, split/): is a tokenizer of that kind?
#pragma once

#include <optional>
#include <vector>

#include "tokens/formats/tokenizer_spec.h"
#include "tokens/split/pretokenizer.h"

namespace smelt {

struct ByteLevelPlan {
  PreTokenizer pre_tokenizer;
  bool nfc = false;  // the normalizer
};

// The way, where the tokenizer's steps are no others than NFC, splits by known rules and ByteLevel; nullopt: it must go
// through the Pipeline, which gives the same ids.
std::optional<ByteLevelPlan> byte_level_plan(const TokenizerSpec& spec);

// The ids of the 256 bytes; empty where the vocabulary lacks one.
std::vector<uint32_t> byte_ids_of(const Vocabulary& vocabulary);

}  // namespace smelt
