// Documents as vectors: tf-idf of hashed words, brought down to a few hundred dimensions by random signs.
//
// A term is a word of letters in lower case (quality/words.h); of scripts without spaces two letters that follow each
// other. Term t of a document with count c weighs (1 + ln c) ln((N + 1) / (df + 1)); each of the dimensions sums the
// weights with signs drawn from a hash of the term (Achlioptas 2003, "Database-friendly random projections"), and the
// vector is divided by its length. Terms of fewer than 3 documents, or of fewer than one in 10,000, tell no groups
// apart and weigh nothing. Distances between documents are kept within about 1 / sqrt(dimensions).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace smelt {

struct TermCount {
  uint64_t term;  // hash of the word
  uint32_t count;
};

// The terms of a text, in the order of their hashes.
std::vector<TermCount> count_terms(std::string_view text);

// Calls each(word, hash) for every term of the text as it stands.
template <class Each>
void for_each_term(std::string_view text, Each each);

// In how many documents each term occurs; terms share 2^20 counters. Not thread-safe.
class DocumentFrequencies {
 public:
  DocumentFrequencies();
  void add(std::span<const TermCount> terms);
  int64_t documents() const { return documents_; }
  double idf(uint64_t term) const;  // 0 of terms that are too rare

 private:
  int64_t documents_ = 0;
  std::vector<uint32_t> counts_;
};

// Thread-safe. The frequencies must outlive it and be complete.
class Embedder {
 public:
  // `dimensions`: a multiple of 64.
  Embedder(const DocumentFrequencies& frequencies, size_t dimensions, uint64_t seed)
      : frequencies_(frequencies), dimensions_(dimensions), seed_(seed) {}
  size_t dimensions() const { return dimensions_; }
  // `out` of `dimensions` values of Euclidean length 1; all zeros for a document without terms.
  void embed(std::span<const TermCount> terms, std::span<float> out) const;

 private:
  const DocumentFrequencies& frequencies_;
  size_t dimensions_;
  uint64_t seed_;
};

}  // namespace smelt

#include "corpus/clusters/terms.h"  // IWYU pragma: export
