#include "kernels/attention_cached.h"

#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include "base/rng.h"

namespace smelt::kernels {
namespace {

// A cache of `total` tokens in blocks, keys and values of all heads, and queries for all of its tokens.
struct Cache {
  int64_t heads;
  int64_t kv_heads;
  int64_t head_dim;
  int64_t block;
  int64_t total;
  std::vector<std::vector<float>> storage;
  std::vector<const float*> blocks;
  std::vector<float> q;

  Cache(int64_t h, int64_t kv, int64_t d, int64_t b, int64_t n)
      : heads(h), kv_heads(kv), head_dim(d), block(b), total(n) {
    Rng rng(5, "attention");
    const int64_t per_block = 3 + 2 * kv * b * d;
    for (int64_t first = 0; first < n; first += b) {
      storage.emplace_back(static_cast<size_t>(per_block));
      for (float& value : storage.back()) {
        value = static_cast<float>(rng.normal());
      }
      blocks.push_back(storage.back().data());
    }
    for (int64_t i = 0; i < n * h * d; ++i) {
      q.push_back(static_cast<float>(2 * rng.normal()));
    }
  }

  int64_t value_offset() const { return 3 + kv_heads * block * head_dim; }
  const float* row(bool value, int64_t kv_head, int64_t token) const {
    return blocks[static_cast<size_t>(token / block)] + (value ? value_offset() : 3) +
           (kv_head * block + token % block) * head_dim;
  }
  std::vector<float> run(Executor& executor, int64_t start, int64_t tokens, Isa isa) const {
    std::vector<float> out(static_cast<size_t>(tokens * heads * head_dim));
    attention_cached(executor,
                     {.tokens = tokens,
                      .start = start,
                      .heads = heads,
                      .kv_heads = kv_heads,
                      .head_dim = head_dim,
                      .block_tokens = block,
                      .scale = 0.3F,
                      .q = q.data() + start * heads * head_dim,
                      .q_stride = 0,
                      .blocks = blocks.data(),
                      .key_offset = 3,
                      .value_offset = value_offset(),
                      .out = out.data(),
                      .out_stride = 0},
                     isa);
    return out;
  }
};

std::vector<double> reference(const Cache& c, int64_t token, int64_t head) {
  const int64_t kv = head / (c.heads / c.kv_heads);
  const float* q = c.q.data() + (token * c.heads + head) * c.head_dim;
  std::vector<double> weights;
  double sum = 0;
  for (int64_t j = 0; j <= token; ++j) {
    double dot = 0;
    for (int64_t i = 0; i < c.head_dim; ++i) {
      dot += static_cast<double>(q[i]) * c.row(false, kv, j)[i];
    }
    weights.push_back(std::exp(0.3 * dot));
    sum += weights.back();
  }
  std::vector<double> out(static_cast<size_t>(c.head_dim));
  for (int64_t j = 0; j <= token; ++j) {
    for (int64_t i = 0; i < c.head_dim; ++i) {
      out[static_cast<size_t>(i)] += weights[static_cast<size_t>(j)] / sum * c.row(true, kv, j)[i];
    }
  }
  return out;
}

class AttentionCachedTest : public testing::TestWithParam<Isa> {};

TEST_P(AttentionCachedTest, AgreesWithDoublePrecisionAtOddSizes) {
  ThreadPool pool(2);
  for (const Cache& c : {Cache(4, 2, 8, 16, 37), Cache(5, 1, 13, 10, 31), Cache(30, 1, 64, 64, 70),
                         Cache(3, 3, 128, 64, 130), Cache(2, 1, 33, 3, 9), Cache(1, 1, 1, 1, 5)}) {
    const std::vector<float> out = c.run(pool, 0, c.total, GetParam());
    for (int64_t t = 0; t < c.total; ++t) {
      for (int64_t h = 0; h < c.heads; ++h) {
        const std::vector<double> expected = reference(c, t, h);
        for (int64_t i = 0; i < c.head_dim; ++i) {
          // Scores reach 0.3 * 2 * 4 * sqrt(d) and err by d ulps; weights and values follow in proportion.
          const double bound = 1e-5 * (1 + std::sqrt(static_cast<double>(c.head_dim)));
          ASSERT_NEAR(out[static_cast<size_t>((t * c.heads + h) * c.head_dim + i)], expected[static_cast<size_t>(i)],
                      bound)
              << "token " << t << " head " << h << " of " << c.heads << " width " << c.head_dim;
        }
      }
    }
  }
}

TEST_P(AttentionCachedTest, SameBitsAloneAndTogether) {
  SerialExecutor serial;
  ThreadPool pool(3);
  const Cache c(6, 2, 24, 16, 75);
  const std::vector<float> all = c.run(pool, 0, c.total, GetParam());
  for (int64_t t = 0; t < c.total; ++t) {
    const std::vector<float> one = c.run(serial, t, 1, GetParam());
    ASSERT_TRUE(std::equal(one.begin(), one.end(), all.begin() + t * c.heads * c.head_dim)) << t;
  }
}

TEST_P(AttentionCachedTest, HugeScoresDoNotOverflow) {
  SerialExecutor serial;
  Cache c(1, 1, 8, 4, 6);
  for (float& value : c.q) {
    value *= 1e4F;
  }
  for (const float value : c.run(serial, 0, c.total, GetParam())) {
    EXPECT_TRUE(std::isfinite(value));
  }
}

TEST_P(AttentionCachedTest, NanOfAKeyReachesLaterTokensOnly) {
  SerialExecutor serial;
  Cache c(2, 1, 8, 4, 10);
  c.storage[1][3 + 8] = std::numeric_limits<float>::quiet_NaN();  // key of token 5
  const std::vector<float> out = c.run(serial, 0, 10, GetParam());
  for (int64_t t = 0; t < 10; ++t) {
    EXPECT_EQ(std::isnan(out[static_cast<size_t>(t * 16)]), t >= 5) << t;
  }
}

INSTANTIATE_TEST_SUITE_P(Isas, AttentionCachedTest, testing::ValuesIn(available_isas()),
                         [](const auto& tested) { return std::string(isa_name(tested.param)); });

}  // namespace
}  // namespace smelt::kernels
