// The pre-tokenizers of tokenizer.json, with offsets: ByteLevel, Split, Digits, Punctuation, Whitespace,
// WhitespaceSplit, Metaspace, BertPreTokenizer, CharDelimiterSplit, FixedLength, UnicodeScripts, Sequence.
#pragma once

#include "tokens/formats/json_node.h"
#include "tokens/text/text_step.h"

namespace smelt {

// Appends the steps of a pre-tokenizer. UserError(kInput) names an unknown one and its path.
void read_pre_tokenizer(const JsonNode& node, TextSteps& steps);

}  // namespace smelt
