// How alike two partitions of the same items are.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

namespace smelt {

// The adjusted Rand index (Hubert and Arabie 1985): 1 for equal partitions, about 0 for unrelated ones.
template <class A, class B>
double adjusted_rand(const std::vector<A>& a, const std::vector<B>& b) {
  const auto pairs = [](double n) { return n * (n - 1) / 2; };
  std::map<std::pair<A, B>, double> both;
  std::map<A, double> of_a;
  std::map<B, double> of_b;
  for (size_t i = 0; i < a.size(); ++i) {
    ++both[{a[i], b[i]}];
    ++of_a[a[i]];
    ++of_b[b[i]];
  }
  double together = 0;
  double in_a = 0;
  double in_b = 0;
  for (const auto& [key, n] : both) {
    together += pairs(n);
  }
  for (const auto& [key, n] : of_a) {
    in_a += pairs(n);
  }
  for (const auto& [key, n] : of_b) {
    in_b += pairs(n);
  }
  const double expected = in_a * in_b / pairs(static_cast<double>(a.size()));
  const double most = (in_a + in_b) / 2;
  return most == expected ? 1 : (together - expected) / (most - expected);
}

}  // namespace smelt
