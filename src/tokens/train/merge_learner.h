// Learning the merges of BPE from words (Sennrich et al., arXiv 1508.07909, with incremental counts).
//
// The most frequent pair is merged next, the lowest (left id, right id) of equals, so that on the same words the merges
// are those of the Hugging Face library's BpeTrainer, its handling of a token that is reached by two different merges
// included. Work is proportional to the places where pairs stand, however long a word is. Memory: some 20 bytes a
// symbol of distinct words.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

namespace smelt {

// Words as the symbols they begin with. A symbol is the id of a token of the first vocabulary.
class SymbolWords {
 public:
  // Words of fewer than two symbols have nothing to merge and are left out. Throws UserError(kResource) where there are
  // more than 2^32 symbols in all.
  void add(std::span<const uint32_t> symbols, int64_t count);

  // What MergeLearner works on: symbols, kEnd, the count's low half, its high half with kNone; word after word.
  static constexpr uint32_t kNone = uint32_t{1} << 31;  // symbols are below
  static constexpr uint32_t kEnd = UINT32_MAX;
  static constexpr size_t kLongWord = 64;  // more symbols: noted in long_words, so that no one has to look for kEnd
  struct LongWord {
    uint32_t begin;
    uint32_t end;
    int64_t count;
  };
  std::vector<uint32_t> slots{kNone};
  std::vector<LongWord> long_words;
};

struct MergeRules {
  size_t vocab_size = 0;          // tokens to stop at
  int64_t min_count = 0;          // pairs that occur less often are not merged; at least 1
  size_t max_token_length = 0;    // merged tokens have fewer characters; 0: any number
  std::string continuing_prefix;  // of tokens inside a word ("##" of WordPiece); a merge drops it from the right one
  std::unordered_set<std::string> forbidden;  // tokens that no merge may make
};

struct LearnedMerges {
  std::vector<std::string> tokens;                    // by id: the first vocabulary, then the merged ones
  std::vector<std::pair<uint32_t, uint32_t>> merges;  // in order of rank, no pair twice
};

// `tokens` is the first vocabulary, no token twice. `tick` is called after each merge with the number of tokens so far;
// it may throw to stop.
LearnedMerges learn_merges(SymbolWords words, std::vector<std::string> tokens, const MergeRules& rules,
                           const std::function<void(size_t)>& tick);

}  // namespace smelt
