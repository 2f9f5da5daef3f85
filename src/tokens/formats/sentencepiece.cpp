// The reader of SentencePiece models. Field numbers are those of its sentencepiece_model.proto.
#include <algorithm>
#include <bit>
#include <cmath>
#include <map>

#include <fmt/core.h>

#include "base/text.h"
#include "tokens/formats/model_files.h"
#include "tokens/normalize/precompiled.h"

namespace smelt {
namespace {

// Fields of a message in the wire format of Protocol Buffers, one after the other.
class ProtoReader {
 public:
  ProtoReader(std::string_view message, const std::string& name) : bytes_(message), name_(name) {}

  uint32_t field = 0;
  uint64_t number = 0;     // wire types 0, 1 and 5
  std::string_view bytes;  // wire type 2

  // Moves to the next field; false at the end.
  bool next() {
    if (at_ >= bytes_.size()) {
      return false;
    }
    const uint64_t tag = varint();
    field = static_cast<uint32_t>(tag >> 3);
    number = 0;
    bytes = {};
    switch (tag & 7) {
      case 0:
        number = varint();
        return true;
      case 1:
        number = fixed(8);
        return true;
      case 2:
        bytes = take(varint());
        return true;
      case 5:
        number = fixed(4);
        return true;
      default:
        fail();
    }
  }
  float real() const { return std::bit_cast<float>(static_cast<uint32_t>(number)); }

 private:
  [[noreturn]] void fail() const {
    throw input_error("not a SentencePiece model", name_,
                      "give a tokenizer.json, a rank file of tiktoken or a .model of SentencePiece");
  }
  std::string_view take(uint64_t size) {
    if (size > bytes_.size() - at_) {
      fail();
    }
    at_ += static_cast<size_t>(size);
    return bytes_.substr(at_ - static_cast<size_t>(size), static_cast<size_t>(size));
  }
  uint64_t fixed(int size) {
    uint64_t value = 0;
    const std::string_view part = take(static_cast<uint64_t>(size));
    for (int i = 0; i < size; ++i) {
      value |= static_cast<uint64_t>(static_cast<uint8_t>(part[static_cast<size_t>(i)])) << (8 * i);
    }
    return value;
  }
  uint64_t varint() {
    uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      const auto byte = static_cast<uint8_t>(take(1)[0]);
      value |= static_cast<uint64_t>(byte & 0x7F) << shift;
      if (byte < 0x80) {
        return value;
      }
    }
    fail();
  }

