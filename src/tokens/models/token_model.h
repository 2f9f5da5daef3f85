// What turns a piece of text into tokens: BPE, WordPiece, Unigram, WordLevel.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tokens/bpe/merge_table.h"
#include "tokens/models/vocabulary.h"

namespace smelt {

// A token of a piece: bytes [begin, end) of it.
struct PieceToken {
  uint32_t id = 0;
  uint32_t begin = 0;
  uint32_t end = 0;
  bool surface = false;  // its text is that of the piece, not its spelling in the vocabulary
};

class TokenModel {
 public:
  virtual ~TokenModel() = default;
  // Appends the tokens of a piece, which is not empty. Thread-safe. UserError(kInput) where the text holds what the
  // vocabulary cannot express and no unknown token is named.
  virtual void tokenize(std::string_view piece, std::vector<PieceToken>& out) const = 0;
};

enum class ModelKind { kBpe, kWordPiece, kUnigram, kWordLevel };

// All that a file says of a model.
struct ModelSpec {
  ModelKind kind = ModelKind::kBpe;
  Vocabulary vocabulary;
  std::optional<std::string> unk_token;  // BPE, WordPiece, WordLevel
  bool byte_fallback = false;            // BPE, Unigram
  // BPE
  std::vector<std::pair<uint32_t, uint32_t>> merges;  // pairs of ids in the order of their ranks
  std::vector<uint32_t> merge_ranks;                  // empty: 0, 1, 2, ...; equal ranks: the leftmost pair goes first
  std::optional<std::string> continuing_prefix;       // WordPiece too
  std::optional<std::string> end_suffix;
  bool fuse_unk = false;
  bool ignore_merges = false;
  // WordPiece
  uint32_t max_characters = 100;
  // Unigram
  std::vector<double> scores;  // by id
  std::vector<bool> hidden;    // by id: not found in texts; empty: none
  std::optional<uint32_t> unk_id;
  bool single_precision = false;  // add scores as floats, as SentencePiece does
};

// The models keep references to what they are made of. UserError(kInput) where parts do not fit each other; `name` is
// what errors call the file.
std::unique_ptr<TokenModel> make_bpe(const ModelSpec& spec, const MergeTable& merges, const std::string& name);
std::unique_ptr<TokenModel> make_word_piece(const ModelSpec& spec, const std::string& name);
std::unique_ptr<TokenModel> make_unigram(const ModelSpec& spec, const std::string& name);
std::unique_ptr<TokenModel> make_word_level(const ModelSpec& spec, const std::string& name);
// Of any kind; `merges` of a BPE model, else null.
std::unique_ptr<TokenModel> make_model(const ModelSpec& spec, const MergeTable* merges, const std::string& name);

// The merges of a BPE model; byte_ids are those of its bytes where it has them (MergeTable), else 256 zeros.
MergeTable make_merges(const ModelSpec& spec, const std::vector<uint32_t>& byte_ids, const std::string& name);

}  // namespace smelt
