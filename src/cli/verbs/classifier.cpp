// `smelt classifier train | score | inspect`.
#include <algorithm>
#include <cmath>
#include <optional>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/files.h"
#include "base/text.h"
#include "cli/session.h"
#include "cli/verbs/lines.h"
#include "cli/verbs/verbs.h"
#include "corpus/quality/buckets.h"
#include "corpus/quality/scorer.h"
#include "corpus/quality/train_classifier.h"

namespace smelt::cli {
namespace {

template <class Options>
Options options_of(const Arguments& arguments) {
  Options options;
  read_recipe_text("--set", "", arguments.texts("--set"), options);
  return options;
}

int train(Session& session, const Arguments& arguments) {
  const Context& context = session.context();
  const std::string output = arguments.text("--output");
  refuse_to_overwrite(output);
  ClassifierTraining options;
  const std::string kind = options.kind = arguments.text("--kind", options.kind);
  options.held_out = arguments.number("--held-out", options.held_out);
  if (kind == "fasttext") {
    options.fasttext = options_of<FasttextTrainOptions>(arguments);
  } else if (kind == "linear") {
    options.linear = options_of<LinearOptions>(arguments);
  } else if (kind == "dsir") {
    options.dsir = options_of<DsirOptions>(arguments);
  } else if (kind == "ngram") {
    options.ngram = options_of<NgramTextOptions>(arguments);
  } else {
    throw usage_error(fmt::format("no kind '{}'", kind), "--kind", "kinds: fasttext, linear, dsir, ngram");
  }
  std::vector<LabelledInput> inputs;
  for (const std::string& input : arguments.texts("--input")) {
    inputs.push_back(parse_labelled_input(input));
  }
  const Json counts = train_classifier(context, options, inputs, arguments.text("--label-key", "label"), output);
  std::string text = fmt::format("{}: {} of text, {}\n", output, human_bytes(counts.at("bytes").as_double()),
                                 human_bytes(static_cast<double>(file_size(output))));
  if (const Json* held = counts.find("held_out"); held != nullptr && held->at("texts").as_int() > 0) {
    text += fmt::format("held out: {} of {} right ({:.1f} %)\n", held->at("correct").as_int(),
                        held->at("texts").as_int(), 100 * held->at("accuracy").as_double());
  }
  session.print(text, counts);
  return 0;
}

struct Scored {
  std::string line;
  double score = 0;
  int64_t bytes = 0;
};

Scored score_document(Scorer& scorer, const ScorerModel& model, const Document& document) {
  Scored out;
  out.score = scorer.score(document.text);
  out.bytes = static_cast<int64_t>(document.text.size());
  Json line = Json::object();
  line["id"] = document.id;
  line["source"] = document.source;
  line["score"] = std::isfinite(out.score) ? Json(out.score) : Json();
  if (!model.labels().empty()) {
    ScoredLabel best = scorer.best(document.text);
    line["label"] = std::move(best.label);
    line["probability"] = best.probability;
  }
  out.line = line.dump() + "\n";
  return out;
}

int score(Session& session, const Arguments& arguments) {
  const Context& context = session.context();
  const std::string output = arguments.text("--output");
  refuse_to_overwrite(output);
  const std::unique_ptr<ScorerModel> model = load_scorer(arguments.text("MODEL"), arguments.text("--label", ""));
  DocumentReader reader(list_document_files(arguments.texts("--input")));
  AtomicFile file(output);
  std::vector<WeightedScore> scores;
  Progress progress(context.progress, "score", 0, "documents");
  using Batch = std::vector<Document>;
  ordered_map<Batch, std::vector<Scored>>(
      context.threads.width(),
      [&]() -> std::optional<Batch> {
        context.stop_if_asked();
        Batch batch;
        while (batch.size() < 256) {
          std::optional<Result<Document>> item = reader.next();
          if (!item) {
            break;
          }
          if (item->ok()) {
            batch.push_back(std::move(*item).value());
          } else {
            context.log.warn("a line without a document is left out: {}", item->reject().detail);
          }
        }
        return batch.empty() ? std::nullopt : std::optional<Batch>(std::move(batch));
      },
      [&](const Batch& batch) {
        const std::unique_ptr<Scorer> scorer = model->make_scorer();
        std::vector<Scored> out;
        for (const Document& document : batch) {
          out.push_back(score_document(*scorer, *model, document));
        }
        return out;
      },
      [&](const std::vector<Scored>& batch) {
        for (const Scored& scored : batch) {
          file.write(scored.line);
          scores.push_back({scored.score, scored.bytes});
        }
        progress.add(batch.size());
      });
  file.commit();
  const auto documents = static_cast<int64_t>(scores.size());
  const BucketThresholds thresholds = percentile_thresholds(scores, false);
  Json json = Json::object();
  json["documents"] = documents;
  json["percentiles"] = Json::list(std::vector<double>(thresholds.begin(), thresholds.end()));
  session.print(
      fmt::format("{} documents -> {}\nscores: 5 % {:.4g}, 25 % {:.4g}, 50 % {:.4g}, 75 % {:.4g}, 95 % "
                  "{:.4g}\n",
                  documents, output, thresholds[0], thresholds[4], thresholds[9], thresholds[14], thresholds[18]),
      json);
  return 0;
}

// What a file says about itself, by its kind.
Json facts_of(const std::string& path, const ScorerModel& model) {
  Json out = Json::object();
  const std::string kind = model.kind();
  if (kind == "fasttext") {
    const FasttextModel fasttext = FasttextModel::load(path);
    const FasttextArgs& args = fasttext.args();
    static const std::vector<std::string> kLosses = {"", "hierarchical softmax", "negative sampling", "softmax",
                                                     "one-vs-all"};
    out["words"] = fasttext.dictionary().num_words();
    out["dim"] = args.dim;
    out["buckets"] = args.bucket;
    out["word_ngrams"] = args.word_ngrams;
    out["characters"] = fmt::format("{}-{}", args.minn, args.maxn);
    out["loss"] = kLosses[static_cast<size_t>(args.loss)];
    out["quantized"] = fasttext.input().quantized();
  } else if (kind == "ngram") {
    out = NgramModel::load(path).header();
  } else {
    const FeatureOptions features =
        kind == "linear" ? LinearHead::load(path).features() : DsirModel::load(path).features();
    out = recipe_to_json(features);
  }
  return out;
}

int inspect(Session& session, const Arguments& arguments) {
  const std::string path = arguments.text("MODEL");
  const std::unique_ptr<ScorerModel> model = load_scorer(path, {}, true);
  Json json = Json::object();
  json["kind"] = model->kind();
  json["bytes"] = static_cast<int64_t>(file_size(path));
  const std::vector<std::string> labels = model->labels();
  json["labels"] = Json::list(labels);
  Json facts = facts_of(path, *model);
  std::string text = fmt::format("{:<18}{}\n{:<18}{}\n", "kind", model->kind(), "size",
                                 human_bytes(static_cast<double>(file_size(path))));
  if (!labels.empty()) {
    const std::vector<std::string> shown(labels.begin(), labels.begin() + std::min<int64_t>(12, std::ssize(labels)));
    text += fmt::format("{:<18}{}: {}{}\n", "labels", labels.size(), fmt::join(shown, ", "),
                        shown.size() < labels.size() ? ", ..." : "");
  }
  for (const auto& [key, value] : facts.as_object()) {
    text += fmt::format("{:<18}{}\n", key, value.is_string() ? value.as_string() : value.dump());
  }
  json["facts"] = std::move(facts);
  if (arguments.has("--arpa")) {
    if (model->kind() != std::string_view("ngram")) {
      throw usage_error("only an n-gram model can be written as ARPA text", "--arpa");
    }
    refuse_to_overwrite(arguments.text("--arpa"));
    NgramText::load(path).write_arpa(arguments.text("--arpa"));
  }
  if (arguments.has("--text")) {
    const std::unique_ptr<Scorer> scorer = model->make_scorer();
    const ScoredLabel best = scorer->best(arguments.text("--text"));
    const double number = labels.empty() ? scorer->score(arguments.text("--text")) : best.probability;
    text += labels.empty() ? fmt::format("{:<18}{:.6g}\n", "score", number)
                           : fmt::format("{:<18}{} ({:.4f})\n", "likeliest label", best.label, number);
    json["label"] = best.label;
    json["score"] = std::isfinite(number) ? Json(number) : Json();
  }
  session.print(text, json);
  return 0;
}

const Positional kModel = {"MODEL", "a fastText model (.bin, .ftz), or one that `classifier train` made"};

}  // namespace

Verb classifier_train_verb() {
  return {
      "classifier train",
      kDataGroup,
      "labelled documents -> a model that scores text",
      "Kinds: fasttext, a classifier in fastText's own format; linear, logistic regression over hashed n-grams; dsir, "
      "importance weights of target against raw text; ngram, a language model for perplexity. An input is "
      "LABEL=PATH, or a path whose documents have their label in their metadata or start with __label__NAME.",
      {},
      {{"--input", FlagKind::kTexts, "[LABEL=]PATH...", "documents: files, folders, globs", true},
       {"--output", FlagKind::kText, "FILE", "model to write", true},
       {"--kind", FlagKind::kText, "KIND", "fasttext, linear, dsir or ngram (default: fasttext)"},
       {"--label-key", FlagKind::kText, "KEY", "of the metadata, where labels are (default: label)"},
       {"--held-out", FlagKind::kNumber, "SHARE", "of the texts, to measure on and not train (default: 0.05)"},
       {"--set", FlagKind::kTexts, "KEY=VALUE", "settings of the kind, e.g. dim=100, features.bits=20, order=5"}},
      {{"smelt classifier train --input hq=wiki.jsonl lq=crawl.jsonl --output quality.bin", "a fastText classifier"},
       {"smelt classifier train --kind linear --input labelled.jsonl --label-key domain --output domain.linear",
        "labels of the documents' metadata"},
       {"smelt classifier train --kind ngram --input books --set order=5 probability_bits=8 --output books.ngram",
        "a language model for perplexity"}},
      train};
}

Verb classifier_score_verb() {
  return {
      "classifier score",
      kDataGroup,
      "documents -> a line each with score and label",
      "",
      {kModel},
      {{"--input", FlagKind::kTexts, "PATH...", "documents: files, folders, globs", true},
       {"--output", FlagKind::kText, "FILE", "JSONL: id, source, score, label, probability", true},
       {"--label", FlagKind::kText, "LABEL", "whose probability is the score (default: see docs/formats.md)"}},
      {{"smelt classifier score quality.bin --label hq --input corpus/train --output scores.jsonl",
        "the probability of one label"},
       {"smelt classifier score books.ngram --input docs.jsonl.zst --output perplexity.jsonl", "perplexities"},
       {"smelt classifier score lid.176.ftz --label en --input docs --output english.jsonl", "a model from elsewhere"}},
      score};
}

Verb classifier_inspect_verb() {
  return {"classifier inspect",
          kDataGroup,
          "what a model of quality is, and what it says of a text",
          "",
          {kModel},
          {{"--text", FlagKind::kText, "TEXT", "to be scored"},
           {"--arpa", FlagKind::kText, "FILE", "an n-gram model as ARPA text, for KenLM and others"}},
          {{"smelt classifier inspect quality.bin", "kind, labels, settings"},
           {"smelt classifier inspect lid.176.ftz --text 'Guten Morgen'", "the likeliest label of a text"},
           {"smelt classifier inspect books.ngram --json", "everything, for a script"}},
          inspect};
}

}  // namespace smelt::cli
