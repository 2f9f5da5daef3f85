// Interpolated modified Kneser-Ney n-gram model over token ids: the language model that curation judges texts by, and
// the yardstick that a trained language model has to beat.
//
// Source: Chen and Goodman, "An Empirical Study of Smoothing Techniques for Language Modeling", TR-10-98, Harvard 1998,
// section 3. With order n, c_k the count of a k-gram (k = n: occurrences; k < n: number of different tokens seen before
// it, or occurrences where it starts a document, since nothing can come before that):
//
//   p_k(w | h) = max(c_k(h w) - D_k(c_k(h w)), 0) / sum_v c_k(h v)  +  gamma_k(h) p_{k-1}(w | h')
//   p_0 = 1 / vocab_size,   gamma_k(h) = (D_1 N_1(h .) + D_2 N_2(h .) + D_3+ N_3+(h .)) / sum_v c_k(h v)
//   Y = n_1 / (n_1 + 2 n_2),  D_1 = 1 - 2 Y n_2 / n_1,  D_2 = 2 - 3 Y n_3 / n_2,  D_3+ = 3 - 4 Y n_4 / n_3
//   (n_j: k-grams with c_k = j)
//
// Where a corpus is too small for these estimates (a zero n_j, or a D_j outside [0, j]) the order takes D = 0.5,
// 1, 1.5. A document starts in a context of its own (a start marker that is never predicted) and n-grams never cross
// documents. The distribution sums to 1 over [0, vocab_size) in every context, but for what quantisation adds.
//
// The model is an image of packed tables (docs/formats.md, "n-gram models"), the same in memory and on disk, and is
// queried in place. Thread safety: const calls may run at the same time.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/files.h"
#include "base/function_ref.h"
#include "base/json.h"
#include "base/threads.h"

namespace smelt {

struct NgramOptions {
  int64_t order = 5;       // 1 to 8; order * bits(vocab_size + 1) must not exceed 128
  int64_t vocab_size = 0;  // token ids lie in [0, vocab_size)
  // Of the probabilities and weights: 32, floats; 4 to 16, codes of so many bits, each for as many values.
  int64_t probability_bits = 32;
  // Bytes of windows that are sorted at once; 0: all. The rest waits in `scratch_dir`, and so do the tables under
  // construction, as mapped files: memory that the system may take back.
  int64_t sort_bytes = 0;
  std::string scratch_dir;
};

class NgramModel {
 public:
  // Gives the tokens of document i (in `out`, cleared before); called once for each i in order. Ids outside the
  // vocabulary throw UserError(kInput).
  using ReadDocument = FunctionRef<void(int64_t, std::vector<int32_t>&)>;

  // Memory while training, without a limit: 16 bytes a token for sorting, then about 24 bytes a distinct n-gram of each
  // order (30 M tokens: about 1.3 GB at the peak).
  static NgramModel train(Executor& executor, int64_t num_documents, ReadDocument read, const NgramOptions& options);
  // Maps a file. Throws UserError(kInput) where it is no such model.
  static NgramModel load(const std::string& path);
  // The same from bytes, which must outlive the model. Tables that were damaged give wrong numbers, and nothing worse.
  static NgramModel parse(std::string_view bytes, const std::string& name);
  static bool has_magic(std::string_view bytes);

  // Where a text is: the longest context of at most order - 1 tokens that was seen in training.
  struct State {
    int64_t level = 0;  // tokens in the context
    uint32_t node = 0;
  };
  State start() const;
  // p(token | state); the state moves on.
  double advance(State& state, uint32_t token) const;

  // Natural log of p(token | context). `context` holds what the document has so far; where it is shorter than order - 1
  // the start of the document is part of the context.
  double log_prob(std::span<const int32_t> context, int32_t token) const;
  // log_prob of every token of a document given those before it.
  std::vector<double> score(std::span<const int32_t> document) const;
  // p of every token of the vocabulary, in `out`.
  void distribution(std::span<const int32_t> context, std::vector<double>& out) const;

  // Calls visit(tokens, p, gamma) for every k-gram, k > 0, in the order of its tokens; vocab_size() is the start
  // marker.
  void for_each(int64_t k, FunctionRef<void(std::span<const uint32_t>, double, double)> visit) const;

  int64_t order() const { return static_cast<int64_t>(levels_.size()); }
  int64_t vocab_size() const { return vocab_size_; }
  int64_t num_ngrams(int64_t k) const { return level(k).num_ngrams; }  // seen in training
  int64_t num_tokens() const { return num_tokens_; }
  std::array<double, 3> discounts(int64_t k) const { return level(k).discount; }  // D_1, D_2, D_3+ of order k
  uint64_t memory_bytes() const { return image_.size(); }
  const Json& header() const { return header_; }
  std::string_view vocabulary() const { return vocabulary_; }  // what the trainer was given for it

 private:
  // A trie in tables: records of bit fields, the k-grams in the order of their tokens. The children of record i of
  // level k are [child(i), child(i + 1)) of level k + 1, in the order of their last token. Level 1 has every id.
  struct Level {
    int64_t num_records = 0;
    int64_t num_ngrams = 0;
    std::array<double, 3> discount{};
    std::string_view prob_codes;  // float32; empty: the field is the float
    std::string_view gamma_codes;
    std::string_view records;
    int64_t width = 0;  // bits of a record: token, child, suffix, prob, gamma
    int64_t token_bits = 0;
    int64_t child_bits = 0;
    int64_t suffix_bits = 0;
    int64_t value_bits = 0;
    bool has_gamma = false;

    uint32_t field(int64_t record, int64_t offset, int64_t bits) const;
    uint32_t token(int64_t i) const { return field(i, 0, token_bits); }
    uint32_t child(int64_t i) const { return field(i, token_bits, child_bits); }
    uint32_t suffix(int64_t i) const { return field(i, token_bits + child_bits, suffix_bits); }
    double prob(int64_t i) const;
    double gamma(int64_t i) const;
  };
  friend class NgramTrainer;

  static void lay_out(std::vector<Level>& levels, int64_t vocab_size, int64_t probability_bits);

  NgramModel() = default;
  const Level& level(int64_t k) const { return levels_[static_cast<size_t>(k - 1)]; }
  State find_context(std::span<const int32_t> context) const;
  int64_t find_child(State state, uint32_t token) const;  // -1 where there is none
  std::pair<int64_t, int64_t> children(State state) const;
  State shorten(State state) const;
  double gamma(State state) const;
  State follow(State state, uint32_t token) const;
  void visit_below(State state, int64_t k, std::vector<uint32_t>& tokens,
                   FunctionRef<void(std::span<const uint32_t>, double, double)> visit) const;

  std::shared_ptr<const std::string> owned_;
  MappedFile file_;
  std::string_view image_;
  Json header_;
  std::string_view vocabulary_;
  int64_t vocab_size_ = 0;
  int64_t num_tokens_ = 0;
  double root_gamma_ = 1;
  std::vector<Level> levels_;
};

}  // namespace smelt
