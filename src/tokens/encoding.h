// A text as tokens, with where each came from.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "tokens/text/aligned_text.h"

namespace smelt {

struct Encoding {
  std::vector<uint32_t> ids;
  std::vector<Span> offsets;                 // bytes of the text that was given; [0, 0) of what was put around it
  std::vector<uint8_t> special_tokens_mask;  // 1: put there by the post-processor
  std::vector<uint32_t> type_ids;
};

enum class InvalidUtf8 {
  kReplace,  // every maximal invalid part becomes U+FFFD, but byte-level models take the bytes as they are
  kError,    // UserError(kInput)
};

struct EncodeOptions {
  bool add_special_tokens = true;  // what the post-processor puts around a text
  bool plain = false;              // special tokens in the text are plain text
  InvalidUtf8 invalid = InvalidUtf8::kReplace;
};

// Byte offsets as offsets in characters, which is how Python counts. A place past the text stays what it is.
std::vector<Span> to_character_offsets(std::string_view text, const std::vector<Span>& offsets);

}  // namespace smelt
