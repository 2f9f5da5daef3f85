#include "corpus/minhash.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <string>
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

TEST(Normalize, LowersAndJoinsWhiteSpace) {
  EXPECT_EQ(normalize_for_duplicates("  A\tB\n\nC\u00A0\u2003D  "), "a b c d");
  EXPECT_EQ(normalize_for_duplicates("ÄÖÜ ΣΑ Ж"), "äöü σα ж");
  EXPECT_EQ(normalize_for_duplicates(" \n "), "");
}

TEST(Shingles, AreOneAWindowAndEqualWhereTheWindowsAre) {
  std::vector<uint32_t> hashes;
  const std::string text = "the quick brown föx jumps over the quick brown föx again";
  shingle_hashes(text, 10, hashes);
  std::vector<size_t> starts;
  for (size_t i = 0; i < text.size(); ++i) {
    if ((static_cast<unsigned char>(text[i]) & 0xC0) != 0x80) {
      starts.push_back(i);
    }
  }
  starts.push_back(text.size());
  ASSERT_EQ(hashes.size(), starts.size() - 1 - 10 + 1);
  for (size_t i = 0; i < hashes.size(); ++i) {
    for (size_t j = 0; j < hashes.size(); ++j) {
      const bool equal =
          text.substr(starts[i], starts[i + 10] - starts[i]) == text.substr(starts[j], starts[j + 10] - starts[j]);
      EXPECT_EQ(hashes[i] == hashes[j], equal) << i << " " << j;
    }
  }
  std::vector<uint32_t> alone;
  shingle_hashes("short", 10, alone);
  EXPECT_EQ(alone.size(), 1u);
  shingle_hashes("", 10, alone);
  EXPECT_TRUE(alone.empty());
}

TEST(Shingles, OfPeriodicTextsStayApart) {
  std::vector<uint32_t> a;
  std::vector<uint32_t> b;
  shingle_hashes(std::string(100, 'a'), 24, a);
  shingle_hashes(std::string(100, 'b'), 24, b);
  EXPECT_EQ(std::set<uint32_t>(a.begin(), a.end()).size(), 1u);
  EXPECT_NE(a[0], b[0]);
  EXPECT_NE(a[0], 0u);
}

// The signature by its definition, one value after the other.
TEST(MinHasher, GivesTheSmallestValueOfEachMapOnEveryInstructionSet) {
  const MinHashShape shape{.bands = 5, .rows = 7, .seed = 3};
  const MinHasher hasher(shape);
  Rng rng(3, "corpus/minhash");
  const std::vector<uint32_t> set = random_set(1, 9001);
  std::vector<uint32_t> expected;
  for (int64_t i = 0; i < hasher.size(); ++i) {
    const uint32_t a = rng.u32() | 1;
    const uint32_t b = rng.u32();
    uint32_t least = ~0u;
    for (const uint32_t x : set) {
      least = std::min(least, a * x + b);
    }
    expected.push_back(least);
  }
  for (const Isa isa : available_isas()) {
    setenv("SMELT_ISA", isa_name(isa), 1);
    std::vector<uint32_t> signature(static_cast<size_t>(hasher.size()));
    hasher.sign(set, signature);
    EXPECT_EQ(signature, expected) << isa_name(isa);
  }
  unsetenv("SMELT_ISA");
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
