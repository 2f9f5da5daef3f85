#include "corpus/clusters/kmeans.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>

#include "base/cpu.h"
#include "base/error.h"
#include "base/rng.h"

namespace smelt {

namespace {

constexpr size_t kLanes = 16;
constexpr int64_t kGrain = 256;     // points of a task
constexpr size_t kInitPoints = 32;  // a cluster, for the first centroids
constexpr size_t kTile = 8;         // centroids at once

// The product of two rows: a sum for each lane, the lanes then added in pairs. The order is written here and no
// multiply-add is fused, so instruction sets differ in speed alone.
__attribute__((always_inline)) inline void dots_in_lanes(const float* point, const float* centroids, size_t count,
                                                         size_t dimensions, float* out) {
  for (size_t c = 0; c < count; ++c) {
    const float* row = centroids + c * dimensions;
    std::array<float, kLanes> sums{};
    for (size_t i = 0; i < dimensions; i += kLanes) {
      for (size_t lane = 0; lane < kLanes; ++lane) {
        sums[lane] += point[i + lane] * row[i + lane];
      }
    }
    for (size_t half = kLanes / 2; half > 0; half /= 2) {
      for (size_t lane = 0; lane < half; ++lane) {
        sums[lane] += sums[lane + half];
      }
    }
    out[c] = sums[0];
  }
}

using Dots = void (*)(const float*, const float*, size_t, size_t, float*);

void dots_generic(const float* point, const float* centroids, size_t count, size_t dimensions, float* out) {
  dots_in_lanes(point, centroids, count, dimensions, out);
}
#if defined(__x86_64__)
__attribute__((target("avx2"))) void dots_avx2(const float* point, const float* centroids, size_t count,
                                               size_t dimensions, float* out) {
  dots_in_lanes(point, centroids, count, dimensions, out);
}
__attribute__((target("avx512f,prefer-vector-width=512"))) void dots_avx512(const float* point, const float* centroids,
                                                                            size_t count, size_t dimensions,
                                                                            float* out) {
  dots_in_lanes(point, centroids, count, dimensions, out);
}
Dots choose_dots() {
  return active_isa() >= Isa::kAvx512 ? dots_avx512 : active_isa() >= Isa::kAvx2 ? dots_avx2 : dots_generic;
}
#else
Dots choose_dots() {
  return dots_generic;
}
#endif

float dot(const float* a, const float* b, size_t dimensions) {
  float out = 0;
  dots_generic(a, b, 1, dimensions, &out);
  return out;
}

double square_distance(const float* a, const float* b, size_t dimensions) {
  double sum = 0;
  for (size_t i = 0; i < dimensions; ++i) {
    const double difference = static_cast<double>(a[i]) - b[i];
    sum += difference * difference;
  }
  return sum;
}

// Of every point the square of the distance to the nearest centroid chosen so far, and their sum.
class Potential {
 public:
  Potential(Executor& threads, PointSpan points)
      : threads_(threads), points_(points), squares_(points.count, std::numeric_limits<double>::infinity()) {}

  // What the squares would be with `chosen` as a further centroid.
  std::vector<double> with(size_t chosen) const {
    std::vector<double> out(points_.count);
    parallel_for(threads_, static_cast<int64_t>(points_.count), kGrain, [&](int64_t begin, int64_t end) {
      for (auto i = static_cast<size_t>(begin); i < static_cast<size_t>(end); ++i) {
        out[i] = std::min(squares_[i], square_distance(points_.row(i), points_.row(chosen), points_.dimensions));
      }
    });
    return out;
  }
  void take(std::vector<double> squares) { squares_ = std::move(squares); }
  const std::vector<double>& squares() const { return squares_; }

