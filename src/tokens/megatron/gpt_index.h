// The indices of Megatron-core's GPTDataset, bit for bit, as .npy files.
//
// From RandomState(seed): the sequences of all epochs shuffled (document index, int32; the last epoch apart where less
// than 80 % of its samples are needed), walked in windows of seq_length + 1 tokens that overlap by one (sample index:
// place in the document index and token offset of every window's begin; int32, int64 from 2^31 entries of the document
// index on), the windows shuffled (shuffle index: uint32, int64 from 2^32 - 2 windows on). What is counted in documents
// there are sequences here.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "base/context.h"
#include "tokens/npy.h"
#include "tokens/token_dataset.h"

namespace smelt {

struct MegatronOptions {
  int64_t seq_length = 0;
  uint32_t seed = 1234;
  int64_t num_samples = -1;    // at least so many; -1: one epoch
  int64_t first_sequence = 0;  // the split of the dataset to use: [first_sequence, last_sequence)
  int64_t last_sequence = -1;  // -1: to the end
};

struct GptIndexPlan {
  int64_t tokens_per_epoch = 0;
  int64_t epochs = 0;
  bool separate_final_epoch = false;
  int64_t samples_before_final = 0;  // samples of all epochs but the last
  int64_t samples = 0;               // of all epochs
  NpyType sample_type = NpyType::kInt32;
  NpyType shuffle_type = NpyType::kUint32;
};

NpyType sample_index_type(int64_t document_entries);
NpyType shuffle_index_type(int64_t samples);

// UserError(kInput) where the split has too few tokens for one sample.
GptIndexPlan plan_gpt_index(const TokenDataset& dataset, const MegatronOptions& options);

struct GptIndexFiles {
  std::string document;
  std::string sample;
  std::string shuffle;
};
// DIR/BASE-document_index.npy and so on: the names that Megatron-core gives, where BASE is gpt_index_name()'s.
GptIndexFiles gpt_index_files(const std::string& dir, const std::string& base);

// Writes the three files. Memory: at most memory_bytes and some MiB, whatever the number of samples; where a shuffle
// does not fit, some 20 bytes a sample of temporary files beside the outputs.
GptIndexPlan write_gpt_index(const Context& context, const TokenDataset& dataset, const MegatronOptions& options,
                             const GptIndexFiles& files, int64_t memory_bytes = int64_t{1} << 30);

// The samples in Megatron's order, read through mapped index files (whoever wrote them). Immutable, so thread-safe.
class MegatronOrder {
 public:
  // UserError(kInput) where the files are damaged or do not belong to the dataset.
  MegatronOrder(std::shared_ptr<const TokenDataset> dataset, int64_t seq_length, const GptIndexFiles& files);

  int64_t size() const { return shuffle_.size(); }
  // Sample `index`: seq_length + 1 tokens.
  void read(int64_t index, std::span<int32_t> out) const;

  const NpyArray& document_index() const { return document_; }
  const NpyArray& sample_index() const { return sample_; }
  const NpyArray& shuffle_index() const { return shuffle_; }

 private:
  [[noreturn]] void foreign(const std::string& file) const;

  std::shared_ptr<const TokenDataset> dataset_;
  int64_t seq_length_;
  GptIndexFiles files_;
  NpyArray document_;
  NpyArray sample_;
  NpyArray shuffle_;
};

}  // namespace smelt
