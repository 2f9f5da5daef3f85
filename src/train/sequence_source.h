// Where training sequences come from.
#pragma once

#include <cstdint>
#include <span>

#include <ATen/core/Tensor.h>

namespace smelt {

// A pure function of the index, so that a resumed run sees what an undisturbed one sees.
class SequenceSource {
 public:
  virtual ~SequenceSource() = default;
  // Fills `tokens` (seq_length + 1 of them: inputs and, one later, targets) with sequence `index`.
  virtual void read(int64_t index, std::span<int32_t> tokens) const = 0;
};

struct Batch {
  at::Tensor inputs;   // [count, seq_length] int64
  at::Tensor targets;  // [count, seq_length] int64
};

// Sequences [first, first + count). Throws UserError(kInput) where a token is not below `vocab_size`: the tokens were
// made with another tokenizer.
Batch read_batch(const SequenceSource& source, int64_t first, int64_t count, int64_t seq_length, int64_t vocab_size);

}  // namespace smelt
