// The names that Megatron-core gives to its index files: the MD5 of a description of the dataset in JSON, so that a run
// there finds what was written here.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "tokens/megatron/split.h"

namespace smelt {

struct GptDescription {
  std::string dataset_path;  // the prefix as the Megatron run names it
  std::optional<int64_t> num_samples;
  std::string split_name;  // train, valid, test
  int64_t random_seed = 1234;
  int64_t sequence_length = 0;
  std::optional<MegatronSplit> split;  // none: a blend of its own for each split
  Json tokenizer;                      // its unique identifiers, as in description.txt of a cache; null where unknown
};

// The texts of description.txt, as Python's json.dumps(..., indent=4) gives them.
std::string describe_gpt(const GptDescription& description);
std::string describe_blend(const std::vector<GptDescription>& datasets, const std::string& split_name,
                           const std::vector<double>& normalized_weights, int64_t size);
// Exhaustive: the weights are the datasets' lengths, there is no size.
std::string describe_exhaustive(const std::vector<GptDescription>& datasets, const std::string& split_name,
                                const std::vector<int64_t>& sizes);

// "<md5>-GPTDataset-train", "<md5>-BlendedDataset-train".
std::string gpt_index_name(const std::string& description, const std::string& split_name);
std::string blend_index_name(const std::string& description, const std::string& split_name);

}  // namespace smelt
