#include "train/pretrain.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <map>
#include <optional>
#include <set>

#include <fmt/format.h>

#include "arch/counts.h"
#include "base/files.h"
#include "model/model_files.h"
#include "model/torch_executor.h"
#include "tokens/chat/chat_template.h"
#include "train/checkpoint.h"
#include "train/run_log.h"
#include "train/sequence_source.h"
#include "train/trainer.h"

namespace smelt {
namespace {

double unix_time() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

std::unique_ptr<NemotronH> start_model(const Context& context, const TrainOptions& options,
                                       const PretrainInputs& inputs) {
  if (!options.model.from.empty()) {
    auto model = load_model(options.model.from);
    if (model->config().vocab_size < inputs.vocab_size) {
      throw usage_error(
          fmt::format("the model has {} tokens, the tokenizer {}", model->config().vocab_size, inputs.vocab_size),
          "train.model.from", "use the tokenizer of that model");
    }
    return model;
  }
  ModelConfig config = make_model_config(options.model, inputs.vocab_size, options.seq_length);
  if (inputs.eos_id >= 0) {
    config.eos_token_ids = {inputs.eos_id};
    config.bos_token_id = inputs.eos_id;
    config.pad_token_id = inputs.eos_id;
  }
  auto model = std::make_unique<NemotronH>(config);
  model->init(context.seed);
  return model;
}

// What goes beside the weights so that the folder can be talked to: the tokenizer's files, and for a tokenizer without
// a chat template the one that says that a base model takes no turns.
std::map<std::string, std::string> companion_files(const std::string& tokenizer_dir) {
  std::map<std::string, std::string> out;
  if (tokenizer_dir.empty()) {
    return out;
  }
  for (const char* name : {"tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "chat_template.jinja",
                           "vocab.json", "merges.txt"}) {
    const std::string path = tokenizer_dir + "/" + name;
    if (path_exists(path)) {
      out[name] = read_file(path);
    }
  }
  if (!ChatTemplate::load(tokenizer_dir)) {
    out["chat_template.jinja"] = base_model_chat_template();
  }
  return out;
}

class Run {
 public:
  Run(const Context& context, const TrainOptions& options, const PretrainInputs& inputs, std::string directory)
      : context_(context),
        options_(options),
        inputs_(inputs),
        directory_(std::move(directory)),
        model_(start_model(context, options, inputs)),
        trainer_(*model_, options_, *inputs.train, context.threads),
        store_(directory_ + "/checkpoints", inputs.key),
        flops_per_token_(training_flops_per_token(model_->config(), options.seq_length)) {
    for (int64_t i = 1; i <= options.milestones; ++i) {
      milestones_.insert((trainer_.total_steps() * i + options.milestones - 1) / options.milestones);
    }
  }

  Json go() {
    remove_unfinished();
    const std::optional<Json> extra = store_.restore_latest(trainer_, context_.log);
    const Json position = extra ? extra->at("logs") : Json();
    if (extra) {
      last_loss_ = extra->at("loss");
      last_val_loss_ = extra->at("val_loss");
      context_.log.info("pretrain: going on after step {} of {}", trainer_.steps_done(), trainer_.total_steps());
    }
    RunLog log(directory_, position);
    if (!extra && options_.milestones > 0 && options_.model.from.empty()) {
      save_milestone();
    }
    const ParameterCounts counts = count_parameters(model_->config());
    context_.log.info("pretrain: {} parameters ({} outside the embeddings), {} steps of {} tokens", counts.total,
                      counts.non_embedding, trainer_.total_steps(), options_.tokens_per_step());
    const int64_t left = trainer_.total_steps() - trainer_.steps_done();
    Progress progress(context_.progress, "pretrain", static_cast<uint64_t>(left * options_.tokens_per_step()),
                      "tokens");
    while (trainer_.steps_done() < trainer_.total_steps()) {
      one_step(log, progress);
    }
    return finish(log, counts);
  }

 private:
  static bool due(int64_t step, int64_t every) { return every > 0 && step % every == 0; }

