// A whole run as one recipe: the tables of every room, in the order of the flow.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/recipe.h"
#include "corpus/curate_stage.h"
#include "corpus/ingest_stage.h"
#include "corpus/quality/classifiers_stage.h"
#include "eval/eval_stage.h"
#include "tokens/blend.h"
#include "tokens/bpe_trainer.h"
#include "tokens/build_stage.h"
#include "tokens/samples.h"
#include "train/options.h"

namespace smelt::cli {

struct RunSettings {
  std::string name;
  std::string output = "runs";
  int64_t seed = 1;
  int64_t threads = 0;
  double probe_seconds = 4;
  double lease_seconds = 60;

  void fields(Fields& f) {
    f("name", name, "the run's name: its folder is OUTPUT/NAME (empty: the recipe's file name)");
    f("output", output, "folder of the runs");
    f("seed", seed, "seed of every random choice: splits, initialisation, data order, samples", {.min = 0});
    f("threads", threads, "threads to use, 0 for all; data stages give the same bytes for any number",
      {.min = 0, .max = 4096});
    f("probe_seconds", probe_seconds,
      "time to measure this machine's limits in, once a run, so that the report can show speeds as shares of them; "
      "0: not at all",
      {.min = 0, .max = 600});
    f("lease_seconds", lease_seconds,
      "where several processes share the run: one that shows no sign of life for so long is taken for dead, and what "
      "it was at is done by others",
      {.min = 0.5, .max = 86400});
  }
};

struct RunRecipe {
  RunSettings run;
  IngestOptions documents;
  ClassifiersOptions classifiers;
  CurateOptions corpus;
  TokenizerOptions tokenizer;
  TokensOptions tokens;
  Blend blend;
  TrainOptions train;
  EvalOptions eval;

  void fields(Fields& f) {
    f.table("run", run, "The run itself.");
    f.table("documents", documents, "Pages to documents: what to read and how to find the main text.");
    classifiers.fields(f);
    f.table("corpus", corpus, "Documents to corpus: filters, duplicates, personal data, held-out split.");
    f.table("tokenizer", tokenizer, "Corpus to tokenizer: BPE or WordPiece.");
    f.table("tokens", tokens, "Corpus to token files.");
    f.table("blend", blend, "Which sources training sees, in which phase, how often.");
    f.table("train", train, "Tokens to model.");
    f.table("eval", eval, "What the model is measured by.");
  }
};

// Reads and checks a recipe, `sets` over it. An empty run.name becomes the file's name without its ending.
RunRecipe load_recipe(const std::string& path, const std::vector<std::string>& sets);

// What [[classifiers]] and [corpus.quality] name: sources, models. Throws UserError(kUsage) that names the key.
void check_quality(const RunRecipe& recipe);

// What training would only find out after the data stages have run: the length, whether the schedule fits it, the
// model's shape, the names of the blend's sources. Throws UserError(kUsage) that names the key.
void check_training(const RunRecipe& recipe);

// Where the run's token files are, or will be.
std::string run_tokens_dir(const RunRecipe& recipe);

// What training will read, given the token files: the order of all samples, with each source's epochs. Throws UserError
// where the blend does not fit them.
SampleStream planned_samples(const RunRecipe& recipe, const std::string& tokens_dir);

// The reference of all keys, in Markdown: docs/recipes.md.
std::string recipe_reference();

}  // namespace smelt::cli
