// WordPiece (Schuster and Nakajima 2012; as in BERT): the longest token first, from the left. WordLevel: whole words.
#include <fmt/core.h>

#include "base/error.h"
#include "tokens/models/token_model.h"
#include "tokens/unicode/properties.h"

namespace smelt {
namespace {

class WordModel : public TokenModel {
 public:
  WordModel(const ModelSpec& spec, std::string name) : spec_(spec), name_(std::move(name)) {
    unk_ = spec.unk_token ? spec.vocabulary.find(*spec.unk_token) : Vocabulary::kNone;
  }

 protected:
  void add_unknown(std::string_view piece, std::vector<PieceToken>& out) const {
    if (unk_ == Vocabulary::kNone) {
      throw input_error(fmt::format("the vocabulary lacks the unknown token \"{}\"", spec_.unk_token.value_or("")),
                        name_, "add it to the vocabulary");
    }
    out.push_back({unk_, 0, static_cast<uint32_t>(piece.size())});
  }
  const ModelSpec& spec_;

 private:
  std::string name_;
  uint32_t unk_ = Vocabulary::kNone;
};

class WordLevel : public WordModel {
 public:
  using WordModel::WordModel;
  void tokenize(std::string_view piece, std::vector<PieceToken>& out) const override {
    const uint32_t id = spec_.vocabulary.find(piece);
    if (id == Vocabulary::kNone) {
      add_unknown(piece, out);
    } else {
      out.push_back({id, 0, static_cast<uint32_t>(piece.size())});
    }
  }
};

class WordPiece : public WordModel {
 public:
  using WordModel::WordModel;

  void tokenize(std::string_view piece, std::vector<PieceToken>& out) const override {
    size_t characters = 0;
    for (size_t at = 0; at < piece.size() && characters <= spec_.max_characters; ++characters) {
      at += character_at(piece, at).length;
    }
    const size_t before = out.size();
    if (characters > spec_.max_characters || !cut(piece, out)) {
      out.resize(before);
      add_unknown(piece, out);
    }
  }

 private:
  bool cut(std::string_view piece, std::vector<PieceToken>& out) const {
    const std::string& prefix = spec_.continuing_prefix ? *spec_.continuing_prefix : kEmpty;
    std::string candidate;
    for (size_t start = 0; start < piece.size();) {
      const size_t extra = start > 0 ? prefix.size() : 0;
      size_t end = piece.size();
      const size_t longest = spec_.vocabulary.longest();
      if (end - start + extra > longest) {
        end = start + (longest > extra ? longest - extra : 0);
        while (end > start && end < piece.size() && (static_cast<uint8_t>(piece[end]) & 0xC0) == 0x80) {
          --end;
        }
      }
      uint32_t id = Vocabulary::kNone;
      candidate.assign(prefix, 0, extra);
      candidate += piece.substr(start, end - start);
      while (end > start && (id = spec_.vocabulary.find(candidate)) == Vocabulary::kNone) {
        const uint32_t last = character_before(piece, end).length;
        end -= std::min<size_t>(last, end - start);
        candidate.resize(extra + (end - start));
      }
      if (id == Vocabulary::kNone) {
        return false;
      }
      out.push_back({id, static_cast<uint32_t>(start), static_cast<uint32_t>(end)});
      start = end;
    }
    return true;
  }
  static inline const std::string kEmpty;
};

}  // namespace

std::unique_ptr<TokenModel> make_word_piece(const ModelSpec& spec, const std::string& name) {
  return std::make_unique<WordPiece>(spec, name);
}

std::unique_ptr<TokenModel> make_word_level(const ModelSpec& spec, const std::string& name) {
  return std::make_unique<WordLevel>(spec, name);
}

std::unique_ptr<TokenModel> make_model(const ModelSpec& spec, const MergeTable* merges, const std::string& name) {
  switch (spec.kind) {
    case ModelKind::kBpe:
      SMELT_CHECK(merges != nullptr);
      return make_bpe(spec, *merges, name);
    case ModelKind::kWordPiece:
      return make_word_piece(spec, name);
    case ModelKind::kUnigram:
      return make_unigram(spec, name);
    case ModelKind::kWordLevel:
      break;
  }
  return make_word_level(spec, name);
}

}  // namespace smelt
