#include "serve/engine/model.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <mutex>

#include <fmt/format.h>

#include "base/cpu.h"
#include "base/error.h"
#include "serve/engine/forward.h"
#include "serve/engine/weights.h"

namespace smelt::serve {
namespace {

// Tokens of one pass: enough that reading the weights is cheap beside multiplying, few enough that the intermediate
// rows stay small.
constexpr int64_t kPassTokens = 256;
// With logits of every token, vocabulary rows dominate the memory.
constexpr int64_t kScoreTokens = 128;

}  // namespace

struct Model::State {
  State(ModelDirectory opened, Executor& lent) : weights(std::move(opened)), executor(lent), isa(active_isa()) {}

  Weights weights;
  Executor& executor;
  Isa isa;

  std::unique_ptr<Scratch> borrow() {
    const std::lock_guard lock(mutex_);
    if (idle_.empty()) {
      return std::make_unique<Scratch>();
    }
    auto out = std::move(idle_.back());
    idle_.pop_back();
    return out;
  }
  void give_back(std::unique_ptr<Scratch> scratch) {
    const std::lock_guard lock(mutex_);
    idle_.push_back(std::move(scratch));
  }
  void check_ids(std::span<const uint32_t> ids) const {
    const auto bad =
        std::find_if(ids.begin(), ids.end(), [&](uint32_t id) { return id >= weights.config().vocab_size; });
    if (bad != ids.end()) {
      throw input_error(
          fmt::format("token id {} is not in the vocabulary of {} tokens", *bad, weights.config().vocab_size),
          weights.directory().path(), "use the tokenizer that belongs to the model");
    }
  }

 private:
  std::mutex mutex_;
  std::vector<std::unique_ptr<Scratch>> idle_;
};

Model::Model(std::unique_ptr<State> state) : state_(std::move(state)) {}
Model::~Model() = default;

std::shared_ptr<const Model> Model::load(const std::string& directory, Executor& executor) {
  check_runnable(load_model_config(directory + "/config.json"), directory + "/config.json");
  return std::shared_ptr<const Model>(new Model(std::make_unique<State>(ModelDirectory::open(directory), executor)));
}

const ModelConfig& Model::config() const {
  return state_->weights.config();
}
const std::string& Model::directory() const {
  return state_->weights.directory().path();
}
int64_t Model::weight_bytes() const {
  return state_->weights.directory().weight_bytes();
}
Executor& Model::executor() const {
  return state_->executor;
}

int64_t Model::bytes_read_per_step() const {
  int64_t bytes = state_->weights.lm_head().bytes();
  for (const LayerWeights& layer : state_->weights.layers()) {
    bytes += layer.in.bytes() + layer.key.bytes() + layer.value.bytes() + layer.out.bytes();
  }
  return bytes;
}

std::vector<float> Model::prefill(Sequence& sequence, std::span<const uint32_t> ids, LogitsOf of) const {
  state_->check_ids(ids);
  const auto count = static_cast<int64_t>(ids.size());
  std::vector<float> out(
      static_cast<size_t>((of == LogitsOf::kAll ? count : std::min<int64_t>(count, 1)) * vocab_size()));
  auto scratch = state_->borrow();
  Forward forward(state_->weights, state_->executor, state_->isa, *scratch);
  for (int64_t begin = 0; begin < count; begin += kPassTokens) {
    const int64_t rows = std::min(kPassTokens, count - begin);
    std::vector<Segment> segments = {{SequenceAccess(sequence), sequence.length(), 0, rows}};
    forward.run(segments, ids.subspan(static_cast<size_t>(begin), static_cast<size_t>(rows)));
    if (of == LogitsOf::kAll) {
      forward.logits(0, rows, out.data() + begin * vocab_size());
    } else if (begin + rows == count) {
      forward.logits(rows - 1, 1, out.data());
    }
  }
  state_->give_back(std::move(scratch));
  return out;
}

std::vector<float> Model::step(Sequence& sequence, uint32_t id) const {
  return prefill(sequence, std::span<const uint32_t>(&id, 1), LogitsOf::kLast);
}

void Model::step_batch(std::span<Sequence* const> sequences, std::span<const uint32_t> ids,
                       std::vector<float>& logits) const {
  SMELT_CHECK(sequences.size() == ids.size());
  state_->check_ids(ids);
  logits.resize(ids.size() * static_cast<size_t>(vocab_size()));
  if (ids.empty()) {
    return;
  }
  std::vector<Segment> segments;
  segments.reserve(sequences.size());
  for (Sequence* sequence : sequences) {
    segments.push_back({SequenceAccess(*sequence), sequence->length(), static_cast<int64_t>(segments.size()), 1});
  }
  auto scratch = state_->borrow();
  Forward forward(state_->weights, state_->executor, state_->isa, *scratch);
  forward.run(segments, ids);
  forward.logits(0, static_cast<int64_t>(ids.size()), logits.data());
  state_->give_back(std::move(scratch));
}

std::vector<double> Model::score(std::span<const uint32_t> ids) const {
  Sequence sequence = new_sequence();
  return score(sequence, {}, ids);
}

std::vector<double> Model::score(Sequence& sequence, std::span<const float> before,
                                 std::span<const uint32_t> ids) const {
  state_->check_ids(ids);
  std::vector<double> out(ids.size(), std::numeric_limits<double>::quiet_NaN());
  if (!ids.empty() && !before.empty()) {
    out[0] = log_probability(before, ids[0]);
  }
  const auto vocabulary = static_cast<size_t>(vocab_size());
  for (size_t begin = 0; begin < ids.size(); begin += kScoreTokens) {
    const size_t rows = std::min<size_t>(kScoreTokens, ids.size() - begin);
    const std::vector<float> logits = prefill(sequence, ids.subspan(begin, rows), LogitsOf::kAll);
    parallel_for(state_->executor, static_cast<int64_t>(rows), 4, [&](int64_t first, int64_t last) {
      for (auto row = static_cast<size_t>(first); row < static_cast<size_t>(last); ++row) {
        if (begin + row + 1 < ids.size()) {
          out[begin + row + 1] = log_probability({logits.data() + row * vocabulary, vocabulary}, ids[begin + row + 1]);
        }
      }
    });
  }
  return out;
}

double log_probability(std::span<const float> logits, uint32_t id) {
  const float largest = *std::max_element(logits.begin(), logits.end());
  double sum = 0;
  for (const float logit : logits) {
    sum += std::exp(static_cast<double>(logit) - largest);
  }
  return static_cast<double>(logits[id]) - largest - std::log(sum);
}

}  // namespace smelt::serve
