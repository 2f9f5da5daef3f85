#include "tokens/megatron/gpt_index.h"

#include <algorithm>
#include <filesystem>
#include <functional>
#include <vector>

#include <fmt/core.h>

#include "base/error.h"
#include "tokens/megatron/file_shuffle.h"
#include "tokens/megatron/numpy_random.h"

namespace smelt {
namespace {

constexpr double kFinalEpochThreshold = 0.80;
constexpr int64_t kPollEvery = int64_t{1} << 20;

// Values on their way to a file, in pieces.
template <class T>
class Buffered {
 public:
  explicit Buffered(NpyWriter& writer) : writer_(writer) { values_.reserve(kSize); }
  ~Buffered() = default;
  Buffered(const Buffered&) = delete;
  Buffered& operator=(const Buffered&) = delete;
  void push(T value) {
    if (values_.size() == kSize) {
      flush();
    }
    values_.push_back(value);
  }
  void flush() {
    writer_.write(std::span<const T>(values_));
    values_.clear();
  }

 private:
  static constexpr size_t kSize = 1 << 16;
  NpyWriter& writer_;
  std::vector<T> values_;
};

class IndexBuilder {
 public:
  IndexBuilder(const Context& context, const TokenDataset& dataset, const MegatronOptions& options,
               const GptIndexFiles& files, int64_t memory_bytes)
      : context_(context),
        dataset_(dataset),
        options_(options),
        files_(files),
        plan_(plan_gpt_index(dataset, options)),
        room_{memory_bytes, std::filesystem::path(files.document).parent_path().string()},
        random_(options.seed) {
    if (room_.scratch.empty()) {
      room_.scratch = ".";
    }
    const int64_t last = options.last_sequence < 0 ? dataset.num_sequences() : options.last_sequence;
    sequences_ = last - options.first_sequence;
  }

  GptIndexPlan build() {
    write_document_index();
    write_sample_index();
    write_shuffle_index();
    return plan_;
  }

 private:
  void write_document_index() {
    NpyWriter writer(files_.document, {plan_.epochs * sequences_}, NpyType::kInt32);
    const int64_t together = plan_.separate_final_epoch ? plan_.epochs - 1 : plan_.epochs;
    const auto initial = [&](int64_t i) { return static_cast<int32_t>(options_.first_sequence + i % sequences_); };
    const auto emit = [&](std::span<const int32_t> values) { writer.write(values); };
    shuffled<int32_t>(context_, random_, together * sequences_, initial, emit, room_);
    if (plan_.separate_final_epoch) {
      shuffled<int32_t>(context_, random_, sequences_, initial, emit, room_);
    }
    writer.commit();
  }

  void write_sample_index() {
    const NpyArray documents(files_.document);
    NpyWriter writer(files_.sample, {plan_.samples + 1, 2}, plan_.sample_type);
    Buffered<int64_t> out(writer);
    out.push(0);
    out.push(0);
    int64_t position = 0;
    int64_t offset = 0;
    for (int64_t sample = 0; sample < plan_.samples; ++sample) {
      if (sample % kPollEvery == 0) {
        context_.stop_if_asked();
      }
      // A window ends with the token that the next one begins with.
      for (int64_t missing = options_.seq_length + 1; missing > 0;) {
        const int64_t left = dataset_.sequence_length(documents.at(position)) - offset;
        if (left >= missing) {
          offset += missing - 1;
          break;
        }
        missing -= left;
        ++position;
        offset = 0;
      }
      out.push(position);
      out.push(offset);
    }
    out.flush();
    writer.commit();
  }

  void write_shuffle_index() {
    NpyWriter writer(files_.shuffle, {plan_.samples}, plan_.shuffle_type);
    const int64_t border = plan_.separate_final_epoch ? plan_.samples_before_final : plan_.samples;
    for (const auto& [begin, end] : {std::pair(int64_t{0}, border), std::pair(border, plan_.samples)}) {
      if (begin < end || begin == 0) {
        shuffle_range(writer, begin, end);
      }
    }
    writer.commit();
  }

  void shuffle_range(NpyWriter& writer, int64_t begin, int64_t end) {
    const int64_t count = end - begin;
    if (plan_.shuffle_type == NpyType::kUint32) {
      shuffled<uint32_t>(
          context_, random_, count, [begin](int64_t i) { return static_cast<uint32_t>(begin + i); },
          [&](std::span<const uint32_t> values) { writer.write(values); }, room_);
    } else {
      shuffled<int64_t>(
          context_, random_, count, [begin](int64_t i) { return begin + i; },
          [&](std::span<const int64_t> values) { writer.write(values); }, room_);
    }
  }

