// Gradient boosting of oblivious trees for a yes or no, with weights: Newton steps on the logistic loss over features
// cut into at most 64 bins.
#pragma once

#include <cstdint>
#include <vector>

#include "base/threads.h"
#include "crawl/main/boosted_trees.h"

namespace smelt {

struct BoostingOptions {
  int trees = 200;
  double rate = 0.12;
  double ridge = 3;          // added to every leaf's second derivatives, in mean weights of a row
  double rows_share = 0.25;  // of the rows, drawn anew for each tree
  double columns_share = 0.6;
  uint64_t seed = 1;
};

// Columns cut into bins of about equally many rows, and the value above which the next bin begins.
struct BinnedColumns {
  size_t rows = 0;
  std::vector<std::vector<float>> borders;  // by feature
  std::vector<uint8_t> bins;                // [feature][row]
};

// `columns`: [features][rows].
BinnedColumns bin_columns(const std::vector<float>& columns, size_t features, Executor& threads);

// Rows, their answers (0 or 1) and weights.
struct TrainingRows {
  BinnedColumns columns;
  std::vector<uint8_t> answers;
  std::vector<float> weights;

  size_t rows() const { return weights.size(); }
};

// An ensemble that owns its numbers.
struct TrainedTrees {
  float bias = 0;
  float scale = 1;
  std::vector<uint16_t> features;
  std::vector<float> thresholds;
  std::vector<int16_t> leaves;

  BoostedTrees view() const { return {bias, scale, features, thresholds, leaves}; }
};

// `used`: which rows to learn from. The same for any number of threads.
TrainedTrees boost(const TrainingRows& rows, const std::vector<uint8_t>& used, const BoostingOptions& options,
                   Executor& threads);

}  // namespace smelt
