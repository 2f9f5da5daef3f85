// Softmax cross-entropy on a block of logits, in place: losses out, logits turned into their gradient.
//
//   loss[r] = log sum_j exp(logits[r, j]) - logits[r, target[r]]
//   logits[r, j] <- grad_scale * (softmax(logits[r])[j] - [j = target[r]])
// Rows whose target is `ignore_index` have loss 0 and gradient 0. The caller chooses grad_scale, for instance 1 /
// number of counted tokens, and calls it block by block between its two matrix products, so that the whole matrix of
// logits never exists.
//
// Shapes: logits [rows, vocab] with row_stride floats between rows (0: vocab), targets and losses [rows]. fp32; sums of
// exponentials in double. The largest logit is taken off first: finite logits never overflow. -infinity is a
// probability of 0; NaN and +infinity give NaN. A target outside [0, vocab) that is not ignore_index is the caller's
// bug and ends the process. Thread safety: calls share nothing. The same inputs give the same bytes for any number of
// threads.
#pragma once

#include <cstdint>

#include "base/cpu.h"
#include "base/threads.h"

namespace smelt::kernels {

struct CrossEntropyShape {
  int64_t rows = 0;
  int64_t vocab = 0;
  int64_t row_stride = 0;
  int64_t ignore_index = -100;
};

void cross_entropy_with_gradient(Executor& executor, const CrossEntropyShape& shape, float* logits,
                                 const int64_t* targets, float grad_scale, float* losses, Isa isa = active_isa());

// The losses alone; logits are only read.
void cross_entropy_losses(Executor& executor, const CrossEntropyShape& shape, const float* logits,
                          const int64_t* targets, float* losses, Isa isa = active_isa());

}  // namespace smelt::kernels
