#include "tokens/post/post_processor.h"

#include <algorithm>
#include <charconv>

#include <fmt/core.h>

#include "base/text.h"

namespace smelt {
namespace {

using Token = EncodingPart::Token;

// `count` characters on from `at`, not beyond the text.
uint32_t advance(std::string_view text, uint32_t at, uint32_t count) {
  for (; count > 0 && at < text.size(); --count) {
    at += character_at(text, at).length;
  }
  return at;
}

// `count` characters back from `at`; `at` itself where there are not so many.
uint32_t retreat(std::string_view text, uint32_t at, uint32_t count) {
  uint32_t to = at;
  for (; count > 0; --count) {
    if (to == 0 || to > text.size()) {
      return at;
    }
    to -= character_before(text, to).length;
  }
  return to;
}

// White space off the offsets; the one leading space of a first token that add_prefix_space made stays.
void trim(std::string_view text, bool add_prefix_space, EncodingPart& part) {
  for (size_t i = 0; i < part.tokens.size(); ++i) {
    Token& token = part.tokens[i];
    Span& offsets = token.offsets;
    uint32_t leading = token.leading_spaces;
    if (leading > 0) {
      const bool is_first = i == 0 || offsets.begin == 0;
      leading = is_first && add_prefix_space && leading == 1 ? 0 : leading;
      offsets.begin = std::min(advance(text, offsets.begin, leading), offsets.end);
    }
    if (token.trailing_spaces > 0) {
      offsets.end = std::max(retreat(text, offsets.end, token.trailing_spaces), offsets.begin);
    }
  }
}

struct TemplatePiece {
  bool is_sequence = false;
  uint32_t type_id = 0;
  std::vector<uint32_t> ids;
};

Token special_token(uint32_t id, uint32_t type_id) {
  return {.id = id, .offsets = {}, .type_id = type_id, .special = true};
}

uint32_t id_of_pair(const JsonNode& node) {
  static_cast<void>(node.at(size_t{0}).string());
  return node.size() == 2 ? node.at(size_t{1}).number() : (node.fail("is no pair of a token and its id"), 0);
}

TemplatePiece read_piece(const JsonNode& node, const JsonNode& processor) {
  TemplatePiece piece;
  if (node.has("Sequence")) {
    const JsonNode sequence = node.at("Sequence");
    if (sequence.at("id").string() != "A") {
      sequence.at("id").fail("a template of single texts has no sequence but A");
    }
    piece.is_sequence = true;
    piece.type_id = sequence.at("type_id").number();
    return piece;
  }
  const JsonNode special = node.at("SpecialToken");
  piece.type_id = special.at("type_id").number();
  const JsonNode ids = processor.at("special_tokens").at(special.at("id").string().c_str()).at("ids");
  for (size_t i = 0; i < ids.size(); ++i) {
    piece.ids.push_back(ids.at(i).number());
  }
  return piece;
}

}  // namespace

PostProcessor::PostProcessor(const JsonNode& node) {
  read(node);
}

void PostProcessor::apply(std::string_view text, bool add_special_tokens, EncodingParts& parts) const {
  for (const Step& step : steps_) {
    step(text, add_special_tokens, parts);
  }
}

void PostProcessor::read(const JsonNode& node) {
  const std::string& type = node.type();
  if (type == "Sequence") {
    const JsonNode list = node.at("processors");
    for (size_t i = 0; i < list.size(); ++i) {
      read(list.at(i));
    }
  } else if (type == "ByteLevel") {
    if (node.flag("trim_offsets")) {
      trims_ = true;
      steps_.emplace_back([prefix = node.flag("add_prefix_space")](std::string_view text, bool, EncodingParts& parts) {
        for (EncodingPart& part : parts) {
          trim(text, prefix, part);
        }
      });
    }
  } else if (type == "TemplateProcessing") {
    add_template(node);
  } else if (type == "BertProcessing") {
    add_surrounding(node, false);
  } else if (type == "RobertaProcessing") {
    const bool prefix = node.flag("add_prefix_space");
    const bool trims = node.flag("trim_offsets");
    trims_ = trims_ || trims;
    steps_.emplace_back([=](std::string_view text, bool, EncodingParts& parts) {
      for (EncodingPart& part : parts) {
        if (trims) {
          trim(text, prefix, part);
        }
        for (Token& token : part.tokens) {
          token.type_id = 0;
        }
      }
    });
    add_surrounding(node, true);
  } else {
    node.fail(
        fmt::format("unknown post-processor \"{}\" (known: TemplateProcessing, ByteLevel, BertProcessing, "
                    "RobertaProcessing, Sequence)",
                    type));
  }
}

void PostProcessor::add_template(const JsonNode& node) {
  if (has_template_) {
    node.fail("a second template in one post-processor has no meaning");
  }
  has_template_ = true;
  std::vector<TemplatePiece> pieces;
  const JsonNode single = node.at("single");
  for (size_t i = 0; i < single.size(); ++i) {
    pieces.push_back(read_piece(single.at(i), node));
  }
  steps_.emplace_back([pieces = std::move(pieces)](std::string_view, bool add_special_tokens, EncodingParts& parts) {
    EncodingParts out;
    for (const TemplatePiece& piece : pieces) {
      if (piece.is_sequence && !parts.empty()) {
        out.push_back(parts.front());
        for (Token& token : out.back().tokens) {
          token.type_id = piece.type_id;
        }
      } else if (!piece.is_sequence && add_special_tokens) {
        EncodingPart& part = out.emplace_back();
        for (const uint32_t id : piece.ids) {
          part.tokens.push_back(special_token(id, piece.type_id));
        }
      }
    }
    parts.swap(out);
  });
}

// [CLS] text [SEP], and a further part is text [SEP], with [SEP] in front too where `twice`.
void PostProcessor::add_surrounding(const JsonNode& node, bool twice) {
  const uint32_t separator = id_of_pair(node.at("sep"));
  const uint32_t first = id_of_pair(node.at("cls"));
  steps_.emplace_back([=](std::string_view, bool add_special_tokens, EncodingParts& parts) {
    for (size_t i = 0; add_special_tokens && i < parts.size(); ++i) {
      std::vector<Token>& tokens = parts[i].tokens;
      const uint32_t type_id = i == 0 || twice ? 0 : 1;
      if (i == 0 || twice) {
        tokens.insert(tokens.begin(), special_token(i == 0 ? first : separator, type_id));
      }
      tokens.push_back(special_token(separator, type_id));
    }
  });
}

}  // namespace smelt