 private:
  Executor& threads_;
  PointSpan points_;
  std::vector<double> squares_;
};

double sum_of(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0);
}

// An index drawn in proportion to the weights.
size_t draw(const std::vector<double>& weights, double sum, Rng& rng) {
  double left = rng.uniform() * sum;
  size_t last = 0;
  for (size_t i = 0; i < weights.size(); ++i) {
    if (weights[i] > 0) {
      last = i;
      left -= weights[i];
      if (left < 0) {
        break;
      }
    }
  }
  return last;
}

Centroids first_centroids(Executor& threads, PointSpan points, const KMeansOptions& options, uint64_t restart) {
  const size_t used = std::min(points.count, kInitPoints * options.clusters);
  // Spread evenly over the points.
  std::vector<float> sample(used * points.dimensions);
  for (size_t i = 0; i < used; ++i) {
    const float* row = points.row(i * points.count / used);
    std::copy(row, row + points.dimensions, sample.begin() + static_cast<int64_t>(i * points.dimensions));
  }
  const PointSpan some{sample.data(), used, points.dimensions};
  const int trials =
      options.clusters <= 256 ? 2 + static_cast<int>(std::log(static_cast<double>(options.clusters))) : 1;
  Rng rng(options.seed, "corpus/clusters/first", restart);
  Potential potential(threads, some);
  Centroids centroids{{}, points.dimensions};
  size_t chosen = rng.below(used);
  for (size_t c = 0; c < options.clusters; ++c) {
    std::vector<double> best = potential.with(chosen);
    if (c > 0) {
      const double sum = sum_of(potential.squares());
      if (!(sum > 0)) {
        break;  // every point is a centroid
      }
      double least = std::numeric_limits<double>::infinity();
      for (int trial = 0; trial < trials; ++trial) {
        const size_t candidate = draw(potential.squares(), sum, rng);
        std::vector<double> squares = potential.with(candidate);
        if (const double total = sum_of(squares); total < least) {
          least = total;
          chosen = candidate;
          best = std::move(squares);
        }
      }
    }
    potential.take(std::move(best));
    centroids.values.insert(centroids.values.end(), some.row(chosen), some.row(chosen) + points.dimensions);
  }
  return centroids;
}

// Points by cluster, each cluster's in their order.
struct Members {
  std::vector<size_t> starts;  // one more than there are clusters
  std::vector<uint32_t> points;
};

Members members_of(const std::vector<uint32_t>& assigned, size_t clusters) {
  Members members{std::vector<size_t>(clusters + 1), std::vector<uint32_t>(assigned.size())};
  for (const uint32_t cluster : assigned) {
    ++members.starts[cluster + 1];
  }
  std::partial_sum(members.starts.begin(), members.starts.end(), members.starts.begin());
  std::vector<size_t> next = members.starts;
  for (size_t i = 0; i < assigned.size(); ++i) {
    members.points[next[assigned[i]]++] = static_cast<uint32_t>(i);
  }
  return members;
}

// Every centroid to the mean of its points; an empty one to the farthest point that no other one took.
void update(Executor& threads, PointSpan points, const std::vector<uint32_t>& assigned, std::vector<float>& squares,
            Centroids& centroids) {
  const Members members = members_of(assigned, centroids.count());
  const size_t dimensions = points.dimensions;
  threads.run(static_cast<int64_t>(centroids.count()), [&](int64_t task) {
    const auto c = static_cast<size_t>(task);
    const size_t begin = members.starts[c];
    const size_t end = members.starts[c + 1];
    if (begin == end) {
      return;
    }
    std::vector<double> sum(dimensions);
    for (size_t m = begin; m < end; ++m) {
      const float* row = points.row(members.points[m]);
      for (size_t i = 0; i < dimensions; ++i) {
        sum[i] += row[i];
      }
    }
    for (size_t i = 0; i < dimensions; ++i) {
      centroids.values[c * dimensions + i] = static_cast<float>(sum[i] / static_cast<double>(end - begin));
    }
  });
  for (size_t c = 0; c < centroids.count(); ++c) {
    if (members.starts[c] == members.starts[c + 1]) {
      const auto farthest = static_cast<size_t>(std::max_element(squares.begin(), squares.end()) - squares.begin());
      squares[farthest] = 0;
      std::copy(points.row(farthest), points.row(farthest) + dimensions,
                centroids.values.begin() + static_cast<int64_t>(c * dimensions));
    }
  }
}

// The nearest centroid of each point, and the product less half the centroid's square by which it is. Tiles of
// centroids stay in the cache while the points pass.
std::vector<float> assign_task(PointSpan points, const Centroids& centroids, const std::vector<float>& halves,
                               uint32_t* assigned) {
  const Dots dots = choose_dots();
  std::vector<float> best(points.count, -std::numeric_limits<float>::infinity());
  std::array<float, kTile> products{};
  for (size_t tile = 0; tile < centroids.count(); tile += kTile) {
    const size_t wide = std::min(kTile, centroids.count() - tile);
    for (size_t i = 0; i < points.count; ++i) {
      dots(points.row(i), centroids.row(tile).data(), wide, points.dimensions, products.data());
      for (size_t c = 0; c < wide; ++c) {
        const float score = products[c] - halves[tile + c];
        if (score > best[i]) {
          best[i] = score;
          assigned[i] = static_cast<uint32_t>(tile + c);
        }
      }
    }
  }
  return best;
}

}  // namespace

