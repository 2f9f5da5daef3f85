// The order in which Megatron-LM's GPTDataset and BlendedDataset give samples, bit for bit: for runs that must see what
// a Megatron run saw.
//
// Indices over the sequences of a dataset, as GPTDataset builds them from RandomState(seed): sequences of all epochs
// shuffled (the last epoch apart where less than 80 % of it is needed), walked in windows of seq_length + 1 tokens with
// one token of overlap, the windows shuffled. Memory: 4 bytes a sequence and epoch, 16 to 24 bytes a sample. Immutable
// once built, so thread-safe.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "tokens/token_dataset.h"

namespace smelt {

struct MegatronOptions {
  int64_t seq_length = 0;
  uint32_t seed = 1234;
  int64_t num_samples = 0;     // 0: one epoch
  int64_t first_sequence = 0;  // the split of the dataset to use: [first_sequence, last_sequence)
  int64_t last_sequence = -1;  // -1: to the end
};

class MegatronOrder {
 public:
  // UserError(kInput) where the split has too few tokens for one sample.
  MegatronOrder(std::shared_ptr<const TokenDataset> dataset, const MegatronOptions& options);

  int64_t size() const { return static_cast<int64_t>(shuffle_index_.size()); }  // at least num_samples
  // Sample `index`: seq_length + 1 tokens.
  void read(int64_t index, std::span<int32_t> out) const;

  std::span<const int32_t> document_index() const { return document_index_; }
  // Where sample i begins: position in document_index() and token offset; size() + 1 entries.
  struct Place {
    int64_t position;
    int64_t offset;
    bool operator==(const Place&) const = default;
  };
  std::span<const Place> sample_index() const { return sample_index_; }
  std::span<const int64_t> shuffle_index() const { return shuffle_index_; }

 private:
  void build_sample_index(int64_t num_epochs);

  std::shared_ptr<const TokenDataset> dataset_;
  MegatronOptions options_;
  int64_t tokens_per_epoch_ = 0;
  std::vector<int32_t> document_index_;
  std::vector<Place> sample_index_;
  std::vector<int64_t> shuffle_index_;
};

// BlendedDataset: which dataset sample i comes from, and which of its samples. Weights need not sum to 1; at each step
// the dataset furthest behind its share is taken, the first of equals.
struct MegatronBlend {
  std::vector<int16_t> dataset;
  std::vector<int64_t> sample;
};
MegatronBlend megatron_blend(std::span<const double> weights, int64_t num_samples);

}  // namespace smelt