  const Context& context_;
  const TokenDataset& dataset_;
  const MegatronOptions& options_;
  const GptIndexFiles& files_;
  GptIndexPlan plan_;
  ShuffleRoom room_;
  NumpyRandomState random_;
  int64_t sequences_ = 0;
};

}  // namespace

NpyType sample_index_type(int64_t document_entries) {
  return document_entries <= INT32_MAX ? NpyType::kInt32 : NpyType::kInt64;
}

NpyType shuffle_index_type(int64_t samples) {
  return samples < int64_t{UINT32_MAX} - 1 ? NpyType::kUint32 : NpyType::kInt64;
}

GptIndexPlan plan_gpt_index(const TokenDataset& dataset, const MegatronOptions& options) {
  SMELT_CHECK(options.seq_length > 0 && options.num_samples >= -1);
  const int64_t first = options.first_sequence;
  const int64_t last = options.last_sequence < 0 ? dataset.num_sequences() : options.last_sequence;
  SMELT_CHECK(first >= 0 && first <= last && last <= dataset.num_sequences());
  GptIndexPlan plan;
  for (int64_t i = first; i < last; ++i) {
    plan.tokens_per_epoch += dataset.sequence_length(i);
  }
  const int64_t seq = options.seq_length;
  const int64_t tokens = plan.tokens_per_epoch;
  if (tokens == 0 || (options.num_samples < 0 && tokens <= seq)) {
    throw input_error(fmt::format("{} tokens are too few for samples of {}", tokens, seq + 1), dataset.prefix(),
                      "take a shorter sequence length or more data");
  }
  const int64_t wanted = options.num_samples * seq + 1;
  plan.epochs = options.num_samples < 0 ? 1 : std::max<int64_t>(1, (wanted + tokens - 1) / tokens);
  plan.samples = (plan.epochs * tokens - 1) / seq;
  if (plan.epochs > 1) {
    plan.samples_before_final = ((plan.epochs - 1) * tokens - 1) / seq;
    const int64_t per_epoch = (tokens - 1) / seq;
    plan.separate_final_epoch = options.num_samples - plan.samples_before_final <
                                static_cast<int64_t>(kFinalEpochThreshold * static_cast<double>(per_epoch));
  }
  plan.sample_type = sample_index_type(plan.epochs * (last - first));
  plan.shuffle_type = shuffle_index_type(plan.samples);
  return plan;
}

GptIndexFiles gpt_index_files(const std::string& dir, const std::string& base) {
  const std::string start = dir + "/" + base;
  return {start + "-document_index.npy", start + "-sample_index.npy", start + "-shuffle_index.npy"};
}

GptIndexPlan write_gpt_index(const Context& context, const TokenDataset& dataset, const MegatronOptions& options,
                             const GptIndexFiles& files, int64_t memory_bytes) {
  return IndexBuilder(context, dataset, options, files, memory_bytes).build();
}

MegatronOrder::MegatronOrder(std::shared_ptr<const TokenDataset> dataset, int64_t seq_length,
                             const GptIndexFiles& files)
    : dataset_(std::move(dataset)),
      seq_length_(seq_length),
      files_(files),
      document_(files.document),
      sample_(files.sample),
      shuffle_(files.shuffle) {
  if (sample_.shape() != std::vector<int64_t>{shuffle_.size() + 1, 2}) {
    foreign(files.sample);
  }
}

void MegatronOrder::foreign(const std::string& file) const {
  throw input_error("the index does not belong to the dataset or the sequence length", file,
                    fmt::format("write it again for {} with `smelt tokens index`", dataset_->prefix()));
}

void MegatronOrder::read(int64_t index, std::span<int32_t> out) const {
  SMELT_CHECK(index >= 0 && index < size() && static_cast<int64_t>(out.size()) == seq_length_ + 1);
  const int64_t window = shuffle_.at(index);
  if (window < 0 || window >= size()) {
    foreign(files_.shuffle);
  }
  int64_t position = sample_.at(2 * window);
  int64_t offset = sample_.at(2 * window + 1);
  for (; !out.empty(); ++position, offset = 0) {
    if (position < 0 || position >= document_.size()) {
      foreign(files_.sample);
    }
    const int64_t sequence = document_.at(position);
    if (sequence < 0 || sequence >= dataset_->num_sequences()) {
      foreign(files_.document);
    }
    const int64_t left = dataset_->sequence_length(sequence) - offset;
    if (offset < 0 || left < 0) {
      foreign(files_.sample);
    }
    const auto count = std::min(static_cast<size_t>(left), out.size());
    dataset_->read(sequence, offset, out.first(count));
    out = out.subspan(count);
  }
}

}  // namespace smelt
