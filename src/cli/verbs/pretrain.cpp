// `smelt pretrain RECIPE`: the training stage by itself.
#include <fmt/format.h>

#include "base/files.h"
#include "base/text.h"
#include "cli/run/recipe.h"
#include "cli/session.h"
#include "cli/verbs/verbs.h"
#ifdef SMELT_HAS_TRAINING
#include "train/stage.h"
#endif

namespace smelt::cli {
namespace {

#ifdef SMELT_HAS_TRAINING

void require_folder(const std::string& dir, const char* flag, const char* cure) {
  if (!path_exists(dir)) {
    throw input_error("there is no such folder", dir, fmt::format("{}, or name another with {}", cure, flag));
  }
}

std::string loss_text(const Json& counts, const char* key) {
  const Json& value = counts.at(key);
  return value.is_number() ? fmt::format("{:.4f}", value.as_double()) : "none";
}

int pretrain_model(Session& session, const Arguments& arguments) {
  const RunRecipe recipe = load_recipe(arguments.text("RECIPE"), arguments.texts("--set"));
  const std::string run = recipe.run.output + "/" + recipe.run.name;
  const std::string tokens = arguments.text("--tokens", run + "/tokens");
  const std::string tokenizer = arguments.text("--tokenizer", run + "/tokenizer");
  const std::string output = arguments.text("--output", run + "/train");
  require_folder(tokens, "--tokens", "make the token files with `smelt tokens build` or `smelt run --until tokens`");
  require_folder(tokenizer, "--tokenizer", "make one with `smelt tokenizer train` or `smelt run --until tokens`");
  const Context& context =
      session.reconfigure(static_cast<uint64_t>(recipe.run.seed), static_cast<int>(recipe.run.threads));
  const StageSpec spec = train_spec(context, recipe.train, recipe.blend, tokens, tokenizer, output);
  const StageResult result = run_single_stage(context, spec, arguments.has("--resume"), [&](StageDir& stage) {
    return run_train(context, recipe.train, recipe.blend, tokens, tokenizer, spec, stage);
  });
  const Json& counts = result.manifest.counts;
  session.print(fmt::format("{} steps, {} tokens, {} parameters; loss {}, held-out loss {}\nmodel  {}/model\n",
                            counts.at("steps").as_int(), human_count(counts.at("tokens").as_double()),
                            human_count(counts.at("parameters").as_double()), loss_text(counts, "loss"),
                            loss_text(counts, "val_loss"), output),
                counts);
  return 0;
}

#else

int pretrain_model(Session&, const Arguments& arguments) {
  throw usage_error("this build of smelt cannot train: it was made without LibTorch", arguments.text("RECIPE"),
                    "build the preset release");
}

#endif

}  // namespace

Verb pretrain_verb() {
  return {
      "pretrain",
      kModelGroup,
      "token files + tokenizer -> trained model",
      "Takes the [train] and [blend] tables of a recipe, and from [run] the name, the seed and the threads. A training "
      "that was\n"
      "interrupted saves a checkpoint where it can, exits with 75, goes on with --resume and ends with the same bytes "
      "as one that was\n"
      "not. The folder holds model/, milestones/, metrics.jsonl and telemetry/ (times, TensorBoard events).",
      {{"RECIPE", "a TOML file; `smelt help recipe` lists every key"}},
      {{"--tokens", FlagKind::kText, "DIR", "folder of .bin/.idx files (default: the run's tokens)"},
       {"--tokenizer", FlagKind::kText, "DIR", "folder of the tokenizer they were made with (default: the run's)"},
       {"--output", FlagKind::kText, "DIR", "folder to make (default: the run's train)"},
       {"--set", FlagKind::kTexts, "KEY=VALUE", "override a key of the recipe"},
       {"--resume", FlagKind::kSwitch, "", "go on with an interrupted attempt"}},
      {{"smelt pretrain recipes/quickstart.toml", "on the tokens of the recipe's run"},
       {"smelt pretrain recipe.toml --tokens tokens --tokenizer tokenizer --output trained --set train.steps=2000",
        "on token files of your own"},
       {"smelt pretrain recipe.toml --output trained --resume", "after an interruption"}},
      pretrain_model};
}

}  // namespace smelt::cli
