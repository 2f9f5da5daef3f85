// Any bytes as a recipe: an error, or settings that are written and read back equal.
#include "bytes.h"
#include "cli/run/recipe.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  try {
    smelt::cli::RunRecipe recipe;
    smelt::read_recipe_text("recipe.toml", std::string(smelt::fuzz_bytes(data, size)), {}, recipe);
    smelt::cli::RunRecipe again;
    smelt::read_recipe_text("written.toml", smelt::dump_recipe(recipe), {}, again);
    SMELT_CHECK(smelt::recipe_to_json(recipe) == smelt::recipe_to_json(again));
  } catch (const smelt::UserError&) {
  }
  return 0;
}