  std::string_view bytes_;
  const std::string& name_;
  size_t at_ = 0;
};

enum PieceType : uint64_t { kNormal = 1, kUnknown = 2, kControl = 3, kUserDefined = 4, kUnused = 5, kByte = 6 };
enum ModelType : uint64_t { kUnigramModel = 1, kBpeModel = 2, kWordModel = 3, kCharacterModel = 4 };

struct Piece {
  std::string text;
  float score = 0;
  uint64_t type = kNormal;
};

struct SentencePieceFile {
  std::vector<Piece> pieces;
  uint64_t model_type = kUnigramModel;
  bool byte_fallback = false;
  bool space_as_suffix = false;
  std::string character_map;
  bool add_dummy_prefix = true;
  bool remove_extra_spaces = true;
  bool escape_spaces = true;
};

SentencePieceFile read_file_bytes(std::string_view bytes, const std::string& name) {
  SentencePieceFile file;
  for (ProtoReader top(bytes, name); top.next();) {
    ProtoReader inner(top.bytes, name);
    if (top.field == 1) {
      Piece& piece = file.pieces.emplace_back();
      while (inner.next()) {
        if (inner.field == 1) {
          piece.text = inner.bytes;
        } else if (inner.field == 2) {
          piece.score = inner.real();
        } else if (inner.field == 3) {
          piece.type = inner.number;
        }
      }
    } else if (top.field == 2) {
      while (inner.next()) {
        if (inner.field == 3) {
          file.model_type = inner.number;
        } else if (inner.field == 35) {
          file.byte_fallback = inner.number != 0;
        } else if (inner.field == 24) {
          file.space_as_suffix = inner.number != 0;
        }
      }
    } else if (top.field == 3) {
      while (inner.next()) {
        if (inner.field == 2) {
          file.character_map = inner.bytes;
        } else if (inner.field == 3) {
          file.add_dummy_prefix = inner.number != 0;
        } else if (inner.field == 4) {
          file.remove_extra_spaces = inner.number != 0;
        } else if (inner.field == 5) {
          file.escape_spaces = inner.number != 0;
        }
      }
    }
  }
  return file;
}

Json typed(const char* type) {
  Json out = Json::object();
  out["type"] = type;
  return out;
}

Json replace(const char* pattern_kind, const char* what, const char* with) {
  Json out = typed("Replace");
  out["pattern"] = Json::object();
  out["pattern"][pattern_kind] = what;
  out["content"] = with;
  return out;
}

Json sequence(const char* key, Json::Array items) {
  Json out = typed("Sequence");
  out[key] = Json(std::move(items));
  return out;
}

Json normalizer_of(const SentencePieceFile& file) {
  Json out = typed("SentencePiece");
  out["precompiled_charsmap"] = encode_base64(file.character_map);
  out["add_dummy_prefix"] = file.add_dummy_prefix;
  out["remove_extra_whitespaces"] = file.remove_extra_spaces;
  out["escape_whitespaces"] = file.escape_spaces;
  out["treat_whitespace_as_suffix"] = file.space_as_suffix;
  return out;
}

Json decoder_of(const SentencePieceFile& file) {
  Json::Array steps;
  steps.push_back(replace("String", "\xE2\x96\x81", " "));
  if (file.byte_fallback) {
    steps.push_back(typed("ByteFallback"));
  }
  steps.push_back(typed("Fuse"));
  if (file.add_dummy_prefix) {
    Json strip = typed("Strip");
    strip["content"] = " ";
    strip["start"] = file.space_as_suffix ? 0 : 1;
    strip["stop"] = file.space_as_suffix ? 1 : 0;
    steps.push_back(std::move(strip));
  }
  return sequence("decoders", std::move(steps));
}

// SentencePiece joins two neighbours that make a piece, the highest score first.
void add_merges(const SentencePieceFile& file, ModelSpec& model) {
  std::vector<uint32_t> order;
  for (uint32_t id = 0; id < file.pieces.size(); ++id) {
    if (file.pieces[id].type == kNormal) {
      order.push_back(id);
    }
  }
  std::stable_sort(order.begin(), order.end(),
                   [&](uint32_t a, uint32_t b) { return file.pieces[a].score > file.pieces[b].score; });
  uint32_t rank = 0;
  for (size_t i = 0; i < order.size(); ++i) {
    const std::string_view text = file.pieces[order[i]].text;
    rank += i > 0 && file.pieces[order[i]].score < file.pieces[order[i - 1]].score ? 1 : 0;
    for (size_t at = text.empty() ? 0 : character_at(text, 0).length; at < text.size();
         at += character_at(text, at).length) {
      const uint32_t left = model.vocabulary.find(text.substr(0, at));
      const uint32_t right = model.vocabulary.find(text.substr(at));
      if (left != Vocabulary::kNone && right != Vocabulary::kNone) {
        model.merges.emplace_back(left, right);
        model.merge_ranks.push_back(rank);
      }
    }
  }
}

void add_pieces(const SentencePieceFile& file, TokenizerSpec& spec) {
  ModelSpec& model = spec.model;
  float highest = -INFINITY;
  for (const Piece& piece : file.pieces) {
    highest = piece.type == kNormal ? std::max(highest, piece.score) : highest;
  }
  for (uint32_t id = 0; id < file.pieces.size(); ++id) {
    const Piece& piece = file.pieces[id];
    if (piece.text.empty() || !is_valid_utf8(piece.text) || std::isnan(piece.score) ||
        model.vocabulary.find(piece.text) != Vocabulary::kNone || !model.vocabulary.add(piece.text, id)) {
      throw input_error(fmt::format("piece {} is empty, stands there twice or is damaged", id), spec.name);
    }
    double score = piece.score;
    if (piece.type == kUserDefined) {
      score = static_cast<double>(piece.text.size()) * highest - 0.1;
      spec.added.push_back({.id = id, .content = piece.text});
    } else if (piece.type == kControl) {
      spec.added.push_back({.id = id, .content = piece.text, .special = true});
    } else if (piece.type == kUnknown) {
      model.unk_id = id;
      model.unk_token = piece.text;
    }
    model.scores.push_back(std::isfinite(score) ? score : 0);
    model.hidden.push_back(piece.type != kNormal && piece.type != kUserDefined);
  }
}

}  // namespace

