// What `smelt help` says: complete, readable in a terminal, and the same as the documents of the tree.
#include "cli/help.h"

#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/files.h"
#include "base/text.h"
#include "cli/run/recipe.h"
#include "cli/verb.h"
#include "support/run_program.h"

namespace smelt {
namespace {

using testing::HasSubstr;

// The recipe with every key and its default, as `smelt run --dry-run` prints it.
std::vector<std::string> keys_of_the_resolved_recipe() {
  std::vector<std::string> out;
  const std::string text = dump_recipe(cli::RunRecipe{});
  for (const auto line : split(text, '\n')) {
    const size_t equals = line.find(" = ");
    if (equals != std::string_view::npos && !line.starts_with("#")) {
      out.emplace_back(trim(line.substr(0, equals)));
    }
  }
  return out;
}

TEST(Help, the_reference_of_recipes_in_docs_is_what_the_program_prints) {
  EXPECT_EQ(read_file(SMELT_SOURCE_DIR "/docs/recipes.md"), cli::recipe_reference()) << "run 'make docs'";
}

TEST(Help, the_reference_names_every_key) {
  const std::string reference = cli::recipe_reference();
  const auto keys = keys_of_the_resolved_recipe();
  EXPECT_GT(keys.size(), 80U);
  for (const auto& key : keys) {
    EXPECT_THAT(reference, HasSubstr("`" + key + "`")) << key;
  }
}

TEST(Help, fits_into_a_terminal) {
  std::vector<std::string> pages = {cli::general_help()};
  for (const auto& verb : cli::verbs()) {
    pages.push_back(cli::verb_help(verb));
  }
  for (const auto& page : pages) {
    for (const auto line : split(page, '\n')) {
      EXPECT_LE(count_code_points(line), 120) << line;
      EXPECT_FALSE(line.ends_with(' ')) << "'" << line << "'";
    }
  }
}

TEST(Help, lists_every_verb_once_below_its_heading) {
  const std::string help = cli::general_help();
  std::set<std::string> groups;
  std::string group;
  for (const auto& verb : cli::verbs()) {
    if (verb.group != group) {
      EXPECT_TRUE(groups.insert(verb.group).second) << "the verbs of " << verb.group << " are apart";
      group = verb.group;
    }
    EXPECT_THAT(help, HasSubstr("\n  " + verb.name + " ")) << verb.name;
    EXPECT_EQ(verb.summary.back() == '.', false) << verb.name;
  }
}

TEST(Help, a_word_of_several_verbs_shows_them_all) {
  const ProgramResult result = run_smelt({"help", "tokens"});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_THAT(result.out, HasSubstr("Usage: smelt tokens build"));
  EXPECT_THAT(result.out, HasSubstr("Usage: smelt tokens samples"));
}

TEST(Help, an_unknown_topic_says_where_the_topics_are) {
  const ProgramResult result = run_smelt({"help", "frobnicate"});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, HasSubstr("no help on 'frobnicate'"));
  EXPECT_THAT(run_smelt({"help", "insepct"}).err, HasSubstr("did you mean 'inspect'?"));
}

TEST(Help, mistakes_of_flags_are_said_in_plain_words) {
  const std::vector<std::pair<std::vector<std::string>, std::string>> mistakes = {
      {{"inspect", "x", "--jsn"}, "smelt: no flag '--jsn'; see `smelt help inspect`"},
      {{"run", "x.toml", "--utnil", "eval"}, "smelt: no flag '--utnil'; did you mean '--until'?"},
      {{"inspect", "x", "y"}, "smelt: 'y' is one argument too many; see `smelt help inspect`"},
      {{"run", "x.toml", "--until"}, "smelt: --until: wants a value; see `smelt help run`"},
      {{"run", "x.toml", "--until", "a", "--until", "b"}, "smelt: --until: is given more than once"},
      {{"doctor", "--threads", "many"}, "smelt: --threads: must be a whole number from 1 to 4096"},
      {{"doctor", "--threads", "0"}, "smelt: --threads: must be a whole number from 1 to 4096"},
      {{"doctor", "--seconds", "soon"}, "smelt: --seconds: 'soon' is not a number"},
  };
  for (const auto& [words, says] : mistakes) {
    const ProgramResult result = run_smelt(words);
    EXPECT_EQ(result.exit_code, 2) << result.err;
    EXPECT_THAT(result.err, testing::StartsWith(says));
    EXPECT_EQ(split(trim(result.err), '\n').size(), 1U) << result.err;
  }
}

}  // namespace
}  // namespace smelt
