// The field "pattern" of tokenizer.json, {"String": ..} or {"Regex": ..}, and what is done with its matches.
#pragma once

#include "tokens/formats/json_node.h"
#include "tokens/text/text_regex.h"

namespace smelt {

TextRegex read_pattern(const JsonNode& node);
void replace_matches(AlignedText& text, const TextRegex& regex, std::string_view content);
std::string replace_matches(std::string_view text, const TextRegex& regex, std::string_view content);

}  // namespace smelt
