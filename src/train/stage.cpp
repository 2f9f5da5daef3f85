#include "train/stage.h"

#include <algorithm>
#include <optional>

#include "base/error.h"
#include "base/files.h"
#include "base/manifest.h"
#include "tokens/samples.h"
#include "tokens/tokenizer.h"
#include "train/pretrain.h"
#include "train/sequence_source.h"

namespace smelt {
namespace {

constexpr const char* kHeldOut = "heldout";

class StreamSource : public SequenceSource {
 public:
  explicit StreamSource(SampleStream stream) : stream_(std::move(stream)) {}
  void read(int64_t index, std::span<int32_t> tokens) const override { stream_.read(index, tokens); }
  int64_t size() const { return stream_.size(); }
  const SampleStream& stream() const { return stream_; }

 private:
  SampleStream stream_;
};

// The same windows whatever the training seed, as many as are asked for and there are.
std::optional<StreamSource> open_held_out(const std::string& tokens_dir, const TrainOptions& options) {
  const std::string prefix = tokens_dir + "/" + kHeldOut;
  if (!path_exists(prefix + ".idx")) {
    return std::nullopt;
  }
  NamedDataset dataset = open_dataset(prefix);
  const int64_t windows = (dataset.dataset->num_tokens() - 1) / options.seq_length;
  if (windows < 1) {
    return std::nullopt;
  }
  return StreamSource(
      SampleStream({std::move(dataset)}, {}, options.seq_length, 0, std::min(windows, options.validation_sequences)));
}

}  // namespace

StageSpec train_spec(const Context& context, const TrainOptions& options, const Blend& blend,
                     const std::string& tokens_dir, const std::string& tokenizer_dir, const std::string& dir) {
  options.check();  // before anything is read
  StageSpec spec{.name = "pretrain", .version = 3, .dir = dir, .settings = Json::object(), .inputs = {}};
  spec.settings["train"] = recipe_to_json(options);
  spec.settings["blend"] = recipe_to_json(blend);
  spec.settings["seed"] = context.seed;
  spec.inputs = {{"tokens", folder_digest(tokens_dir)}, {"tokenizer", folder_digest(tokenizer_dir)}};
  if (!options.model.from.empty()) {
    spec.inputs.emplace_back("model", folder_digest(options.model.from));
  }
  return spec;
}

Json run_train(const Context& context, const TrainOptions& options, const Blend& blend, const std::string& tokens_dir,
               const std::string& tokenizer_dir, const StageSpec& spec, StageDir& stage) {
  const int64_t sequences = options.total_steps() * options.sequences_per_step();
  const Tokenizer tokenizer = Tokenizer::load(tokenizer_dir);
  const StreamSource source(
      SampleStream(open_datasets(tokens_dir), blend, options.seq_length, context.seed, sequences));
  const std::optional<StreamSource> held_out = open_held_out(tokens_dir, options);
  context.log.info("pretrain: what will be read\n{}", source.stream().describe());
  TrainOptions used = options;
  if (held_out) {
    used.validation_sequences = held_out->size();
  } else {
    context.log.warn("pretrain: no held-out tokens of at least one sequence in {}: nothing to validate on", tokens_dir);
  }
  PretrainInputs inputs;
  inputs.train = &source;
  inputs.held_out = held_out ? &*held_out : nullptr;
  inputs.vocab_size = tokenizer.vocab_size();
  inputs.eos_id = tokenizer.eos_id() ? static_cast<int64_t>(*tokenizer.eos_id()) : -1;
  inputs.tokenizer_dir = tokenizer_dir;
  inputs.key = stage_key(spec);
  Json counts = pretrain(context, used, inputs, stage.path());
  counts["blend"] = source.stream().usage_json();
  return counts;
}

StageResult train_stage(const Context& context, const TrainOptions& options, const Blend& blend,
                        const std::string& tokens_dir, const std::string& tokenizer_dir, const std::string& dir) {
  const StageSpec spec = train_spec(context, options, blend, tokens_dir, tokenizer_dir, dir);
  return run_stage(context, spec, [&](StageDir& stage) {
    return run_train(context, options, blend, tokens_dir, tokenizer_dir, spec, stage);
  });
}

}  // namespace smelt
