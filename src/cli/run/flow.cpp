#include "cli/run/flow.h"

#include <algorithm>
#include <filesystem>
#include <functional>
#include <map>
#include <thread>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/did_you_mean.h"
#include "base/files.h"
#include "base/text.h"
#include "cli/run/run_folder.h"
#include "eval/report/report.h"
#include "eval/report/training_speed.h"
#include "kernels/probe.h"
#ifdef SMELT_HAS_TRAINING
#include "train/stage.h"
#endif

namespace smelt::cli {
namespace {

// The machine's limits are measured once a run, while nothing else of it works; reports print throughputs as shares of
// them.
void measure_machine(const Context& context, double seconds, const RunFolderWriter& run) {
  if (seconds > 0 && !path_exists(run.file("machine.json"))) {
    write_file(run.file("machine.json"), kernels::measure_limits(context.threads, seconds).to_json().dump(1) + "\n");
  }
}

#ifdef SMELT_HAS_TRAINING
// runs/NAME/model names the trained model; a relative link, so the folder can be moved.
void link_model(const std::string& dir) {
  const std::string fresh = dir + "/.model-link";
  std::error_code error;
  std::filesystem::remove(fresh, error);
  std::filesystem::create_directory_symlink("train/model", fresh, error);
  if (error) {
    throw system_error("cannot link the model", dir + "/model", error.value());
  }
  rename_durably(fresh, dir + "/model");
}
#endif

class Flow {
 public:
  Flow(const Context& context, const RunRecipe& recipe, std::string dir)
      : context_(context), recipe_(recipe), dir_(std::move(dir)) {}

  StageResult stage(const std::string& name) {
    if (name == "documents") {
      return ingest(context_, recipe_.documents, at("documents"));
    }
    if (name == "classifiers") {
      return train_classifiers(context_, recipe_.classifiers, at("documents"), at("classifiers"));
    }
    if (name == "corpus") {
      CurateOptions options = recipe_.corpus;
      options.quality.classifiers_dir = at("classifiers");
      return curate(context_, options, at("documents"), at("corpus"));
    }
    if (name == "tokenizer") {
      return train_tokenizer_stage(context_, recipe_.tokenizer, at("corpus"), at("tokenizer"));
    }
    if (name == "tokens") {
      return build_tokens(context_, recipe_.tokens, at("tokenizer"), at("corpus"), at("tokens"));
    }
    if (name == "train") {
      return train();
    }
    return evaluate(context_, recipe_.eval, at("corpus"), at("tokens"), at("tokenizer"), at("train"), at("eval"));
  }

 private:
  std::string at(const char* name) const { return dir_ + "/" + name; }

  StageResult train() {
#ifdef SMELT_HAS_TRAINING
    StageResult result =
        train_stage(context_, recipe_.train, recipe_.blend, at("tokens"), at("tokenizer"), at("train"));
    link_model(dir_);
    return result;
#else
    throw usage_error("this build of smelt cannot train: it was made without LibTorch", "train",
                      "build the preset release, or stop before with --until tokens");
#endif
  }

