// All index files that a Megatron run on some datasets would make for itself: for each split the indices of every
// dataset and, where there are several, the blend's.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/context.h"
#include "base/json.h"

namespace smelt {

struct IndexRequest {
  std::vector<std::string> prefixes;
  std::vector<double> weights;  // one a prefix; empty: the datasets' lengths
  int64_t seq_length = 0;
  uint32_t seed = 1234;
  std::string split = "1";
  std::array<std::optional<int64_t>, 3> samples;  // of train, valid, test; none: one epoch, or exhaustive
  Json tokenizer;                                 // what Megatron's tokenizer says of itself; null: unknown
  int64_t memory_bytes = int64_t{1} << 30;
};

// Writes the files into `dir` under Megatron-core's names, with their description.txt; those that are there are kept.
// Gives rows of {file, split, samples, epochs} for people and scripts. UserError(kUsage, kInput) for what Megatron
// would refuse: weights without a number of samples, splits without a token, a blend that takes more than a dataset
// has.
Json write_index_set(const Context& context, const IndexRequest& request, const std::string& dir);

}  // namespace smelt
