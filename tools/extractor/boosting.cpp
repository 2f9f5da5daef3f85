#include "boosting.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>

#include "base/rng.h"

namespace smelt {
namespace {

constexpr size_t kBins = 64;

struct Split {
  double gain = 0;
  size_t feature = 0;
  size_t border = 0;
};

struct Sums {
  double gradient = 0;
  double curvature = 0;
};

// A row that the tree in hand learns from.
struct Drawn {
  uint32_t row;
  uint32_t leaf;
  float gradient;
  float curvature;
};

class Booster {
 public:
  Booster(const TrainingRows& rows, const std::vector<uint8_t>& used, const BoostingOptions& options, Executor& threads)
      : rows_(rows), used_(used), options_(options), threads_(threads), binned_(rows.columns) {
    double weight = 0;
    double yes = 0;
    double count = 0;
    for (size_t r = 0; r < rows.rows(); ++r) {
      if (used[r] != 0) {
        weight += rows.weights[r];
        yes += rows.answers[r] != 0 ? rows.weights[r] : 0;
        ++count;
      }
    }
    bias_ = std::log(yes / (weight - yes));
    ridge_ = options.ridge * weight / count;
    logits_.assign(rows.rows(), bias_);
  }

  TrainedTrees run() {
    std::vector<double> leaves;
    TrainedTrees out;
    for (int tree = 0; tree < options_.trees; ++tree) {
      grow(tree, out, leaves);
    }
    double largest = 1e-9;
    for (const double value : leaves) {
      largest = std::max(largest, std::abs(value));
    }
    out.bias = static_cast<float>(bias_);
    out.scale = static_cast<float>(largest / 32000);
    for (const double value : leaves) {
      out.leaves.push_back(static_cast<int16_t>(std::lround(value / static_cast<double>(out.scale))));
    }
    return out;
  }

 private:
  void grow(int tree, TrainedTrees& out, std::vector<double>& leaves) {
    Rng rng(options_.seed, "boost", static_cast<uint64_t>(tree));
    std::vector<Drawn> drawn;
    for (size_t r = 0; r < rows_.rows(); ++r) {
      const bool taken = rng.uniform() < options_.rows_share;
      if (used_[r] != 0 && taken) {
        const double p = 1 / (1 + std::exp(-logits_[r]));
        drawn.push_back({static_cast<uint32_t>(r), 0, static_cast<float>(rows_.weights[r] * (p - rows_.answers[r])),
                         static_cast<float>(rows_.weights[r] * std::max(p * (1 - p), 1e-6))});
      }
    }
    std::vector<size_t> features;
    for (size_t f = 0; f < binned_.borders.size(); ++f) {
      if (rng.uniform() < options_.columns_share && !binned_.borders[f].empty()) {
        features.push_back(f);
      }
    }
    std::vector<uint8_t> leaf(rows_.rows(), 0);
    for (size_t level = 0; level < kTreeDepth; ++level) {
      for (Drawn& row : drawn) {
        row.leaf = leaf[row.row];
      }
      const Split split = best_split(features, drawn, size_t{1} << level);
      const uint8_t* bins = binned_.bins.data() + split.feature * rows_.rows();
      for (size_t r = 0; r < rows_.rows(); ++r) {
        leaf[r] = static_cast<uint8_t>(leaf[r] | (bins[r] > split.border ? 1U << level : 0U));
      }
      out.features.push_back(static_cast<uint16_t>(split.feature));
      out.thresholds.push_back(binned_.borders[split.feature][split.border]);
    }
    std::array<Sums, kTreeLeaves> sums{};
    for (const Drawn& row : drawn) {
      sums[leaf[row.row]].gradient += static_cast<double>(row.gradient);
      sums[leaf[row.row]].curvature += static_cast<double>(row.curvature);
    }
    std::array<double, kTreeLeaves> values{};
    for (size_t l = 0; l < kTreeLeaves; ++l) {
      values[l] = -options_.rate * sums[l].gradient / (sums[l].curvature + ridge_);
      leaves.push_back(values[l]);
    }
    for (size_t r = 0; r < rows_.rows(); ++r) {
      logits_[r] += values[leaf[r]];
    }
  }

