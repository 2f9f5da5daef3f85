#include "train/trainer.h"

#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include "base/error.h"
#include "model/torch_executor.h"
#include "train/helpers.h"

namespace smelt {
namespace {

using testing::CountingSource;
using testing::tiny_options;

constexpr int64_t kVocab = 29;

std::unique_ptr<NemotronH> fresh_model(const TrainOptions& options) {
  auto model = std::make_unique<NemotronH>(make_model_config(options.model, kVocab, options.seq_length));
  model->init(1);
  return model;
}

// Only the first token and the stride are random: after two tokens everything follows, so a model that has learnt the
// task has a loss of at most the stride's one bit on the first of 16 targets, ln 2 / 16 = 0.043, and a guesser has ln
// 29 = 3.4.
TEST(Trainer, LearnsToCount) {
  init_torch(1);
  ThreadPool threads(2);
  TrainOptions options = tiny_options(220);
  options.accumulation = 1;
  options.micro_batch = 8;
  auto model = fresh_model(options);
  const CountingSource source(kVocab);
  Trainer trainer(*model, options, source, threads);
  EXPECT_NEAR(trainer.step().loss, std::log(29.0), 0.5);
  while (trainer.steps_done() < trainer.total_steps()) {
    trainer.step();
  }
  EXPECT_LT(trainer.validate(CountingSource(kVocab, 2)), 0.1);
}

TEST(Trainer, AccumulationIsOneLargerBatch) {
  init_torch(1);
  ThreadPool threads(2);
  TrainOptions split = tiny_options(10);
  TrainOptions whole = split;
  whole.micro_batch = split.micro_batch * split.accumulation;
  whole.accumulation = 1;
  const CountingSource source(kVocab);
  auto one = fresh_model(split);
  auto two = fresh_model(whole);
  const StepReport first = Trainer(*one, split, source, threads).step();
  const StepReport second = Trainer(*two, whole, source, threads).step();
  // Sums of float32 in another order.
  EXPECT_NEAR(first.loss, second.loss, 1e-5);
  EXPECT_NEAR(first.grad_norm, second.grad_norm, 1e-4 * second.grad_norm);
}

// Whole passes go to threads and gradients are added in the order of the passes.
TEST(Trainer, TheSameBytesOnAnyNumberOfThreads) {
  init_torch(1);
  for (const char* kind : {"adamw", "muon"}) {
    for (const bool recompute : {false, true}) {
      TrainOptions options = tiny_options(6);
      options.micro_batch = 2;
      options.accumulation = 4;
      options.optimizer.kind = kind;
      options.recompute = recompute;
      const CountingSource source(kVocab);
      auto expected = fresh_model(options);
      ThreadPool one(1);
      Trainer serial(*expected, options, source, one);
      std::vector<double> losses;
      while (serial.steps_done() < serial.total_steps()) {
        losses.push_back(serial.step().loss);
      }
      for (const int width : {2, 3, 8}) {
        auto model = fresh_model(options);
        ThreadPool threads(width);
        Trainer trainer(*model, options, source, threads);
        for (const double loss : losses) {
          EXPECT_EQ(trainer.step().loss, loss);
        }
        EXPECT_TRUE(model->parameters().values().equal(expected->parameters().values())) << kind << " " << width;
        EXPECT_EQ(trainer.validate(source), serial.validate(source));
      }
    }
  }
}

// Poisons one token: a batch without it trains, a batch with it is skipped and leaves the model as it was.
class PoisonedSource : public CountingSource {
 public:
  using CountingSource::CountingSource;
  void read(int64_t index, std::span<int32_t> tokens) const override {
    CountingSource::read(index, tokens);
    for (int32_t& token : tokens) {
      token %= static_cast<int32_t>(kVocab) - 1;
    }
    if (index == bad_index) {
      tokens[3] = static_cast<int32_t>(kVocab) - 1;
    }
  }
  int64_t bad_index = 9;
};

TEST(Trainer, SkipsAStepThatIsNotFinite) {
  init_torch(1);
  ThreadPool threads(2);
  const TrainOptions options = tiny_options(20);
  auto model = fresh_model(options);
  model->parameters().view_of(model->parameters().values(), model->parameters().all()[0])[kVocab - 1].fill_(
      std::numeric_limits<double>::infinity());
  const PoisonedSource source(static_cast<int32_t>(kVocab));
  Trainer trainer(*model, options, source, threads);
  EXPECT_FALSE(trainer.step().skipped);
  const at::Tensor before = model->parameters().values().clone();
  EXPECT_TRUE(trainer.step().skipped);  // sequences 8 to 15
  EXPECT_TRUE(before.equal(model->parameters().values()));
  EXPECT_EQ(trainer.counters().at("updates").as_int(), 1);
  const StepReport third = trainer.step();
  EXPECT_FALSE(third.skipped);
  EXPECT_TRUE(std::isfinite(third.grad_norm));
  EXPECT_EQ(trainer.counters().at("skipped_steps").as_int(), 1);
}

TEST(Trainer, GivesUpAfterSeveralBadSteps) {
  init_torch(1);
  ThreadPool threads(2);
  TrainOptions options = tiny_options(20);
  options.max_bad_steps = 3;
  auto model = fresh_model(options);
  model->parameters().values().fill_(std::numeric_limits<double>::quiet_NaN());
  const CountingSource source(kVocab);
  Trainer trainer(*model, options, source, threads);
  EXPECT_TRUE(trainer.step().skipped);
  EXPECT_TRUE(trainer.step().skipped);
  try {
    trainer.step();
    FAIL();
  } catch (const UserError& error) {
    EXPECT_EQ(error.code(), ExitCode::kFailed);
    EXPECT_NE(std::string(error.what()).find("sequences 16 to 23"), std::string::npos);
  }
}

TEST(Trainer, RefusesTokensOfAnotherVocabulary) {
  ThreadPool threads(2);
  const TrainOptions options = tiny_options(20);
  auto model = fresh_model(options);
  const CountingSource source(kVocab + 50);
  Trainer trainer(*model, options, source, threads);
  EXPECT_THROW(trainer.step(), UserError);
}

TEST(TrainOptions, WantsExactlyOneBudget) {
  TrainOptions options;
  EXPECT_THROW(options.total_steps(), UserError);
  options.tokens = options.tokens_per_step() * 3 + 1;
  EXPECT_EQ(options.total_steps(), 4);
  options.steps = 4;
  EXPECT_THROW(options.total_steps(), UserError);
}

}  // namespace
}  // namespace smelt
