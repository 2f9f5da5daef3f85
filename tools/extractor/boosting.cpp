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

// A sum of gradients in the upper half and of curvatures, which are not negative, in the lower one: whole numbers, so
// that the order of adding does not matter and the other child of a leaf is a difference.
using Packed = int64_t;

constexpr double kLargestSum = 1U << 29U;

Packed pack(double gradient, double curvature, double unit) {
  return (static_cast<Packed>(std::llround(gradient / unit)) * (Packed{1} << 32)) +
         static_cast<Packed>(std::llround(curvature / unit));
}

Sums unpack(Packed sum, double unit) {
  const auto curvature = static_cast<uint32_t>(sum);
  return {static_cast<double>((sum - static_cast<Packed>(curvature)) >> 32) * unit,
          static_cast<double>(curvature) * unit};
}

// A row that the tree in hand learns from.
struct Drawn {
  uint32_t row;
  uint32_t leaf;
  Packed value;
};

class Booster {
 public:
  Booster(const TrainingRows& rows, const std::vector<uint8_t>& used, const BoostingOptions& options, Executor& threads)
      : rows_(rows), options_(options), threads_(threads), binned_(rows.columns) {
    double weight = 0;
    double yes = 0;
    double count = 0;
    for (size_t r = 0; r < rows.rows(); ++r) {
      if (used[r] != 0) {
        weight += rows.weights[r];
        learned_.push_back(static_cast<uint32_t>(r));
        yes += rows.answers[r] != 0 ? rows.weights[r] : 0;
        ++count;
      }
    }
    bias_ = std::log(yes / (weight - yes));
    ridge_ = options.ridge * weight / count;
    unit_ = weight / kLargestSum;
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
  // Rows are drawn the likelier the more there is to learn from them, and count the more the less likely they were
  // (Ibragimov and Gusev, "Minimal Variance Sampling in Stochastic Gradient Boosting", arXiv 1910.13204).
  std::vector<Drawn> draw(Rng& rng) {
    struct Slope {
      double gradient;
      double curvature;
      double size;
    };
    std::vector<Slope> slopes;
    slopes.reserve(learned_.size());
    for (const uint32_t r : learned_) {
      const double p = 1 / (1 + std::exp(-logits_[r]));
      const auto weight = static_cast<double>(rows_.weights[r]);
      const double gradient = weight * (p - rows_.answers[r]);
      const double curvature = weight * std::max(p * (1 - p), 1e-6);
      slopes.push_back({gradient, curvature, std::sqrt((gradient * gradient) + (curvature * curvature))});
    }
    const double wanted = options_.rows_share * static_cast<double>(slopes.size());
    double certain = 0;  // rows at least as steep are drawn for sure: found by halving, on every eighth row
    double low = 0;
    double high = 10;
    for (int step = 0; step < 40; ++step) {
      certain = (low + high) / 2;
      double count = 0;
      for (size_t i = 0; i < slopes.size(); i += 8) {
        count += 8 * std::min(1.0, slopes[i].size / certain);
      }
      (count > wanted ? low : high) = certain;
    }
    std::vector<Drawn> drawn;
    for (size_t i = 0; i < slopes.size(); ++i) {
      const double chance = std::min(1.0, slopes[i].size / certain);
      if (rng.uniform() < chance) {
        drawn.push_back({learned_[i], 0, pack(slopes[i].gradient / chance, slopes[i].curvature / chance, unit_)});
      }
    }
    return drawn;
  }

  void grow(int tree, TrainedTrees& out, std::vector<double>& leaves) {
    Rng rng(options_.seed, "boost", static_cast<uint64_t>(tree));
    std::vector<Drawn> drawn = draw(rng);
    std::vector<size_t> features;
    for (size_t f = 0; f < binned_.borders.size(); ++f) {
      if (rng.uniform() < options_.columns_share && !binned_.borders[f].empty()) {
        features.push_back(f);
      }
    }
    std::vector<Split> splits;
    histograms_.resize(features.size() * kTreeLeaves * kBins);
    for (size_t level = 0; level < kTreeDepth; ++level) {
      splits.push_back(best_split(features, drawn, level));
      const uint8_t* bins = binned_.bins.data() + splits.back().feature * rows_.rows();
      for (Drawn& row : drawn) {
        row.leaf |= bins[row.row] > splits.back().border ? 1U << level : 0U;
      }
      out.features.push_back(static_cast<uint16_t>(splits.back().feature));
      out.thresholds.push_back(binned_.borders[splits.back().feature][splits.back().border]);
    }
    std::array<Packed, kTreeLeaves> packed{};
    for (const Drawn& row : drawn) {
      packed[row.leaf] += row.value;
    }
    std::array<double, kTreeLeaves> values{};
    for (size_t l = 0; l < kTreeLeaves; ++l) {
      const Sums sums = unpack(packed[l], unit_);
      values[l] = -options_.rate * sums.gradient / (sums.curvature + ridge_);
      leaves.push_back(values[l]);
    }
    std::array<const uint8_t*, kTreeDepth> bins{};
    for (size_t level = 0; level < kTreeDepth; ++level) {
      bins[level] = binned_.bins.data() + splits[level].feature * rows_.rows();
    }
    for (size_t r = 0; r < rows_.rows(); ++r) {
      size_t leaf = 0;
      for (size_t level = 0; level < kTreeDepth; ++level) {
        leaf |= bins[level][r] > splits[level].border ? size_t{1} << level : 0U;
      }
      logits_[r] += values[leaf];
    }
  }

  // The rows of the smaller child of each leaf; of the larger ones, the sums are those of the parent less these.
  static std::vector<Drawn> smaller_children(const std::vector<Drawn>& drawn, size_t level,
                                             std::array<uint8_t, kTreeLeaves>& counted) {
    std::array<size_t, kTreeLeaves> counts{};
    for (const Drawn& row : drawn) {
      ++counts[row.leaf];
    }
    const size_t bit = level == 0 ? 0 : size_t{1} << (level - 1);
    for (size_t leaf = 0; leaf < size_t{1} << level; ++leaf) {
      const size_t other = leaf ^ bit;
      counted[leaf] = level == 0 || counts[leaf] < counts[other] || (counts[leaf] == counts[other] && leaf < other);
    }
    std::vector<Drawn> small;
    for (const Drawn& row : drawn) {
      if (counted[row.leaf] != 0) {
        small.push_back(row);
      }
    }
    return small;
  }

  Split best_split(const std::vector<size_t>& features, const std::vector<Drawn>& drawn, size_t level) {
    std::array<uint8_t, kTreeLeaves> counted{};
    const std::vector<Drawn> small = smaller_children(drawn, level, counted);
    const size_t bit = level == 0 ? 0 : size_t{1} << (level - 1);
    std::vector<Split> best(features.size());
    threads_.run(static_cast<int64_t>(features.size()), [&](int64_t i) {
      const size_t f = features[static_cast<size_t>(i)];
      Packed* sums = histograms_.data() + static_cast<size_t>(i) * kTreeLeaves * kBins;
      // A leaf's sums are its parent's yet, which keeps its number where the new bit is not set.
      for (size_t leaf = bit; leaf < size_t{1} << level; ++leaf) {
        std::copy_n(sums + (leaf ^ bit) * kBins, kBins, sums + leaf * kBins);
      }
      for (size_t leaf = 0; leaf < size_t{1} << level; ++leaf) {
        if (counted[leaf] != 0) {
          std::fill_n(sums + leaf * kBins, kBins, Packed{0});
        }
      }
      const uint8_t* bins = binned_.bins.data() + f * rows_.rows();
      for (const Drawn& row : small) {
        sums[row.leaf * kBins + bins[row.row]] += row.value;
      }
      for (size_t leaf = 0; level > 0 && leaf < size_t{1} << level; ++leaf) {
        for (size_t b = 0; counted[leaf] == 0 && b < kBins; ++b) {
          sums[leaf * kBins + b] -= sums[(leaf ^ bit) * kBins + b];
        }
      }
      best[static_cast<size_t>(i)] = best_border(f, sums, size_t{1} << level);
    });
    return *std::max_element(best.begin(), best.end(), [](const Split& a, const Split& b) { return a.gain < b.gain; });
  }

  Split best_border(size_t feature, const Packed* sums, size_t leaves) const {
    Split best{-1, feature, 0};
    const size_t borders = binned_.borders[feature].size();
    std::array<double, kBins> gains{};
    for (size_t l = 0; l < leaves; ++l) {
      Packed all = 0;
      for (size_t b = 0; b < kBins; ++b) {
        all += sums[l * kBins + b];
      }
      if (all == 0) {
        continue;
      }
      Packed left = 0;
      for (size_t b = 0; b < borders; ++b) {
        left += sums[l * kBins + b];
        gains[b] += gain(unpack(left, unit_)) + gain(unpack(all - left, unit_));
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
  const BoostingOptions& options_;
  Executor& threads_;
  const BinnedColumns& binned_;
  double bias_ = 0;
  double ridge_ = 0;
  double unit_ = 0;                 // of the numbers in histograms_
  std::vector<Packed> histograms_;  // [feature in hand][leaf][bin]
  std::vector<uint32_t> learned_;   // the rows to learn from
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
