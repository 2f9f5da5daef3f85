// An ensemble of oblivious decision trees: every tree asks the same few questions of each row, and their answers, taken
// as bits, are the number of its leaf (Kohavi and Li, "Oblivious Decision Trees, Graphs, and Top-Down Pruning", 1995;
// boosted as in Prokhorenkova et al., "CatBoost", arXiv 1706.09516).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace smelt {

constexpr size_t kTreeDepth = 6;
constexpr size_t kTreeLeaves = 1U << kTreeDepth;

// `trees` x kTreeDepth questions, `trees` x kTreeLeaves values in units of `scale`.
struct BoostedTrees {
  float bias = 0;
  float scale = 1;
  std::span<const uint16_t> features;  // bit d of a leaf's number: row[feature] > threshold
  std::span<const float> thresholds;
  std::span<const int16_t> leaves;

  size_t trees() const { return features.size() / kTreeDepth; }
};

// Rows of features. A question is asked of kChunk rows at a time, so the values of one feature in kChunk rows lie side
// by side; the last chunk is filled up with zeros.
class FeatureTable {
 public:
  static constexpr size_t kChunk = 64;

  FeatureTable(size_t rows, size_t features)
      : rows_(rows), features_(features), values_((rows + kChunk - 1) / kChunk * kChunk * features) {}

  size_t rows() const { return rows_; }
  size_t features() const { return features_; }
  float* row(size_t row) { return values_.data() + row / kChunk * kChunk * features_ + row % kChunk; }
  // Feature f of it is kChunk * f further on.
  const float* row(size_t row) const { return values_.data() + row / kChunk * kChunk * features_ + row % kChunk; }
  float at(size_t row_number, size_t feature) const { return row(row_number)[feature * kChunk]; }

 private:
  size_t rows_;
  size_t features_;
  std::vector<float> values_;
};

// Probabilities, one a row. The same on every machine.
std::vector<float> predict(const BoostedTrees& model, const FeatureTable& table);

}  // namespace smelt
