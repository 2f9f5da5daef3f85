#include "tokens/pipeline.h"

#include <algorithm>
#include <map>
#include <set>

#include "base/error.h"
#include "base/text.h"
#include "base/white_space.h"
#include "tokens/bpe/byte_alphabet.h"
#include "tokens/normalize/normalizer.h"
#include "tokens/pretokenize/pre_tokenizer_steps.h"

namespace smelt {
namespace {

// Spells bytes as characters, so that any bytes can be encoded.
bool spells_bytes(const Json& part) {
  if (part.is_object()) {
    const Json* type = part.find("type");
    if (type != nullptr && type->is_string() && type->as_string() == "ByteLevel") {
      return true;
    }
    for (const char* key : {"normalizers", "pretokenizers"}) {
      if (const Json* list = part.find(key); list != nullptr && list->is_array()) {
        return std::any_of(list->as_array().begin(), list->as_array().end(), spells_bytes);
      }
    }
  }
  return false;
}

// The byte of the original at which the text that replaces it comes from: offsets in `replaced` back to `text`.
std::vector<uint32_t> original_places(std::string_view text) {
  std::vector<uint32_t> places;
  std::string replaced;
  for (size_t at = 0; at < text.size();) {
    size_t next = at;
    const uint32_t c = next_code_point(text, next);
    replaced.clear();
    append_utf8(replaced, c);
    places.insert(places.end(), replaced.size(), static_cast<uint32_t>(at));
    at = next;
  }
  places.push_back(static_cast<uint32_t>(text.size()));
  return places;
}

}  // namespace

Pipeline::Pipeline(const TokenizerSpec& spec, const MergeTable* merges) : spec_(spec) {
  const auto node = [&](const Json& json, const char* path) { return JsonNode(json, spec.name, path); };
  if (!spec.normalizer.is_null()) {
    read_normalizer(node(spec.normalizer, "normalizer"), normalizer_);
  }
  if (!spec.pre_tokenizer.is_null()) {
    read_pre_tokenizer(node(spec.pre_tokenizer, "pre_tokenizer"), pre_tokenizer_);
  }
  if (!spec.post_processor.is_null()) {
    post_processor_ = PostProcessor(node(spec.post_processor, "post_processor"));
  }
  if (!spec.decoder.is_null()) {
    decoder_ = Decoder(node(spec.decoder, "decoder"));
  }
  model_ = make_model(spec.model, merges, spec.name);
  std::map<uint32_t, std::string> spellings;
  std::set<std::string> special;
  for (const AddedToken& token : spec.added) {
    std::string spelled = token.content;
    if (token.normalized && !normalizer_.empty()) {
      AlignedText text(token.content);
      apply_steps(normalizer_, text);
      spelled = text.text();
    }
    spellings[token.id] = std::move(spelled);
    if (token.special) {
      special.insert(token.content);
    }
  }
  for (auto& [id, spelled] : spellings) {
    added_ids_.push_back(id);
    added_spellings_.push_back(std::move(spelled));
  }
  special_spellings_.assign(special.begin(), special.end());
  matchers_ = matchers_of(true);
  plain_matchers_ = matchers_of(false);
  const ByteAlphabet& alphabet = ByteAlphabet::get();
  takes_bytes_ = spells_bytes(spec.normalizer) || spells_bytes(spec.pre_tokenizer);
  for (int byte = 0; byte < 256 && takes_bytes_; ++byte) {
    const char c = static_cast<char>(byte);
    takes_bytes_ = spec.model.vocabulary.find(alphabet.to_chars({&c, 1})) != Vocabulary::kNone;
  }
}

Pipeline::Matchers Pipeline::matchers_of(bool with_special) const {
  std::vector<AddedToken> raw;
  std::vector<AddedToken> normalized;
  for (AddedToken token : spec_.added) {
    if (!with_special && std::binary_search(special_spellings_.begin(), special_spellings_.end(), token.content)) {
      continue;
    }
    if (token.normalized) {
      token.content = spelling(token.id);
      token.normalized = false;
      if (!token.content.empty()) {
        normalized.push_back(std::move(token));
      }
    } else {
      raw.push_back(std::move(token));
    }
  }
  return {AddedTokens(std::move(raw)), AddedTokens(std::move(normalized))};
}

void Pipeline::find_added(const AddedTokens& tokens, AlignedText& text) const {
  if (tokens.tokens().empty()) {
    return;
  }
  std::vector<TextPart> parts;
  text.cut([&](const TextPiece& piece, std::vector<TextPiece>& out) {
    parts.clear();
    const std::string_view view = text.view(piece);
    tokens.split(view, parts);
    for (const TextPart& part : parts) {
      const auto begin = static_cast<uint32_t>(part.text.data() - view.data());
      out.push_back(text.part_of(piece, begin, begin + static_cast<uint32_t>(part.text.size()),
                                 part.token == nullptr ? TextPiece::kPlain : part.token->id));
    }
  });
}

AlignedText Pipeline::prepare(std::string_view text, bool plain) const {
  AlignedText aligned(text);
  const Matchers& matchers = plain ? plain_matchers_ : matchers_;
  find_added(matchers.raw, aligned);
  apply_steps(normalizer_, aligned);
  find_added(matchers.normalized, aligned);
  apply_steps(pre_tokenizer_, aligned);
  return aligned;
}

void Pipeline::count_spaces(std::string_view token, EncodingPart::Token& out) const {
  constexpr uint32_t kByteSpace = 0x120;  // how the byte alphabet spells a space
  const auto is_space = [](uint32_t c) { return c == kByteSpace || is_white_space(c); };
  for (size_t at = 0; at < token.size(); ++out.leading_spaces) {
    const Character c = character_at(token, at);
    if (!is_space(c.code_point)) {
      break;
    }
    at += c.length;
  }
  for (size_t end = token.size(); end > 0; ++out.trailing_spaces) {
    const Character c = character_before(token, end);
    if (!is_space(c.code_point)) {
      break;
    }
    end -= c.length;
  }
}

EncodingPart Pipeline::tokenize(const AlignedText& text) const {
  EncodingPart part;
  std::vector<PieceToken> tokens;
  for (const TextPiece& piece : text.pieces()) {
    tokens.clear();
    const std::string_view view = text.view(piece);
    if (piece.token != TextPiece::kPlain) {
      tokens.push_back({piece.token, 0, static_cast<uint32_t>(view.size()), true});
    } else {
      model_->tokenize(view, tokens);
    }
    for (const PieceToken& token : tokens) {
      EncodingPart::Token& out = part.tokens.emplace_back();
      out.id = token.id;
      out.offsets = text.original_of(piece, token.begin, token.end);
      if (post_processor_.trims_offsets()) {
        count_spaces(
            token.surface ? view.substr(token.begin, token.end - token.begin) : spec_.model.vocabulary[token.id], out);
      }
    }
  }
  return part;
}

Encoding Pipeline::encode(std::string_view text, const EncodeOptions& options) const {
  std::string replaced;
  std::string_view valid = text;
  if (!takes_bytes_ && !is_valid_utf8(text)) {
    replaced = replace_invalid_utf8(text);
    valid = replaced;
  }
  if (options.invalid == InvalidUtf8::kError && (valid.data() != text.data() || !is_valid_utf8(text))) {
    throw input_error("a text is not valid UTF-8", {}, "convert it, or let invalid bytes be replaced");
  }
  EncodingParts parts{tokenize(prepare(valid, options.plain))};
  post_processor_.apply(valid, options.add_special_tokens, parts);
  const std::vector<uint32_t> places = valid.data() == text.data() ? std::vector<uint32_t>() : original_places(text);
  const auto original = [&](uint32_t at) { return at < places.size() ? places[at] : at; };
  Encoding out;
  for (const EncodingPart& part : parts) {
    for (const EncodingPart::Token& token : part.tokens) {
      out.ids.push_back(token.id);
      out.offsets.push_back({original(token.offsets.begin), original(token.offsets.end)});
      out.special_tokens_mask.push_back(token.special ? 1 : 0);
      out.type_ids.push_back(token.type_id);
    }
  }
  return out;
}

void Pipeline::encode_ids(std::string_view text, bool plain, std::vector<uint32_t>& out) const {
  const std::string replaced = takes_bytes_ || is_valid_utf8(text) ? std::string() : replace_invalid_utf8(text);
  const AlignedText aligned = prepare(replaced.empty() ? text : std::string_view(replaced), plain);
  std::vector<PieceToken> tokens;
  for (const TextPiece& piece : aligned.pieces()) {
    if (piece.token != TextPiece::kPlain) {
      out.push_back(piece.token);
      continue;
    }
    tokens.clear();
    model_->tokenize(aligned.view(piece), tokens);
    for (const PieceToken& token : tokens) {
      out.push_back(token.id);
    }
  }
}

std::string Pipeline::spelling(uint32_t id) const {
  const auto it = std::lower_bound(added_ids_.begin(), added_ids_.end(), id);
  if (it != added_ids_.end() && *it == id) {
    return added_spellings_[static_cast<size_t>(it - added_ids_.begin())];
  }
  return std::string(spec_.model.vocabulary[id]);
}

bool Pipeline::has_token(uint32_t id) const {
  return spec_.model.vocabulary.has(id) || std::binary_search(added_ids_.begin(), added_ids_.end(), id);
}

std::string Pipeline::decode(std::span<const uint32_t> ids, bool skip_special) const {
  std::vector<std::string> tokens;
  tokens.reserve(ids.size());
  for (const uint32_t id : ids) {
    if (!has_token(id)) {
      continue;
    }
    std::string token = spelling(id);
    if (!skip_special || !std::binary_search(special_spellings_.begin(), special_spellings_.end(), token)) {
      tokens.push_back(std::move(token));
    }
  }
  return decoder_.decode(std::move(tokens));
}

std::string Pipeline::token_bytes(uint32_t id) const {
  std::string token = spelling(id);
  if (decoder_.is_byte_level()) {
    return decoder_.decode({std::move(token)});
  }
  if (token.size() == 6 && spec_.model.byte_fallback && token.starts_with("<0x")) {
    return std::string(1, static_cast<char>(std::strtoul(token.substr(3, 2).c_str(), nullptr, 16)));
  }
  constexpr std::string_view kSpaceMark = "\xE2\x96\x81";
  for (size_t at = token.find(kSpaceMark); at != std::string::npos; at = token.find(kSpaceMark, at + 1)) {
    token.replace(at, kSpaceMark.size(), " ");
  }
  return token;
}

}  // namespace smelt
