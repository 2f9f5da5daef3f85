#include "crawl/main/boosted_trees.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace smelt {

std::vector<float> predict(const BoostedTrees& model, std::span<const float> columns, size_t rows) {
  constexpr size_t kChunk = 64;
  std::vector<float> out(rows);
  for (size_t begin = 0; begin < rows; begin += kChunk) {
    const size_t count = std::min(kChunk, rows - begin);
    std::array<int32_t, kChunk> sums{};
    for (size_t tree = 0; tree < model.trees(); ++tree) {
      std::array<int32_t, kChunk> leaf{};
      for (size_t level = 0; level < kTreeDepth; ++level) {
        const float* column = columns.data() + model.features[tree * kTreeDepth + level] * rows + begin;
        const float threshold = model.thresholds[tree * kTreeDepth + level];
        const int32_t bit = 1 << level;
        for (size_t i = 0; i < count; ++i) {
          leaf[i] |= column[i] > threshold ? bit : 0;
        }
      }
      const int16_t* values = model.leaves.data() + tree * kTreeLeaves;
      for (size_t i = 0; i < count; ++i) {
        sums[i] += values[leaf[i]];
      }
    }
    for (size_t i = 0; i < count; ++i) {
      const float logit = model.bias + model.scale * static_cast<float>(sums[i]);
      out[begin + i] = 1.0F / (1.0F + std::exp(-logit));
    }
  }
  return out;
}

}  // namespace smelt
