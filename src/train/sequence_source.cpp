#include "train/sequence_source.h"

#include <vector>

#include <ATen/ops/empty.h>
#include <fmt/format.h>

#include "base/error.h"

namespace smelt {

Batch read_batch(const SequenceSource& source, int64_t first, int64_t count, int64_t seq_length, int64_t vocab_size) {
  const auto options = at::TensorOptions().dtype(at::kLong);
  Batch batch{at::empty({count, seq_length}, options), at::empty({count, seq_length}, options)};
  std::vector<int32_t> tokens(static_cast<size_t>(seq_length) + 1);
  auto* inputs = batch.inputs.data_ptr<int64_t>();
  auto* targets = batch.targets.data_ptr<int64_t>();
  for (int64_t i = 0; i < count; ++i) {
    source.read(first + i, tokens);
    for (const int32_t token : tokens) {
      if (token < 0 || token >= vocab_size) {
        throw input_error(
            fmt::format("sequence {} holds token {}, the model's vocabulary has {}", first + i, token, vocab_size),
            "tokens", "build the token files with the tokenizer that the model uses");
      }
    }
    for (int64_t t = 0; t < seq_length; ++t) {
      *inputs++ = tokens[static_cast<size_t>(t)];
      *targets++ = tokens[static_cast<size_t>(t) + 1];
    }
  }
  return batch;
}

}  // namespace smelt
