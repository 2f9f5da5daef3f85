#include "corpus/quality/fasttext_train.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <unordered_map>

#include <fmt/format.h>

#include "base/error.h"
#include "base/rng.h"
#include "corpus/scratch.h"

namespace smelt {
namespace {

constexpr int64_t kTextGrain = 256;
constexpr int64_t kRowGrain = 4096;

FasttextArgs args_of(const FasttextTrainOptions& options) {
  FasttextArgs args;
  args.dim = static_cast<int32_t>(options.dim);
  args.epoch = static_cast<int32_t>(options.epochs);
  args.min_count = static_cast<int32_t>(options.min_count);
  args.word_ngrams = static_cast<int32_t>(options.word_ngrams);
  args.loss = options.loss == "softmax" ? FasttextLoss::kSoftmax : FasttextLoss::kOneVsAll;
  args.minn = static_cast<int32_t>(options.min_characters);
  args.maxn = static_cast<int32_t>(options.max_characters);
  const bool hashes = args.word_ngrams > 1 || args.maxn > 0;
  args.bucket = hashes ? static_cast<int32_t>(options.buckets) : 0;
  return args;
}

// Tokens that may be words.
template <class OnToken>
void for_each_word(std::string_view text, OnToken on_token) {
  for_each_fasttext_token(text, [&](std::string_view token) {
    if (!token.starts_with(kFasttextLabelPrefix)) {
      on_token(token);
    }
  });
}

void sort_entries(std::vector<FasttextEntry>& entries) {
  std::sort(entries.begin(), entries.end(), [](const FasttextEntry& a, const FasttextEntry& b) {
    return a.count != b.count ? a.count > b.count : a.word < b.word;
  });
}

class Trainer {
 public:
  Trainer(const Context& context, const LabelledTexts& texts, const FasttextTrainOptions& options)
      : context_(context), texts_(texts), options_(options), args_(args_of(options)) {
    dim_ = static_cast<size_t>(options.dim);
    make_dictionary();
    make_matrices();
  }

  FasttextTraining train(const std::string& output) {
    const size_t n = texts_.texts.size();
    std::vector<size_t> order(n);
    Progress progress(context_.progress, "train", n * static_cast<uint64_t>(options_.epochs), "texts");
    double loss = 0;
    uint64_t done = 0;
    for (int64_t epoch = 0; epoch < options_.epochs; ++epoch) {
      shuffle(order, epoch);
      loss = 0;
      for (size_t begin = 0; begin < n; begin += batch_.size()) {
        context_.stop_if_asked();
        const size_t count = std::min(batch_.size(), n - begin);
        const double share =
            static_cast<double>(done) / (static_cast<double>(n) * static_cast<double>(options_.epochs));
        loss += train_batch(std::span(order).subspan(begin, count), options_.learning_rate * (1 - share));
        done += count;
        progress.add(count);
      }
    }
    write_fasttext(output, args_, dictionary_.entries(), num_tokens_, input_.begin(), output_.data());
    return {dictionary_.num_words(), num_tokens_, loss / static_cast<double>(n)};
  }

 private:
  struct Text {
    std::vector<int32_t> rows;
    std::vector<int32_t> hashes;
    std::vector<float> hidden;
    std::vector<float> errors;    // learning rate x (target - p), by label
    std::vector<float> gradient;  // what every row of the text moves by
    double loss = 0;
  };

  void make_dictionary() {
    using Counts = std::unordered_map<std::string, int64_t>;
    const auto n = static_cast<int64_t>(texts_.texts.size());
    std::vector<Counts> parts(static_cast<size_t>((n + kTextGrain - 1) / kTextGrain));
    parallel_for(context_.threads, n, kTextGrain, [&](int64_t begin, int64_t end) {
      Counts& counts = parts[static_cast<size_t>(begin / kTextGrain)];
      for (int64_t i = begin; i < end; ++i) {
        for_each_word(texts_.texts[static_cast<size_t>(i)],
                      [&](std::string_view token) { ++counts[std::string(token)]; });
      }
    });
    Counts counts;
    for (Counts& part : parts) {
      for (const auto& [word, count] : part) {
        counts[word] += count;
      }
      part.clear();
    }
    std::vector<FasttextEntry> words;
    for (const auto& [word, count] : counts) {
      num_tokens_ += count;
      if (count >= options_.min_count || word == kFasttextLineEnd) {
        words.push_back({word, count, false});
      }
    }
    sort_entries(words);
    std::vector<FasttextEntry> labels;
    for (const std::string& label : texts_.labels) {
      labels.push_back({std::string(kFasttextLabelPrefix) + label, 0, true});
    }
    for (const int32_t label : texts_.label) {
      ++labels[static_cast<size_t>(label)].count;
    }
    sort_entries(labels);
    for (const std::string& label : texts_.labels) {
      const auto place = std::find_if(labels.begin(), labels.end(), [&](const FasttextEntry& entry) {
        return std::string_view(entry.word).substr(kFasttextLabelPrefix.size()) == label;
      });
      label_rows_.push_back(place - labels.begin());
    }
    words.insert(words.end(), labels.begin(), labels.end());
    dictionary_ = FasttextDictionary(args_, std::move(words));
  }

  void make_matrices() {
    const int64_t rows = int64_t{dictionary_.num_words()} + args_.bucket;
    input_ = ScratchArray<float>(static_cast<uint64_t>(rows) * dim_, {});
    const double scale = 2.0 / static_cast<double>(dim_);
    parallel_for(context_.threads, rows, kRowGrain, [&](int64_t begin, int64_t end) {
      for (int64_t row = begin; row < end; ++row) {
        Rng rng(context_.seed, "fasttext/input", static_cast<uint64_t>(row));
        float* to = input_.begin() + static_cast<size_t>(row) * dim_;
        for (size_t d = 0; d < dim_; ++d) {
          to[d] = static_cast<float>(scale * (static_cast<double>(rng.u32()) * 0x1.0p-32 - 0.5));
        }
      }
    });
    num_labels_ = texts_.labels.size();
    output_.assign(num_labels_ * dim_, 0.0F);
    batch_.resize(static_cast<size_t>(options_.batch));
  }

