// `smelt tokens build | samples | blend | inspect`.
#include <algorithm>
#include <memory>

#include <fmt/format.h>

#include "base/files.h"
#include "base/text.h"
#include "cli/run/recipe.h"
#include "cli/session.h"
#include "cli/verbs/lines.h"
#include "cli/verbs/verbs.h"
#include "tokens/build_stage.h"
#include "tokens/megatron_order.h"
#include "tokens/npy.h"
#include "tokens/samples.h"
#include "tokens/tokenizer.h"

namespace smelt::cli {
namespace {

int build(Session& session, const Arguments& arguments) {
  TokensOptions options;
  options.append_eod = !arguments.has("--no-eod");
  const std::string prefix = arguments.text("--output");
  refuse_to_overwrite(prefix + ".idx");
  const Tokenizer tokenizer = Tokenizer::load(arguments.text("--tokenizer"));
  const TokenCounts counts =
      build_dataset(session.context(), options, tokenizer, list_document_files(arguments.texts("--input")), prefix);
  session.print(
      fmt::format("{0}.bin and {0}.idx: {1} tokens of {2} documents\n", prefix, counts.tokens, counts.documents),
      counts.to_json());
  return 0;
}

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
  if (seq_length < 1 || count < 1 || seed < 0) {
    throw usage_error("--seq-length and --num-samples must be at least 1, --seed at least 0", "",
                      "see `smelt help tokens samples`");
  }
  refuse_to_overwrite(output);
  if (order == "smelt") {
    const SampleStream stream({open_dataset(prefix)}, Blend{}, seq_length, static_cast<uint64_t>(seed), count);
    write_samples(session, output, count, seq_length + 1,
                  [&](int64_t i, std::span<int32_t> out) { stream.read(i, out); });
  } else if (order == "megatron") {
    MegatronOptions options;
    options.seq_length = seq_length;
    options.seed = static_cast<uint32_t>(seed);
    options.num_samples = count;
    const MegatronOrder megatron(std::make_shared<const TokenDataset>(prefix), options);
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

int blend(Session& session, const Arguments& arguments) {
  const RunRecipe recipe = load_recipe(arguments.text("RECIPE"), arguments.texts("--set"));
  const std::string tokens_dir = arguments.text("--tokens", run_tokens_dir(recipe));
  if (!path_exists(tokens_dir)) {
    throw usage_error("no token files there yet", tokens_dir,
                      "run the recipe with --until tokens, or name them with --tokens");
  }
  const SampleStream stream = planned_samples(recipe, tokens_dir);
  session.print(stream.describe(), stream.usage_json());
  return 0;
}

int inspect(Session& session, const Arguments& arguments) {
  const std::string prefix = arguments.text("PREFIX");
  const NamedDataset named = open_dataset(prefix);
  const std::string tokenizer_path = arguments.text("--tokenizer");
  const Tokenizer tokenizer = Tokenizer::load(tokenizer_path);
  const int64_t seq_length = arguments.integer("--seq-length", 512);
  const int64_t index = arguments.integer("--sample", 0);
  if (seq_length < 1 || index < 0) {
    throw usage_error("--seq-length must be at least 1, --sample at least 0", "");
  }
  const SampleStream stream({named}, Blend{}, seq_length, static_cast<uint64_t>(arguments.integer("--seed", 1)),
                            index + 1);
  std::vector<int32_t> tokens(static_cast<size_t>(seq_length) + 1);
  stream.read(index, tokens);
  std::string text;
  Json ids = Json::array();
  for (const int32_t token : tokens) {
    const auto id = static_cast<uint32_t>(token);
    if (id >= tokenizer.vocab_size()) {
      throw input_error(fmt::format("token {} is outside the vocabulary of {}", id, tokenizer.vocab_size()),
                        tokenizer_path, "use the tokenizer that the file was built with");
    }
    text += tokenizer.eos_id() == id ? "\n-------- end of document --------\n" : tokenizer.token_bytes(id);
    ids.push_back(static_cast<int64_t>(token));
  }
  Json json = Json::object();
  json["ids"] = std::move(ids);
  json["text"] = text;
  session.print(replace_invalid_utf8(text) + "\n", json);
  return 0;
}

const Positional kPrefix = {"PREFIX", "a token file by its name without .bin and .idx"};

}  // namespace

Verb tokens_build_verb() {
  return {
      "tokens build",
      kTokenGroup,
      "documents -> token file PREFIX.bin, PREFIX.idx (Megatron's format)",
      "The tokenizer's eos_token ends every document. A document without text is kept as a document without tokens.",
      {},
      {{"--tokenizer", FlagKind::kText, "T", "tokenizer.json or its folder", true},
       {"--input", FlagKind::kTexts, "DOCS...", "documents: .jsonl, .jsonl.zst, .parquet, or folders of them", true},
       {"--output", FlagKind::kText, "PREFIX", "name of the token file without its ending", true},
       {"--no-eod", FlagKind::kSwitch, "", "do not end documents with eos_token"}},
      {{"smelt tokens build --tokenizer tok --input corpus --output tokens/corpus", "a folder of documents"},
       {"smelt tokens build --tokenizer tok --input a.jsonl.zst --output a --no-eod", "without end-of-document tokens"},
       {"smelt tokens build --tokenizer gpt2 --input docs.parquet --output docs", "Parquet, any tokenizer.json"}},
      build};
}

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

Verb tokens_blend_verb() {
  return {
      "tokens blend",
      kTokenGroup,
      "recipe -> how often each source will be seen, before anything trains",
      "",
      {{"RECIPE", "a recipe with [blend] and [train]"}},
      {{"--tokens", FlagKind::kText, "DIR", "folder of token files (default: the run's)"},
       {"--set", FlagKind::kTexts, "KEY=VALUE", "override a key of the recipe"}},
      {{"smelt tokens blend recipes/quickstart.toml", "the run's own token files"},
       {"smelt tokens blend recipe.toml --tokens tokens", "others"},
       {"smelt tokens blend recipes/quickstart.toml --set train.steps=9000", "would a longer run repeat too much?"}},
      blend};
}

Verb tokens_inspect_verb() {
  return {"tokens inspect",
          kTokenGroup,
          "one training sample as text, with the ends of documents",
          "",
          {kPrefix},
          {{"--tokenizer", FlagKind::kText, "T", "tokenizer.json or its folder", true},
           {"--sample", FlagKind::kInteger, "N", "which sample of the order (default: 0)"},
           {"--seq-length", FlagKind::kInteger, "S", "inputs per sample (default: 512)"},
           {"--seed", FlagKind::kInteger, "K", "seed of the order (default: 1)"}},
          {{"smelt tokens inspect runs/quickstart/tokens/manuals --tokenizer runs/quickstart/tokenizer",
            "the first sample"},
           {"smelt tokens inspect x --tokenizer tok --sample 17 --seq-length 128", "another"},
           {"smelt tokens inspect x --tokenizer tok --json", "ids and text"}},
          inspect};
}

}  // namespace smelt::cli
