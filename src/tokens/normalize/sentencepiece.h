// The normalizer of SentencePiece models (Kudo and Richardson, arXiv 1808.06226): the character map by longest match,
// white space trimmed and joined, the dummy prefix, spaces as U+2581.
#pragma once

#include "tokens/formats/json_node.h"
#include "tokens/text/text_step.h"

namespace smelt {

// {"type": "SentencePiece", "precompiled_charsmap": base64 or absent, "add_dummy_prefix", "remove_extra_whitespaces",
// "escape_whitespaces", "treat_whitespace_as_suffix"}. This kind is of our own: see to_library_parts() in
// formats/sentencepiece_model.h for what other programs read.
TextStep sentencepiece_step(const JsonNode& node);

}  // namespace smelt
