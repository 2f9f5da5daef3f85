// The model that trains and the runtime that serves share no forward pass; on the same folder they must give the same
// probabilities, in whatever pieces the tokens arrive.
#include <algorithm>
#include <cmath>
#include <span>

#include <gtest/gtest.h>

#include "base/threads.h"
#include "parity/random_models.h"
#include "serve/engine/model.h"
#include "support/temporary_directory.h"

namespace smelt {
namespace {

constexpr int64_t kTokens = 512;
constexpr double kTolerance = 1e-4;  // nats: float32 through a few layers, summed in other orders

std::string describe(const ModelConfig& c, uint64_t seed) {
  return "seed " + std::to_string(seed) + ", " + c.hybrid_override_pattern + ", hidden " +
         std::to_string(c.hidden_size) + ", groups " + std::to_string(c.n_groups) + ", heads " +
         std::to_string(c.mamba_num_heads) + " x " + std::to_string(c.mamba_head_dim) + ", state " +
         std::to_string(c.ssm_state_size) + ", chunk " + std::to_string(c.chunk_size) +
         (c.tie_word_embeddings ? ", tied" : "");
}

// The largest difference of any token's log-probability at any place; `logits` [t, vocab] from the runtime.
double worst(std::span<const float> logits, std::span<const float> expected, int64_t vocab) {
  double most = 0;
  for (size_t row = 0; row * static_cast<size_t>(vocab) < expected.size(); ++row) {
    const auto of_row = logits.subspan(row * static_cast<size_t>(vocab), static_cast<size_t>(vocab));
    const double top = *std::max_element(of_row.begin(), of_row.end());
    double sum = 0;
    for (const float logit : of_row) {
      sum += std::exp(logit - top);
    }
    for (size_t i = 0; i < of_row.size(); ++i) {
      const double log_prob = of_row[i] - top - std::log(sum);
      const double difference = std::abs(log_prob - expected[row * static_cast<size_t>(vocab) + i]);
      most = difference <= most ? most : difference;  // a NaN becomes the worst
    }
  }
  return most;
}

class Engines : public ::testing::TestWithParam<uint64_t> {
 protected:
  Engines() : config_(testing::random_config(GetParam(), 97 + static_cast<int64_t>(GetParam()) * 13)) {
    const auto made = testing::random_model(config_, GetParam());
    // bfloat16 on every other folder: both sides widen the same stored numbers.
    save_model(*made, folder_.file("model"), GetParam() % 2 == 0 ? "bfloat16" : "float32");
    trainer_ = load_model(folder_.file("model"));
    runtime_ = serve::Model::load(folder_.file("model"), threads_);
    ids_ = testing::random_tokens(kTokens, config_.vocab_size, GetParam());
    expected_ = testing::trainer_log_probs(*trainer_, ids_);
  }

  TemporaryDirectory folder_;
  ThreadPool threads_{2};
  ModelConfig config_;
  std::unique_ptr<NemotronH> trainer_;
  std::shared_ptr<const serve::Model> runtime_;
  std::vector<uint32_t> ids_;
  std::vector<float> expected_;  // [t, vocab]
};

TEST_P(Engines, PrefillIsTheForwardPassOfTraining) {
  SCOPED_TRACE(describe(config_, GetParam()));
  serve::Sequence sequence = runtime_->new_sequence();
  EXPECT_LT(worst(runtime_->prefill(sequence, ids_, serve::LogitsOf::kAll), expected_, config_.vocab_size), kTolerance);
}

TEST_P(Engines, TokenByTokenIsTheForwardPassOfTraining) {
  SCOPED_TRACE(describe(config_, GetParam()));
  serve::Sequence sequence = runtime_->new_sequence();
  std::vector<float> logits;
  for (const uint32_t id : ids_) {
    const std::vector<float> row = runtime_->step(sequence, id);
    logits.insert(logits.end(), row.begin(), row.end());
  }
  EXPECT_LT(worst(logits, expected_, config_.vocab_size), kTolerance);
}

TEST_P(Engines, PrefillInPiecesThenStepsIsTheForwardPassOfTraining) {
  SCOPED_TRACE(describe(config_, GetParam()));
  serve::Sequence sequence = runtime_->new_sequence();
  std::vector<float> logits;
  size_t at = 0;
  for (const size_t piece : {1, 2, 61, 1, 130, 64, 1, 1, 252 - 1}) {
    const auto part = std::span(ids_).subspan(at, piece);
    const std::vector<float> rows =
        piece == 1 ? runtime_->step(sequence, part[0]) : runtime_->prefill(sequence, part, serve::LogitsOf::kAll);
    logits.insert(logits.end(), rows.begin(), rows.end());
    at += piece;
  }
  ASSERT_EQ(at, ids_.size());
  EXPECT_LT(worst(logits, expected_, config_.vocab_size), kTolerance);
}

TEST_P(Engines, ScoresAreTheLossOfTraining) {
  SCOPED_TRACE(describe(config_, GetParam()));
  const std::vector<double> scores = runtime_->score(ids_);
  double sum = 0;
  for (size_t i = 1; i < ids_.size(); ++i) {
    const auto expected = static_cast<double>(expected_[(i - 1) * static_cast<size_t>(config_.vocab_size) + ids_[i]]);
    ASSERT_NEAR(scores[i], expected, kTolerance) << "token " << i;
    sum -= expected;
  }
  const at::NoGradGuard no_grad;
  at::Tensor ids_bt = at::empty({1, kTokens}, at::TensorOptions().dtype(at::kLong));
  std::copy(ids_.begin(), ids_.end(), ids_bt.data_ptr<int64_t>());
  const double loss = trainer_->loss(ids_bt.slice(1, 0, kTokens - 1), ids_bt.slice(1, 1, kTokens)).item<double>();
  EXPECT_NEAR(loss, sum / static_cast<double>(kTokens - 1), 1e-5 * loss);
}

INSTANTIATE_TEST_SUITE_P(OddShapes, Engines, ::testing::Range<uint64_t>(1, 13));

}  // namespace
}  // namespace smelt
