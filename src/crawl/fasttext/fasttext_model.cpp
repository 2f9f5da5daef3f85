#include "crawl/fasttext/fasttext_model.h"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

namespace smelt {
namespace {

constexpr int32_t kMagic = 793712314;
constexpr int32_t kVersion = 12;
constexpr int32_t kSupervised = 3;
constexpr double kLogFloor = 1e-5;
constexpr double kTreeSlack = 1.01;  // more than (1 + 1e-5) to the power of any Huffman path's length
constexpr int64_t kMaxLabelCounts = 1'000'000'000'000'000;

FasttextArgs read_args(FasttextCursor& cursor, int32_t version) {
  FasttextArgs args;
  args.dim = cursor.value<int32_t>();
  args.ws = cursor.value<int32_t>();
  args.epoch = cursor.value<int32_t>();
  args.min_count = cursor.value<int32_t>();
  args.neg = cursor.value<int32_t>();
  args.word_ngrams = cursor.value<int32_t>();
  const auto loss = cursor.value<int32_t>();
  args.model = cursor.value<int32_t>();
  args.bucket = cursor.value<int32_t>();
  args.minn = cursor.value<int32_t>();
  args.maxn = cursor.value<int32_t>();
  args.lr_update_rate = cursor.value<int32_t>();
  args.t = cursor.value<double>();
  if (args.model != kSupervised) {
    cursor.fail("the fastText model holds word vectors and is no classifier");
  }
  if (loss < 1 || loss > 4) {
    cursor.fail(fmt::format("the fastText model has an unknown loss, {}", loss));
  }
  args.loss = static_cast<FasttextLoss>(loss);
  if (version == 11) {
    args.maxn = 0;  // classifiers of that version had no character n-grams, whatever the field says
  }
  if (args.bucket < 0 || args.maxn > 64 || args.word_ngrams > 64) {
    cursor.fail("the fastText model has impossible settings");
  }
  return args;
}

FasttextDictionary read_dictionary(FasttextCursor& cursor, const FasttextArgs& args) {
  const auto size = cursor.value<int32_t>();
  const auto num_words = cursor.value<int32_t>();
  const auto num_labels = cursor.value<int32_t>();
  cursor.value<int64_t>();  // tokens of the training text
  const auto num_kept = cursor.value<int64_t>();
  if (num_words < 0 || num_labels < 1 || int64_t{num_words} + num_labels != size ||
      static_cast<uint64_t>(size) > cursor.left() / 10) {
    cursor.fail("the fastText model's dictionary has impossible sizes");
  }
  std::vector<FasttextEntry> entries(static_cast<size_t>(size));
  int64_t label_counts = 0;
  for (int32_t i = 0; i < size; ++i) {
    FasttextEntry& entry = entries[static_cast<size_t>(i)];
    entry.word = cursor.string();
    entry.count = cursor.value<int64_t>();
    entry.is_label = cursor.value<int8_t>() == 1;
    if (entry.is_label != (i >= num_words) || entry.count < 0 || entry.count > kMaxLabelCounts) {
      cursor.fail("the fastText model's dictionary is damaged");
    }
    label_counts += entry.is_label ? entry.count : 0;
    if (label_counts >= kMaxLabelCounts) {
      cursor.fail("the fastText model's dictionary is damaged");
    }
  }
  if (num_kept < 0) {
    return {args, std::move(entries)};
  }
  if (static_cast<uint64_t>(num_kept) > cursor.left() / 8) {
    cursor.fail("the fastText model is cut short");
  }
  std::vector<std::pair<int32_t, int32_t>> kept(static_cast<size_t>(num_kept));
  for (auto& [bucket, row] : kept) {
    bucket = cursor.value<int32_t>();
    row = cursor.value<int32_t>();
    if (bucket < 0 || row < 0 || row >= num_kept) {
      cursor.fail("the fastText model's list of kept buckets is damaged");
    }
  }
  return {args, std::move(entries), &kept};
}

// fastText looks sigmoids up in a table of 512 steps; equal probabilities need the same one.
float table_sigmoid(float x) {
  static const std::array<float, 513> kTable = [] {
    std::array<float, 513> table{};
    for (int i = 0; i < 513; ++i) {
      const float at = static_cast<float>(i * 2 * 8) / 512.0F - 8.0F;
      table[static_cast<size_t>(i)] = static_cast<float>(1.0 / (1.0 + std::exp(static_cast<double>(-at))));
    }
    return table;
  }();
  if (!(x >= -8)) {
    return 0;
  }
  if (x > 8) {
    return 1;
  }
  return kTable[static_cast<size_t>((x + 8) * 512 / 8 / 2)];
}

template <class T>
void append(std::string& out, T value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof(T));
}

}  // namespace

