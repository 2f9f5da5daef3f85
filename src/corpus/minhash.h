// MinHash signatures and their bands (Broder, "On the resemblance and containment of documents", 1997; banding:
// Leskovec, Rajaraman, Ullman, "Mining of Massive Datasets", section 3.4), with the parameters of Nemotron-CC: shingles
// of 24 characters, 20 bands of 13 rows.
//
// A pair of documents whose sets of shingles have Jaccard similarity s shares at least one band with probability
// 1 - (1 - s^rows)^bands: 0.002 at 0.5, 0.18 at 0.7, 0.68 at 0.8, 0.997 at 0.9 for 20 x 13.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace smelt {

struct MinHashShape {
  int64_t shingle = 24;  // characters
  int64_t bands = 20;
  int64_t rows = 13;
  uint64_t seed = 42;
};

// The text as duplicates are looked for: lower case (Unicode's simple mapping), every run of white space one space,
// none at the ends. UTF-8 in, UTF-8 out.
std::string normalize_for_duplicates(std::string_view text);

// Hashes of all shingles of a normalised text, in order, one a window of `shingle` characters; of the whole text where
// it is shorter, none where it is empty. Equal shingles have equal hashes.
void shingle_hashes(std::string_view normalized, int64_t shingle, std::vector<uint32_t>& hashes);

// Immutable once made; any number of threads may share one.
class MinHasher {
 public:
  explicit MinHasher(const MinHashShape& shape);

  int64_t size() const { return shape_.bands * shape_.rows; }  // bands x rows
  const MinHashShape& shape() const { return shape_; }

  // Writes size() minima. For no shingles all are 2^32 - 1. The same on every instruction set.
  void sign(std::span<const uint32_t> shingles, std::span<uint32_t> signature) const;
  // One 64-bit key a band: equal keys stand for equal rows.
  void band_keys(std::span<const uint32_t> signature, std::span<uint64_t> keys) const;

 private:
  MinHashShape shape_;
  std::vector<uint32_t> multipliers_;  // odd; both padded to whole vectors
  std::vector<uint32_t> offsets_;
};

// Share of equal values of two signatures: an unbiased estimate of the Jaccard similarity.
double estimated_similarity(std::span<const uint32_t> a, std::span<const uint32_t> b);

}  // namespace smelt
