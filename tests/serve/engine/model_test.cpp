#include "serve/engine/model.h"

#include <cmath>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "arch/counts.h"
#include "base/cpu.h"
#include "base/error.h"
#include "base/files.h"
#include "serve/engine/reference_model.h"
#include "serve/engine/tiny_model.h"

namespace smelt::serve {
namespace {

double log_probability_of(const std::vector<double>& logits, uint32_t id) {
  double sum = 0;
  for (const double logit : logits) {
    sum += std::exp(logit - logits[id]);
  }
  return -std::log(sum);
}

void expect_near(std::span<const float> logits, const std::vector<double>& expected, double bound,
                 const std::string& what) {
  for (size_t i = 0; i < expected.size(); ++i) {
    ASSERT_NEAR(logits[i], expected[i], bound) << what << " id " << i;
  }
}

// Runs the whole test under one instruction set by the variable that users force it with.
class ModelIsaTest : public testing::TestWithParam<Isa> {
 protected:
  void SetUp() override { ::setenv("SMELT_ISA", isa_name(GetParam()), 1); }
  void TearDown() override { ::unsetenv("SMELT_ISA"); }
};

TEST_P(ModelIsaTest, AgreesWithDoublePrecisionRecurrence) {
  for (const char* dtype : {"float32", "bfloat16"}) {
    ModelConfig config = tiny_config();
    config.torch_dtype = dtype;
    const TinyModel tiny(config);
    ThreadPool pool(2);
    const auto model = Model::load(tiny.path(), pool);
    const auto ids = random_ids(150, 97);
    const auto expected = ReferenceModel(tiny.path()).run(ids);
    double size = 0;
    for (const double logit : expected.back()) {
      size = std::max(size, std::abs(logit));
    }
    ASSERT_GT(size, 0.5);  // the comparison would say nothing about zeros
    Sequence sequence = model->new_sequence();
    const auto all = model->prefill(sequence, ids, LogitsOf::kAll);
    Sequence stepped = model->new_sequence();
    for (size_t t = 0; t < ids.size(); ++t) {
      expect_near(std::span(all).subspan(t * 97, 97), expected[t], 1e-4, "prefill " + std::to_string(t));
      expect_near(model->step(stepped, ids[t]), expected[t], 1e-4, "step " + std::to_string(t));
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Isas, ModelIsaTest, testing::ValuesIn(available_isas()),
                         [](const auto& tested) { return std::string(isa_name(tested.param)); });

class ModelTest : public testing::Test {
 protected:
  ThreadPool pool_{2};
  TinyModel tiny_;
  std::shared_ptr<const Model> model_ = Model::load(tiny_.path(), pool_);
};

TEST_F(ModelTest, PrefillInAnyCutEqualsSteps) {
  const auto ids = random_ids(512, 97, 2);
  const std::vector<double> expected = model_->score(ids);
  for (const size_t cut : {1U, 7U, 64U, 300U}) {
    Sequence sequence = model_->new_sequence();
    Sequence beside = model_->new_sequence();
    std::vector<float> logits;
    for (size_t begin = 0; begin < ids.size(); begin += cut) {
      const auto part = std::span(ids).subspan(begin, std::min(cut, ids.size() - begin));
      const std::vector<double> scores = model_->score(sequence, logits, part);
      for (size_t i = begin == 0 ? 1 : 0; i < part.size(); ++i) {
        ASSERT_NEAR(scores[i], expected[begin + i], 1e-4) << "cut " << cut << " at " << begin + i;
      }
      logits = model_->prefill(beside, part);
    }
    EXPECT_EQ(sequence.length(), 512);
  }
}

TEST_F(ModelTest, ScoreIsTheReferencesLogProbability) {
  const auto ids = random_ids(140, 97, 3);
  const auto reference = ReferenceModel(tiny_.path()).run(ids);
  const std::vector<double> scores = model_->score(ids);
  EXPECT_TRUE(std::isnan(scores[0]));
  for (size_t i = 1; i < ids.size(); ++i) {
    ASSERT_NEAR(scores[i], log_probability_of(reference[i - 1], ids[i]), 1e-4);
  }
}

TEST_F(ModelTest, BatchedStepsHaveTheBitsOfSingleOnes) {
  std::vector<Sequence> together;
  std::vector<Sequence> alone;
  for (size_t i = 0; i < 5; ++i) {
    together.push_back(model_->new_sequence());
    alone.push_back(model_->new_sequence());
    const auto prompt = random_ids(3 + 30 * i, 97, 10 + i);
    model_->prefill(together[i], prompt);
    model_->prefill(alone[i], prompt);
  }
  for (int round = 0; round < 3; ++round) {
    std::vector<Sequence*> pointers;
    for (Sequence& sequence : together) {
      pointers.push_back(&sequence);
    }
    const auto ids = random_ids(5, 97, 100 + static_cast<uint64_t>(round));
    std::vector<float> logits;
    model_->step_batch(pointers, ids, logits);
    for (size_t i = 0; i < 5; ++i) {
      const std::vector<float> one = model_->step(alone[i], ids[i]);
      ASSERT_TRUE(std::equal(one.begin(), one.end(), logits.begin() + static_cast<ptrdiff_t>(i) * 97)) << i;
    }
  }
}

TEST_F(ModelTest, SameBitsForAnyNumberOfThreads) {
  const auto ids = random_ids(200, 97, 4);
  ThreadPool wide(5);
  SerialExecutor serial;
  const auto other = Model::load(tiny_.path(), wide);
  const auto single = Model::load(tiny_.path(), serial);
  Sequence a = model_->new_sequence();
  Sequence b = other->new_sequence();
  Sequence c = single->new_sequence();
  const auto logits = model_->prefill(a, ids);
  EXPECT_EQ(logits, other->prefill(b, ids));
  EXPECT_EQ(logits, single->prefill(c, ids));
  EXPECT_EQ(model_->step(a, 5), single->step(c, 5));
}

TEST_F(ModelTest, CopiesAreSnapshots) {
  Sequence sequence = model_->new_sequence();
  model_->prefill(sequence, random_ids(70, 97, 5));
  const Sequence snapshot = sequence;
  const auto first = model_->prefill(sequence, random_ids(90, 97, 6));
  Sequence restored = snapshot;
  EXPECT_EQ(restored.length(), 70);
  model_->prefill(restored, random_ids(30, 97, 7));  // another continuation from the same snapshot
  Sequence again = snapshot;
  EXPECT_EQ(model_->prefill(again, random_ids(90, 97, 6)), first);
  again.reset();
  Sequence fresh = model_->new_sequence();
  const auto ids = random_ids(20, 97, 8);
  EXPECT_EQ(model_->prefill(again, ids), model_->prefill(fresh, ids));
  EXPECT_EQ(fresh.bytes(), ssm_state_bytes(tiny_config()) + conv_state_bytes(tiny_config()) +
                               kPageTokens * kv_bytes_per_token(tiny_config(), 4));
}

TEST_F(ModelTest, SequencesMayRunAtTheSameTime) {
  const auto ids = random_ids(100, 97, 9);
  Sequence base = model_->new_sequence();
  model_->prefill(base, std::span(ids).first(40));
  Sequence alone = base;
  const auto expected = model_->prefill(alone, std::span(ids).subspan(40));
  std::vector<std::thread> threads;
  std::vector<int> good(4);
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&, i] {
      Sequence mine = base;
      good[static_cast<size_t>(i)] = model_->prefill(mine, std::span(ids).subspan(40)) == expected ? 1 : 0;
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_THAT(good, testing::Each(1));
}

TEST_F(ModelTest, RefusesForeignIdsAndKeepsTheSequence) {
  Sequence sequence = model_->new_sequence();
  model_->prefill(sequence, random_ids(5, 97));
  const std::vector<uint32_t> ids = {1, 97};
  EXPECT_THROW(model_->prefill(sequence, ids), UserError);
  EXPECT_EQ(sequence.length(), 5);
  EXPECT_TRUE(model_->prefill(sequence, {}).empty());
}

TEST(ModelLoad, TimeStepLimitAndTiedEmbeddings) {
  ModelConfig config = tiny_config();
  config.time_step_limit = {0.02, 0.05};
  config.tie_word_embeddings = true;
  config.use_conv_bias = false;
  config.hybrid_override_pattern = "MM";
  const TinyModel tiny(config);
  SerialExecutor serial;
  const auto model = Model::load(tiny.path(), serial);
  const auto ids = random_ids(20, 97);
  const auto expected = ReferenceModel(tiny.path()).run(ids);
  Sequence sequence = model->new_sequence();
  expect_near(model->prefill(sequence, ids), expected.back(), 1e-4, "limited");
}

TEST(ModelLoad, HalfPrecisionWeightsAreWidened) {
  ModelConfig config = tiny_config();
  config.torch_dtype = "float16";
  const TinyModel tiny(config);
  SerialExecutor serial;
  const auto model = Model::load(tiny.path(), serial);
  const auto ids = random_ids(9, 97);
  Sequence sequence = model->new_sequence();
  expect_near(model->prefill(sequence, ids), ReferenceModel(tiny.path()).run(ids).back(), 1e-4, "float16");
}

TEST(ModelLoad, ReportsWhatItCannotRun) {
  ModelConfig config = tiny_config();
  config.hybrid_override_pattern = "ME";
  config.n_routed_experts = 2;
  config.num_experts_per_tok = 1;
  config.moe_intermediate_size = 8;
  const TinyModel tiny(config);
  SerialExecutor serial;
  try {
    Model::load(tiny.path(), serial);
    FAIL();
  } catch (const UserError& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("mixture-of-experts layer (E) at column 2"));
  }
  EXPECT_THROW(Model::load("/nonexistent", serial), UserError);
}

TEST(LogProbability, ClosedForms) {
  const std::vector<float> even(8, 3.0F);
  EXPECT_NEAR(log_probability(even, 2), -std::log(8.0), 1e-12);
  const std::vector<float> two = {1000.0F, 0.0F};
  EXPECT_NEAR(log_probability(two, 0), 0.0, 1e-12);
  EXPECT_NEAR(log_probability(two, 1), -1000.0, 1e-9);
}

}  // namespace
}  // namespace smelt::serve
