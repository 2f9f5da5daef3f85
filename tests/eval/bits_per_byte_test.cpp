#include "eval/bits_per_byte.h"

#include <cmath>

#include <gtest/gtest.h>

#include "base/rng.h"

namespace smelt {
namespace {

// A model whose prices depend on the last three tokens alone, and that says how much context it had.
struct ShortMemory {
  static double price(std::span<const uint32_t> ids, size_t i) {
    double value = 0;
    for (size_t back = 0; back <= 3 && back <= i; ++back) {
      value += static_cast<double>(ids[i - back]) * std::pow(0.5, static_cast<double>(back));
    }
    return -value;
  }
  std::vector<double> operator()(std::span<const uint32_t> ids) {
    longest = std::max(longest, ids.size());
    std::vector<double> out{std::nan("")};
    for (size_t i = 1; i < ids.size(); ++i) {
      out.push_back(price(ids, i));
    }
    return out;
  }
  size_t longest = 0;
};

std::vector<uint32_t> make_ids(size_t count) {
  Rng rng(1, "bits_per_byte_test");
  std::vector<uint32_t> ids(count);
  for (uint32_t& id : ids) {
    id = static_cast<uint32_t>(rng.below(1000));
  }
  return ids;
}

TEST(ScoreInWindows, equals_one_pass_where_the_overlap_covers_the_memory) {
  for (const size_t length : {0, 1, 2, 15, 16, 17, 40, 41, 500}) {
    const std::vector<uint32_t> ids = make_ids(length);
    ShortMemory whole;
    const std::vector<double> expected = score_in_windows(whole, 7, ids, 100'000, 0);
    ASSERT_EQ(expected.size(), length);
    for (const int64_t window : {5, 16, 17, 64}) {
      ShortMemory cut;
      EXPECT_EQ(score_in_windows(cut, 7, ids, window, 4), expected) << length << " in windows of " << window;
      EXPECT_LE(cut.longest, static_cast<size_t>(window));
    }
  }
}

TEST(ScoreInWindows, prices_every_token_once_for_any_overlap) {
  const std::vector<uint32_t> ids = make_ids(333);
  for (const int64_t window : {2, 3, 10, 50}) {
    for (int64_t overlap = 0; overlap < window; overlap += 3) {
      const auto own_id = [](std::span<const uint32_t> part) { return std::vector<double>(part.begin(), part.end()); };
      EXPECT_EQ(score_in_windows(own_id, 7, ids, window, overlap), std::vector<double>(ids.begin(), ids.end()));
    }
  }
}

TEST(ScoreInWindows, the_first_token_is_priced_after_the_start) {
  const std::vector<uint32_t> ids{42};
  const auto first_given_start = [](std::span<const uint32_t> part) {
    EXPECT_EQ(std::vector<uint32_t>(part.begin(), part.end()), (std::vector<uint32_t>{7, 42}));
    return std::vector<double>{std::nan(""), -3.0};
  };
  EXPECT_EQ(score_in_windows(first_given_start, 7, ids, 64, 16), std::vector<double>{-3.0});
}

TEST(SummarizeBits, is_the_ratio_of_the_sums) {
  const BitsPerByte figure = summarize_bits({{10, 4, 2}, {30, 6, 3}}, 1);
  EXPECT_DOUBLE_EQ(figure.bits_per_byte, 4.0);
  EXPECT_DOUBLE_EQ(figure.bits_per_token, 8.0);
  EXPECT_EQ(figure.documents, 2);
  // Only 10/4, 40/10 and 30/6 can be drawn.
  EXPECT_DOUBLE_EQ(figure.low, 2.5);
  EXPECT_DOUBLE_EQ(figure.high, 5.0);
}

TEST(SummarizeBits, the_interval_has_the_width_that_the_normal_law_gives) {
  std::vector<DocumentBits> documents;
  Rng rng(3, "bits_per_byte_test");
  const double deviation = 50;
  for (int i = 0; i < 400; ++i) {
    documents.push_back({200 + deviation * rng.normal(), 100, 30});
  }
  const BitsPerByte figure = summarize_bits(documents, 1);
  const double expected = 2 * 1.96 * deviation / 100 / std::sqrt(400.0);
  // The sample's deviation is within 3.5 % (1/sqrt(2 n)), each percentile of 1,000 draws within 7 % of it; three of
  // their root of squares.
  EXPECT_NEAR(figure.high - figure.low, expected, 0.3 * expected);
  EXPECT_LT(figure.low, figure.bits_per_byte);
  EXPECT_GT(figure.high, figure.bits_per_byte);
  EXPECT_EQ(summarize_bits(documents, 1).low, figure.low);
}

TEST(SummarizeBits, of_nothing_is_nothing) {
  EXPECT_EQ(summarize_bits({}, 1).bits_per_byte, 0);
}

TEST(BitsOf, counts_halvings) {
  EXPECT_NEAR(bits_of(std::vector<double>{std::log(0.5), std::log(0.125)}), 4.0, 1e-12);
}

}  // namespace
}  // namespace smelt
