#include "corpus/clusters/subspace.h"

#include <cmath>

#include "base/error.h"
#include "base/rng.h"

namespace smelt {

namespace {

constexpr int kIterations = 15;
constexpr double kTiny = 1e-12;

// Lower half of the matrix of second moments, dimensions x dimensions.
std::vector<double> second_moments(Executor& threads, PointSpan points) {
  const size_t d = points.dimensions;
  std::vector<double> moments(d * d);
  parallel_for(threads, static_cast<int64_t>(d), 16, [&](int64_t begin, int64_t end) {
    for (size_t i = 0; i < points.count; ++i) {
      const float* row = points.row(i);
      for (auto a = static_cast<size_t>(begin); a < static_cast<size_t>(end); ++a) {
        double* out = moments.data() + a * d;
        const double value = row[a];
        for (size_t b = 0; b < d; ++b) {
          out[b] += value * row[b];
        }
      }
    }
  });
  return moments;
}

// Gram-Schmidt, twice for rounding; rows that depend on those before become zero.
void orthonormalize(std::vector<double>& rows, size_t count, size_t d) {
  for (size_t r = 0; r < count; ++r) {
    double* row = rows.data() + r * d;
    for (int pass = 0; pass < 2; ++pass) {
      for (size_t before = 0; before < r; ++before) {
        const double* other = rows.data() + before * d;
        double product = 0;
        for (size_t i = 0; i < d; ++i) {
          product += row[i] * other[i];
        }
        for (size_t i = 0; i < d; ++i) {
          row[i] -= product * other[i];
        }
      }
    }
    double square = 0;
    for (size_t i = 0; i < d; ++i) {
      square += row[i] * row[i];
    }
    const double scale = square > kTiny ? 1 / std::sqrt(square) : 0;
    for (size_t i = 0; i < d; ++i) {
      row[i] *= scale;
    }
  }
}

}  // namespace

Subspace::Subspace(Executor& threads, PointSpan points, size_t components, uint64_t seed)
    : dimensions_(points.dimensions), components_(components), basis_(components * points.dimensions) {
  SMELT_CHECK(components % 16 == 0 && components > 0 && components <= dimensions_);
  const size_t d = dimensions_;
  const std::vector<double> moments = second_moments(threads, points);
  Rng rng(seed, "corpus/clusters/subspace");
  for (double& value : basis_) {
    value = rng.normal();
  }
  orthonormalize(basis_, components, d);
  for (int iteration = 0; iteration < kIterations; ++iteration) {
    std::vector<double> next(basis_.size());
    threads.run(static_cast<int64_t>(components), [&](int64_t task) {
      const double* row = basis_.data() + static_cast<size_t>(task) * d;
      double* out = next.data() + static_cast<size_t>(task) * d;
      for (size_t a = 0; a < d; ++a) {
        const double value = row[a];
        const double* moment = moments.data() + a * d;
        for (size_t b = 0; b < d; ++b) {
          out[b] += value * moment[b];
        }
      }
    });
    basis_ = std::move(next);
    orthonormalize(basis_, components, d);
  }
}

void Subspace::project(std::span<const float> vector, std::span<float> out) const {
  SMELT_CHECK(vector.size() == dimensions_ && out.size() == components_);
  double square = 0;
  for (size_t c = 0; c < components_; ++c) {
    const double* row = basis_.data() + c * dimensions_;
    double product = 0;
    for (size_t i = 0; i < dimensions_; ++i) {
      product += row[i] * static_cast<double>(vector[i]);
    }
    out[c] = static_cast<float>(product);
    square += product * product;
  }
  const auto scale = static_cast<float>(square > kTiny ? 1 / std::sqrt(square) : 0);
  for (float& value : out) {
    value *= scale;
  }
}

}  // namespace smelt
