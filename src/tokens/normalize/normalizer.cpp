#include "tokens/normalize/normalizer.h"

#include <fmt/core.h>

#include "tokens/normalize/precompiled.h"
#include "tokens/normalize/sentencepiece.h"
#include "tokens/normalize/steps.h"
#include "tokens/text/text_pattern.h"

namespace smelt {
namespace {

bool is_dropped_by_nmt(uint32_t c) {
  return (c >= 1 && c <= 8) || c == 0xB || (c >= 0xE && c <= 0x1F) || c == 0x7F || c == 0x8F || c == 0x9F;
}

bool is_space_to_nmt(uint32_t c) {
  return c == 9 || c == 0xA || c == 0xC || c == 0xD || c == 0x1680 || (c >= 0x200B && c <= 0x200F) || c == 0x2028 ||
         c == 0x2029 || c == 0x2581 || c == 0xFEFF || c == 0xFFFD;
}

void normalize_nmt(AlignedText& text) {
  keep_characters(text, [](uint32_t c) { return !is_dropped_by_nmt(c); });
  map_characters(text, [](uint32_t c) { return is_space_to_nmt(c) ? static_cast<uint32_t>(' ') : c; });
}

void strip_accents(AlignedText& text) {
  const UnicodeProperties& properties = UnicodeProperties::get();
  keep_characters(text, [&](uint32_t c) { return !properties.is(c, kUnicodeMark); });
}

TextStep replace_step(const JsonNode& node) {
  return [regex = read_pattern(node.at("pattern")), content = node.at("content").string()](AlignedText& text) {
    replace_matches(text, regex, content);
  };
}

TextStep precompiled_step(const JsonNode& node) {
  return [map = read_character_map(node.at("precompiled_charsmap"))](AlignedText& text) {
    text.rewrite([&](std::string_view piece, AlignedText::Writer& writer) { map.rewrite(piece, writer); });
  };
}

}  // namespace

void read_normalizer(const JsonNode& node, TextSteps& steps) {
  const std::string& type = node.type();
  if (type == "Sequence") {
    const JsonNode list = node.at("normalizers");
    for (size_t i = 0; i < list.size(); ++i) {
      read_normalizer(list.at(i), steps);
    }
  } else if (type == "NFC") {
    steps.emplace_back(normal_form_step(NormalForm::kNfc));
  } else if (type == "NFD") {
    steps.emplace_back(normal_form_step(NormalForm::kNfd));
  } else if (type == "NFKC") {
    steps.emplace_back(normal_form_step(NormalForm::kNfkc));
  } else if (type == "NFKD") {
    steps.emplace_back(normal_form_step(NormalForm::kNfkd));
  } else if (type == "Lowercase") {
    steps.emplace_back(lowercase_text);
  } else if (type == "Strip") {
    const bool left = node.flag("strip_left");
    const bool right = node.flag("strip_right");
    steps.emplace_back([=](AlignedText& text) { strip_text(text, left, right); });
  } else if (type == "StripAccents") {
    steps.emplace_back(strip_accents);
  } else if (type == "Replace") {
    steps.emplace_back(replace_step(node));
  } else if (type == "Prepend") {
    steps.emplace_back([content = node.at("prepend").string()](AlignedText& text) {
      text.rewrite([&](std::string_view piece, AlignedText::Writer& w) { prepend_text(piece, content, w); });
    });
  } else if (type == "Nmt") {
    steps.emplace_back(normalize_nmt);
  } else if (type == "Precompiled") {
    steps.emplace_back(precompiled_step(node));
  } else if (type == "BertNormalizer") {
    read_bert_normalizer(node, steps);
  } else if (type == "ByteLevel") {
    steps.emplace_back(spell_bytes);
  } else if (type == "SentencePiece") {
    steps.emplace_back(sentencepiece_step(node));
  } else {
    node.fail(
        fmt::format("unknown normalizer \"{}\" (known: NFC, NFD, NFKC, NFKD, Lowercase, Strip, StripAccents, "
                    "Replace, Prepend, Nmt, Precompiled, BertNormalizer, ByteLevel, Sequence)",
                    type));
  }
}

}  // namespace smelt
