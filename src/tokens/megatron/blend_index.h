// The order of Megatron-core's BlendedDataset, bit for bit: which dataset a sample comes from (int16) and which of its
// samples it is (int64). At each step the dataset furthest behind its share is taken, the first of equals.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/context.h"

namespace smelt {

// As numpy does it: each weight over the sum.
std::vector<double> normalized_weights(const std::vector<double>& weights);

// How many samples of each dataset a blend of `size` samples asks for, and how many the dataset is built with:
// `surplus` more. Weights are normalised.
int64_t blend_share(double weight, int64_t size, double surplus = 0);
constexpr double kBlendSurplus = 0.005;

// By weights, `size` samples.
class BlendByWeights {
 public:
  explicit BlendByWeights(const std::vector<double>& weights);
  struct Turn {
    int16_t dataset;
    int64_t sample;
  };
  Turn next();

 private:
  std::vector<double> weights_;  // normalised
  std::vector<int64_t> taken_;
  int64_t index_ = 0;
};

// Exactly sizes[d] samples of every dataset d (all above 0), as evenly mixed as that.
class ExhaustiveBlend {
 public:
  explicit ExhaustiveBlend(const std::vector<int64_t>& sizes);
  int64_t size() const { return size_; }
  BlendByWeights::Turn next();  // size() times

 private:
  std::vector<int64_t> sizes_;
  std::vector<double> weights_;
  std::vector<int64_t> taken_;
  std::vector<size_t> open_;  // datasets with samples left, in order
  int64_t size_ = 0;
  int64_t index_ = 0;
};

struct BlendIndexFiles {
  std::string dataset;
  std::string sample;
};
BlendIndexFiles blend_index_files(const std::string& dir, const std::string& base);

// Write the two arrays; memory does not grow with the size. The results say how many samples of each dataset were used.
std::vector<int64_t> write_blend_index(const Context& context, const std::vector<double>& weights, int64_t size,
                                       const BlendIndexFiles& files);
std::vector<int64_t> write_exhaustive_index(const Context& context, const std::vector<int64_t>& sizes,
                                            const BlendIndexFiles& files);

}  // namespace smelt
