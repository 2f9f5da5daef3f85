// Learning the merges of BPE from word counts (Sennrich et al., arXiv 1508.07909, with incremental counts).
//
// The most frequent pair is merged next, the lowest (left id, right id) of equals, so that on the same words the merges
// are those of the Hugging Face library's BpeTrainer, its handling of a token that is reached by two different merges
// included. Memory: some 30 bytes a byte of distinct words.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "tokens/bpe/word_counts.h"

namespace smelt {

struct LearnedMerges {
  std::vector<std::string> tokens;  // bytes by id: the given first tokens, the 256 bytes, the merged ones
  std::vector<std::pair<uint32_t, uint32_t>> merges;  // in order of rank, no pair twice
};

// `first_tokens` take the lowest ids. Stops at `vocab_size` tokens or where no pair occurs `min_frequency` times.
// `tick` is called after each merge with the number of tokens so far; it may throw to stop.
LearnedMerges learn_merges(const WordCounts& words, const std::vector<std::string>& first_tokens, int64_t vocab_size,
                           int64_t min_frequency, const std::function<void(size_t)>& tick);

}  // namespace smelt
