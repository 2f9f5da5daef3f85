// BertNormalizer: clean, separate Chinese characters, strip accents, lower (Devlin et al., arXiv 1810.04805).
#include "base/white_space.h"
#include "tokens/normalize/steps.h"

namespace smelt {
namespace {

bool is_chinese(uint32_t c) {
  return (c >= 0x4E00 && c <= 0x9FFF) || (c >= 0x3400 && c <= 0x4DBF) || (c >= 0x20000 && c <= 0x2A6DF) ||
         (c >= 0x2A700 && c <= 0x2B73F) || (c >= 0x2B740 && c <= 0x2B81F) || (c >= 0x2B920 && c <= 0x2CEAF) ||
         (c >= 0xF900 && c <= 0xFAFF) || (c >= 0x2F800 && c <= 0x2FA1F);
}

void clean(AlignedText& text) {
  const UnicodeProperties& properties = UnicodeProperties::get();
  keep_characters(text, [&](uint32_t c) { return c != 0 && c != 0xFFFD && !properties.is(c, kUnicodeOther); });
  map_characters(text, [](uint32_t c) { return is_white_space(c) ? static_cast<uint32_t>(' ') : c; });
}

void separate_chinese(AlignedText& text) {
  text.rewrite([](std::string_view piece, AlignedText::Writer& writer) {
    for (size_t at = 0; at < piece.size();) {
      const Character c = character_at(piece, at);
      at += c.length;
      if (is_chinese(c.code_point)) {
        writer.put(' ', 0);
        writer.put(c.code_point, 1);
        writer.put(' ', 1);
      } else {
        writer.put(c.code_point, 0);
      }
    }
  });
}

}  // namespace

void read_bert_normalizer(const JsonNode& node, TextSteps& steps) {
  const bool lowercase = node.flag("lowercase");
  const bool strip_accents = node.flag("strip_accents", lowercase);
  if (node.flag("clean_text")) {
    steps.emplace_back(clean);
  }
  if (node.flag("handle_chinese_chars")) {
    steps.emplace_back(separate_chinese);
  }
  if (strip_accents) {
    steps.emplace_back(normal_form_step(NormalForm::kNfd));
    steps.emplace_back([](AlignedText& text) {
      const UnicodeProperties& properties = UnicodeProperties::get();
      keep_characters(text, [&](uint32_t c) { return !properties.is(c, kUnicodeNonspacing); });
    });
  }
  if (lowercase) {
    steps.emplace_back(lowercase_text);
  }
}

}  // namespace smelt
