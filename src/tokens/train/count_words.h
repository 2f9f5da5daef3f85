// The words of a training's texts with their counts: one pass over the texts, on all threads, within a bound of memory.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/context.h"
#include "base/function_ref.h"
#include "tokens/bpe_trainer.h"
#include "tokens/train/word_counts.h"
#include "tokens/train/word_spill.h"

namespace smelt {

// Counts are in thousandths, as factors are.
constexpr int64_t kCountUnit = 1000;

struct CountedWords {
  explicit CountedWords(std::string scratch_folder) : spill(std::move(scratch_folder)) {}

  int64_t documents = 0;
  int64_t bytes = 0;
  WordCounts table;
  WordSpill spill;  // where it is not empty, it holds all words and the table none

  void for_each(FunctionRef<void(std::string_view, int64_t)> visit) const {
    spill.empty() ? table.for_each(visit) : spill.for_each(visit);
  }
};

CountedWords count_words(const Context& context, const TokenizerOptions& options, const TextSource& next,
                         const std::string& scratch_folder);

}  // namespace smelt
