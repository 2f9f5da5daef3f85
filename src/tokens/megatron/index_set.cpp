#include "tokens/megatron/index_set.h"

#include <algorithm>
#include <memory>
#include <numeric>

#include <fmt/core.h>

#include "base/error.h"
#include "base/files.h"
#include "tokens/megatron/blend_index.h"
#include "tokens/megatron/description.h"
#include "tokens/megatron/gpt_index.h"
#include "tokens/megatron/split.h"

namespace smelt {
namespace {

class IndexSet {
 public:
  IndexSet(const Context& context, const IndexRequest& request, const std::string& dir)
      : context_(context), request_(request), dir_(dir), split_(parse_split(request.split)) {
    if (!request.weights.empty() && request.weights.size() != request.prefixes.size()) {
      throw usage_error(fmt::format("{} weights for {} datasets", request.weights.size(), request.prefixes.size()),
                        "--weights", "give one weight for each dataset, or none");
    }
    for (const double weight : request.weights) {
      if (!(weight > 0)) {
        throw usage_error(fmt::format("{} is no weight", weight), "--weights", "give numbers above 0");
      }
    }
    for (const std::string& prefix : request.prefixes) {
      datasets_.push_back(std::make_unique<TokenDataset>(prefix));
    }
    make_directories(dir);
  }

  Json write() {
    for (size_t part = 0; part < split_.parts.size(); ++part) {
      if (split_.parts[part]) {
        write_part(part);
      }
    }
    return std::move(rows_);
  }

 private:
  void write_part(size_t part) {
    const std::optional<int64_t> samples = request_.samples[part];
    if (datasets_.size() == 1 && request_.weights.empty()) {
      write_dataset(0, part, samples);
      return;
    }
    if (!request_.weights.empty() && !samples) {
      throw usage_error(fmt::format("weights need a number of {} samples", kSplitNames[part]), "--samples",
                        "say how many, or leave --weights out");
    }
    const std::vector<double> weights = normalized_weights(request_.weights);
    std::vector<GptDescription> descriptions;
    std::vector<int64_t> lengths;
    int64_t size = 0;
    for (size_t d = 0; d < datasets_.size(); ++d) {
      std::optional<int64_t> own;
      if (!weights.empty()) {
        own = blend_share(weights[d], *samples, kBlendSurplus);
        size += blend_share(weights[d], *samples);
      }
      lengths.push_back(write_dataset(d, part, own));
      descriptions.push_back(description(d, part, own));
    }
    if (weights.empty() && !samples) {
      write_exhaustive(descriptions, lengths, part);
      return;
    }
    if (weights.empty()) {
      size = std::min(*samples, std::accumulate(lengths.begin(), lengths.end(), int64_t{0}));
    }
    write_blend(descriptions, lengths, weights.empty() ? std::vector<double>(lengths.begin(), lengths.end()) : weights,
                size, part);
  }

  GptDescription description(size_t dataset, size_t part, std::optional<int64_t> samples) const {
    return {.dataset_path = request_.prefixes[dataset],
            .num_samples = samples,
            .split_name = kSplitNames[part],
            .random_seed = request_.seed,
            .sequence_length = request_.seq_length,
            .split = split_,
            .tokenizer = request_.tokenizer};
  }

  int64_t write_dataset(size_t d, size_t part, std::optional<int64_t> samples) {
    const TokenDataset& dataset = *datasets_[d];
    const auto [begin, end] = split_sequences(*split_.parts[part], dataset.num_sequences());
    const MegatronOptions options{.seq_length = request_.seq_length,
                                  .seed = request_.seed,
                                  .num_samples = samples.value_or(-1),
                                  .first_sequence = begin,
                                  .last_sequence = end};
    const std::string text = describe_gpt(description(d, part, samples));
    const std::string base = gpt_index_name(text, kSplitNames[part]);
    const GptIndexFiles files = gpt_index_files(dir_, base);
    GptIndexPlan plan = plan_gpt_index(dataset, options);
    if (!all_there({description_file(base), files.document, files.sample, files.shuffle})) {
      plan = write_gpt_index(context_, dataset, options, files, request_.memory_bytes);
      write_file(description_file(base), text);
    }
    add_row(base, part, plan.samples, plan.epochs);
    return plan.samples;
  }

  void write_exhaustive(const std::vector<GptDescription>& descriptions, const std::vector<int64_t>& lengths,
                        size_t part) {
    const std::string text = describe_exhaustive(descriptions, kSplitNames[part], lengths);
    const std::string base = blend_index_name(text, kSplitNames[part]);
    const BlendIndexFiles files = blend_index_files(dir_, base);
    if (!all_there({description_file(base), files.dataset, files.sample})) {
      write_exhaustive_index(context_, lengths, files);
      write_file(description_file(base), text);
    }
    add_row(base, part, std::accumulate(lengths.begin(), lengths.end(), int64_t{0}), 0);
  }

  void write_blend(const std::vector<GptDescription>& descriptions, const std::vector<int64_t>& lengths,
                   const std::vector<double>& weights, int64_t size, size_t part) {
    const std::string text = describe_blend(descriptions, kSplitNames[part], normalized_weights(weights), size);
    const std::string base = blend_index_name(text, kSplitNames[part]);
    const BlendIndexFiles files = blend_index_files(dir_, base);
    if (!all_there({description_file(base), files.dataset, files.sample})) {
      const std::vector<int64_t> used = write_blend_index(context_, weights, size, files);
      for (size_t d = 0; d < used.size(); ++d) {
        if (used[d] > lengths[d]) {
          remove_all(files.dataset);
          remove_all(files.sample);
          throw usage_error(
              fmt::format("the blend takes {} samples of a dataset that was built with {}", used[d], lengths[d]),
              request_.prefixes[d], "ask for more samples: with so few, rounding decides");
        }
      }
      write_file(description_file(base), text);
    }
    add_row(base, part, size, 0);
  }

  std::string description_file(const std::string& base) const { return dir_ + "/" + base + "-description.txt"; }

  static bool all_there(const std::vector<std::string>& files) {
    return std::all_of(files.begin(), files.end(), path_exists);
  }

  void add_row(const std::string& base, size_t part, int64_t samples, int64_t epochs) {
    Json row = Json::object();
    row["name"] = base;
    row["split"] = kSplitNames[part];
    row["samples"] = samples;
    if (epochs > 0) {
      row["epochs"] = epochs;
    }
    rows_.push_back(std::move(row));
  }

  const Context& context_;
  const IndexRequest& request_;
  std::string dir_;
  MegatronSplit split_;
  std::vector<std::unique_ptr<TokenDataset>> datasets_;
  Json rows_ = Json::array();
};

}  // namespace

Json write_index_set(const Context& context, const IndexRequest& request, const std::string& dir) {
  return IndexSet(context, request, dir).write();
}

}  // namespace smelt
