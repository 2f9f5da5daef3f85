#include "corpus/dedup/minhash.h"

#include <algorithm>
#include <limits>

#include "base/error.h"
#include "base/hash.h"
#include "base/rng.h"

namespace smelt {

namespace {

constexpr uint32_t kEmpty = std::numeric_limits<uint32_t>::max();  // no value yet

}  // namespace

MinHasher::MinHasher(const MinHashShape& shape, Isa isa) : shape_(shape), kernels_(&dedup_kernels(isa)) {
  SMELT_CHECK(shape.bands >= 1 && shape.rows >= 1 && shape.bands * shape.rows <= (1 << 16));
  Rng rng(shape.seed, "corpus/minhash");
  rounds_.resize(static_cast<size_t>(2 * size()));
  for (AffineMap& round : rounds_) {
    round.multiplier = rng.u32() | 1;
    round.offset = rng.u32();
  }
}

void MinHasher::sign(std::span<const uint32_t> shingles, std::span<uint32_t> signature) const {
  SMELT_CHECK(static_cast<int64_t>(signature.size()) == size());
  std::fill(signature.begin(), signature.end(), kEmpty);
  if (shingles.empty()) {
    return;
  }
  kernels_->sketch(shingles, rounds_[0], signature);
  fill_rest(shingles, signature);
}

// The rounds after the first, as far as places are left.
void MinHasher::fill_rest(std::span<const uint32_t> shingles, std::span<uint32_t> signature) const {
  const auto size = static_cast<uint32_t>(signature.size());
  auto left = std::count(signature.begin(), signature.end(), kEmpty);
  if (left == 0) {
    return;
  }
  std::vector<uint32_t> filled_in(size, 0);  // the round that filled the place
  for (uint32_t place = 0; place < size; ++place) {
    filled_in[place] = signature[place] == kEmpty ? kEmpty : 0;
  }
  for (uint32_t number = 1; number < 2 * size && left > 0; ++number) {
    for (const uint32_t shingle : shingles) {
      const uint32_t x = sketch_hash(shingle, rounds_[number]);
      const uint32_t place = number < size ? sketch_place(x, size) : number - size;
      if (filled_in[place] < number) {
        continue;
      }
      left -= filled_in[place] == kEmpty ? 1 : 0;
      filled_in[place] = number;
      signature[place] = std::min(signature[place], sketch_value(x));
    }
  }
}

void MinHasher::band_keys(std::span<const uint32_t> signature, std::span<uint64_t> keys) const {
  const auto rows = static_cast<size_t>(shape_.rows);
  SMELT_CHECK(signature.size() == keys.size() * rows);
  for (size_t band = 0; band < keys.size(); ++band) {
    const uint64_t key =
        hash64({reinterpret_cast<const char*>(&signature[band * rows]), rows * sizeof(uint32_t)}, band);
    keys[band] = std::max<uint64_t>(key, 1);
  }
}

double estimated_similarity(std::span<const uint32_t> a, std::span<const uint32_t> b) {
  SMELT_CHECK(a.size() == b.size() && !a.empty());
  size_t equal = 0;
  for (size_t i = 0; i < a.size(); ++i) {
    equal += a[i] == b[i] ? 1 : 0;
  }
  return static_cast<double>(equal) / static_cast<double>(a.size());
}

}  // namespace smelt
