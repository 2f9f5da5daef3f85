// Interpolated modified Kneser-Ney n-gram model over token ids: the yardstick that a trained language model has to
// beat.
//
// Source: Chen and Goodman, "An Empirical Study of Smoothing Techniques for Language Modeling", TR-10-98, Harvard 1998,
// section 3. With order n, c_k the count of a k-gram (k = n: occurrences; k < n: number of different tokens seen before
// it, or occurrences where it starts a document, since nothing can come before that):
//
//   p_k(w | h) = max(c_k(h w) - D_k(c_k(h w)), 0) / sum_v c_k(h v)  +  gamma_k(h) p_{k-1}(w | h')      p_0 = 1 /
//   vocab_size gamma_k(h) = (D_1 N_1(h .) + D_2 N_2(h .) + D_3+ N_3+(h .)) / sum_v c_k(h v) Y = n_1 / (n_1 + 2 n_2),
//   D_1 = 1 - 2 Y n_2 / n_1,  D_2 = 2 - 3 Y n_3 / n_2,  D_3+ = 3 - 4 Y n_4 / n_3     (n_j: k-grams with c_k = j)
//
// Where a corpus is too small for these estimates (a zero n_j, or a D_j outside [0, j]) the order takes D = 0.5,
// 1, 1.5. A document starts in a context of its own (a start marker that is never predicted) and n-grams never cross
// documents. The distribution sums to 1 over [0, vocab_size) in every context.
//
// Memory while training: 16 bytes a token for sorting, then about 24 bytes a distinct n-gram of each order (30 M
// tokens: about 1.3 GB at the peak). Thread safety: const calls may run at the same time.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "base/function_ref.h"
#include "base/threads.h"

namespace smelt {

struct NgramOptions {
  int64_t order = 5;       // 1 to 8; order * bits(vocab_size + 1) must not exceed 128
  int64_t vocab_size = 0;  // token ids lie in [0, vocab_size)
};

class NgramModel {
 public:
  // Gives the tokens of document i (in `out`, cleared before); called once for each i in order. Ids outside the
  // vocabulary throw UserError(kInput).
  using ReadDocument = FunctionRef<void(int64_t, std::vector<int32_t>&)>;

  static NgramModel train(Executor& executor, int64_t num_documents, ReadDocument read, const NgramOptions& options);

  // Natural log of p(token | context). `context` holds what the document has so far; where it is shorter than order - 1
  // the start of the document is part of the context.
  double log_prob(std::span<const int32_t> context, int32_t token) const;
  // log_prob of every token of a document given those before it.
  std::vector<double> score(std::span<const int32_t> document) const;
  // p of every token of the vocabulary, in `out`.
  void distribution(std::span<const int32_t> context, std::vector<double>& out) const;

  int64_t order() const { return static_cast<int64_t>(levels_.size()); }
  int64_t vocab_size() const { return vocab_size_; }
  int64_t num_ngrams(int64_t k) const { return static_cast<int64_t>(levels_[static_cast<size_t>(k - 1)].token.size()); }
  int64_t num_tokens() const { return num_tokens_; }
  // D_1, D_2, D_3+ of order k.
  std::array<double, 3> discounts(int64_t k) const { return levels_[static_cast<size_t>(k - 1)].discount; }
  uint64_t memory_bytes() const;

 private:
  // A trie in arrays: the k-grams in the order of their tokens; the children of node i of level k are the nodes
  // [child[i], child[i+1]) of level k+1, in the order of their last token.
  struct Level {
    std::vector<uint32_t> token;   // last token
    std::vector<uint32_t> child;   // size + 1; empty at the highest order
    std::vector<uint32_t> suffix;  // the node of level k-1 without the first token; empty at level 1
    std::vector<float> prob;       // p_k, interpolated
    std::vector<float> gamma;      // gamma_{k+1} of this k-gram as a context; 1 where nothing follows it
    std::array<double, 3> discount{};
  };
  struct Builder;
  struct Context {
    int64_t level = 0;  // tokens in the context
    uint32_t node = 0;
  };

  NgramModel() = default;
  Context find_context(std::span<const int32_t> context) const;
  // Index of the child of a node with that last token, or -1.
  int64_t find_child(Context context, uint32_t token) const;
  std::pair<uint32_t, uint32_t> children(Context context) const;
  Context shorten(Context context) const;
  double gamma(Context context) const;
  double prob(Context context, uint32_t token) const;
  Context advance(Context context, uint32_t token) const;
  Context start() const;

  int64_t vocab_size_ = 0;
  int64_t num_tokens_ = 0;
  double root_gamma_ = 1;
  std::vector<Level> levels_;
};

}  // namespace smelt
