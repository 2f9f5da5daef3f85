#include "train/trainer.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include <fmt/format.h>

#include "base/error.h"

namespace smelt {

namespace {

// Replicas are made after this, so that they recompute too.
NemotronH& prepared(NemotronH& model, const TrainOptions& options) {
  model.set_recompute(options.recompute);
  return model;
}

}  // namespace

Trainer::Trainer(NemotronH& model, const TrainOptions& options, const SequenceSource& source, ThreadPool& threads)
    : model_(prepared(model, options)),
      options_(options),
      source_(source),
      total_steps_(options.total_steps()),
      schedule_(options.schedule, total_steps_),
      replicas_(model, threads, options.accumulation),
      optimizer_(options.optimizer, model.parameters(), threads) {}

StepReport Trainer::step() {
  SMELT_CHECK(steps_done_ < total_steps_);
  const int64_t first = steps_done_ * options_.sequences_per_step();
  StepReport report{.step = steps_done_ + 1, .lr = schedule_.at(steps_done_)};
  report.loss = replicas_.backward(options_.accumulation, [&](int64_t pass) {
    return read_batch(source_, first + pass * options_.micro_batch, options_.micro_batch, options_.seq_length,
                      model_.config().vocab_size);
  });
  report.grad_norm = std::isfinite(report.loss) ? optimizer_.grad_norm() : report.loss;
  report.skipped = !std::isfinite(report.grad_norm);
  if (!report.skipped) {
    optimizer_.update(report.lr, report.grad_norm);
  }
  ++steps_done_;
  bad_in_a_row_ = report.skipped ? bad_in_a_row_ + 1 : 0;
  skipped_steps_ += report.skipped ? 1 : 0;
  if (bad_in_a_row_ >= options_.max_bad_steps) {
    throw UserError(
        ExitCode::kFailed,
        fmt::format("the loss or the gradient was not finite in {} steps in a row, the last on sequences {} to {}",
                    bad_in_a_row_, first, first + options_.sequences_per_step() - 1),
        "pretrain", "lower train.schedule.lr, or look at these sequences");
  }
  return report;
}

double Trainer::validate(const SequenceSource& held_out) const {
  const int64_t sequences = options_.validation_sequences;
  const int64_t passes = (sequences + options_.micro_batch - 1) / options_.micro_batch;
  const auto count = [&](int64_t pass) {
    return std::min(options_.micro_batch, sequences - pass * options_.micro_batch);
  };
  const std::vector<double> losses = replicas_.losses(passes, [&](int64_t pass) {
    return read_batch(held_out, pass * options_.micro_batch, count(pass), options_.seq_length,
                      model_.config().vocab_size);
  });
  double total = 0;
  for (int64_t pass = 0; pass < passes; ++pass) {
    total += losses[static_cast<size_t>(pass)] * static_cast<double>(count(pass));
  }
  return total / static_cast<double>(sequences);
}

Json Trainer::counters() const {
  Json json = Json::object();
  json["steps_done"] = steps_done_;
  json["updates"] = optimizer_.updates();
  json["bad_in_a_row"] = bad_in_a_row_;
  json["skipped_steps"] = skipped_steps_;
  return json;
}

void Trainer::restore_counters(const Json& counters) {
  steps_done_ = counters.at("steps_done").as_int();
  optimizer_.set_updates(counters.at("updates").as_int());
  bad_in_a_row_ = counters.at("bad_in_a_row").as_int();
  skipped_steps_ = counters.at("skipped_steps").as_int();
}

}  // namespace smelt
