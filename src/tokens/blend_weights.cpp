#include "tokens/blend_weights.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace smelt {

std::vector<double> unimax_shares(std::span<const double> capacities, double budget) {
  std::vector<size_t> order(capacities.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return capacities[a] < capacities[b]; });
  std::vector<double> shares(capacities.size());
  double left = budget;
  for (size_t i = 0; i < order.size(); ++i) {
    const double even = left / static_cast<double>(order.size() - i);
    shares[order[i]] = std::min(even, capacities[order[i]]);
    left -= shares[order[i]];
  }
  return shares;
}

std::vector<double> temperature_shares(std::span<const double> sizes, double alpha) {
  const double largest = sizes.empty() ? 0 : *std::max_element(sizes.begin(), sizes.end());
  std::vector<double> shares;
  double sum = 0;
  for (const double size : sizes) {
    // Against the largest, so that no power overflows.
    shares.push_back(size > 0 ? std::pow(size / largest, alpha) : 0);
    sum += shares.back();
  }
  for (double& share : shares) {
    share /= sum > 0 ? sum : 1;
  }
  return shares;
}

}  // namespace smelt
