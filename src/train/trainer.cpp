#include "train/trainer.h"

#include <algorithm>
#include <cmath>

#include <c10/core/GradMode.h>
#include <fmt/format.h>

#include "base/error.h"

namespace smelt {

Trainer::Trainer(NemotronH& model, const TrainOptions& options, const SequenceSource& source)
    : model_(model),
      options_(options),
      source_(source),
      total_steps_(options.total_steps()),
      schedule_(options.schedule, total_steps_),
      optimizer_(options.optimizer, model.parameters()) {
  model_.set_recompute(options.recompute);
}

double Trainer::accumulate(int64_t first_sequence) {
  double total = 0;
  for (int64_t pass = 0; pass < options_.accumulation; ++pass) {
    const Batch batch = read_batch(source_, first_sequence + pass * options_.micro_batch, options_.micro_batch,
                                   options_.seq_length, model_.config().vocab_size);
    at::Tensor loss = model_.loss(batch.inputs, batch.targets);
    if (options_.accumulation > 1) {
      loss = loss / static_cast<double>(options_.accumulation);
    }
    total += loss.item<double>();
    if (!std::isfinite(total)) {
      return total;
    }
    loss.backward();
  }
  return total;
}

StepReport Trainer::step() {
  SMELT_CHECK(steps_done_ < total_steps_);
  const int64_t first = steps_done_ * options_.sequences_per_step();
  StepReport report{.step = steps_done_ + 1, .lr = schedule_.at(steps_done_)};
  model_.parameters().zero_grads();
  report.loss = accumulate(first);
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
  const at::NoGradGuard no_grad;
  double total = 0;
  for (int64_t first = 0; first < options_.validation_sequences; first += options_.micro_batch) {
    const int64_t count = std::min(options_.micro_batch, options_.validation_sequences - first);
    const Batch batch = read_batch(held_out, first, count, options_.seq_length, model_.config().vocab_size);
    total += model_.loss(batch.inputs, batch.targets).item<double>() * static_cast<double>(count);
  }
  return total / static_cast<double>(options_.validation_sequences);
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
