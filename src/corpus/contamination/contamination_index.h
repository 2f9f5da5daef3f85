// Which texts of benchmarks a document holds.
//
// Word n-grams as in Brown et al., "Language Models are Few-Shot Learners" (arXiv 2005.14165, appendix C): words
// without case, punctuation and white space; one n-gram in common is a hit. Texts too short for that are looked for
// whole, without white space and case, as Lozhkov et al., "StarCoder 2 and The Stack v2" (arXiv 2402.19173) do for
// code. Both also without accents and compatibility forms (text_fold.h).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "corpus/contamination/benchmark_items.h"
#include "corpus/contamination/ngram_table.h"
#include "corpus/contamination/text_fold.h"

namespace smelt {

struct ContaminationRules {
  int64_t ngram = 13;
  bool short_texts = true;      // texts of fewer than ngram + 2 words also as substrings
  bool all_texts = false;       // every text also as a substring, by its first 512 characters
  int64_t min_characters = 24;  // of a text without white space that is looked for as a substring
};

// A text of a benchmark that stands in a document, at bytes [begin, end): the longest run of n-grams in common, or the
// whole text.
struct ContaminationHit {
  uint32_t text = 0;  // which of ContaminationIndex::texts
  size_t begin = 0;
  size_t end = 0;
  int64_t ngrams = 0;  // 0: a substring
  size_t last_word = 0;
};

struct IndexedText {
  std::string benchmark;
  std::string item;
  std::string field;
};

// Memory: 32 bytes or less for each n-gram of the benchmarks. Texts are not kept. Thread-safe once made.
class ContaminationIndex {
 public:
  explicit ContaminationIndex(const ContaminationRules& rules) : rules_(rules) {}

  void add(const BenchmarkText& text);
  void finish();  // after the last add

  // Buffers of find, reused from document to document; one a thread.
  struct Scratch {
    SqueezedText squeezed;
    std::vector<size_t> active;
  };
  // In the order in which they end, those of n-grams first. Of an n-gram that many texts share, eight are named. Linear
  // in the text.
  std::vector<ContaminationHit> find(std::string_view text, Scratch& scratch) const;

  const std::vector<IndexedText>& texts() const { return texts_; }
  size_t num_ngrams() const { return ngrams_.size(); }
  int64_t num_substrings() const { return static_cast<int64_t>(patterns_.size()); }
  int64_t num_too_short() const { return too_short_; }  // texts too short to look for

 private:
  struct Pattern {
    uint64_t prefix = 0;  // hash of its first characters
    uint64_t hash = 0;    // of all
    uint32_t length = 0;  // characters
    uint32_t text = 0;
    auto operator<=>(const Pattern&) const = default;
  };
  void add_substring(std::string_view text, size_t words);
  void find_ngrams(std::string_view text, std::vector<size_t>& active, std::vector<ContaminationHit>& hits) const;
  void extend_hits(std::span<const uint32_t> texts, size_t first_byte, size_t last_byte, size_t word,
                   std::vector<size_t>& active, std::vector<ContaminationHit>& hits) const;
  void find_substrings(const SqueezedText& text, std::vector<ContaminationHit>& hits) const;
  void check_patterns(const SqueezedText& text, size_t begin, std::span<const uint32_t> candidates,
                      std::vector<ContaminationHit>& hits) const;

  ContaminationRules rules_;
  std::vector<IndexedText> texts_;
  std::vector<std::pair<uint64_t, uint32_t>> pairs_;  // until finish()
  std::vector<std::u32string> short_texts_;           // until finish()
  std::vector<uint32_t> short_owners_;
  NgramTable ngrams_;
  NgramTable prefixes_;  // hash of a pattern's first characters -> its place in patterns_
  std::vector<Pattern> patterns_;
  size_t window_ = 0;  // characters of that prefix: the length of the shortest pattern
  int64_t too_short_ = 0;
};

}  // namespace smelt
