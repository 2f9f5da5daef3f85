// `smelt run RECIPE.toml`: everything a recipe describes.
#include <fmt/format.h>

#include "base/files.h"
#include "cli/run/flow.h"
#include "cli/verbs/verbs.h"

namespace smelt::cli {
namespace {

std::string headline(const Json& summary) {
  std::string out;
  const auto add = [&](const char* key, const char* label) {
    if (const Json* value = summary.is_object() ? summary.find(key) : nullptr; value != nullptr && value->is_number()) {
      out += fmt::format("  {:<34} {:.4g}\n", label, value->as_double());
    }
  };
  add("bits_per_byte", "held-out bits per byte");
  add("compressor_bits_per_byte", "  zstd with the training text");
  add("ngram_bits_per_byte", "  Kneser-Ney 5-gram");
  add("untrained_bits_per_byte", "  untrained model");
  add("tokens_per_second", "training tokens per second");
  return out;
}

int run(Session& session, const Arguments& arguments) {
  const std::string& path = arguments.text("RECIPE");
  const RunRecipe recipe = load_recipe(path, arguments.texts("--set"));
  if (arguments.has("--dry-run")) {
    ingest_spec(recipe.documents, recipe.run.output + "/" + recipe.run.name);  // names a missing input
    session.print(dump_recipe(recipe), recipe_to_json(recipe));
    return 0;
  }
  const std::string dir = run_flow(session, recipe, {arguments.has("--resume"), arguments.text("--until", "")});
  const Json run = Json::load(dir + "/run.json");
  const Json* summary = run.find("summary");
  std::string text = summary == nullptr ? std::string() : headline(*summary);
  text += fmt::format("report  {}/report.html\n", dir);
  if (path_exists(dir + "/model/config.json")) {
    text += fmt::format("model   {}/model\n", dir);
  }
  session.print(text, run);
  return 0;
}

}  // namespace

Verb run_verb() {
  return {"run",
          kRunGroup,
          "a recipe -> runs/NAME: corpus, tokens, model, evaluation, report",
          "Stages whose inputs and settings have not changed since they last ran are skipped. A run that was "
          "interrupted, even by a\n"
          "power cut, goes on with --resume and ends with the same bytes as one that was not.",
          {{"RECIPE", "a TOML file; `smelt help recipe` lists every key"}},
          {{"--set", FlagKind::kTexts, "KEY=VALUE", "override a key of the recipe, e.g. --set train.steps=200"},
           {"--resume", FlagKind::kSwitch, "", "go on with a run that exists"},
           {"--until", FlagKind::kText, "STAGE", "stop after documents, corpus, tokenizer, tokens, train or eval"},
           {"--dry-run", FlagKind::kSwitch, "", "check recipe and inputs, print the recipe resolved, run nothing"}},
          {{"smelt run recipes/quickstart.toml", "from web pages to a model, in about 20 minutes"},
           {"smelt run recipes/quickstart.toml --resume --set train.steps=5000",
            "train longer on the corpus that is there"},
           {"smelt run recipes/common-crawl.toml --dry-run", "check a recipe"}},
          run};
}

}  // namespace smelt::cli