  const Context& context_;
  const RunRecipe& recipe_;
  std::string dir_;
};

struct Figure {
  const char* key;      // in run.json's summary
  const char* counted;  // in the counts of the stage's manifest
};

const std::vector<Figure>& figures_of(const std::string& stage) {
  static const std::map<std::string, std::vector<Figure>> kFigures = {
      {"documents",
       {{"pages", "pages"}, {"html_bytes", "html_bytes"}, {"documents", "documents"}, {"text_bytes", "text_bytes"}}},
      {"corpus",
       {{"train_documents", "train.documents"},
        {"train_bytes", "train.text_bytes"},
        {"heldout_documents", "heldout.documents"},
        {"heldout_bytes", "heldout.text_bytes"}}},
      {"classifiers", {{"classifiers", "classifiers"}}},
      {"tokenizer", {{"vocab_size", "tokens"}}},
      {"tokens", {{"tokens", "tokens"}, {"bytes_per_token", "bytes_per_token"}}},
      {"train",
       {{"parameters", "parameters"},
        {"steps", "steps"},
        {"trained_tokens", "tokens"},
        {"flops", "flops"},
        {"loss", "loss"},
        {"val_loss", "val_loss"}}},
      {"eval",
       {{"bits_per_byte", "bits_per_byte"},
        {"compressor_bits_per_byte", "compressor_bits_per_byte"},
        {"ngram_bits_per_byte", "ngram_bits_per_byte"},
        {"untrained_bits_per_byte", "untrained_bits_per_byte"},
        {"cloze_accuracy", "cloze_accuracy"}}},
  };
  return kFigures.at(stage);
}

// The headline figures of a finished stage.
void summarize(RunFolderWriter& run, const std::string& stage, const Json& counts) {
  for (const Figure& figure : figures_of(stage)) {
    if (const Json* value = dig(counts, figure.counted); value != nullptr && !value->is_null()) {
      run.set_summary(figure.key, *value);
    }
  }
  if (stage != "train") {
    return;
  }
  const TrainingSpeed speed = training_speed(RunFolder(run.dir()));
  if (speed.tokens_per_second) {
    run.set_summary("tokens_per_second", *speed.tokens_per_second);
  }
  if (speed.share_of_peak) {
    run.set_summary("share_of_fp32_peak", *speed.share_of_peak);
  }
}

// Notes why a run ends. The program prints the error once; that a full disk takes no note of it is no second one.
void give_up(Session& session, RunFolderWriter& run, const char* why, const char* status) {
  session.log().record(LogLevel::kError, why);
  try {
    run.finish(status);
  } catch (const UserError&) {
    session.log().record(LogLevel::kWarn, "run.json keeps its former status");
  }
}

bool is_one_of(const std::string& name, const std::vector<std::string>& names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// The stage that a name of --until means: itself, or that of a shared step, "corpus.filter".
std::string stage_of(const std::string& until) {
  return is_one_of(until, shared_steps()) ? until.substr(0, until.find('.')) : until;
}

// Those to run, in order, up to `until`.
std::vector<std::string> stages_of(const RunRecipe& recipe, const std::string& until) {
  std::vector<std::string> names = stage_names();
  if (recipe.classifiers.classifiers.empty()) {
    std::erase(names, "classifiers");
  }
  if (until.empty()) {
    return names;
  }
  const auto last = std::find(names.begin(), names.end(), stage_of(until));
  if (last == names.end()) {
    throw usage_error(fmt::format("no stage '{}'", until), "--until",
                      did_you_mean(until, names, fmt::format("stages: {}", fmt::join(names, ", "))));
  }
  return {names.begin(), last + 1};
}

// The threads of one of several processes: its share of the machine's.
int thread_share(const RunRecipe& recipe, const FlowOptions& options) {
  const int wanted = static_cast<int>(recipe.run.threads);
  if (wanted > 0 || !options.worker || options.worker->on_this_machine <= 1) {
    return wanted;
  }
  // Where the launcher has bound the process to its own cores, these are its share already.
  const int available = available_threads();
  const bool bound = available < static_cast<int>(std::thread::hardware_concurrency());
  return bound ? available : std::max(1, available / options.worker->on_this_machine);
}

// What a process does that only helps: the shared stages, without a word in the run's books.
FlowResult help_flow(Session& session, const RunRecipe& recipe, const FlowOptions& options, Workers& workers) {
  check_helper(recipe, options.resume);
  Context context = session.reconfigure(static_cast<uint64_t>(recipe.run.seed), thread_share(recipe, options));
  context.workers = &workers;
  const std::string dir = recipe.run.output + "/" + recipe.run.name;
  make_directories(dir + "/workers");
  session.log().to_file(dir + fmt::format("/workers/{:04}.jsonl", options.worker->index));
  for (const std::string& name : stages_of(recipe, options.until)) {
    if (name == "tokenizer") {
      break;
    }
    Flow(context, recipe, dir).stage(name);
  }
  return {dir, true};
}

// What the process does that keeps the books: everything, the shared stages with others where there are any.
FlowResult lead_flow(Session& session, const RunRecipe& recipe, const FlowOptions& options, Workers* workers) {
  Context context = session.reconfigure(static_cast<uint64_t>(recipe.run.seed), thread_share(recipe, options));
  context.workers = workers;
  RunFolderWriter run(recipe, options.resume);
  session.log().to_file(run.file("log.jsonl"));
  try {
    const std::vector<std::string> stages = stages_of(recipe, options.until);
    for (const std::string& name : stages) {
      context.stop_if_asked();
      if (workers == nullptr || !is_one_of(name, {"documents", "classifiers", "corpus"})) {
        measure_machine(context, recipe.run.probe_seconds, run);
      }
      const StageResult result = Flow(context, recipe, run.dir()).stage(name);
      run.add_stage(name, result);
      summarize(run, name, result.manifest.counts);
    }
    run.finish(stages.back() == stage_names().back() ? "done" : "stopped after " + stages.back());
    write_report(run.dir());
  } catch (const LeftToOthers&) {
    run.finish("waiting for other processes");
    return {run.dir(), true};
  } catch (const UserError& error) {
    give_up(session, run, error.what(), error.code() == ExitCode::kPreempted ? "preempted" : "failed");
    throw;
  } catch (const std::exception& error) {
    give_up(session, run, error.what(), "failed");
    throw;
  }
  return {run.dir(), false};
}

}  // namespace

const std::vector<std::string>& stage_names() {
  static const std::vector<std::string> kNames = {"documents", "classifiers", "corpus", "tokenizer",
                                                  "tokens",    "train",       "eval"};
  return kNames;
}

const std::vector<std::string>& shared_steps() {
  static const std::vector<std::string> kNames = {"documents", "corpus.filter", "corpus.decide", "corpus"};
  return kNames;
}

void check_flow(const RunRecipe& recipe, const FlowOptions& options) {
  check_quality(recipe);
  check_curate(recipe.corpus);
  const std::vector<std::string> stages = stages_of(recipe, options.until);
  if (std::find(stages.begin(), stages.end(), "train") != stages.end()) {
    check_training(recipe);
  }
}

FlowResult run_flow(Session& session, const RunRecipe& recipe, const FlowOptions& options) {
  check_flow(recipe, options);
  if (!options.worker) {
    if (options.until.find('.') != std::string::npos) {
      throw usage_error("a step inside a stage is for one of several processes", "--until", "add --worker I/N");
    }
    return lead_flow(session, recipe, options, nullptr);
  }
  WorkerOptions worker = *options.worker;
  worker.lease_seconds = recipe.run.lease_seconds;
  const size_t dot = options.until.find('.');
  worker.until = dot == std::string::npos ? "" : options.until.substr(dot + 1);
  Workers workers(worker);
  if (worker.index == 0) {
    return lead_flow(session, recipe, options, &workers);
  }
  try {
    return help_flow(session, recipe, options, workers);
  } catch (const LeftToOthers&) {
    return {recipe.run.output + "/" + recipe.run.name, true};
  }
}

}  // namespace smelt::cli
