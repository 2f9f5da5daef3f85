#include "cli/run/recipe.h"

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

#include "base/error.h"
#include "base/text.h"

namespace smelt::cli {

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

void check_training(const RunRecipe& recipe) {
  recipe.train.check();
  if (recipe.corpus.clusters.enabled && recipe.corpus.clusters.as_sources) {
    return;  // named by clusters, which only the corpus knows
  }
  std::vector<std::string> sources;
  for (const PagesInput& pages : recipe.documents.pages) {
    if (pages.name.empty()) {
      return;  // named by their inputs, which only the data stages know
    }
    sources.push_back(pages.name);
  }
  for (const CodeInput& code : recipe.documents.code) {
    sources.push_back(code.name);
  }
  for (size_t phase = 0; phase < recipe.blend.phases.size(); ++phase) {
    for (const BlendWeight& weight : recipe.blend.phases[phase].sources) {
      if (std::find(sources.begin(), sources.end(), weight.source) == sources.end()) {
        const std::string nearest = nearest_name(weight.source, sources);
        throw usage_error(fmt::format("no pages or code are named '{}'", weight.source),
                          fmt::format("blend.phases[{}].sources", phase),
                          nearest.empty() ? "name one of documents.pages or documents.code"
                                          : fmt::format("did you mean '{}'?", nearest));
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
