#include "corpus/quality/dsir.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/error.h"
#include "base/files.h"
#include "base/hash.h"
#include "base/rng.h"
#include "corpus/quality/weights_file.h"

namespace smelt {
namespace {

constexpr std::string_view kFormat = "smelt-dsir-1";

double total(const BucketCounts& counts) {
  return static_cast<double>(std::accumulate(counts.counts().begin(), counts.counts().end(), uint64_t{0}));
}

}  // namespace

BucketCounts::BucketCounts(const FeatureOptions& features)
    : features_(features), counts_(size_t{1} << features.bits, 0) {}

void BucketCounts::add(std::string_view text) {
  buffer_.clear();
  append_features(text, features_, buffer_);
  for (const uint32_t bucket : buffer_) {
    ++counts_[bucket];
  }
}

void BucketCounts::add(const BucketCounts& other) {
  SMELT_CHECK(other.features_ == features_);
  for (size_t i = 0; i < counts_.size(); ++i) {
    counts_[i] += other.counts_[i];
  }
}

DsirModel::DsirModel(const DsirOptions& options, const BucketCounts& target, const BucketCounts& raw)
    : features_(options.features) {
  const double buckets = std::ldexp(1.0, static_cast<int>(options.features.bits));
  const double s = options.smoothing;
  const double from = std::log(total(target) + s * buckets);
  const double to = std::log(total(raw) + s * buckets);
  log_ratios_.resize(target.counts().size());
  for (size_t i = 0; i < log_ratios_.size(); ++i) {
    const double p_target = std::log(static_cast<double>(target.counts()[i]) + s) - from;
    const double p_raw = std::log(static_cast<double>(raw.counts()[i]) + s) - to;
    log_ratios_[i] = static_cast<float>(p_target - p_raw);
  }
}

bool DsirModel::has_magic(std::string_view bytes) {
  return has_weights_format(bytes, kFormat);
}

DsirModel DsirModel::load(const std::string& path) {
  const MappedFile file(path);
  return parse(file.bytes(), path);
}

DsirModel DsirModel::parse(std::string_view bytes, const std::string& name) {
  WeightsFile file = parse_weights(bytes, name, kFormat);
  if (file.rows.size() != 1) {
    throw damaged_weights(name);
  }
  DsirModel model;
  model.features_ = file.features;
  model.log_ratios_ = std::move(file.rows.front());
  return model;
}

void DsirModel::save(const std::string& path) const {
  save_weights(path, kFormat, Json::object(), features_, {log_ratios_});
}

double DsirModel::log_weight(std::string_view text, std::vector<uint32_t>& buffer) const {
  buffer.clear();
  append_features(text, features_, buffer);
  double sum = 0;
  for (const uint32_t bucket : buffer) {
    sum += double{log_ratios_[bucket]};
  }
  return sum;
}

double gumbel_noise(uint64_t seed, std::string_view document_id) {
  Rng rng(seed, "gumbel", hash64(document_id));
  const double open = (static_cast<double>(rng.u64() >> 12) + 0.5) * 0x1.0p-52;  // neither 0 nor 1
  return -std::log(-std::log(open));
}

std::vector<size_t> gumbel_top_k(const std::vector<double>& log_weights, const std::vector<std::string_view>& ids,
                                 size_t count, uint64_t seed) {
  SMELT_CHECK(log_weights.size() == ids.size());
  std::vector<double> keys(log_weights.size());
  for (size_t i = 0; i < keys.size(); ++i) {
    keys[i] = std::isnan(log_weights[i]) ? -INFINITY : log_weights[i] + gumbel_noise(seed, ids[i]);
  }
  std::vector<size_t> order(keys.size());
  std::iota(order.begin(), order.end(), size_t{0});
  count = std::min(count, order.size());
  std::partial_sort(order.begin(), order.begin() + static_cast<int64_t>(count), order.end(), [&](size_t a, size_t b) {
    return keys[a] != keys[b] ? keys[a] > keys[b] : ids[a] != ids[b] ? ids[a] < ids[b] : a < b;
  });
  order.resize(count);
  std::sort(order.begin(), order.end());
  return order;
}

}  // namespace smelt
