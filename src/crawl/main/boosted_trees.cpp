#include "crawl/main/boosted_trees.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>

#include "base/cpu.h"

namespace smelt {

namespace {

constexpr size_t kChunk = FeatureTable::kChunk;
using Sums = std::array<int32_t, kChunk>;
constexpr size_t kLanes = 8;
using Floats = float __attribute__((vector_size(kLanes * sizeof(float))));
using Ints = int32_t __attribute__((vector_size(kLanes * sizeof(int32_t))));

// The leaves' values of a chunk of rows, added up.
inline __attribute__((always_inline)) void sum_leaves(const BoostedTrees& model, const float* chunk, Sums& sums) {
  for (size_t tree = 0; tree < model.trees(); ++tree) {
    const uint16_t* features = model.features.data() + tree * kTreeDepth;
    const float* thresholds = model.thresholds.data() + tree * kTreeDepth;
    const int16_t* leaves = model.leaves.data() + tree * kTreeLeaves;
    for (size_t i = 0; i < kChunk; i += kLanes) {
      Ints leaf{};
      for (size_t level = 0; level < kTreeDepth; ++level) {
        Floats values;
        std::memcpy(&values, chunk + features[level] * kChunk + i, sizeof(values));
        leaf |= (values > thresholds[level]) & (1 << level);
      }
      for (size_t lane = 0; lane < kLanes; ++lane) {
        sums[i + lane] += leaves[leaf[lane]];
      }
    }
  }
}

using SumLeaves = void (*)(const BoostedTrees&, const float*, Sums&);

void sum_generic(const BoostedTrees& model, const float* chunk, Sums& sums) {
  sum_leaves(model, chunk, sums);
}

#if defined(__x86_64__)
__attribute__((target("avx2"))) void sum_avx2(const BoostedTrees& model, const float* chunk, Sums& sums) {
  sum_leaves(model, chunk, sums);
}
#endif

SumLeaves choose_sum() {
#if defined(__x86_64__)
  return active_isa() >= Isa::kAvx2 ? sum_avx2 : sum_generic;
#else
  return sum_generic;
#endif
}

}  // namespace

std::vector<float> predict(const BoostedTrees& model, const FeatureTable& table) {
  const SumLeaves sum = choose_sum();
  std::vector<float> out(table.rows());
  for (size_t begin = 0; begin < table.rows(); begin += kChunk) {
    Sums sums{};
    sum(model, table.row(begin), sums);
    for (size_t i = 0; i < std::min(kChunk, table.rows() - begin); ++i) {
      const float logit = model.bias + model.scale * static_cast<float>(sums[i]);
      out[begin + i] = 1.0F / (1.0F + std::exp(-logit));
    }
  }
  return out;
}

}  // namespace smelt
