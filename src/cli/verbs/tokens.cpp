// `smelt tokens samples | index | blend`: in which order token files are read.
#include <algorithm>
#include <charconv>
#include <filesystem>
#include <memory>

#include <fmt/format.h>

#include "base/error.h"
#include "base/files.h"
#include "base/text.h"
#include "cli/run/recipe.h"
#include "cli/session.h"
#include "cli/verbs/lines.h"
#include "cli/verbs/verbs.h"
#include "tokens/megatron/gpt_index.h"
#include "tokens/megatron/index_set.h"
#include "tokens/npy.h"
#include "tokens/samples.h"

namespace smelt::cli {
namespace {

// A folder that is gone with the object.
class TemporaryFolder {
 public:
  explicit TemporaryFolder(std::string path) : path_(std::move(path)) {
    remove_all(path_);
    make_directories(path_);
  }
  ~TemporaryFolder() {
    std::error_code error;
    std::filesystem::remove_all(path_, error);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// Writes rows of seq_length + 1 tokens that `read` gives for each index.
template <class Read>
void write_samples(Session& session, const std::string& output, int64_t count, int64_t row, Read read) {
  NpyWriter writer(output, {count, row});
  Progress progress(session.context().progress, "samples", static_cast<uint64_t>(count), "samples");
  std::vector<int32_t> tokens(static_cast<size_t>(row));
  for (int64_t i = 0; i < count; ++i) {
    read(i, std::span<int32_t>(tokens));
    writer.write(std::span<const int32_t>(tokens));
    progress.add(1);
  }
  writer.commit();
}

int samples(Session& session, const Arguments& arguments) {
  const std::string prefix = arguments.text("PREFIX");
  const std::string output = arguments.text("--output");
  const int64_t seq_length = arguments.integer("--seq-length", 512);
  const int64_t seed = arguments.integer("--seed", 1);
  const int64_t count = arguments.integer("--num-samples", 0);
  const std::string order = arguments.text("--order", "smelt");
  if (seq_length < 1 || count < 1 || seed < 0 || seed > UINT32_MAX) {
    throw usage_error("--seq-length and --num-samples must be at least 1, --seed at least 0 and below 2^32", "",
                      "see `smelt help tokens samples`");
  }
  refuse_to_overwrite(output);
  if (order == "smelt") {
    const SampleStream stream({open_dataset(prefix)}, Blend{}, seq_length, static_cast<uint64_t>(seed), count);
    write_samples(session, output, count, seq_length + 1,
                  [&](int64_t i, std::span<int32_t> out) { stream.read(i, out); });
  } else if (order == "megatron") {
    const auto dataset = std::make_shared<const TokenDataset>(prefix);
    const TemporaryFolder folder(output + ".index");
    const GptIndexFiles files = gpt_index_files(folder.path(), "samples");
    write_gpt_index(session.context(), *dataset,
                    {.seq_length = seq_length, .seed = static_cast<uint32_t>(seed), .num_samples = count}, files);
    const MegatronOrder megatron(dataset, seq_length, files);
    write_samples(session, output, count, seq_length + 1,
                  [&](int64_t i, std::span<int32_t> out) { megatron.read(i, out); });
  } else {
    throw usage_error(fmt::format("'{}' is neither smelt nor megatron", order), "--order");
  }
  Json json = Json::object();
  json["samples"] = count;
  json["output"] = output;
  session.print(fmt::format("{} samples of {} tokens -> {}\n", count, seq_length + 1, output), json);
  return 0;
}

template <class T>
T number_of(const std::string& word, const char* flag) {
  T value{};
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
  if (error != std::errc() || end != word.data() + word.size()) {
    throw usage_error(fmt::format("'{}' is no number", word), flag, "see `smelt help tokens index`");
  }
  return value;
}

int index(Session& session, const Arguments& arguments) {
  IndexRequest request;
  request.prefixes = arguments.texts("PREFIX");
  request.seq_length = arguments.integer("--seq-length", 0);
  const int64_t seed = arguments.integer("--seed", 1234);
  const int64_t memory = arguments.integer("--memory", 1024);
  if (request.seq_length < 1 || seed < 0 || seed > UINT32_MAX || memory < 1) {
    throw usage_error("--seq-length and --memory must be at least 1, --seed from 0 to 2^32 - 1", "",
                      "see `smelt help tokens index`");
  }
  request.seed = static_cast<uint32_t>(seed);
  request.memory_bytes = memory << 20;
  request.split = arguments.text("--split", request.split);
  if (arguments.has("--weights")) {
    for (const std::string& word : arguments.texts("--weights")) {
      request.weights.push_back(number_of<double>(word, "--weights"));
    }
  }
  if (arguments.has("--samples")) {
    const std::string all = arguments.text("--samples");
    const auto words = split(all, ',');
    for (size_t i = 0; i < words.size(); ++i) {
      const std::string word(trim(words[i]));
      if (i >= request.samples.size() || (word != "all" && number_of<int64_t>(word, "--samples") < 0)) {
        throw usage_error(fmt::format("'{}' are not up to three numbers of samples", all), "--samples",
                          "give those of train, valid and test, as 1000000,5000,all");
      }
      if (word != "all") {
        request.samples[i] = number_of<int64_t>(word, "--samples");
      }
    }
  }
  if (arguments.has("--tokenizer-identity")) {
    request.tokenizer = Json::load(arguments.text("--tokenizer-identity"));
  }
  const std::string output = arguments.text("--output");
  Json rows = write_index_set(session.context(), request, output);
  std::string text;
  for (const Json& row : rows.as_array()) {
    text += fmt::format("{}/{}: {} samples\n", output, row.at("name").as_string(), row.at("samples").as_int());
  }
  session.print(text, rows);
  return 0;
}

int blend(Session& session, const Arguments& arguments) {
  const RunRecipe recipe = load_recipe(arguments.text("RECIPE"), arguments.texts("--set"));
  const std::string tokens_dir = arguments.text("--tokens", run_tokens_dir(recipe));
  if (!path_exists(tokens_dir)) {
    throw usage_error("no token files there yet", tokens_dir,
                      "run the recipe with --until tokens, or name them with --tokens");
  }
  const SampleStream stream = planned_samples(recipe, tokens_dir);
  if (!arguments.has("--at-step")) {
    session.print(stream.describe(), stream.usage_json());
    return 0;
  }
  const int64_t step = arguments.integer("--at-step", 0);
  if (step < 0 || step > recipe.train.total_steps()) {
    throw usage_error(fmt::format("step {} of {}", step, recipe.train.total_steps()), "--at-step");
  }
  const std::vector<int64_t> positions = stream.positions(step * recipe.train.sequences_per_step());
  const std::vector<SampleStream::Use> uses = stream.usage();
  std::string text;
  Json rows = Json::array();
  for (size_t d = 0; d < uses.size(); ++d) {
    text += fmt::format("[[blend.start]]\nsource = {}\nsamples = {}\n\n", json_quote(uses[d].name), positions[d]);
    Json row = Json::object();
    row["source"] = uses[d].name;
    row["samples"] = positions[d];
    rows.push_back(std::move(row));
  }
  session.print(text, rows);
  return 0;
}

const Positional kPrefix = {"PREFIX", "a token file by its name without .bin and .idx"};

}  // namespace

Verb tokens_samples_verb() {
  return {"tokens samples",
          kTokenGroup,
          "token file -> training samples in order, as .npy (int64 [N, S+1])",
          "The order is a pure function of the seed: smelt's own, or the one of Megatron-LM's GPTDataset bit for bit.",
          {kPrefix},
          {{"--seq-length", FlagKind::kInteger, "S", "inputs per sample (default: 512)"},
           {"--seed", FlagKind::kInteger, "K", "seed of the order (default: 1)"},
           {"--num-samples", FlagKind::kInteger, "N", "how many", true},
           {"--order", FlagKind::kText, "ORDER", "smelt or megatron (default: smelt)"},
           {"--output", FlagKind::kText, "FILE", "the .npy file", true}},
          {{"smelt tokens samples tokens/manuals --seq-length 512 --seed 7 --num-samples 100 --output a.npy",
            "the first hundred"},
           {"smelt tokens samples x --seq-length 2048 --num-samples 10 --order megatron --output b.npy",
            "Megatron's order"},
           {"smelt tokens samples x --num-samples 5 --output c.npy --json", "for a script"}},
          samples};
}

Verb tokens_index_verb() {
  return {"tokens index",
          kTokenGroup,
          "token files -> the index files of Megatron-core (GPTDataset, BlendedDataset), byte for byte",
          "A Megatron run that is given the folder as its data cache reads them instead of building its own, where the "
          "names agree: they hash the prefixes as they are given here, the settings below and what the run's tokenizer "
          "says of itself (--tokenizer-identity: the object under \"tokenizer\" in a description.txt of that cache). "
          "Memory stays below --memory whatever the number of samples.",
          {{"PREFIX", "token files by their names without .bin and .idx; several are a blend", true, true}},
          {{"--seq-length", FlagKind::kInteger, "S", "inputs per sample", true},
           {"--output", FlagKind::kText, "DIR", "folder of the index files", true},
           {"--seed", FlagKind::kInteger, "K", "random_seed of the run (default: 1234)"},
           {"--samples", FlagKind::kText, "N,N,N",
            "of train, valid and test; all: one epoch, of a blend every sample once (default: all)"},
           {"--split", FlagKind::kText, "A,B,C", "shares of train, valid and test (default: 1, all is train)"},
           {"--weights", FlagKind::kTexts, "W...", "of the blend, one a prefix (default: by the sizes)"},
           {"--tokenizer-identity", FlagKind::kText, "FILE", "JSON that goes into the names (default: null)"},
           {"--memory", FlagKind::kInteger, "MIB", "for shuffling; beyond it goes through files (default: 1024)"}},
          {{"smelt tokens index tokens/web --seq-length 4096 --samples 1000000 --output cache", "one dataset"},
           {"smelt tokens index web code --weights 0.7 0.3 --samples 50000 --seq-length 4096 --output cache",
            "a blend by weights"},
           {"smelt tokens index web code --split 99,1 --seq-length 4096 --output cache", "every sample once"}},
          index};
}

Verb tokens_blend_verb() {
  return {
      "tokens blend",
      kTokenGroup,
      "recipe -> how often each source will be seen, before anything trains",
      "",
      {{"RECIPE", "a recipe with [blend] and [train]"}},
      {{"--tokens", FlagKind::kText, "DIR", "folder of token files (default: the run's)"},
       {"--at-step", FlagKind::kInteger, "N",
        "print where each source is after N steps, as blend.start of a recipe that goes on"},
       {"--set", FlagKind::kTexts, "KEY=VALUE", "override a key of the recipe"}},
      {{"smelt tokens blend recipes/quickstart.toml", "the run's own token files"},
       {"smelt tokens blend recipe.toml --tokens tokens --at-step 2000", "where a second run would go on"},
       {"smelt tokens blend recipes/quickstart.toml --set train.steps=9000", "would a longer run repeat too much?"}},
      blend};
}

}  // namespace smelt::cli
