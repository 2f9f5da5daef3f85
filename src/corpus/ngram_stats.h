// Repeated word n-grams of one text (Rae et al., "Scaling Language Models: Methods, Analysis & Insights from Training
// Gopher", 2021, appendix A.1.1).
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "base/hash_table.h"
#include "corpus/text_stats.h"

namespace smelt {

struct Word {
  uint64_t hash = 0;
  uint32_t characters = 0;
  uint32_t begin = 0;  // bytes of the text
};

// The n-gram that occurs most often, overlapping occurrences counted; of several, the one that is seen first.
struct FrequentNgram {
  uint32_t place = 0;  // of its first word
  uint32_t count = 1;
};

// Characters of the n words from `place` on, with the spaces between them.
int64_t ngram_characters(const std::vector<Word>& words, uint32_t place, uint32_t n);

// Fills top_ngram_characters and duplicate_ngram_characters. An n-gram can only repeat where the (n-1)-gram at the same
// place does, so each length looks only at the places that the one before left. Lengths above `longest` are left out.
class NgramCounter {
 public:
  void count(const std::vector<Word>& words, TextStats& stats, uint32_t longest = kMaxDuplicateNgram);
  // [n - 2], of the words counted last; place 0 where none occurs twice.
  const std::array<FrequentNgram, 3>& frequent() const { return frequent_; }
  // [n - 5]: characters of the words inside n-grams that occur twice or more, the first occurrence too, without spaces.
  const std::array<int64_t, 6>& repeated_characters() const { return repeated_; }

 private:
  struct Entry {
    uint32_t count = 0;       // non-overlapping occurrences
    uint32_t total = 0;       // all occurrences
    uint32_t next_start = 0;  // where the next non-overlapping occurrence may start
  };

  void keep_likely_repeats(const std::vector<Word>& words, uint32_t n);
  int64_t top_characters(const std::vector<Word>& words, uint32_t n);
  int64_t duplicate_characters(const std::vector<Word>& words, uint32_t n);
  int64_t covered_characters(const std::vector<Word>& words, uint32_t n) const;

  std::array<FrequentNgram, 3> frequent_;
  FrequentNgram last_frequent_;
  std::array<int64_t, 6> repeated_{};
  HashTable<Entry> table_;
  std::vector<uint8_t> sketch_;    // occurrences by a few bits of the hash, 2 for more
  std::vector<uint32_t> places_;   // where n-grams start that may repeat
  std::vector<uint64_t> hashes_;   // of the n-grams at places_
  std::vector<Entry*> entries_;    // of places_
  std::vector<uint32_t> repeats_;  // places of second and later occurrences, ascending
};

}  // namespace smelt