TokenizerSpec read_sentencepiece(std::string_view bytes, const std::string& name) {
  const SentencePieceFile file = read_file_bytes(bytes, name);
  if (file.pieces.empty() || file.pieces.size() > Vocabulary::kHighestId) {
    throw input_error(fmt::format("a SentencePiece model of {} pieces", file.pieces.size()), name,
                      "give a tokenizer.json, a rank file of tiktoken or a .model of SentencePiece");
  }
  TokenizerSpec spec;
  spec.name = name;
  add_pieces(file, spec);
  spec.model.byte_fallback = file.byte_fallback;
  if (file.model_type == kUnigramModel) {
    spec.model.kind = ModelKind::kUnigram;
    spec.model.single_precision = true;
  } else if (file.model_type == kBpeModel) {
    spec.model.kind = ModelKind::kBpe;
    spec.model.fuse_unk = true;
    add_merges(file, spec.model);
  } else if (file.model_type == kCharacterModel) {
    spec.model.kind = ModelKind::kBpe;  // without merges every character is its own
    spec.model.fuse_unk = true;
  } else {
    throw input_error("a SentencePiece model of words is not supported", name,
                      "give a Unigram, BPE or character model");
  }
  if (!spec.model.unk_token) {
    throw input_error("the SentencePiece model has no unknown piece", name);
  }
  spec.normalizer = normalizer_of(file);
  spec.decoder = decoder_of(file);
  return spec;
}

TokenizerSpec library_spec(const TokenizerSpec& spec) {
  TokenizerSpec out = spec;
  if (!spec.normalizer.is_object() || spec.normalizer.get("type", "") != "SentencePiece") {
    return out;
  }
  const Json& own = spec.normalizer;
  Json::Array steps;
  if (const std::string map = own.get("precompiled_charsmap", ""); !map.empty()) {
    Json step = typed("Precompiled");
    step["precompiled_charsmap"] = map;
    steps.push_back(std::move(step));
  }
  if (own.get("remove_extra_whitespaces", true)) {
    Json strip = typed("Strip");
    strip["strip_left"] = true;
    strip["strip_right"] = true;
    steps.push_back(std::move(strip));
    steps.push_back(replace("Regex", " {2,}", " "));
  }
  if (own.get("add_dummy_prefix", true)) {
    Json prepend = typed("Prepend");
    prepend["prepend"] = " ";
    steps.push_back(std::move(prepend));
  }
  if (own.get("escape_whitespaces", true)) {
    steps.push_back(replace("String", " ", "\xE2\x96\x81"));
  }
  out.normalizer = sequence("normalizers", std::move(steps));
  return out;
}

TokenizerSpec read_any_tokenizer(std::string_view bytes, const std::string& name) {
  const std::string_view start = trim(bytes.substr(0, 4096));
  if (start.starts_with('{')) {
    return read_tokenizer_json(bytes, name);
  }
  const std::string_view line = start.substr(0, start.find('\n'));
  const size_t space = line.find(' ');
  if (space != std::string_view::npos && decode_base64(line.substr(0, space))) {
    return read_tiktoken(bytes, "", name);
  }
  if (bytes.starts_with('\n')) {  // field 1, a message
    return read_sentencepiece(bytes, name);
  }
  return read_tokenizer_json(bytes, name);  // its complaint fits best
}

}  // namespace smelt
