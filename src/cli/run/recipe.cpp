#include "cli/run/recipe.h"

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/did_you_mean.h"
#include "base/error.h"
#include "base/text.h"
#include "corpus/quality/buckets.h"

namespace smelt::cli {
namespace {

// Of the documents; empty where only the data stages will know them.
std::vector<std::string> source_names(const RunRecipe& recipe) {
  std::vector<std::string> sources;
  for (const PagesInput& pages : recipe.documents.pages) {
    if (pages.name.empty()) {
      return {};  // named by their inputs
    }
    sources.push_back(pages.name);
  }
  for (const CodeInput& code : recipe.documents.code) {
    sources.push_back(code.name);
  }
  return sources;
}

}  // namespace

RunRecipe load_recipe(const std::string& path, const std::vector<std::string>& sets) {
  RunRecipe recipe;
  read_recipe(path, sets, recipe);
  if (recipe.run.name.empty()) {
    recipe.run.name = std::filesystem::path(path).stem().string();
  }
  if (recipe.run.name.find('/') != std::string::npos || recipe.run.name.starts_with(".")) {
    throw usage_error("run.name must be a plain name, not a path", path, "set run.output to choose the folder");
  }
  return recipe;
}

void check_quality(const RunRecipe& recipe) {
  check_classifiers(recipe.classifiers, source_names(recipe));
  std::vector<std::string> names;
  for (const ClassifierOptions& classifier : recipe.classifiers.classifiers) {
    names.push_back(classifier.name);
  }
  for (const std::string& used : used_classifiers(recipe.corpus.quality)) {
    if (std::find(names.begin(), names.end(), used) == names.end()) {
      throw usage_error(fmt::format("no classifier is named '{}'", used), "corpus.quality",
                        did_you_mean(used, names, "add a table [[classifiers]] with that name"));
    }
  }
}

void check_training(const RunRecipe& recipe) {
  recipe.train.check();
  if (recipe.corpus.clusters.enabled && recipe.corpus.clusters.as_sources) {
    return;  // named by clusters, which only the corpus knows
  }
  const bool by_quality = recipe.corpus.quality.as_sources;
  const std::vector<std::string> sources =
      by_quality ? std::vector<std::string>(kQualityLabels.begin(), kQualityLabels.end()) : source_names(recipe);
  if (sources.empty()) {
    return;
  }
  for (size_t phase = 0; phase < recipe.blend.phases.size(); ++phase) {
    for (const BlendWeight& weight : recipe.blend.phases[phase].sources) {
      if (std::find(sources.begin(), sources.end(), weight.source) == sources.end()) {
        throw usage_error(
            fmt::format("no {} named '{}'", by_quality ? "quality is" : "pages or code are", weight.source),
            fmt::format("blend.phases[{}].sources", phase),
            did_you_mean(weight.source, sources,
                         by_quality ? fmt::format("qualities: {}", fmt::join(sources, ", "))
                                    : "name one of documents.pages or documents.code"));
      }
    }
  }
}

std::string run_tokens_dir(const RunRecipe& recipe) {
  return fmt::format("{}/{}/tokens", recipe.run.output, recipe.run.name);
}

SampleStream planned_samples(const RunRecipe& recipe, const std::string& tokens_dir) {
  return {open_datasets(tokens_dir), recipe.blend, recipe.train.seq_length, static_cast<uint64_t>(recipe.run.seed),
          recipe.train.total_steps() * recipe.train.sequences_per_step()};
}

std::string recipe_reference() {
  return "# Recipes\n\n"
         "A run is one TOML file. Every key below may be left out; then the default holds. Unknown keys are errors "
         "that name the\n"
         "nearest key. `smelt run RECIPE.toml --set table.key=value` overrides a key, `--dry-run` checks the whole "
         "recipe and prints it\n"
         "resolved. This page is written by `smelt help recipe` from the declarations that the program itself "
         "reads.\n" +
         describe_recipe<RunRecipe>();
}

}  // namespace smelt::cli
