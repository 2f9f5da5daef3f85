// What a model, or a yardstick, makes of held-out documents: the measurements that `smelt eval` and the stage share.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/context.h"
#include "base/json.h"
#include "eval/bits_per_byte.h"
#include "eval/cloze.h"
#include "eval/heldout.h"
#include "serve/engine/model.h"

namespace smelt {

// What was measured on: {"documents", "bytes", "tokens", "available_documents", "available_bytes", "rule"}
Json to_json(const HeldoutSet& heldout);
// {"bits_per_byte", "low", "high", "bits_per_token", "documents", "bytes", "tokens"}
Json to_json(const BitsPerByte& figure);
// {"correct", "accuracy", "low", "high"}
Json to_json(const Accuracy& figure);

struct ReadingOptions {
  int64_t context_length = 0;  // tokens that the model sees at once; 0: as many as in training
  double overlap = 0.25;       // share of a window that repeats the one before it
};

// The model's price of the first documents that together have `max_bytes`.
BitsPerByte measure_bits(const Context& context, const serve::Model& model, const HeldoutSet& heldout,
                         const ReadingOptions& options, int64_t max_bytes = INT64_MAX);
// Every token equally likely.
BitsPerByte uniform_bits(const HeldoutSet& heldout, uint32_t vocab_size, uint64_t seed);
// zstd over the held-out text, looking back into `training_text`: {"bits_per_byte", "compressed_bytes", "level",
// "training_bytes"}.
Json measure_compressor(const HeldoutSet& heldout, std::string_view training_text);

struct ClozeOptions {
  int64_t items = 500;
  int64_t words = 75;  // before the missing one; the average of LAMBADA's passages
};

// to_json(Accuracy) and "items", for anything that decodes greedily.
Json measure_cloze(const Context& context, const HeldoutSet& heldout, const Tokenizer& tokenizer,
                   const ClozeOptions& options, DecodeGreedily decode);
Json measure_cloze(const Context& context, const HeldoutSet& heldout, const Tokenizer& tokenizer,
                   const ClozeOptions& options, const serve::Model& model);

}  // namespace smelt
