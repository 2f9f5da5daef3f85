// `smelt eval MODEL --input DOCS`: a model on documents it has not seen.
#include <algorithm>
#include <optional>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/did_you_mean.h"
#include "base/files.h"
#include "base/text.h"
#include "cli/session.h"
#include "cli/verbs/verbs.h"
#include "eval/eval_stage.h"
#include "eval/measure.h"

namespace smelt::cli {
namespace {

const std::vector<std::string>& task_names() {
  static const std::vector<std::string> kNames = {"bits", "cloze", "zstd"};
  return kNames;
}

// "bits,cloze" and "bits cloze" alike.
std::vector<std::string> chosen_tasks(const Arguments& arguments) {
  if (!arguments.has("--tasks")) {
    return task_names();
  }
  std::vector<std::string> out;
  for (const std::string& words : arguments.texts("--tasks")) {
    for (const std::string_view word : split(words, ',')) {
      const std::string name(trim(word));
      if (std::find(task_names().begin(), task_names().end(), name) == task_names().end()) {
        throw usage_error(fmt::format("no task '{}'", name), "--tasks",
                          did_you_mean(name, task_names(), fmt::format("tasks: {}", fmt::join(task_names(), ", "))));
      }
      out.push_back(name);
    }
  }
  return out;
}

struct EvalCall {
  std::vector<std::string> tasks;
  int64_t max_bytes;
  ReadingOptions reading;
  ClozeOptions cloze;

  bool wants(const char* task) const { return std::find(tasks.begin(), tasks.end(), task) != tasks.end(); }
};

int64_t positive(const Arguments& arguments, const char* flag, int64_t fallback, int64_t least) {
  const int64_t value = arguments.integer(flag, fallback);
  if (value < least) {
    throw usage_error(fmt::format("{} is below {}", value, least), flag);
  }
  return value;
}

EvalCall read_call(const Arguments& arguments) {
  EvalCall call;
  call.tasks = chosen_tasks(arguments);
  call.max_bytes = positive(arguments, "--max-bytes", int64_t{1} << 20, 1);
  call.reading.context_length = positive(arguments, "--context", 0, 0);
  call.cloze.items = positive(arguments, "--cloze-items", call.cloze.items, 0);
  return call;
}

void add_line(std::string& text, const char* name, const Json& figure) {
  text += fmt::format("  {:<30} {:>8.3f}", name, figure.at("bits_per_byte").as_double());
  if (figure.contains("low")) {
    text += fmt::format("   {:.3f} to {:.3f}", figure.at("low").as_double(), figure.at("high").as_double());
  }
  text += "\n";
}

std::string table(const Json& results) {
  const Json& heldout = results.at("heldout");
  std::string text = fmt::format("{} documents, {} of text, {} tokens\n", heldout.at("documents").as_int(),
                                 human_bytes(heldout.at("bytes").as_double()), heldout.at("tokens").as_int());
  if (const Json* bits = results.find("bits_per_byte")) {
    text += fmt::format("\n{:<32} {:>8}   {}\n", "bits per byte", "", "95 % interval over documents");
    for (const auto& [key, name] : {std::pair{"model", "the model"},
                                    {"compressor", "zstd with --training"},
                                    {"compressor_alone", "zstd alone"},
                                    {"uniform", "every token equally likely"}}) {
      if (const Json* figure = bits->find(key)) {
        add_line(text, name, *figure);
      }
    }
  }
  if (const Json* cloze = results.find("cloze")) {
    text +=
        fmt::format("\ncloze: {} of {} last words guessed, {:.1f} % ({:.1f} to {:.1f} %)\n",
                    cloze->at("correct").as_int(), cloze->at("items").as_int(), 100 * cloze->at("accuracy").as_double(),
                    100 * cloze->at("low").as_double(), 100 * cloze->at("high").as_double());
  }
  return text;
}

Json measure(const Context& context, const Arguments& arguments, const EvalCall& call) {
  const std::string& dir = arguments.text("MODEL");
  const auto model = serve::Model::load(dir, context.threads);
  const Tokenizer tokenizer = Tokenizer::load(arguments.text("--tokenizer", dir));
  if (static_cast<int64_t>(tokenizer.vocab_size()) > model->vocab_size()) {
    throw input_error(
        fmt::format("the tokenizer has {} tokens, the model {}", tokenizer.vocab_size(), model->vocab_size()),
        arguments.text("--tokenizer", dir), "name the model's own with --tokenizer");
  }
  const HeldoutSet heldout = load_heldout(context, arguments.text("--input"), tokenizer, call.max_bytes);
  Json results = Json::object();
  results["model"] = dir;
  results["heldout"] = to_json(heldout);
  Json bits = Json::object();
  if (call.wants("bits")) {
    bits["model"] = to_json(measure_bits(context, *model, heldout, call.reading));
    bits["uniform"] = to_json(uniform_bits(heldout, tokenizer.vocab_size(), context.seed));
  }
  if (call.wants("zstd")) {
    bits["compressor_alone"] = measure_compressor(heldout, {});
    if (arguments.has("--training")) {
      const int64_t max_bytes = EvalOptions().max_compressor_bytes;
      const TrainingText training = load_training_text(context, arguments.text("--training"), max_bytes);
      bits["compressor"] = measure_compressor(heldout, training.text);
      bits["compressor"]["training_bytes_available"] = training.available_bytes;
    }
  }
  if (bits.size() > 0) {
    results["bits_per_byte"] = std::move(bits);
  }
  if (call.wants("cloze")) {
    results["cloze"] = measure_cloze(context, heldout, tokenizer, call.cloze, *model);
  }
  return results;
}

int evaluate_model(Session& session, const Arguments& arguments) {
  const EvalCall call = read_call(arguments);
  const Json results = measure(session.context(), arguments, call);
  session.print(table(results), results);
  return 0;
}

}  // namespace

Verb eval_verb() {
  return {
      "eval",
      kModelGroup,
      "model + held-out documents -> bits per byte, cloze",
      "Every token of every document is paid for, its end included, and the bits are divided by the bytes of the text: "
      "models with\n"
      "different tokenizers compare. Tasks: bits (the model, and every token equally likely), zstd (the same text "
      "under "
      "zstd -22), cloze\n"
      "(the last word of a passage, guessed greedily). Of more than --max-bytes, documents are drawn without regard to "
      "their content.",
      {{"MODEL", "a model's folder"}},
      {{"--input", FlagKind::kText, "DOCS", "held-out documents: JSONL (.gz, .zst), Parquet, a folder or glob", true},
       {"--tasks", FlagKind::kTexts, "TASK", "bits, cloze, zstd (default: all of them)"},
       {"--training", FlagKind::kText, "DOCS", "what the model was trained on: zstd may look back into it"},
       {"--tokenizer", FlagKind::kText, "DIR", "where the model's folder has none"},
       {"--max-bytes", FlagKind::kInteger, "N", "bytes of text to measure on (default: 1048576)"},
       {"--context", FlagKind::kInteger, "N", "tokens the model sees at once (default: as many as in training)"},
       {"--cloze-items", FlagKind::kInteger, "N", "passages to guess the last word of (default: 500)"}},
      {{"smelt eval runs/quickstart/model --input runs/quickstart/corpus/heldout", "on what the run held out"},
       {"smelt eval model --input docs.jsonl.zst --tasks bits --json", "one figure for a script"},
       {"smelt eval model --input heldout --training corpus/train --max-bytes 200000", "beside a compressor"}},
      evaluate_model};
}

}  // namespace smelt::cli
