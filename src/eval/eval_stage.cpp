#include "eval/eval_stage.h"

#include <algorithm>
#include <cmath>

#include "arch/model_directory.h"
#include "base/files.h"
#include "corpus/quality/ngram_model.h"
#include "eval/measure.h"
#include "eval/samples.h"
#include "serve/engine/model.h"
#include "tokens/token_dataset.h"
#include "tokens/tokenizer.h"

namespace smelt {

namespace {

constexpr int64_t kVersion = 1;

struct Places {
  std::string corpus;
  std::string tokens;
  std::string tokenizer;
  std::string train;
};

std::string input_digest(const std::string& dir) {
  if (!path_exists(dir)) {
    throw input_error("the evaluation needs this folder", dir, "run the stages before it");
  }
  return folder_digest(dir);
}

// Prefixes of the token files to train on, in byte order.
std::vector<std::string> training_prefixes(const std::string& tokens_dir) {
  std::vector<std::string> out;
  for (const std::string& path : list_files(tokens_dir)) {
    if (path.ends_with(".idx") && path != "heldout.idx") {
      out.push_back(tokens_dir + "/" + path.substr(0, path.size() - 4));
    }
  }
  if (out.empty()) {
    throw input_error("there are no token files to train the n-gram model on", tokens_dir, "run the stage tokens");
  }
  return out;
}

NgramModel train_ngram(const Context& context, const EvalOptions& options, const Places& places, int64_t vocab_size) {
  std::vector<TokenDataset> datasets;
  std::vector<std::pair<size_t, int64_t>> documents;
  for (const std::string& prefix : training_prefixes(places.tokens)) {
    datasets.emplace_back(prefix);
    for (int64_t i = 0; i < datasets.back().num_documents(); ++i) {
      documents.emplace_back(datasets.size() - 1, i);
    }
  }
  const auto read = [&](int64_t i, std::vector<int32_t>& out) {
    const auto& [set, document] = documents[static_cast<size_t>(i)];
    const TokenDataset& dataset = datasets[set];
    for (int64_t s = dataset.document_begin(document); s < dataset.document_begin(document + 1); ++s) {
      const std::vector<int32_t> tokens = dataset.sequence(s);
      out.insert(out.end(), tokens.begin(), tokens.end());
    }
  };
  NgramOptions ngram;
  ngram.order = options.ngram_order;
  ngram.vocab_size = vocab_size;
  return NgramModel::train(context.threads, static_cast<int64_t>(documents.size()), read, ngram);
}

// One evaluation: what the parts share, loaded when the first part asks for it.
class Evaluation {
 public:
  Evaluation(const Context& context, const EvalOptions& options, Places places, StageDir& stage)
      : context_(context),
        options_(options),
        places_(std::move(places)),
        stage_(stage),
        tokenizer_(Tokenizer::load(places_.tokenizer)),
        heldout_(load_heldout(context, places_.corpus + "/heldout", tokenizer_, options.max_heldout_bytes)) {}

  Json run();

 private:
  template <class Work>
  Json part(const std::string& name, const Work& work);
  Json model_part();
  Json untrained_part();
  Json uniform_part() const;
  Json ngram_part();
  Json compressor_part(bool with_training_text) const;
  Json samples_part();
  std::string untrained_dir();
  BitsPerByte price(const serve::Model& model, int64_t max_bytes) const;
  ClozeOptions cloze_options() const;

