#include "corpus/quality/buckets.h"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/rng.h"
#include "corpus/quality/decide_quality.h"
#include "corpus/testing.h"

namespace smelt {
namespace {

std::vector<WeightedScore> make_sample(int count) {
  Rng rng(3, "buckets_test");
  std::vector<WeightedScore> sample;
  for (int i = 0; i < count; ++i) {
    // Rounded, so that scores repeat.
    sample.push_back({std::round(rng.normal() * 50) / 50, static_cast<int64_t>(1 + rng.below(5000))});
  }
  return sample;
}

// The definition: the smallest score of the sample at which the share that is no larger reaches q.
double smallest_reaching(const std::vector<WeightedScore>& sample, int twentieths, bool by_bytes) {
  double best = std::numeric_limits<double>::infinity();
  for (const WeightedScore& candidate : sample) {
    int64_t below = 0;
    int64_t all = 0;
    for (const WeightedScore& other : sample) {
      const int64_t weight = by_bytes ? other.bytes : 1;
      all += weight;
      below += other.score <= candidate.score ? weight : 0;
    }
    if (20 * below >= twentieths * all) {
      best = std::min(best, candidate.score);
    }
  }
  return best;
}

TEST(Buckets, ThresholdsAreTheInvertedDistribution) {
  for (const int count : {1, 7, 19, 20, 21, 333}) {
    for (const bool by_bytes : {false, true}) {
      std::vector<WeightedScore> sample = make_sample(count);
      const std::vector<WeightedScore> before = sample;
      const BucketThresholds thresholds = percentile_thresholds(sample, by_bytes);
      for (int q = 1; q <= 19; ++q) {
        EXPECT_EQ(thresholds[static_cast<size_t>(q - 1)], smallest_reaching(before, q, by_bytes)) << count << " " << q;
      }
    }
  }
}

TEST(Buckets, RankAndBytesDiffer) {
  std::vector<WeightedScore> sample;
  for (int i = 0; i < 100; ++i) {
    sample.push_back({static_cast<double>(i), i < 50 ? 1 : 99});
  }
  EXPECT_EQ(percentile_thresholds(sample, false)[9], 49);
  EXPECT_EQ(percentile_thresholds(sample, true)[9], 74);  // 50 + 25 x 99 of 5,000 bytes
}

TEST(Buckets, CountThresholdsReached) {
  BucketThresholds thresholds{};
  for (size_t i = 0; i < thresholds.size(); ++i) {
    thresholds[i] = static_cast<double>(i + 1);
  }
  EXPECT_EQ(bucket_of(0.999, thresholds), 0);
  EXPECT_EQ(bucket_of(1, thresholds), 1);
  EXPECT_EQ(bucket_of(18.5, thresholds), 18);
  EXPECT_EQ(bucket_of(19, thresholds), 19);
  EXPECT_EQ(bucket_of(NAN, thresholds), 0);
  const std::vector<int> expected = {0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 3, 4};
  for (int bucket = 0; bucket < 20; ++bucket) {
    EXPECT_EQ(label_of_bucket(bucket), expected[static_cast<size_t>(bucket)]);
  }
}

TEST(Buckets, FilesReadBackEqual) {
  const TemporaryFolder folder;
  BucketFile file{"bytes", 12, {}};
  std::vector<WeightedScore> sample = make_sample(200);
  file.scorers.emplace_back("edu", percentile_thresholds(sample, true));
  const BucketFile again = BucketFile::load(folder.write("buckets.json", file.to_json().dump(1)));
  EXPECT_EQ(again.percentiles, "bytes");
  EXPECT_EQ(again.sample_documents, 12);
  EXPECT_EQ(again.scorers, file.scorers);
  EXPECT_THROW(BucketFile::load(folder.write("bad.json", R"({"thresholds": {"edu": [1, 2]}})")), UserError);
  EXPECT_THROW(BucketFile::load(folder.write("bad.json", "{}")), UserError);
}

class DecideQuality : public testing::Test {
 protected:
  void SetUp() override {
    options_.scorers = {{"a", "", "", true, ""}, {"b", "", "", true, ""}, {"noted", "", "", false, ""}};
    Rng rng(4, "decide_test");
    for (int i = 0; i < 1000; ++i) {
      ids_.push_back("doc" + std::to_string(i));
      scores_.push_back(
          {static_cast<float>(rng.normal()), static_cast<float>(rng.uniform()), static_cast<float>(rng.normal())});
    }
    for (size_t i = 0; i < ids_.size(); ++i) {
      candidates_.push_back({ids_[i], 100, scores_[i], static_cast<float>(i), i % 2 == 0});
    }
  }

