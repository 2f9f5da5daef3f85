#include "corpus/quality/dsir.h"

#include <cmath>

#include <gtest/gtest.h>

#include "base/error.h"
#include "corpus/testing.h"

namespace smelt {
namespace {

TEST(Dsir, LogWeightsAreTheClosedForm) {
  const DsirOptions options{.features = {.bits = 16, .word_ngrams = 1}, .smoothing = 0.5};
  BucketCounts target(options.features);
  BucketCounts raw(options.features);
  target.add("cat cat dog");
  raw.add("cat bird bird");
  BucketCounts more(options.features);
  more.add("bird");
  raw.add(more);
  const DsirModel model(options, target, raw);
  const double buckets = 65536;
  const auto p = [&](double count, double total) { return (count + 0.5) / (total + 0.5 * buckets); };
  std::vector<uint32_t> buffer;
  // Ratios are kept as floats.
  EXPECT_NEAR(model.log_weight("cat", buffer), std::log(p(2, 3) / p(1, 4)), 1e-6);
  EXPECT_NEAR(model.log_weight("dog", buffer), std::log(p(1, 3) / p(0, 4)), 1e-6);
  EXPECT_NEAR(model.log_weight("unseen", buffer), std::log(p(0, 3) / p(0, 4)), 1e-6);
  EXPECT_NEAR(model.log_weight("Cat, bird bird", buffer),
              std::log(p(2, 3) / p(1, 4)) + std::log(p(0, 3) / p(0, 4)) + 2 * std::log(p(0, 3) / p(3, 4)), 1e-5);
  EXPECT_EQ(model.log_weight("", buffer), 0);
}

TEST(Dsir, FilesReadBackEqual) {
  const TemporaryFolder folder;
  const DsirOptions options{.features = {.bits = 8}};
  BucketCounts target(options.features);
  BucketCounts raw(options.features);
  target.add("some words of the target");
  raw.add("and raw ones");
  const DsirModel model(options, target, raw);
  model.save(folder.file("dsir"));
  const std::string bytes = read_file(folder.file("dsir"));
  const DsirModel again = DsirModel::parse(bytes, "dsir");
  EXPECT_EQ(again.log_ratios(), model.log_ratios());
  EXPECT_EQ(again.features(), model.features());
  EXPECT_THROW(DsirModel::parse(std::string_view(bytes).substr(0, bytes.size() - 3), "cut"), UserError);
}

// Over many seeds: the first draw is i with probability w_i / sum, and the top two hold i with
// p_i + sum over j of p_j p_i / (1 - p_j).
TEST(Dsir, TopKDrawsWithoutReplacementByWeight) {
  const std::vector<double> weights = {1, 2, 3, 4};
  const std::vector<std::string_view> ids = {"a", "b", "c", "d"};
  std::vector<double> log_weights;
  std::vector<double> p;
  for (const double w : weights) {
    log_weights.push_back(std::log(w) + 700);  // a common factor says nothing
    p.push_back(w / 10);
  }
  constexpr int kDraws = 20000;
  std::vector<int> first(4);
  std::vector<int> in_two(4);
  for (uint64_t seed = 0; seed < kDraws; ++seed) {
    ++first[gumbel_top_k(log_weights, ids, 1, seed)[0]];
    for (const size_t i : gumbel_top_k(log_weights, ids, 2, seed)) {
      ++in_two[i];
    }
  }
  for (size_t i = 0; i < 4; ++i) {
    double two = p[i];
    for (size_t j = 0; j < 4; ++j) {
      two += j == i ? 0 : p[j] * p[i] / (1 - p[j]);
    }
    for (const auto& [count, expected] : {std::pair{first[i], p[i]}, std::pair{in_two[i], two}}) {
      EXPECT_NEAR(count / double{kDraws}, expected, 4 * std::sqrt(expected * (1 - expected) / kDraws)) << i;
    }
  }
}

TEST(Dsir, TheDrawDependsOnIdsAndNotOnTheirOrder) {
  std::vector<std::string> names;
  std::vector<std::string_view> ids;
  std::vector<double> log_weights;
  for (int i = 0; i < 100; ++i) {
    names.push_back("doc" + std::to_string(i));
  }
  for (int i = 0; i < 100; ++i) {
    ids.push_back(names[static_cast<size_t>(i)]);
    log_weights.push_back(std::sin(i));
  }
  std::vector<std::string_view> drawn;
  for (const size_t i : gumbel_top_k(log_weights, ids, 30, 9)) {
    drawn.push_back(ids[i]);
  }
  std::reverse(ids.begin(), ids.end());
  std::reverse(log_weights.begin(), log_weights.end());
  std::vector<std::string_view> again;
  for (const size_t i : gumbel_top_k(log_weights, ids, 30, 9)) {
    again.push_back(ids[i]);
  }
  std::sort(drawn.begin(), drawn.end());
  std::sort(again.begin(), again.end());
  EXPECT_EQ(drawn, again);
  EXPECT_EQ(gumbel_top_k(log_weights, ids, 1000, 9).size(), 100u);
  EXPECT_TRUE(std::isfinite(gumbel_noise(1, "x")));
}

}  // namespace
}  // namespace smelt
