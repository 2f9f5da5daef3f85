// Helpers of the kernel tests: random tensors, conversions and comparisons bounded by rounding.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "base/cpu.h"
#include "base/rng.h"
#include "base/threads.h"

namespace smelt::kernels {

using Floats = std::vector<float>;
using Doubles = std::vector<double>;

// Values that a float holds exactly, so that kernel and reference see the same numbers.
inline Doubles random_doubles(int64_t n, std::string_view name, double scale = 1.0, double offset = 0.0) {
  Rng rng(7, name);
  Doubles out(static_cast<size_t>(n));
  for (double& v : out) {
    v = static_cast<double>(static_cast<float>(offset + scale * rng.normal()));
  }
  return out;
}

inline Floats to_floats(const Doubles& v) {
  return Floats(v.begin(), v.end());
}

inline Doubles absolute(Doubles v) {
  for (double& x : v) {
    x = std::fabs(x);
  }
  return v;
}

// |got - want| <= units * 2^-24 * magnitude, element by element: `magnitude` is the sum of the absolute values of all
// that was added up, `units` how many roundings one path holds.
inline void expect_close(const Floats& got, const Doubles& want, const Doubles& magnitude, double units,
                         const std::string& what) {
  ASSERT_EQ(got.size(), want.size()) << what;
  ASSERT_EQ(got.size(), magnitude.size()) << what;
  double worst = 0;
  size_t worst_at = 0;
  for (size_t i = 0; i < got.size(); ++i) {
    const double error = std::fabs(static_cast<double>(got[i]) - want[i]);
    const double unit = magnitude[i] * std::ldexp(1.0, -24) + 1e-37;
    const double ratio = std::isnan(error) ? std::numeric_limits<double>::infinity() : error / unit;
    if (ratio > worst) {
      worst = ratio;
      worst_at = i;
    }
  }
  EXPECT_LE(worst, units) << what << "[" << worst_at << "] is " << (got.empty() ? 0.0F : got[worst_at]) << ", wanted "
                          << (want.empty() ? 0.0 : want[worst_at]);
}

// `gradient` against central differences of `loss` (in double) over every element of `input`. Errors are measured by
// the largest element: the sums behind the elements have the same length, so they round alike. 1e-7 covers the
// truncation and cancellation of the differences.
inline void expect_gradient(const std::function<double()>& loss, Doubles& input, const Floats& gradient, double units,
                            const std::string& what) {
  ASSERT_EQ(input.size(), gradient.size()) << what;
  Doubles differences(input.size());
  double largest = 1e-12;
  for (size_t i = 0; i < input.size(); ++i) {
    const double kept = input[i];
    const double step = 1e-5 * (1 + std::fabs(kept));
    input[i] = kept + step;
    const double above = loss();
    input[i] = kept - step;
    const double below = loss();
    input[i] = kept;
    differences[i] = (above - below) / (2 * step);
    largest = std::max(largest, std::fabs(differences[i]));
  }
  for (size_t i = 0; i < input.size(); ++i) {
    EXPECT_NEAR(static_cast<double>(gradient[i]), differences[i], (units * std::ldexp(1.0, -24) + 1e-7) * largest)
        << what << "[" << i << "]";
  }
}

inline double dot_product(const Doubles& a, const Doubles& b) {
  double sum = 0;
  for (size_t i = 0; i < a.size(); ++i) {
    sum += a[i] * b[i];
  }
  return sum;
}

inline bool all_finite(const Floats& v) {
  for (const float x : v) {
    if (!std::isfinite(x)) {
      return false;
    }
  }
  return true;
}

}  // namespace smelt::kernels
