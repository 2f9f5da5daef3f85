// Training of NgramModel (ngram.h): sorts the windows of the corpus and makes the trie out of them.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "base/threads.h"
#include "eval/ngram.h"

namespace smelt {

struct NgramModel::Builder {
  // A window of `order` tokens, the first in the highest bits, each id + 1; 0 stands behind the end of the document.
  using Key = unsigned __int128;

  Builder(Executor& executor, NgramModel& model, const NgramOptions& options);

  void add_document(std::vector<int32_t>& tokens);
  void build();

 private:
  uint32_t token_at(Key key, int64_t k) const;  // id + 1, or 0
  int64_t first_difference(Key a, Key b) const;
  void make_levels();
  void link_suffixes(int64_t k);
  void count_continuations();
  void estimate_discounts(int64_t k);
  void make_probabilities(int64_t k);

  Executor& executor_;
  NgramModel& model_;
  int64_t order_;
  int64_t bits_;
  std::vector<Key> keys_;
  std::vector<std::vector<uint32_t>> counts_;  // c_k, by level and node
};

}  // namespace smelt