FasttextModel FasttextModel::load(const std::string& path) {
  MappedFile file(path);
  FasttextModel model = parse(file.bytes(), path);
  model.file_ = std::move(file);
  return model;
}

bool FasttextModel::has_magic(std::string_view bytes) {
  int32_t magic = 0;
  if (bytes.size() >= sizeof(magic)) {
    __builtin_memcpy(&magic, bytes.data(), sizeof(magic));
  }
  return magic == kMagic;
}

FasttextModel FasttextModel::parse(std::string_view bytes, const std::string& name) {
  FasttextCursor cursor(bytes, name);
  if (!has_magic(bytes)) {
    cursor.fail("is no fastText model");
  }
  cursor.value<int32_t>();
  const auto version = cursor.value<int32_t>();
  if (version != 11 && version != kVersion) {
    cursor.fail(fmt::format("fastText models of version {} are unknown", version));
  }
  FasttextModel model;
  model.args_ = read_args(cursor, version);
  model.dictionary_ = read_dictionary(cursor, model.args_);
  const bool quantized = cursor.value<uint8_t>() != 0;
  model.input_ = FasttextMatrix(cursor, quantized);
  const bool output_quantized = cursor.value<uint8_t>() != 0;
  model.output_ = FasttextMatrix(cursor, quantized && output_quantized);
  const int64_t buckets = model.dictionary_.num_bucket_rows();
  if (model.input_.columns() != model.args_.dim || model.output_.columns() != model.args_.dim ||
      model.input_.rows() < model.dictionary_.num_words() + buckets || model.output_.rows() < model.num_labels()) {
    cursor.fail("the fastText model's matrices do not fit its dictionary");
  }
  if (model.args_.loss == FasttextLoss::kHierarchicalSoftmax) {
    model.build_tree();
  }
  return model;
}

int32_t FasttextModel::find_label(std::string_view wanted) const {
  for (int32_t i = 0; i < num_labels(); ++i) {
    const std::string_view name = label(i);
    if (name == wanted ||
        (name.starts_with(kFasttextLabelPrefix) && name.substr(kFasttextLabelPrefix.size()) == wanted)) {
      return i;
    }
  }
  return -1;
}

// Huffman's tree by two queues: the labels come by falling count, inner nodes are made in the order of their counts.
void FasttextModel::build_tree() {
  const int32_t leaves = num_labels();
  std::vector<int64_t> counts(2 * static_cast<size_t>(leaves) - 1, kMaxLabelCounts);
  for (int32_t i = 0; i < leaves; ++i) {
    counts[static_cast<size_t>(i)] = dictionary_.label(i).count;
  }
  tree_.resize(static_cast<size_t>(leaves) - 1);
  int32_t leaf = leaves - 1;
  int32_t inner = leaves;
  for (int32_t i = leaves; i < 2 * leaves - 1; ++i) {
    const auto smallest = [&] {
      return leaf >= 0 && counts[static_cast<size_t>(leaf)] < counts[static_cast<size_t>(inner)] ? leaf-- : inner++;
    };
    Node& node = tree_[static_cast<size_t>(i - leaves)];
    node.left = smallest();
    node.right = smallest();
    SMELT_CHECK(node.left < i && node.right < i);
    counts[static_cast<size_t>(i)] = counts[static_cast<size_t>(node.left)] + counts[static_cast<size_t>(node.right)];
  }
}

float FasttextModel::right_turn(int32_t inner, const float* hidden) const {
  return static_cast<float>(1.0 / (1.0 + std::exp(-double{output_.dot_row(inner, hidden)})));
}

