// Word counts that do not fit in memory: sorted runs in scratch files, merged as one list.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/function_ref.h"
#include "corpus/scratch.h"
#include "tokens/train/word_counts.h"

namespace smelt {

// Not thread-safe. Errors: UserError(kResource) for a full disk.
class WordSpill {
 public:
  explicit WordSpill(std::string folder) : folder_(std::move(folder)) {}

  bool empty() const { return runs_.empty(); }
  uint64_t bytes() const;
  // Writes the words as a run and clears the table.
  void write(WordCounts& words);
  // Calls visit(word, count) for every distinct word of all runs, in byte order, with the sum of its counts. May be
  // called again. Memory: some 64 kB a run.
  void for_each(FunctionRef<void(std::string_view, int64_t)> visit) const;

 private:
  std::string folder_;
  std::vector<ScratchFile> runs_;
};

}  // namespace smelt
