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

// Probabilities of `rows` rows; `columns` holds feature f of row r at [f * rows + r]. The same on every machine.
std::vector<float> predict(const BoostedTrees& model, std::span<const float> columns, size_t rows);

}  // namespace smelt
