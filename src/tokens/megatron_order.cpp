#include "tokens/megatron_order.h"

#include <algorithm>
#include <numeric>

#include <fmt/core.h>

#include "base/error.h"
#include "tokens/numpy_random.h"

namespace smelt {
namespace {

constexpr double kFinalEpochThreshold = 0.80;

void append_shuffled(NumpyRandomState& random, std::vector<int64_t>& out, int64_t begin, int64_t end) {
  const size_t at = out.size();
  out.resize(at + static_cast<size_t>(end - begin));
  const std::span added = std::span(out).subspan(at);
  std::iota(added.begin(), added.end(), begin);
  random.shuffle(added);
}

void append_epochs(NumpyRandomState& random, std::vector<int32_t>& out, int64_t epochs, int64_t first, int64_t last) {
  const size_t at = out.size();
  for (int64_t epoch = 0; epoch < epochs; ++epoch) {
    for (int64_t i = first; i < last; ++i) {
      out.push_back(static_cast<int32_t>(i));
    }
  }
  random.shuffle(std::span(out).subspan(at));
}

}  // namespace

MegatronOrder::MegatronOrder(std::shared_ptr<const TokenDataset> dataset, const MegatronOptions& options)
    : dataset_(std::move(dataset)), options_(options) {
  SMELT_CHECK(options.seq_length > 0 && options.num_samples >= 0);
  const int64_t first = options.first_sequence;
  const int64_t last = options.last_sequence < 0 ? dataset_->num_sequences() : options.last_sequence;
  SMELT_CHECK(first >= 0 && first <= last && last <= dataset_->num_sequences());
  for (int64_t i = first; i < last; ++i) {
    tokens_per_epoch_ += dataset_->sequence_length(i);
  }
  if (tokens_per_epoch_ == 0 || (options.num_samples == 0 && tokens_per_epoch_ <= options.seq_length)) {
    throw input_error(fmt::format("{} tokens are too few for samples of {}", tokens_per_epoch_, options.seq_length + 1),
                      dataset_->prefix(), "take a shorter sequence length or more data");
  }
  const int64_t seq = options.seq_length;
  const int64_t wanted = options.num_samples * seq + 1;
  const int64_t epochs = options.num_samples == 0 ? 1 : (wanted + tokens_per_epoch_ - 1) / tokens_per_epoch_;
  const int64_t sans_final = ((epochs - 1) * tokens_per_epoch_ - 1) / seq;
  const int64_t per_epoch = (tokens_per_epoch_ - 1) / seq;
  const bool separate_final =
      epochs > 1 &&
      options.num_samples - sans_final < static_cast<int64_t>(kFinalEpochThreshold * static_cast<double>(per_epoch));
  NumpyRandomState random(options.seed);
  if (separate_final) {
    append_epochs(random, document_index_, epochs - 1, first, last);
    append_epochs(random, document_index_, 1, first, last);
  } else {
    append_epochs(random, document_index_, epochs, first, last);
  }
  build_sample_index(epochs);
  const auto samples = static_cast<int64_t>(sample_index_.size()) - 1;
  const int64_t border = separate_final ? sans_final : samples;
  append_shuffled(random, shuffle_index_, 0, border);
  if (border < samples) {
    append_shuffled(random, shuffle_index_, border, samples);
  }
}

void MegatronOrder::build_sample_index(int64_t num_epochs) {
  const int64_t samples = (num_epochs * tokens_per_epoch_ - 1) / options_.seq_length;
  sample_index_.reserve(static_cast<size_t>(samples) + 1);
  sample_index_.push_back({0, 0});
  int64_t position = 0;
  int64_t offset = 0;
  for (int64_t i = 0; i < samples; ++i) {
    int64_t remaining = options_.seq_length + 1;
    while (remaining > 0) {
      const int64_t length = dataset_->sequence_length(document_index_[static_cast<size_t>(position)]) - offset;
      remaining -= length;
      if (remaining <= 0) {
        offset += remaining + length - 1;
      } else {
        ++position;
        offset = 0;
      }
    }
    sample_index_.push_back({position, offset});
  }
}

void MegatronOrder::read(int64_t index, std::span<int32_t> out) const {
  SMELT_CHECK(index >= 0 && index < size() && static_cast<int64_t>(out.size()) == options_.seq_length + 1);
  auto [position, offset] = sample_index_[static_cast<size_t>(shuffle_index_[static_cast<size_t>(index)])];
  while (!out.empty()) {
    const int64_t sequence = document_index_[static_cast<size_t>(position)];
    const auto count = std::min<size_t>(static_cast<size_t>(dataset_->sequence_length(sequence) - offset), out.size());
    dataset_->read(sequence, offset, out.first(count));
    out = out.subspan(count);
    ++position;
    offset = 0;
  }
}

MegatronBlend megatron_blend(std::span<const double> weights, int64_t num_samples) {
  SMELT_CHECK(!weights.empty() && weights.size() <= INT16_MAX);
  const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
  std::vector<int64_t> counts(weights.size());
  MegatronBlend blend;
  for (int64_t i = 0; i < num_samples; ++i) {
    const double at = static_cast<double>(std::max<int64_t>(i, 1));
    size_t best = 0;
    double best_error = weights[0] / sum * at - static_cast<double>(counts[0]);
    for (size_t d = 1; d < weights.size(); ++d) {
      const double error = weights[d] / sum * at - static_cast<double>(counts[d]);
      if (error > best_error) {
        best = d;
        best_error = error;
      }
    }
    blend.dataset.push_back(static_cast<int16_t>(best));
    blend.sample.push_back(counts[best]++);
  }
  return blend;
}

}  // namespace smelt
