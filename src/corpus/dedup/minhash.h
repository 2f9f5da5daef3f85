// MinHash signatures and their bands (Broder, "On the resemblance and containment of documents", 1997; banding:
// Leskovec, Rajaraman, Ullman, "Mining of Massive Datasets", section 3.4).
//
// A pair of documents whose sets of shingles have Jaccard similarity s shares at least one band with probability
// 1 - (1 - s^rows)^bands: 0.002 at 0.5, 0.18 at 0.7, 0.68 at 0.8, 0.997 at 0.9 for 20 x 13.
//
// The signature is a fast similarity sketch (Dahlgaard, Knudsen, Thorup, "Fast similarity sketching", FOCS 2017): in
// each round a hash sends every shingle to one place of the signature, where the smallest value stays; rounds go on
// until each place has a value, places filled in an earlier round keep theirs. Two signatures agree at a place with
// probability s, as with one minimum a place over all shingles, but a text of n shingles takes about n + k log k hashes
// for k places, not n k. Places of the same round draw without replacement, so a band of r rows is shared a little more
// rarely than s^r: by the factor 1 - r (r - 1) / 2 (1 / common - 1 / all) at most, 1 % for 2,000 shingles at 0.8 and
// 13 rows.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/cpu.h"
#include "corpus/dedup/kernels.h"
#include "corpus/dedup/normalize.h"
#include "corpus/dedup/shingles.h"

namespace smelt {

struct MinHashShape {
  ShingleUnit unit = ShingleUnit::kCharacters;
  int64_t shingle = 24;  // units
  int64_t bands = 20;
  int64_t rows = 13;
  uint64_t seed = 42;
  bool operator==(const MinHashShape&) const = default;
};

// Immutable once made; any number of threads may share one.
class MinHasher {
 public:
  // `isa` chooses the code, never the result.
  explicit MinHasher(const MinHashShape& shape, Isa isa = active_isa());

  int64_t size() const { return shape_.bands * shape_.rows; }  // bands x rows, at most 2^16
  const MinHashShape& shape() const { return shape_; }

  // Writes size() values. For no shingles all are 2^32 - 1. Repeated shingles change nothing.
  void sign(std::span<const uint32_t> shingles, std::span<uint32_t> signature) const;
  // One 64-bit key a band, never 0: equal keys stand for equal rows.
  void band_keys(std::span<const uint32_t> signature, std::span<uint64_t> keys) const;

 private:
  void fill_rest(std::span<const uint32_t> shingles, std::span<uint32_t> signature) const;

  MinHashShape shape_;
  const DedupKernels* kernels_;
  std::vector<AffineMap> rounds_;  // 2 x size(): those of the second half fill one place each
};

// Share of equal values of two signatures: an unbiased estimate of the Jaccard similarity.
double estimated_similarity(std::span<const uint32_t> a, std::span<const uint32_t> b);

}  // namespace smelt
