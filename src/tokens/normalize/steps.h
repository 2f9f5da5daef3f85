// Pieces that normalizers are made of.
#pragma once

#include "base/function_ref.h"
#include "tokens/formats/json_node.h"
#include "tokens/normalize/normal_forms.h"
#include "tokens/text/text_step.h"

namespace smelt {

void keep_characters(AlignedText& text, FunctionRef<bool(uint32_t)> keep);
void map_characters(AlignedText& text, FunctionRef<uint32_t(uint32_t)> map);
void lowercase_text(AlignedText& text);
// White space off the ends of every piece.
void strip_text(AlignedText& text, bool left, bool right);
void prepend_text(std::string_view piece, std::string_view content, AlignedText::Writer& writer);
// Each byte becomes its character of the byte alphabet.
void spell_bytes(AlignedText& text);
TextStep normal_form_step(NormalForm form);
void read_bert_normalizer(const JsonNode& node, TextSteps& steps);

}  // namespace smelt
