// How well near duplicates were found: true Jaccard similarities of all pairs of a sample, against what deduplication
// put together.
//
// Pairs of similar documents are rare, so a random sample would hold none. Documents come into the sample by their
// lowest value under a hash of its own, independent of the bands': a pair of similarity s is then in it together s
// times as often as a document alone is, instead of the square (Broder's coordinated samples). Within a narrow range of
// similarities the shares found are unbiased.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/threads.h"
#include "corpus/dedup/duplicates.h"

namespace smelt {

struct SampledDocument {
  uint64_t order = 0;              // the lowest ones are in the sample
  uint64_t row = 0;                // of its part
  std::vector<uint32_t> shingles;  // as a set
};

// The sample of one part as it grows. Not thread-safe.
class SampleBook {
 public:
  SampleBook(size_t documents, uint64_t seed) : documents_(documents), seed_(seed) {}
  // `shingles`: of a document, in any order. Copies of a document that is in it are left out.
  void add(uint64_t row, std::vector<uint32_t> shingles);
  std::string bytes() const;                                            // what is kept of it in a file
  static std::vector<SampledDocument> parse(const std::string& bytes);  // throws UserError(kInput) where damaged

 private:
  size_t documents_;
  uint64_t seed_;
  std::vector<SampledDocument> sample_;  // by ascending order
};

// Of the sampled documents (row: number in `clusters`) the `documents` lowest that are no exact copies:
//   documents, threshold
//   similar_pairs   pairs of at least that similarity
//   similar_found   of these, in one cluster
//   expected_found  sum over these of the probability that they share a band
//   found_pairs     pairs in one cluster
//   by_similarity   in steps of 0.1 from 0.5 on: from, pairs, found, expected
// recall = similar_found / similar_pairs, precision = similar_found / found_pairs. Clusters are connected sets, so more
// may be found than expected.
Json measure_sample(std::vector<SampledDocument> sample, size_t documents, const DuplicateClusters& clusters,
                    const DedupOptions& options);

}  // namespace smelt
