// k-means: Lloyd's algorithm from greedy k-means++ (Arthur and Vassilvitskii 2007), and merging of its clusters.
//
// Results are the same for any number of threads and every instruction set: each distance is one sum in a fixed order,
// each centroid is summed over its points in their order.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/threads.h"

namespace smelt {

// Rows of `dimensions` floats, a multiple of 16.
struct PointSpan {
  const float* data = nullptr;
  size_t count = 0;
  size_t dimensions = 0;
  const float* row(size_t i) const { return data + i * dimensions; }
};

struct KMeansOptions {
  size_t clusters = 8;
  int iterations = 20;
  int restarts = 1;  // of which the one with the least sum of squares counts
  uint64_t seed = 1;
};

struct Centroids {
  std::vector<float> values;  // count x dimensions
  size_t dimensions = 0;
  size_t count() const { return dimensions > 0 ? values.size() / dimensions : 0; }
  std::span<const float> row(size_t i) const { return std::span(values).subspan(i * dimensions, dimensions); }
};

// At most `clusters` centroids, fewer where there are fewer different points. A cluster that loses its points starts
// again at the point that is farthest from its centroid. Time: iterations x points x clusters x dimensions
// multiply-adds.
Centroids learn_centroids(Executor& threads, PointSpan points, const KMeansOptions& options);

// The nearest centroid of every point (of equal ones the first) and, where not null, the square of the distance.
std::vector<uint32_t> assign_points(Executor& threads, PointSpan points, const Centroids& centroids,
                                    std::vector<float>* squares = nullptr);

// Merges the two clusters whose centroids are nearest, again and again while they are nearer than `distance`; a merged
// centroid is the mean by `weights` (a cluster each, 0 or more). Returns the new number of each cluster, numbered in
// the order of their first members.
std::vector<uint32_t> merge_centroids(const Centroids& centroids, std::vector<double> weights, double distance);

}  // namespace smelt
