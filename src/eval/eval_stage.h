// The evaluation of a run: bits per byte against the yardsticks, cloze, samples.
//
// The folder holds results.json:
//   heldout         documents, bytes, tokens, available_documents, available_bytes, rule
//   bits_per_byte   model, ngram, untrained, uniform: bits_per_byte, low, high (95 % interval over documents),
//   bits_per_token, documents, bytes, tokens;
//                   ngram also order, training_tokens, ngrams; compressor (zstd with the training text),
//                   compressor_alone: bits_per_byte, compressed_bytes, level, training_bytes
//   cloze           items, context_words; model, ngram: correct, accuracy, low, high
// and samples.jsonl: {"step", "sample", "prompt", "text", "tokens", "finish"}, milestone by milestone, step 0 being the
// model before training. Every part is done once: a kill loses the part that was running.
#pragma once

#include <cstdint>
#include <string>

#include "base/context.h"
#include "base/recipe.h"
#include "base/stage.h"

namespace smelt {

struct EvalOptions {
  int64_t max_heldout_bytes = 1 << 20;
  int64_t max_untrained_bytes = 100 << 10;
  int64_t context_length = 0;
  double overlap = 0.25;
  int64_t ngram_order = 5;
  int64_t max_compressor_bytes = 64 << 20;
  int64_t cloze_items = 500;
  int64_t cloze_words = 75;
  int64_t milestones = 5;
  int64_t samples = 3;
  int64_t prompt_words = 8;
  int64_t sample_tokens = 96;
  double temperature = 0.8;
  double top_p = 0.95;

  void fields(Fields& f);
};

StageSpec eval_spec(const Context& context, const EvalOptions& options, const std::string& corpus_dir,
                    const std::string& tokens_dir, const std::string& tokenizer_dir, const std::string& train_dir,
                    const std::string& dir);

// Measures train_dir/model on corpus_dir/heldout. The n-gram is trained on every token file below tokens_dir whose path
// does not contain "heldout"; zstd looks back into corpus_dir/train; the model before training is
// train_dir/milestones/step-0, or is made anew from the model's configuration and the context's seed. Counts for the
// manifest: bits_per_byte, ngram_bits_per_byte, compressor_bits_per_byte, untrained_bits_per_byte, cloze_accuracy,
// heldout_documents, heldout_bytes. Throws UserError where an input is missing.
StageResult evaluate(const Context& context, const EvalOptions& options, const std::string& corpus_dir,
                     const std::string& tokens_dir, const std::string& tokenizer_dir, const std::string& train_dir,
                     const std::string& dir);

}  // namespace smelt