std::vector<uint32_t> assign_points(Executor& threads, PointSpan points, const Centroids& centroids,
                                    std::vector<float>* squares) {
  SMELT_CHECK(points.dimensions % kLanes == 0 && points.dimensions == centroids.dimensions && centroids.count() > 0);
  const size_t count = centroids.count();
  std::vector<float> halves(count);  // half the square of each centroid's length
  for (size_t c = 0; c < count; ++c) {
    halves[c] = dot(centroids.row(c).data(), centroids.row(c).data(), points.dimensions) / 2;
  }
  std::vector<uint32_t> assigned(points.count);
  if (squares != nullptr) {
    squares->resize(points.count);
  }
  parallel_for(threads, static_cast<int64_t>(points.count), kGrain, [&](int64_t begin, int64_t end) {
    const PointSpan some{points.row(static_cast<size_t>(begin)), static_cast<size_t>(end - begin), points.dimensions};
    const std::vector<float> best = assign_task(some, centroids, halves, assigned.data() + begin);
    for (size_t i = 0; squares != nullptr && i < some.count; ++i) {
      const float length = dot(some.row(i), some.row(i), some.dimensions);
      (*squares)[static_cast<size_t>(begin) + i] = std::max(0.0F, length - 2 * best[i]);
    }
  });
  return assigned;
}

Centroids learn_centroids(Executor& threads, PointSpan points, const KMeansOptions& options) {
  SMELT_CHECK(points.dimensions % kLanes == 0 && points.dimensions > 0 && points.count <= UINT32_MAX);
  if (points.count == 0 || options.clusters == 0) {
    return {{}, points.dimensions};
  }
  Centroids best;
  double least = std::numeric_limits<double>::infinity();
  for (int restart = 0; restart < options.restarts; ++restart) {
    Centroids centroids = first_centroids(threads, points, options, static_cast<uint64_t>(restart));
    std::vector<uint32_t> assigned;
    std::vector<float> squares;
    double sum = 0;
    for (int iteration = 0; iteration < options.iterations; ++iteration) {
      std::vector<uint32_t> now = assign_points(threads, points, centroids, &squares);
      sum = std::accumulate(squares.begin(), squares.end(), 0.0);
      if (now == assigned) {
        break;
      }
      assigned = std::move(now);
      update(threads, points, assigned, squares, centroids);
    }
    if (sum < least) {
      least = sum;
      best = std::move(centroids);
    }
  }
  return best;
}

std::vector<uint32_t> merge_centroids(const Centroids& centroids, std::vector<double> weights, double distance) {
  const size_t count = centroids.count();
  const size_t dimensions = centroids.dimensions;
  SMELT_CHECK(weights.size() == count);
  std::vector<float> values = centroids.values;
  std::vector<uint32_t> group(count);
  std::iota(group.begin(), group.end(), 0U);
  std::vector<bool> alive(count, true);
  const double limit = distance * distance;
  const auto between = [&](size_t a, size_t b) {
    return square_distance(values.data() + a * dimensions, values.data() + b * dimensions, dimensions);
  };
  std::vector<double> squares(count * count);
  for (size_t a = 0; a < count; ++a) {
    for (size_t b = a + 1; b < count; ++b) {
      squares[a * count + b] = between(a, b);
    }
  }
  while (true) {
    double least = limit;
    size_t first = count;
    size_t second = count;
    for (size_t a = 0; a < count; ++a) {
      for (size_t b = a + 1; alive[a] && b < count; ++b) {
        if (alive[b] && squares[a * count + b] < least) {
          least = squares[a * count + b];
          first = a;
          second = b;
        }
      }
    }
    if (first == count) {
      break;
    }
    const double sum = weights[first] + weights[second];
    const double share = sum > 0 ? weights[second] / sum : 0.5;
    for (size_t i = 0; i < dimensions; ++i) {
      float& value = values[first * dimensions + i];
      value = static_cast<float>((1 - share) * value + share * values[second * dimensions + i]);
    }
    weights[first] = sum;
    alive[second] = false;
    std::replace(group.begin(), group.end(), static_cast<uint32_t>(second), static_cast<uint32_t>(first));
    for (size_t other = 0; other < count; ++other) {
      if (alive[other] && other != first) {
        squares[std::min(first, other) * count + std::max(first, other)] = between(first, other);
      }
    }
  }
  std::vector<uint32_t> numbers(count, static_cast<uint32_t>(count));
  uint32_t next = 0;
  for (uint32_t& each : group) {
    if (numbers[each] == count) {
      numbers[each] = next++;
    }
    each = numbers[each];
  }
  return group;
}

}  // namespace smelt