  void shuffle(std::vector<size_t>& order, int64_t epoch) const {
    std::iota(order.begin(), order.end(), size_t{0});
    Rng rng(context_.seed, "fasttext/order", static_cast<uint64_t>(epoch));
    for (size_t i = order.size(); i > 1; --i) {
      std::swap(order[i - 1], order[rng.below(i)]);
    }
  }

  // Forward and backward of one text at the parameters as they are.
  void pass(size_t index, double rate, Text& text) const {
    text.rows.clear();
    dictionary_.append_text(texts_.texts[index], text.hashes, text.rows);
    text.hidden.assign(dim_, 0.0F);
    text.gradient.assign(dim_, 0.0F);
    text.errors.assign(num_labels_, 0.0F);
    text.loss = 0;
    if (text.rows.empty()) {
      return;
    }
    for (const int32_t row : text.rows) {
      const float* from = input_.begin() + static_cast<size_t>(row) * dim_;
      for (size_t d = 0; d < dim_; ++d) {
        text.hidden[d] += from[d];
      }
    }
    const float scale = 1.0F / static_cast<float>(text.rows.size());
    for (float& h : text.hidden) {
      h *= scale;
    }
    text.loss = output_errors(label_rows_[static_cast<size_t>(texts_.label[index])], text);
    for (size_t label = 0; label < num_labels_; ++label) {
      text.errors[label] *= static_cast<float>(rate);
      const float* from = output_.data() + label * dim_;
      for (size_t d = 0; d < dim_; ++d) {
        text.gradient[d] += text.errors[label] * from[d];
      }
    }
    for (float& g : text.gradient) {
      g *= scale;
    }
  }

  // target - p of every label; gives the loss.
  double output_errors(int64_t target, Text& text) const {
    std::vector<double> z(num_labels_);
    for (size_t label = 0; label < num_labels_; ++label) {
      const float* weights = output_.data() + label * dim_;
      double sum = 0;
      for (size_t d = 0; d < dim_; ++d) {
        sum += double{weights[d]} * double{text.hidden[d]};
      }
      z[label] = sum;
    }
    double loss = 0;
    const double largest = *std::max_element(z.begin(), z.end());
    double all = 0;
    for (const double value : z) {
      all += std::exp(value - largest);
    }
    for (size_t label = 0; label < num_labels_; ++label) {
      const bool is_target = static_cast<int64_t>(label) == target;
      const double p =
          args_.loss == FasttextLoss::kSoftmax ? std::exp(z[label] - largest) / all : 1 / (1 + std::exp(-z[label]));
      text.errors[label] = static_cast<float>((is_target ? 1.0 : 0.0) - p);
      const double right = is_target ? p : args_.loss == FasttextLoss::kSoftmax ? 1.0 : 1 - p;
      loss -= std::log(std::max(right, 1e-30));
    }
    return loss;
  }

  double train_batch(std::span<const size_t> indices, double rate) {
    const auto count = static_cast<int64_t>(indices.size());
    context_.threads.run(
        count, [&](int64_t i) { pass(indices[static_cast<size_t>(i)], rate, batch_[static_cast<size_t>(i)]); });
    // Every row is moved by one thread, by the texts in their order.
    const auto parts = static_cast<uint32_t>(context_.threads.width());
    context_.threads.run(parts, [&](int64_t part) {
      for (int64_t i = 0; i < count; ++i) {
        apply(batch_[static_cast<size_t>(i)], static_cast<uint32_t>(part), parts);
      }
    });
    double loss = 0;
    for (int64_t i = 0; i < count; ++i) {
      loss += batch_[static_cast<size_t>(i)].loss;
    }
    return loss;
  }

  void apply(const Text& text, uint32_t part, uint32_t parts) {
    for (const int32_t row : text.rows) {
      if (static_cast<uint32_t>(row) % parts == part) {
        float* to = input_.begin() + static_cast<size_t>(row) * dim_;
        for (size_t d = 0; d < dim_; ++d) {
          to[d] += text.gradient[d];
        }
      }
    }
    for (size_t label = part; label < num_labels_; label += parts) {
      float* to = output_.data() + label * dim_;
      for (size_t d = 0; d < dim_; ++d) {
        to[d] += text.errors[label] * text.hidden[d];
      }
    }
  }

  const Context& context_;
  const LabelledTexts& texts_;
  const FasttextTrainOptions& options_;
  FasttextArgs args_;
  FasttextDictionary dictionary_;
  std::vector<int64_t> label_rows_;  // the row of each label of the texts
  int64_t num_tokens_ = 0;
  size_t dim_ = 0;
  size_t num_labels_ = 0;
  ScratchArray<float> input_;
  std::vector<float> output_;
  std::vector<Text> batch_;
};

}  // namespace

FasttextTraining train_fasttext(const Context& context, const LabelledTexts& texts, const FasttextTrainOptions& options,
                                const std::string& output) {
  if (texts.labels.size() < 2) {
    throw usage_error("a classifier needs texts of two labels at least", "--input");
  }
  for (const std::string& label : texts.labels) {
    size_t pos = 0;
    if (next_fasttext_token(label, pos) != label) {
      throw usage_error(
          fmt::format("the label '{}' has white space in it, which fastText's format does not take", label), "--input",
          "rename it, or train another --kind");
    }
  }
  return Trainer(context, texts, options).train(output);
}

}  // namespace smelt
