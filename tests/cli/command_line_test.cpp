// The command line by itself: help, mistakes, exit codes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json.h"
#include "base/text.h"
#include "cli/help.h"
#include "cli/run/recipe.h"
#include "cli/verb.h"
#include "support/run_program.h"

namespace smelt {
namespace {

using testing::HasSubstr;

TEST(CommandLine, every_verb_explains_itself_with_three_examples_that_parse) {
  for (const auto& verb : cli::verbs()) {
    EXPECT_EQ(verb.examples.size(), 3U) << verb.name;
    EXPECT_FALSE(verb.summary.empty()) << verb.name;
    const std::string help = cli::verb_help(verb);
    EXPECT_THAT(help, HasSubstr("Usage: smelt " + verb.name));
    for (const auto& example : verb.examples) {
      EXPECT_TRUE(example.command.starts_with("smelt " + verb.name)) << example.command;
      for (const auto word : split(example.command, ' ')) {
        if (word.starts_with("--") && word != "--json" && word != "--threads") {
          EXPECT_THAT(help, HasSubstr(std::string(word))) << example.command;
        }
      }
    }
  }
}

TEST(CommandLine, help_and_version_go_to_stdout) {
  const ProgramResult help = run_smelt({"--help"});
  EXPECT_EQ(help.exit_code, 0);
  EXPECT_THAT(help.out, HasSubstr("smelt run recipes/quickstart.toml"));
  EXPECT_EQ(run_smelt({"run", "--help"}).out, run_smelt({"help", "run"}).out);
  EXPECT_THAT(run_smelt({"--version"}).out, testing::StartsWith("smelt "));
}

struct Mistake {
  std::vector<std::string> arguments;
  int exit_code;
  std::string says;
};

TEST(CommandLine, mistakes_are_one_line_with_the_cure) {
  const std::vector<Mistake> mistakes = {
      {{"rnu"}, 2, "did you mean 'run'?"},
      {{"tokens"}, 2, "tokens build"},
      {{"run"}, 2, "RECIPE is missing"},
      {{"run", "nowhere.toml"}, 2, "no such recipe"},
      {{"run", "x.toml", "--resum"}, 2, "did you mean '--resume'?"},
      {{"generate", "nowhere", "--prompt", "x", "--top-p", "7"}, 2, "--top-p"},
      {{"generate", "nowhere", "--prompt", "x"}, 3, "nowhere"},
      {{"inspect", "nowhere"}, 3, "no such file or folder"},
      {{"runs", "show", "nowhere"}, 2, "smelt runs ls"},
      {{"tokens", "samples", "x", "--num-samples", "many", "--output", "y"}, 2, "whole number"},
  };
  for (const auto& mistake : mistakes) {
    const ProgramResult result = run_smelt(mistake.arguments);
    EXPECT_EQ(result.exit_code, mistake.exit_code) << mistake.arguments[0] << ": " << result.err;
    EXPECT_THAT(result.err, HasSubstr(mistake.says));
    EXPECT_EQ(split(trim(result.err), '\n').size(), 1U) << result.err;
    EXPECT_TRUE(result.out.empty()) << result.out;
  }
}

TEST(CommandLine, a_typo_in_a_recipe_names_line_and_nearest_key) {
  const TemporaryDirectory dir;
  write_file(dir.file("r.toml"), "[run]\nname = \"x\"\n[tokenizer]\nvocab_sise = 100\n");
  const ProgramResult result = run_smelt({"run", dir.file("r.toml")});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, HasSubstr("r.toml:4: unknown key 'vocab_sise' in [tokenizer]; did you mean 'vocab_size'?"));
}

TEST(CommandLine, the_recipes_of_the_tree_are_valid) {
  for (const char* name : {"quickstart", "crawl", "common-crawl"}) {
    EXPECT_NO_THROW(cli::load_recipe(std::string(SMELT_SOURCE_DIR "/recipes/") + name + ".toml", {})) << name;
  }
}

}  // namespace
}  // namespace smelt
