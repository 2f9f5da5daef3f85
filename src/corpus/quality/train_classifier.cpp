#include "corpus/quality/train_classifier.h"

#include <algorithm>
#include <memory>

#include <fmt/format.h>

#include "base/error.h"
#include "base/threads.h"
#include "corpus/quality/scorer.h"

namespace smelt {
namespace {

// How many of the texts get their own label.
Json measure(const Context& context, const std::string& path, const LabelledTexts& texts) {
  const std::unique_ptr<ScorerModel> model = load_scorer(path, {}, true);
  std::vector<uint8_t> right(texts.texts.size());
  parallel_for(context.threads, static_cast<int64_t>(right.size()), 64, [&](int64_t begin, int64_t end) {
    const std::unique_ptr<Scorer> scorer = model->make_scorer();
    for (auto i = static_cast<size_t>(begin); i < static_cast<size_t>(end); ++i) {
      right[i] = scorer->best(texts.texts[i]).label == texts.labels[static_cast<size_t>(texts.label[i])] ? 1 : 0;
    }
  });
  Json out = Json::object();
  const auto count = std::count(right.begin(), right.end(), uint8_t{1});
  out["texts"] = static_cast<int64_t>(right.size());
  out["correct"] = static_cast<int64_t>(count);
  out["accuracy"] = right.empty() ? 0 : static_cast<double>(count) / static_cast<double>(right.size());
  return out;
}

Json train_labelled(const Context& context, const ClassifierTraining& options, LabelledTexts texts,
                    const std::string& output) {
  const LabelledTexts held = split_off(texts, options.held_out, context.seed);
  Json counts = Json::object();
  counts["texts"] = static_cast<int64_t>(texts.texts.size());
  counts["bytes"] = texts.bytes;
  counts["labels"] = Json::list(texts.labels);
  if (options.kind == "linear") {
    const LinearTraining training = train_linear(context, texts, options.linear);
    training.head.save(output);
    counts["iterations"] = training.iterations;
    counts["loss"] = training.loss;
  } else {
    const FasttextTraining training = train_fasttext(context, texts, options.fasttext, output);
    counts["words"] = training.words;
    counts["loss"] = training.loss;
  }
  counts["held_out"] = measure(context, output, held);
  return counts;
}

Json train_dsir(const Context& context, const DsirOptions& options, const LabelledTexts& texts,
                const std::string& output) {
  if (texts.labels != std::vector<std::string>{"raw", "target"}) {
    throw usage_error("DSIR weights need texts of two labels, raw and target", output,
                      "name the texts as target=... and raw=...");
  }
  std::vector<BucketCounts> counts(2, BucketCounts(options.features));
  for (size_t i = 0; i < texts.texts.size(); ++i) {
    context.stop_if_asked();
    counts[static_cast<size_t>(texts.label[i])].add(texts.texts[i]);
  }
  DsirModel(options, counts[1], counts[0]).save(output);
  Json out = Json::object();
  out["texts"] = static_cast<int64_t>(texts.texts.size());
  out["bytes"] = texts.bytes;
  return out;
}

}  // namespace

Json train_classifier(const Context& context, const ClassifierTraining& options,
                      const std::vector<LabelledInput>& inputs, const std::string& label_key,
                      const std::string& output) {
  if (options.kind == "ngram") {
    return train_ngram_text(context, inputs, options.ngram, output);
  }
  LabelledTexts texts = read_labelled(context, inputs, label_key);
  return options.kind == "dsir" ? train_dsir(context, options.dsir, texts, output)
                                : train_labelled(context, options, std::move(texts), output);
}

}  // namespace smelt