void FasttextModel::label_probabilities(const float* hidden, float* out) const {
  const int32_t count = num_labels();
  if (args_.loss == FasttextLoss::kHierarchicalSoftmax) {
    std::vector<double> path(2 * static_cast<size_t>(count) - 1, 1.0);
    for (int32_t i = count - 2; i >= 0; --i) {  // parents come behind their children
      const Node& node = tree_[static_cast<size_t>(i)];
      const double here = path[static_cast<size_t>(count) + static_cast<size_t>(i)];
      const float right = right_turn(i, hidden);
      path[static_cast<size_t>(node.left)] = here * (1.0 - double{right} + kLogFloor);
      path[static_cast<size_t>(node.right)] = here * (double{right} + kLogFloor);
    }
    for (int32_t i = 0; i < count; ++i) {
      out[i] = static_cast<float>(path[static_cast<size_t>(i)]);
    }
    return;
  }
  float largest = -INFINITY;
  for (int32_t i = 0; i < count; ++i) {
    out[i] = output_.dot_row(i, hidden);
    largest = std::max(largest, out[i]);
  }
  double sum = 0;
  const bool softmax = args_.loss == FasttextLoss::kSoftmax;
  for (int32_t i = 0; i < count; ++i) {
    out[i] = softmax ? std::exp(out[i] - largest) : table_sigmoid(out[i]);
    sum += softmax ? double{out[i]} : 0;
  }
  for (int32_t i = 0; i < count; ++i) {
    const double p = softmax ? out[i] / sum : out[i];
    out[i] = p >= 0 ? static_cast<float>(p + kLogFloor) : 0;  // weights that are no numbers give no probability
  }
}

std::vector<FasttextGuess> FasttextModel::best_labels(const float* hidden, size_t count, float threshold) const {
  std::vector<FasttextGuess> best;
  const auto least = static_cast<float>(double{threshold} + kLogFloor);
  const auto worse = [](const FasttextGuess& a, const FasttextGuess& b) {
    return a.probability != b.probability ? a.probability > b.probability : a.label < b.label;
  };
  const auto offer = [&](int32_t label, double probability) {
    const FasttextGuess guess{label, static_cast<float>(probability)};
    if (guess.probability >= least && (best.size() < count || (count > 0 && worse(guess, best.back())))) {
      best.insert(std::upper_bound(best.begin(), best.end(), guess, worse), guess);
      best.resize(std::min(best.size(), count));
    }
  };
  if (args_.loss != FasttextLoss::kHierarchicalSoftmax) {
    std::vector<float> all(static_cast<size_t>(num_labels()));
    label_probabilities(hidden, all.data());
    for (int32_t i = 0; i < num_labels(); ++i) {
      offer(i, all[static_cast<size_t>(i)]);
    }
    return best;
  }
  std::vector<std::pair<int32_t, double>> open{{2 * num_labels() - 2, 1.0}};
  while (!open.empty()) {
    const auto [node, path] = open.back();
    open.pop_back();
    if (path < double{least} ||
        (best.size() == count && (count == 0 || path * kTreeSlack < double{best.back().probability}))) {
      continue;
    }
    if (node < num_labels()) {
      offer(node, path);
      continue;
    }
    const Node& at = tree_[static_cast<size_t>(node - num_labels())];
    const float right = right_turn(node - num_labels(), hidden);
    std::pair<int32_t, double> likely{at.right, path * (double{right} + kLogFloor)};
    std::pair<int32_t, double> other{at.left, path * (1.0 - double{right} + kLogFloor)};
    if (other.second > likely.second) {
      std::swap(likely, other);
    }
    open.push_back(other);
    open.push_back(likely);
  }
  return best;
}

void write_fasttext(const std::string& path, const FasttextArgs& args, const std::vector<FasttextEntry>& entries,
                    int64_t num_tokens, const float* input, const float* output) {
  const auto words = static_cast<int32_t>(
      std::count_if(entries.begin(), entries.end(), [](const FasttextEntry& e) { return !e.is_label; }));
  const auto labels = static_cast<int32_t>(entries.size()) - words;
  std::string head;
  for (const int32_t value :
       {kMagic, kVersion, args.dim, args.ws, args.epoch, args.min_count, args.neg, args.word_ngrams,
        static_cast<int32_t>(args.loss), args.model, args.bucket, args.minn, args.maxn, args.lr_update_rate}) {
    append(head, value);
  }
  append(head, args.t);
  append(head, static_cast<int32_t>(entries.size()));
  append(head, words);
  append(head, labels);
  append(head, num_tokens);
  append(head, int64_t{-1});
  for (const FasttextEntry& entry : entries) {
    head += entry.word;
    head += '\0';
    append(head, entry.count);
    append(head, static_cast<int8_t>(entry.is_label ? 1 : 0));
  }
  AtomicFile file(path);
  const auto write_matrix = [&](int64_t rows, const float* data) {
    append(head, uint8_t{0});
    append(head, rows);
    append(head, int64_t{args.dim});
    file.write(head);
    head.clear();
    file.write({reinterpret_cast<const char*>(data), static_cast<size_t>(rows) * static_cast<size_t>(args.dim) * 4});
  };
  write_matrix(int64_t{words} + args.bucket, input);
  write_matrix(labels, output);
  file.commit();
}

}  // namespace smelt
