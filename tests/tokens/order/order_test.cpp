#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

#include <gtest/gtest.h>

#include "base/rng.h"
#include "tokens/order/keyed_permutation.h"
#include "tokens/order/share_schedule.h"

namespace smelt {
namespace {

TEST(KeyedPermutation, IsAPermutation) {
  for (const int64_t n : {1, 2, 3, 4, 5, 7, 10, 63, 64, 65, 100, 999, 4096, 10007}) {
    const KeyedPermutation permutation(n, 1, "test", 0);
    std::vector<bool> seen(static_cast<size_t>(n));
    for (int64_t i = 0; i < n; ++i) {
      const int64_t value = permutation(i);
      ASSERT_GE(value, 0);
      ASSERT_LT(value, n);
      ASSERT_FALSE(seen[static_cast<size_t>(value)]) << n;
      seen[static_cast<size_t>(value)] = true;
    }
  }
}

TEST(KeyedPermutation, StaysInsideHugeDomains) {
  const int64_t n = (int64_t{1} << 40) + 12345;
  const KeyedPermutation permutation(n, 9, "test", 3);
  std::set<int64_t> seen;
  for (int64_t i = 0; i < 20000; ++i) {
    const int64_t value = permutation(n - 1 - i);
    ASSERT_TRUE(value >= 0 && value < n);
    ASSERT_TRUE(seen.insert(value).second);
  }
}

// Where item 0 lands, over keys: chi-squared against uniform. 15 degrees of freedom, 4,000 keys: above 44.3 with
// probability 1e-4.
TEST(KeyedPermutation, LandsEverywhereEquallyOften) {
  for (const int64_t item : {0, 7}) {
    std::vector<double> counts(16);
    for (uint64_t key = 0; key < 4000; ++key) {
      ++counts[static_cast<size_t>(KeyedPermutation(16, 5, "test", key)(item))];
    }
    double chi = 0;
    for (const double count : counts) {
      chi += (count - 250) * (count - 250) / 250;
    }
    EXPECT_LT(chi, 44.3);
  }
}

// Neighbours must not stay neighbours: of n - 1 pairs, 2 in n do so by chance.
TEST(KeyedPermutation, SeparatesNeighbours) {
  const int64_t n = 100000;
  const KeyedPermutation permutation(n, 5, "test", 1);
  int together = 0;
  for (int64_t i = 0; i + 1 < n; ++i) {
    together += std::abs(permutation(i) - permutation(i + 1)) == 1 ? 1 : 0;
  }
  EXPECT_LT(together, 15);  // expected 2
}

TEST(ShareSchedule, EveryPrefixIsWithinOneSampleOfItsShares) {
  const std::vector<std::vector<double>> blends = {{1},
                                                   {1, 1},
                                                   {0.9, 0.1},
                                                   {1, 2, 3, 4},
                                                   {0, 1, 0, 3},
                                                   {100, 1, 1, 1, 1, 1, 1, 1},
                                                   {0.3, 0.3, 0.2, 0.1, 0.05, 0.03, 0.02},
                                                   {1e-6, 1},
                                                   {1, 1, 1, 1, 1, 1, 1, 1, 1, 1}};
  for (size_t b = 0; b < blends.size(); ++b) {
    const ShareSchedule schedule(blends[b], 5000);
    const double sum = std::accumulate(blends[b].begin(), blends[b].end(), 0.0);
    std::vector<int64_t> counts(blends[b].size());
    for (int64_t i = 0; i < 5000; ++i) {
      const ShareSchedule::Turn turn = schedule.at(i);
      ASSERT_EQ(turn.count, counts[static_cast<size_t>(turn.source)]++);
      for (size_t d = 0; d < counts.size(); ++d) {
        const double ideal = blends[b][d] / sum * static_cast<double>(i + 1);
        ASSERT_LT(std::abs(ideal - static_cast<double>(counts[d])), 1.0) << "blend " << b << " sample " << i;
      }
    }
    for (size_t d = 0; d < counts.size(); ++d) {
      EXPECT_EQ(schedule.total(d), counts[d]);
    }
  }
}

TEST(ShareSchedule, RandomBlendsKeepTheBoundToo) {
  for (uint64_t trial = 0; trial < 40; ++trial) {
    Rng rng(11, "test/blend", trial);
    std::vector<double> weights(2 + rng.below(12));
    double sum = 0;
    for (double& weight : weights) {
      weight = std::pow(rng.uniform(), 4) + 1e-4;
      sum += weight;
    }
    const int64_t n = 70000;  // more than one checkpoint stride
    const ShareSchedule schedule(weights, n);
    for (const int64_t i : {int64_t{63}, int64_t{64}, int64_t{20000}, n - 1}) {
      const ShareSchedule::Turn turn = schedule.at(i);
      const double ideal = weights[static_cast<size_t>(turn.source)] / sum * static_cast<double>(i + 1);
      ASSERT_LT(std::abs(ideal - static_cast<double>(turn.count + 1)), 1.0);
    }
    for (size_t d = 0; d < weights.size(); ++d) {
      ASSERT_LT(std::abs(weights[d] / sum * static_cast<double>(n) - static_cast<double>(schedule.total(d))), 1.0);
    }
  }
}

}  // namespace
}  // namespace smelt
