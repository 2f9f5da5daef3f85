#include "corpus/quality/linear_head.h"

#include <algorithm>
#include <cmath>

#include "base/files.h"
#include "corpus/quality/weights_file.h"

namespace smelt {
namespace {

constexpr std::string_view kFormat = "smelt-linear-1";

}  // namespace

bool LinearHead::has_magic(std::string_view bytes) {
  return has_weights_format(bytes, kFormat);
}

LinearHead LinearHead::load(const std::string& path) {
  const MappedFile file(path);
  return parse(file.bytes(), path);
}

LinearHead LinearHead::parse(std::string_view bytes, const std::string& name) {
  WeightsFile file = parse_weights(bytes, name, kFormat);
  const Json* labels = file.header.find("labels");
  const Json* biases = file.header.find("biases");
  if (labels == nullptr || !labels->is_array() || biases == nullptr || !biases->is_array()) {
    throw damaged_weights(name);
  }
  LinearHead head;
  for (const Json& label : labels->as_array()) {
    head.labels_.push_back(label.is_string() ? label.as_string() : "");
  }
  for (const Json& bias : biases->as_array()) {
    head.biases_.push_back(bias.is_number() ? bias.as_double() : 0);
  }
  const size_t rows = head.labels_.size() == 2 ? 1 : head.labels_.size();
  if (head.labels_.size() < 2 || head.biases_.size() != rows || file.rows.size() != rows) {
    throw damaged_weights(name);
  }
  head.features_ = file.features;
  head.weights_ = std::move(file.rows);
  return head;
}

void LinearHead::save(const std::string& path) const {
  Json header = Json::object();
  header["labels"] = Json::list(labels_);
  header["biases"] = Json::list(biases_);
  save_weights(path, kFormat, header, features_, weights_);
}

void LinearHead::probabilities(std::string_view text, std::vector<uint32_t>& buckets, double* out) const {
  buckets.clear();
  append_features(text, features_, buckets);
  const double scale = buckets.empty() ? 0 : 1 / std::sqrt(static_cast<double>(buckets.size()));
  std::vector<double> z(labels_.size(), 0.0);
  for (size_t row = 0; row < weights_.size(); ++row) {
    const float* weights = weights_[row].data();
    double sum = 0;
    for (const uint32_t bucket : buckets) {
      sum += double{weights[bucket]};
    }
    z[row + labels_.size() - weights_.size()] = biases_[row] + scale * sum;
  }
  const double largest = *std::max_element(z.begin(), z.end());
  double sum = 0;
  for (double& value : z) {
    value = std::exp(value - largest);
    sum += value;
  }
  for (size_t i = 0; i < z.size(); ++i) {
    const double p = z[i] / sum;
    out[i] = p >= 0 ? p : 0;  // weights that are no numbers give no probability
  }
}

}  // namespace smelt