  QualityOptions options_;
  std::vector<std::string> ids_;
  std::vector<std::vector<float>> scores_;
  std::vector<QualityCandidate> candidates_;
};

TEST_F(DecideQuality, TakesTheLargestBucketOfTheEnsemble) {
  const QualityOutcome outcome = decide_quality(options_, candidates_);
  ASSERT_EQ(outcome.thresholds.scorers.size(), 2u);
  int64_t documents = 0;
  for (size_t i = 0; i < candidates_.size(); ++i) {
    // By counting who is no better: of 1,000 different scores the r-th smallest is at or above threshold q where
    // r >= 50 q.
    int expected = 0;
    for (size_t s = 0; s < 2; ++s) {
      int rank = 0;
      for (const auto& other : scores_) {
        rank += other[s] <= scores_[i][s] ? 1 : 0;
      }
      expected = std::max(expected, std::min(19, rank / 50));
    }
    EXPECT_EQ(outcome.decisions[i].bucket, expected);
    EXPECT_EQ(outcome.decisions[i].fate, QualityDecision::Fate::kKeep);
  }
  for (const auto& [bucket, row] : outcome.counts.at("buckets").as_object()) {
    documents += row.at("documents").as_int();
    EXPECT_EQ(row.at("text_bytes").as_int(), 100 * row.at("documents").as_int());
  }
  EXPECT_EQ(documents, 1000);
}

TEST_F(DecideQuality, AppliesRulesOnlyToTheLabelsNamed) {
  options_.filter_labels = {"low", "medium-low"};
  options_.perplexity = {"", 500, {"medium"}, ""};
  options_.min_bucket = 3;
  using Fate = QualityDecision::Fate;
  const QualityOutcome outcome = decide_quality(options_, candidates_);
  std::array<int, 5> fates{};
  for (size_t i = 0; i < candidates_.size(); ++i) {
    const int bucket = outcome.decisions[i].bucket;
    const Fate expected = bucket < 3                               ? Fate::kBucket
                          : bucket < 12 && i % 2 == 0              ? Fate::kFilters
                          : bucket >= 12 && bucket < 18 && i > 500 ? Fate::kPerplexity
                                                                   : Fate::kKeep;
    EXPECT_EQ(outcome.decisions[i].fate, expected) << i;
    ++fates[static_cast<size_t>(expected)];
  }
  for (size_t fate = 0; fate < 4; ++fate) {
    EXPECT_GT(fates[fate], 0);
  }
}

TEST_F(DecideQuality, ThresholdsOfASampleAreNearThoseOfAll) {
  options_.sample = 0.5;
  const QualityOutcome half = decide_quality(options_, candidates_);
  EXPECT_NEAR(static_cast<double>(half.thresholds.sample_documents), 500, 5 * std::sqrt(250.0));
  options_.sample = 1;
  const QualityOutcome all = decide_quality(options_, candidates_);
  // The empirical distribution of a uniform score is within 1.63 / sqrt(n) (99 %, Kolmogorov).
  for (size_t q = 0; q < 19; ++q) {
    EXPECT_NEAR(half.thresholds.scorers[1].second[q], all.thresholds.scorers[1].second[q], 2 * 1.63 / std::sqrt(500.0));
  }
}

TEST_F(DecideQuality, DrawsTheShareAskedFor) {
  options_.resample = {"noted", 0.25};
  const QualityOutcome outcome = decide_quality(options_, candidates_);
  int64_t kept = 0;
  double with = 0;
  double without = 0;
  for (size_t i = 0; i < candidates_.size(); ++i) {
    const bool drawn = outcome.decisions[i].fate == QualityDecision::Fate::kKeep;
    kept += drawn ? 1 : 0;
    (drawn ? with : without) += static_cast<double>(scores_[i][2]);
  }
  EXPECT_EQ(kept, 250);
  EXPECT_GT(with / 250, without / 750 + 0.3);  // larger weights are drawn more often
  options_.seed = 2;
  const QualityOutcome other = decide_quality(options_, candidates_);
  int64_t same = 0;
  for (size_t i = 0; i < candidates_.size(); ++i) {
    same += outcome.decisions[i].fate == other.decisions[i].fate ? 1 : 0;
  }
  EXPECT_LT(same, 1000);
}

}  // namespace
}  // namespace smelt
