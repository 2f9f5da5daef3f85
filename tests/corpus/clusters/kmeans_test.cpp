#include "corpus/clusters/kmeans.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include <gtest/gtest.h>

#include "base/rng.h"
#include "corpus/clusters/partitions.h"

namespace smelt {
namespace {

constexpr size_t kDimensions = 32;

struct Planted {
  std::vector<float> values;
  std::vector<int> truth;
  PointSpan points() const { return {values.data(), truth.size(), kDimensions}; }
};

// Gaussian clouds of deviation `spread` around random points of deviation 1.
Planted plant(int clouds, int points, double spread, uint64_t seed) {
  Rng rng(seed, "test/kmeans");
  std::vector<double> centres(static_cast<size_t>(clouds) * kDimensions);
  for (double& value : centres) {
    value = rng.normal();
  }
  Planted out;
  for (int i = 0; i < points; ++i) {
    const auto cloud = static_cast<size_t>(rng.below(static_cast<uint64_t>(clouds)));
    out.truth.push_back(static_cast<int>(cloud));
    for (size_t d = 0; d < kDimensions; ++d) {
      out.values.push_back(static_cast<float>(centres[cloud * kDimensions + d] + spread * rng.normal()));
    }
  }
  return out;
}

double brute_square(const float* a, const float* b) {
  double sum = 0;
  for (size_t i = 0; i < kDimensions; ++i) {
    sum += std::pow(static_cast<double>(a[i]) - b[i], 2);
  }
  return sum;
}

TEST(KMeans, FindsPlantedClouds) {
  ThreadPool threads(2);
  for (uint64_t seed = 1; seed <= 5; ++seed) {
    const Planted planted = plant(12, 1500, 0.2, seed);
    const Centroids centroids = learn_centroids(threads, planted.points(), {12, 30, 1, seed});
    const std::vector<uint32_t> assigned = assign_points(threads, planted.points(), centroids);
    EXPECT_GT(adjusted_rand(planted.truth, assigned), 0.95) << seed;
  }
}

TEST(KMeans, AssignsToTheNearestByBruteForce) {
  ThreadPool threads(2);
  const Planted planted = plant(5, 700, 1.0, 9);
  const Centroids centroids = learn_centroids(threads, planted.points(), {17, 5, 1, 3});
  ASSERT_EQ(centroids.count(), 17u);
  std::vector<float> squares;
  const std::vector<uint32_t> assigned = assign_points(threads, planted.points(), centroids, &squares);
  for (size_t i = 0; i < planted.truth.size(); ++i) {
    double least = INFINITY;
    for (size_t c = 0; c < centroids.count(); ++c) {
      least = std::min(least, brute_square(planted.points().row(i), centroids.row(c).data()));
    }
    // Rounding of products of length about 60 may prefer one that is farther by as little.
    EXPECT_LT(brute_square(planted.points().row(i), centroids.row(assigned[i]).data()), least + 1e-3);
    EXPECT_NEAR(squares[i], least, 1e-3);
  }
}

TEST(KMeans, IsTheSameForAnyNumberOfThreadsAndInstructionSet) {
  const Planted planted = plant(9, 3000, 0.8, 4);
  std::vector<float> expected;
  for (const char* isa : {"", "generic"}) {
    if (*isa != '\0') {
      setenv("SMELT_ISA", isa, 1);
    }
    for (const int width : {1, 2, 5}) {
      ThreadPool threads(width);
      const Centroids centroids = learn_centroids(threads, planted.points(), {40, 12, 1, 7});
      if (expected.empty()) {
        expected = centroids.values;
      }
      EXPECT_EQ(centroids.values, expected) << width << isa;
    }
  }
  unsetenv("SMELT_ISA");
}

TEST(KMeans, DoesNotGetWorseWithMoreIterations) {
  ThreadPool threads(2);
  const Planted planted = plant(30, 2000, 1.0, 5);
  double before = INFINITY;
  for (const int iterations : {1, 2, 4, 8, 16}) {
    std::vector<float> squares;
    assign_points(threads, planted.points(), learn_centroids(threads, planted.points(), {30, iterations, 1, 2}),
                  &squares);
    double sum = 0;
    for (const float square : squares) {
      sum += square;
    }
    EXPECT_LE(sum, before * (1 + 1e-6));
    before = sum;
  }
}

TEST(KMeans, MakesNoMoreClustersThanThereArePoints) {
  ThreadPool threads(1);
  Planted same;
  same.values.assign(kDimensions * 10, 0.5F);
  same.truth.assign(10, 0);
  EXPECT_EQ(learn_centroids(threads, same.points(), {4, 5, 1, 1}).count(), 1u);
  EXPECT_EQ(learn_centroids(threads, {same.values.data(), 0, kDimensions}, {4, 5, 1, 1}).count(), 0u);
}

TEST(MergeCentroids, MergesTheNearestUntilNoneIsNear) {
  // On a line: 0, 1, 1.9, 10, 10.5.
  Centroids centroids{std::vector<float>(5 * kDimensions), kDimensions};
  const std::vector<float> places = {0, 1, 1.9F, 10, 10.5F};
  for (size_t i = 0; i < places.size(); ++i) {
    centroids.values[i * kDimensions] = places[i];
  }
  const std::vector<double> one(5, 1.0);
  EXPECT_EQ(merge_centroids(centroids, one, 0), (std::vector<uint32_t>{0, 1, 2, 3, 4}));
  EXPECT_EQ(merge_centroids(centroids, one, 0.6), (std::vector<uint32_t>{0, 1, 2, 3, 3}));
  EXPECT_EQ(merge_centroids(centroids, one, 1.2), (std::vector<uint32_t>{0, 1, 1, 2, 2}));
  // 1 and 1.9 make 1.45, which is near enough to 0 only from 1.45 on; a heavy 1 pulls it to 1.01.
  EXPECT_EQ(merge_centroids(centroids, one, 1.46), (std::vector<uint32_t>{0, 0, 0, 1, 1}));
  EXPECT_EQ(merge_centroids(centroids, {1, 80, 1, 1, 1}, 1.2), (std::vector<uint32_t>{0, 0, 0, 1, 1}));
}

}  // namespace
}  // namespace smelt