  const Context& context_;
  const EvalOptions& options_;
  Places places_;
  StageDir& stage_;
  Tokenizer tokenizer_;
  HeldoutSet heldout_;
};

template <class Work>
Json Evaluation::part(const std::string& name, const Work& work) {
  context_.stop_if_asked();
  if (!stage_.is_done(name)) {
    context_.log.info("eval: {}", name);
    stage_.mark_done(name, {}, work());
  }
  return stage_.done_counts(name);
}

BitsPerByte Evaluation::price(const serve::Model& model, int64_t max_bytes) const {
  return measure_bits(context_, model, heldout_, {options_.context_length, options_.overlap}, max_bytes);
}

ClozeOptions Evaluation::cloze_options() const {
  return {options_.cloze_items, options_.cloze_words};
}

Json Evaluation::model_part() {
  const auto model = serve::Model::load(places_.train + "/model", context_.threads);
  Json out = Json::object();
  out["bits"] = to_json(price(*model, heldout_.bytes));
  out["cloze"] = measure_cloze(context_, heldout_, tokenizer_, cloze_options(), *model);
  return out;
}

// The trainer starts from the same numbers: initial values are a function of the configuration and the seed alone.
std::string Evaluation::untrained_dir() {
  const std::vector<Milestone> milestones = list_milestones(places_.train + "/milestones");
  if (!milestones.empty() && milestones.front().step == 0) {
    return milestones.front().dir;
  }
  const std::string dir = stage_.file("untrained");
  if (!path_exists(dir + "/config.json")) {
    make_directories(dir);
    ModelConfig config = load_model_config(places_.train + "/model/config.json");
    config.time_step_min = ModelConfig().time_step_min;  // trained models are saved with one that never binds
    write_fresh_model(dir, config, context_.seed);
  }
  return dir;
}

Json Evaluation::untrained_part() {
  const auto model = serve::Model::load(untrained_dir(), context_.threads);
  return to_json(price(*model, options_.max_untrained_bytes));
}

Json Evaluation::uniform_part() const {
  return to_json(uniform_bits(heldout_, tokenizer_.vocab_size(), context_.seed));
}

Json Evaluation::ngram_part() {
  const NgramModel model = train_ngram(context_, options_, places_, tokenizer_.vocab_size());
  std::vector<DocumentBits> documents;
  for (const HeldoutDocument& document : heldout_.documents) {
    const std::vector<int32_t> ids(document.ids.begin(), document.ids.end());
    documents.push_back(
        {bits_of(model.score(ids)), static_cast<int64_t>(document.text.size()), static_cast<int64_t>(ids.size())});
  }
  Json bits = to_json(summarize_bits(documents, context_.seed));
  bits["order"] = options_.ngram_order;
  bits["training_tokens"] = model.num_tokens();
  bits["ngrams"] = Json::array();
  for (int64_t k = 1; k <= model.order(); ++k) {
    bits["ngrams"].push_back(model.num_ngrams(k));
  }
  Json out = Json::object();
  out["bits"] = std::move(bits);
  std::vector<double> p;
  const auto decode = [&](std::span<const uint32_t> prompt, OnToken on_token) {
    // The start token stands for the start of a document, which the n-gram model has a marker of its own for.
    std::vector<int32_t> ids(prompt.begin() + 1, prompt.end());
    while (true) {
      model.distribution(ids, p);
      ids.push_back(static_cast<int32_t>(std::max_element(p.begin(), p.end()) - p.begin()));
      if (!on_token(static_cast<uint32_t>(ids.back()))) {
        return;
      }
    }
  };
  out["cloze"] = measure_cloze(context_, heldout_, tokenizer_, cloze_options(), decode);
  return out;
}

Json Evaluation::compressor_part(bool with_training_text) const {
  TrainingText training;
  if (with_training_text) {
    training = load_training_text(context_, places_.corpus + "/train", options_.max_compressor_bytes);
  }
  Json out = measure_compressor(heldout_, training.text);
  out["training_bytes_available"] = training.available_bytes;
  return out;
}

Json Evaluation::samples_part() {
  std::vector<Milestone> milestones = list_milestones(places_.train + "/milestones");
  std::erase_if(milestones, [](const Milestone& milestone) { return milestone.step == 0; });
  milestones = spread_milestones(milestones, options_.milestones);
  milestones.insert(milestones.begin(), {0, untrained_dir()});
  const std::vector<std::string> prompts =
      choose_prompts(heldout_, options_.samples, options_.prompt_words, context_.seed);
  std::string lines;
  for (const Milestone& milestone : milestones) {
    const SampleOptions sample{options_.sample_tokens, options_.temperature, options_.top_p};
    for (const Json& line : sample_milestone(context_, milestone, tokenizer_, prompts, sample)) {
      lines += line.dump() + "\n";
    }
  }
  write_file(stage_.file("samples.jsonl"), lines);
  return Json::object();
}

Json Evaluation::run() {
  const Json model = part("model", [&] { return model_part(); });
  const Json ngram = part("ngram", [&] { return ngram_part(); });
  Json bits = Json::object();
  bits["model"] = model.at("bits");
  bits["ngram"] = ngram.at("bits");
  bits["compressor"] = part("compressor", [&] { return compressor_part(true); });
  bits["compressor_alone"] = part("compressor_alone", [&] { return compressor_part(false); });
  bits["untrained"] = part("untrained", [&] { return untrained_part(); });
  bits["uniform"] = uniform_part();
  if (!stage_.is_done("samples")) {
    context_.log.info("eval: samples of the milestones");
    stage_.mark_done("samples", {"samples.jsonl"}, samples_part());
  }
  remove_all(stage_.file("untrained"));

  Json results = Json::object();
  results["heldout"] = to_json(heldout_);
  Json cloze = Json::object();
  cloze["items"] = model.at("cloze").at("items");
  cloze["context_words"] = options_.cloze_words;
  cloze["model"] = model.at("cloze");
  cloze["ngram"] = ngram.at("cloze");

  Json counts = Json::object();
  counts["bits_per_byte"] = bits.at("model").at("bits_per_byte");
  for (const char* name : {"ngram", "compressor", "untrained"}) {
    counts[std::string(name) + "_bits_per_byte"] = bits.at(name).at("bits_per_byte");
  }
  counts["cloze_accuracy"] = cloze.at("model").at("accuracy");
  counts["heldout_documents"] = results.at("heldout").at("documents");
  counts["heldout_bytes"] = results.at("heldout").at("bytes");
  results["bits_per_byte"] = std::move(bits);
  results["cloze"] = std::move(cloze);
  write_file(stage_.file("results.json"), results.dump(1) + "\n");
  return counts;
}

}  // namespace

void EvalOptions::fields(Fields& f) {
  f("max_heldout_bytes", max_heldout_bytes, "bytes of held-out text to measure on; more are drawn from", {.min = 1});
  f("max_untrained_bytes", max_untrained_bytes, "of these, for the model before training", {.min = 1});
  f("context_length", context_length, "tokens the model sees at once; 0: as many as in training", {.min = 0});
  f("overlap", overlap, "share of a window that repeats the one before it, in documents longer than the context",
    {.min = 0, .max = 0.95});
  f("ngram_order", ngram_order, "of the n-gram yardstick", {.min = 1, .max = 8});
  f("max_compressor_bytes", max_compressor_bytes,
    "bytes of training text that zstd may look back into (about 1 s a MB); of more, an even part is drawn",
    {.min = 1, .max = 1 << 30});
  f("cloze_items", cloze_items, "passages whose last word is to be guessed", {.min = 0});
  f("cloze_words", cloze_words, "words before the missing one; LAMBADA's passages have 75 on average",
    {.min = 1, .max = 1000});
  f("milestones", milestones, "models along the training that are sampled, beside the one before it",
    {.min = 0, .max = 100});
  f("samples", samples,
    "samples at each milestone: one without a prompt, the others from first words of held-out documents",
    {.min = 1, .max = 20});
  f("prompt_words", prompt_words, "words of a prompt", {.min = 1, .max = 200});
  f("sample_tokens", sample_tokens, "most tokens of a sample", {.min = 1, .max = 4096});
  f("temperature", temperature, "of the samples; 0 takes the most likely token", {.min = 0, .max = 10});
  f("top_p", top_p, "samples come from the likeliest tokens that hold this share", {.min = 0.01, .max = 1});
}

StageSpec eval_spec(const Context& context, const EvalOptions& options, const std::string& corpus_dir,
                    const std::string& tokens_dir, const std::string& tokenizer_dir, const std::string& train_dir,
                    const std::string& dir) {
  StageSpec spec;
  spec.name = "eval";
  spec.version = kVersion;
  spec.dir = dir;
  spec.settings = recipe_to_json(options);
  spec.settings["seed"] = context.seed;
  for (const auto& [name, input] : {std::pair{"corpus", &corpus_dir},
                                    {"tokens", &tokens_dir},
                                    {"tokenizer", &tokenizer_dir},
                                    {"train", &train_dir}}) {
    spec.inputs.emplace_back(name, input_digest(*input));
  }
  return spec;
}

StageResult evaluate(const Context& context, const EvalOptions& options, const std::string& corpus_dir,
                     const std::string& tokens_dir, const std::string& tokenizer_dir, const std::string& train_dir,
                     const std::string& dir) {
  return run_stage(
      context, eval_spec(context, options, corpus_dir, tokens_dir, tokenizer_dir, train_dir, dir),
      [&](StageDir& stage) {
        return Evaluation(context, options, {corpus_dir, tokens_dir, tokenizer_dir, train_dir}, stage).run();
      });
}

}  // namespace smelt