  void one_step(RunLog& log, Progress& progress) {
    const int64_t first = trainer_.steps_done() * options_.sequences_per_step();
    const auto start = std::chrono::steady_clock::now();
    const StepReport report = trainer_.step();
    StepTiming timing{.time = unix_time(),
                      .seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count()};
    timing.tokens_per_s = static_cast<double>(options_.tokens_per_step()) / timing.seconds;
    timing.gflops = timing.tokens_per_s * flops_per_token_ / 1e9;
    const int64_t last = first + options_.sequences_per_step() - 1;
    if (report.skipped) {
      context_.log.warn("pretrain: step {} skipped, its loss or gradient is not finite (sequences {} to {})",
                        report.step, first, last);
    } else {
      last_loss_ = report.loss;
    }
    std::optional<double> val_loss;
    const bool at_end = report.step == trainer_.total_steps();
    if (inputs_.held_out != nullptr && (at_end || due(report.step, options_.validate_every))) {
      val_loss = trainer_.validate(*inputs_.held_out);
      last_val_loss_ = *val_loss;
      context_.log.info("pretrain: step {}, held-out loss {:.4f}", report.step, *val_loss);
    }
    log.add(report, report.step * options_.tokens_per_step(), first, last, val_loss, timing);
    progress.set_note(fmt::format("loss {:.3f}", report.loss));
    progress.add(static_cast<uint64_t>(options_.tokens_per_step()));
    if (milestones_.count(report.step) != 0) {
      save_milestone();
    }
    if (at_end || due(report.step, options_.checkpoint_every) || context_.stop.load(std::memory_order_relaxed)) {
      checkpoint(log);
    }
    if (!at_end) {
      context_.stop_if_asked();
    }
  }

  void save_milestone() {
    save_model(*model_, fmt::format("{}/milestones/step-{:08}", directory_, trainer_.steps_done()), "bfloat16",
               companion_files(inputs_.tokenizer_dir));
  }

  void checkpoint(RunLog& log) {
    Json extra = Json::object();
    extra["logs"] = log.sync();
    extra["loss"] = last_loss_;
    extra["val_loss"] = last_val_loss_;
    store_.save(trainer_, extra);
    store_.prune(options_.keep_checkpoints);
  }

  Json finish(RunLog& log, const ParameterCounts& counts) {
    log.sync();
    save_model(*model_, directory_ + "/model", options_.save_dtype, companion_files(inputs_.tokenizer_dir));
    store_.prune(1);
    Json out = Json::object();
    out["steps"] = trainer_.total_steps();
    out["tokens"] = trainer_.total_steps() * options_.tokens_per_step();
    out["parameters"] = counts.total;
    out["non_embedding_parameters"] = counts.non_embedding;
    out["loss"] = last_loss_;
    out["val_loss"] = last_val_loss_;
    out["skipped_steps"] = trainer_.counters().at("skipped_steps");
    out["flops_per_token"] = flops_per_token_;
    out["flops"] = flops_per_token_ * static_cast<double>(out.at("tokens").as_int());
    return out;
  }

  // What a kill left half-written.
  void remove_unfinished() {
    for (const char* folder : {"", "/milestones", "/checkpoints"}) {
      std::error_code ignored;
      for (const auto& entry : std::filesystem::directory_iterator(directory_ + folder, ignored)) {
        if (entry.path().filename().string().find("unfinished") != std::string::npos) {
          remove_all(entry.path().string());
        }
      }
    }
  }

  const Context& context_;
  const TrainOptions& options_;
  const PretrainInputs& inputs_;
  std::string directory_;
  std::unique_ptr<NemotronH> model_;
  Trainer trainer_;
  CheckpointStore store_;
  double flops_per_token_;
  std::set<int64_t> milestones_;
  Json last_loss_;
  Json last_val_loss_;
};

}  // namespace

Json pretrain(const Context& context, const TrainOptions& options, const PretrainInputs& inputs,
              const std::string& directory) {
  init_torch(Replicas::intra_width(context.threads.width(), options.accumulation));
  make_directories(directory);
  return Run(context, options, inputs, directory).go();
}

}  // namespace smelt
