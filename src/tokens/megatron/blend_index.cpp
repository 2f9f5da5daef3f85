#include "tokens/megatron/blend_index.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <span>

#include "base/error.h"
#include "tokens/megatron/split.h"
#include "tokens/npy.h"

namespace smelt {
namespace {

constexpr size_t kChunk = 1 << 16;

template <class Blend>
std::vector<int64_t> write_turns(const Context& context, Blend& blend, int64_t size, size_t datasets,
                                 const BlendIndexFiles& files) {
  NpyWriter dataset_file(files.dataset, {size}, NpyType::kInt16);
  NpyWriter sample_file(files.sample, {size}, NpyType::kInt64);
  std::vector<int16_t> dataset;
  std::vector<int64_t> sample;
  std::vector<int64_t> used(datasets);
  for (int64_t done = 0; done < size;) {
    context.stop_if_asked();
    dataset.clear();
    sample.clear();
    for (const int64_t end = std::min(size, done + static_cast<int64_t>(kChunk)); done < end; ++done) {
      const BlendByWeights::Turn turn = blend.next();
      dataset.push_back(turn.dataset);
      sample.push_back(turn.sample);
      ++used[static_cast<size_t>(turn.dataset)];
    }
    dataset_file.write(std::span<const int16_t>(dataset));
    sample_file.write(std::span<const int64_t>(sample));
  }
  dataset_file.commit();
  sample_file.commit();
  return used;
}

}  // namespace

std::vector<double> normalized_weights(const std::vector<double>& weights) {
  const double sum = numpy_sum(weights.data(), static_cast<int64_t>(weights.size()));
  std::vector<double> out;
  out.reserve(weights.size());
  for (const double weight : weights) {
    out.push_back(weight / sum);
  }
  return out;
}

int64_t blend_share(double weight, int64_t size, double surplus) {
  return static_cast<int64_t>(std::ceil(std::ceil(static_cast<double>(size) * weight) * (1 + surplus)));
}

BlendByWeights::BlendByWeights(const std::vector<double>& weights)
    : weights_(normalized_weights(weights)), taken_(weights.size()) {
  SMELT_CHECK(!weights.empty() && weights.size() < INT16_MAX);
}

BlendByWeights::Turn BlendByWeights::next() {
  const double at = std::max(static_cast<double>(index_++), 1.0);
  size_t best = 0;
  double most = weights_[0] * at - static_cast<double>(taken_[0]);
  for (size_t d = 1; d < weights_.size(); ++d) {
    if (const double behind = weights_[d] * at - static_cast<double>(taken_[d]); behind > most) {
      best = d;
      most = behind;
    }
  }
  return {static_cast<int16_t>(best), taken_[best]++};
}

ExhaustiveBlend::ExhaustiveBlend(const std::vector<int64_t>& sizes)
    : sizes_(sizes), taken_(sizes.size()), open_(sizes.size()) {
  SMELT_CHECK(!sizes.empty() && sizes.size() < INT16_MAX);
  size_ = std::accumulate(sizes.begin(), sizes.end(), int64_t{0});
  std::iota(open_.begin(), open_.end(), size_t{0});
  for (const int64_t size : sizes) {
    SMELT_CHECK(size > 0);
    weights_.push_back(static_cast<double>(size) / static_cast<double>(size_));
  }
}

BlendByWeights::Turn ExhaustiveBlend::next() {
  SMELT_CHECK(!open_.empty());
  const double at = std::max(static_cast<double>(index_++), 1.0);
  size_t best = open_[0];
  double most = std::numeric_limits<double>::lowest();
  for (const size_t d : open_) {
    if (const double behind = weights_[d] * at - static_cast<double>(taken_[d]); behind > most) {
      best = d;
      most = behind;
    }
  }
  const int64_t sample = taken_[best]++;
  if (taken_[best] == sizes_[best]) {
    open_.erase(std::find(open_.begin(), open_.end(), best));
  }
  return {static_cast<int16_t>(best), sample};
}

BlendIndexFiles blend_index_files(const std::string& dir, const std::string& base) {
  const std::string start = dir + "/" + base;
  return {start + "-dataset_index.npy", start + "-dataset_sample_index.npy"};
}

std::vector<int64_t> write_blend_index(const Context& context, const std::vector<double>& weights, int64_t size,
                                       const BlendIndexFiles& files) {
  BlendByWeights blend(weights);
  return write_turns(context, blend, size, weights.size(), files);
}

std::vector<int64_t> write_exhaustive_index(const Context& context, const std::vector<int64_t>& sizes,
                                            const BlendIndexFiles& files) {
  ExhaustiveBlend blend(sizes);
  return write_turns(context, blend, blend.size(), sizes.size(), files);
}

}  // namespace smelt
