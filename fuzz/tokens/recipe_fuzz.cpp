// Any bytes as a recipe: an error, or settings that are written and read back equal. The tables are those of the data
// rooms: they have every kind of field, and need no more rooms than these to be built.
#include "bytes.h"
#include "corpus/curate_stage.h"
#include "corpus/ingest_stage.h"
#include "tokens/blend.h"
#include "tokens/build_stage.h"

namespace {

struct DataRecipe {
  smelt::IngestOptions documents;
  smelt::CurateOptions corpus;
  smelt::TokensOptions tokens;
  smelt::Blend blend;

  void fields(smelt::Fields& f) {
    f.table("documents", documents, "");
    f.table("corpus", corpus, "");
    f.table("tokens", tokens, "");
    f.table("blend", blend, "");
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  try {
    DataRecipe recipe;
    smelt::read_recipe_text("recipe.toml", std::string(smelt::fuzz_bytes(data, size)), {}, recipe);
    DataRecipe again;
    smelt::read_recipe_text("written.toml", smelt::dump_recipe(recipe), {}, again);
    SMELT_CHECK(smelt::recipe_to_json(recipe) == smelt::recipe_to_json(again));
  } catch (const smelt::UserError&) {
  }
  return 0;
}
