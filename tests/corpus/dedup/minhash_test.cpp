#include "corpus/dedup/minhash.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "base/cpu.h"
#include "base/rng.h"

namespace smelt {
namespace {

std::vector<uint32_t> random_set(uint64_t seed, size_t size) {
  Rng rng(seed, "minhash_test");
  std::vector<uint32_t> set;
  for (size_t i = 0; i < size; ++i) {
    set.push_back(rng.u32());
  }
  return set;
}

// Two sets of `size` with exactly `common` members in common.
std::pair<std::vector<uint32_t>, std::vector<uint32_t>> overlapping_sets(uint64_t seed, size_t size, size_t common) {
  const std::vector<uint32_t> pool = random_set(seed, 2 * size - common);
  return {{pool.begin(), pool.begin() + static_cast<int64_t>(size)},
          {pool.end() - static_cast<int64_t>(size), pool.end()}};
}

// The sketch by its definition: every value of every round, of which each place keeps the least of its first round.
std::vector<uint32_t> plain_sketch(const std::vector<uint32_t>& set, const MinHashShape& shape) {
  const auto size = static_cast<uint64_t>(shape.bands * shape.rows);
  Rng rng(shape.seed, "corpus/minhash");
  std::vector<std::vector<uint32_t>> values(size);
  for (uint64_t round = 0; round < 2 * size; ++round) {
    const uint32_t multiplier = rng.u32() | 1;
    const uint32_t offset = rng.u32();
    std::vector<std::vector<uint32_t>> here(size);
    for (const uint32_t shingle : set) {
      uint32_t x = shingle * multiplier + offset;
      x = (x ^ (x >> 16)) * 0x7FEB352Du;
      x ^= x >> 15;
      here[round < size ? (x * size) >> 32 : round - size].push_back((x << 16) | (x >> 16));
    }
    for (uint64_t place = 0; place < size; ++place) {
      values[place] = values[place].empty() ? here[place] : values[place];
    }
  }
  std::vector<uint32_t> out;
  for (const std::vector<uint32_t>& of_place : values) {
    out.push_back(*std::min_element(of_place.begin(), of_place.end()));
  }
  return out;
}

TEST(MinHasher, GivesTheSketchOnEveryInstructionSet) {
  for (const MinHashShape& shape :
       {MinHashShape{.bands = 5, .rows = 7, .seed = 3}, MinHashShape{.bands = 60, .rows = 10}}) {
    for (const size_t count : {1u, 2u, 50u, 9001u}) {
      const std::vector<uint32_t> set = random_set(count, count);
      const std::vector<uint32_t> expected = plain_sketch(set, shape);
      for (const Isa isa : available_isas()) {
        const MinHasher hasher(shape, isa);
        std::vector<uint32_t> signature(static_cast<size_t>(hasher.size()));
        hasher.sign(set, signature);
        EXPECT_EQ(signature, expected) << isa_name(isa) << " " << count;
      }
    }
  }
  std::vector<uint32_t> none(260);
  MinHasher({}).sign({}, none);
  EXPECT_EQ(none, std::vector<uint32_t>(260, ~0u));
}

TEST(MinHasher, KernelsFinishWindowsAlike) {
  Rng rng(1, "minhash_test/windows");
  std::vector<uint64_t> windows;
  for (int i = 0; i < 1003; ++i) {
    windows.push_back(rng.u64());
  }
  for (const Isa isa : available_isas()) {
    std::vector<uint32_t> out(windows.size());
    dedup_kernels(isa).finish_windows(windows.data(), out.data(), windows.size());
    for (size_t i = 0; i < windows.size(); ++i) {
      EXPECT_EQ(out[i], finish_window(windows[i]));
    }
  }
}

// Mean over trials of 260 indicator values of mean s: six standard errors of slack.
TEST(MinHasher, EstimatesJaccardWithoutBias) {
  for (const double similarity : {0.2, 0.5, 0.8, 0.95}) {
    constexpr size_t kSize = 400;
    constexpr int kTrials = 60;
    const auto common = static_cast<size_t>(std::lround(2 * kSize * similarity / (1 + similarity)));
    const double exact = static_cast<double>(common) / static_cast<double>(2 * kSize - common);
    double sum = 0;
    for (int trial = 0; trial < kTrials; ++trial) {
      const MinHasher hasher({.seed = static_cast<uint64_t>(trial)});
      const auto [a, b] = overlapping_sets(static_cast<uint64_t>(trial), kSize, common);
      std::vector<uint32_t> sa(260);
      std::vector<uint32_t> sb(260);
      hasher.sign(a, sa);
      hasher.sign(b, sb);
      sum += estimated_similarity(sa, sb);
    }
    const double deviation = std::sqrt(exact * (1 - exact) / (260.0 * kTrials));
    EXPECT_NEAR(sum / kTrials, exact, 6 * deviation) << similarity;
  }
}

// The share of pairs with a common band against 1 - (1 - s^13)^20, within five standard errors.
TEST(MinHasher, BandsCollideAsTheClosedFormSays) {
  const MinHasher hasher({});
  for (const double similarity : {0.6, 0.7, 0.8, 0.9}) {
    constexpr size_t kSize = 300;
    constexpr int kTrials = 400;
    const auto common = static_cast<size_t>(std::lround(2 * kSize * similarity / (1 + similarity)));
    const double exact = static_cast<double>(common) / static_cast<double>(2 * kSize - common);
    const double expected = 1 - std::pow(1 - std::pow(exact, 13), 20);
    int found = 0;
    for (int trial = 0; trial < kTrials; ++trial) {
      const auto [a, b] = overlapping_sets(static_cast<uint64_t>(trial + 1000), kSize, common);
      std::vector<uint32_t> signature(260);
      std::vector<uint64_t> ka(20);
      std::vector<uint64_t> kb(20);
      hasher.sign(a, signature);
      hasher.band_keys(signature, ka);
      hasher.sign(b, signature);
      hasher.band_keys(signature, kb);
      bool any = false;
      for (size_t band = 0; band < 20; ++band) {
        any = any || ka[band] == kb[band];
      }
      found += any ? 1 : 0;
    }
    const double deviation = std::sqrt(expected * (1 - expected) / kTrials);
    EXPECT_NEAR(static_cast<double>(found) / kTrials, expected, 5 * deviation + 0.5 / kTrials) << similarity;
  }
}

}  // namespace
}  // namespace smelt
