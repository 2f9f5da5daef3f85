#include "cli/run/recipe.h"

#include <filesystem>

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