  Split best_split(const std::vector<size_t>& features, const std::vector<Drawn>& drawn, size_t leaves) {
    std::vector<Split> best(features.size());
    threads_.run(static_cast<int64_t>(features.size()), [&](int64_t i) {
      const size_t f = features[static_cast<size_t>(i)];
      const uint8_t* bins = binned_.bins.data() + f * rows_.rows();
      std::vector<Sums> sums(leaves * kBins);
      for (const Drawn& row : drawn) {
        Sums& sum = sums[row.leaf * kBins + bins[row.row]];
        sum.gradient += static_cast<double>(row.gradient);
        sum.curvature += static_cast<double>(row.curvature);
      }
      best[static_cast<size_t>(i)] = best_border(f, sums, leaves);
    });
    return *std::max_element(best.begin(), best.end(), [](const Split& a, const Split& b) { return a.gain < b.gain; });
  }

  Split best_border(size_t feature, const std::vector<Sums>& sums, size_t leaves) const {
    Split best{-1, feature, 0};
    const size_t borders = binned_.borders[feature].size();
    std::vector<double> gains(borders, 0);
    for (size_t l = 0; l < leaves; ++l) {
      Sums all;
      for (size_t b = 0; b < kBins; ++b) {
        all.gradient += sums[l * kBins + b].gradient;
        all.curvature += sums[l * kBins + b].curvature;
      }
      Sums left;
      for (size_t b = 0; b < borders; ++b) {
        left.gradient += sums[l * kBins + b].gradient;
        left.curvature += sums[l * kBins + b].curvature;
        gains[b] += gain(left) + gain({all.gradient - left.gradient, all.curvature - left.curvature});
      }
    }
    for (size_t b = 0; b < borders; ++b) {
      if (gains[b] > best.gain) {
        best = {gains[b], feature, b};
      }
    }
    return best;
  }
  double gain(const Sums& sum) const { return sum.gradient * sum.gradient / (sum.curvature + ridge_); }

  const TrainingRows& rows_;
  const std::vector<uint8_t>& used_;
  const BoostingOptions& options_;
  Executor& threads_;
  const BinnedColumns& binned_;
  double bias_ = 0;
  double ridge_ = 0;
  std::vector<double> logits_;
};

}  // namespace

BinnedColumns bin_columns(const std::vector<float>& columns, size_t features, Executor& threads) {
  BinnedColumns out;
  out.rows = columns.size() / std::max<size_t>(features, 1);
  out.borders.resize(features);
  out.bins.resize(columns.size());
  threads.run(static_cast<int64_t>(features), [&](int64_t f) {
    const float* column = columns.data() + static_cast<size_t>(f) * out.rows;
    std::vector<float> values(column, column + out.rows);
    std::sort(values.begin(), values.end());
    std::vector<float>& borders = out.borders[static_cast<size_t>(f)];
    for (size_t i = 1; i < kBins; ++i) {
      const size_t at = i * values.size() / kBins;
      // Between two values that differ, so that no row stands on a border.
      const auto above = std::upper_bound(values.begin(), values.end(), values[at]);
      if (above != values.end()) {
        const float border = values[at] + (*above - values[at]) / 2;
        if (borders.empty() || border > borders.back()) {
          borders.push_back(border);
        }
      }
    }
    uint8_t* bins = out.bins.data() + static_cast<size_t>(f) * out.rows;
    for (size_t r = 0; r < out.rows; ++r) {
      bins[r] = static_cast<uint8_t>(std::lower_bound(borders.begin(), borders.end(), column[r]) - borders.begin());
    }
  });
  return out;
}

TrainedTrees boost(const TrainingRows& rows, const std::vector<uint8_t>& used, const BoostingOptions& options,
                   Executor& threads) {
  return Booster(rows, used, options, threads).run();
}

}  // namespace smelt
