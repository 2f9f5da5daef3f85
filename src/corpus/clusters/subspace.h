// The directions in which documents differ most: latent semantic analysis (Deerwester et al. 1990) of their vectors.
//
// What random projection adds to a vector is noise in all directions alike; what tells topics apart lies in a few. On
// 15 books in pieces of 10 kB, the adjusted Rand index of k-means is 0.34 to 0.58 on 1,024 dimensions and 0.85 to 0.93
// on their first 16.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/threads.h"
#include "corpus/clusters/kmeans.h"

namespace smelt {

class Subspace {
 public:
  // The `components` (a multiple of 16, at most the points' dimensions) dominant directions of the points, uncentred,
  // by orthogonal iteration. The same for any number of threads. Time: points x dimensions^2 multiply-adds.
  Subspace(Executor& threads, PointSpan points, size_t components, uint64_t seed);

  size_t components() const { return components_; }
  // Coordinates in the subspace, of Euclidean length 1; zeros where the vector has no part in it. Thread-safe.
  void project(std::span<const float> vector, std::span<float> out) const;

 private:
  size_t dimensions_;
  size_t components_;
  std::vector<double> basis_;  // components x dimensions, orthonormal rows
};

}  // namespace smelt
