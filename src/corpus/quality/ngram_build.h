// Training of NgramModel (ngram_model.h): sorts the windows of the corpus, in memory or in runs on disk, and makes the
// packed tables out of them.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/function_ref.h"
#include "base/json.h"
#include "base/threads.h"
#include "corpus/quality/ngram_model.h"
#include "corpus/quality/ngram_windows.h"
#include "corpus/scratch.h"

namespace smelt {

constexpr size_t kNgramAlignment = 64;
// Bytes of a section with the zeros behind it; of a level's records, with one more record and a word to read over.
uint64_t ngram_section_bytes(uint64_t size);
uint64_t ngram_record_bytes(int64_t num_records, int64_t width);

class NgramTrainer {
 public:
  // Throws UserError(kUsage) where order and vocabulary do not fit.
  NgramTrainer(Executor& executor, const NgramOptions& options);

  // Empty documents say nothing. Throws UserError(kInput) for tokens outside the vocabulary.
  void add_document(std::span<const int32_t> tokens);

  // Builds the model and hands its image to `sink`, front to back. `extra` are members of the header, `vocabulary` the
  // bytes of its section.
  void finish(const Json& extra, std::string_view vocabulary, FunctionRef<void(std::string_view)> sink);

 private:
  // A trie in arrays, before it is packed.
  struct Level {
    ScratchArray<uint32_t> token;
    ScratchArray<uint32_t> child;   // one more than tokens
    ScratchArray<uint32_t> suffix;  // the node of the level before without the first token
    ScratchArray<uint32_t> count;   // c_k
    ScratchArray<float> prob;
    ScratchArray<float> gamma;
    int64_t num_ngrams = 0;
    std::array<double, 3> discount{};
  };

  Level& level(int64_t k) { return levels_[static_cast<size_t>(k - 1)]; }
  template <class OnSame, class OnNew>
  void walk_windows(OnSame on_same, OnNew on_new);
  void make_levels();
  void link_suffixes(int64_t k);
  void count_continuations();
  void estimate_discounts(int64_t k);
  void make_probabilities(int64_t k);
  double fill(int64_t k, uint32_t begin, uint32_t end);
  Json header(const Json& extra, size_t vocabulary_bytes, const std::vector<NgramModel::Level>& packed) const;

  Executor& executor_;
  NgramOptions options_;
  int64_t num_tokens_ = 0;
  double root_gamma_ = 1;
  NgramWindows windows_;
  std::vector<Level> levels_;
};

}  // namespace smelt
