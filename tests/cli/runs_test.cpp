// `smelt runs ls | show | diff` over run folders that the test writes itself.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json.h"
#include "base/text.h"
#include "support/run_program.h"

namespace smelt {
namespace {

using testing::HasSubstr;
using testing::Not;

class Runs : public testing::Test {
 protected:
  void SetUp() override {
    write_run("older", "2024-05-17T08:00:00Z", 100, R"({"bits_per_byte":2.5,"documents":1234})");
    write_run("newer", "2024-05-18T08:00:00Z", 200, R"({"bits_per_byte":2.25,"documents":1234})");
  }

  void write_run(const std::string& name, const std::string& started, int64_t steps, const std::string& summary) {
    make_directories(dir_.file(name));
    write_file(dir_.file(name + "/run.json"),
               R"({"name":")" + name + R"(","status":"done","started":")" + started +
                   R"(","seconds":3725.0,"recipe_hash":"x","about":{"version":"0.1.0"},"recipe":{"train":{"steps":)" +
                   std::to_string(steps) + R"(,"seq_length":512}},"stages":[{"name":"documents","seconds":12.0,)" +
                   R"("digest":"00ff"}],"summary":)" + summary + "}");
  }

  ProgramResult smelt(std::vector<std::string> words) const {
    words.insert(words.end(), {"--runs", dir_.path()});
    return run_smelt(words);
  }

  TemporaryDirectory dir_;
};

TEST_F(Runs, ls_shows_the_newest_first) {
  const ProgramResult result = smelt({"runs", "ls"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const auto lines = split(trim(result.out), '\n');
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_TRUE(lines[1].starts_with("newer ")) << result.out;
  EXPECT_THAT(std::string(lines[1]), HasSubstr("2.25"));
  EXPECT_THAT(std::string(lines[2]), HasSubstr("1 h 02 min"));
  const Result<Json> json = Json::parse(smelt({"runs", "ls", "--json"}).out);
  ASSERT_TRUE(json.ok());
  EXPECT_EQ(json.value().as_array()[1].get("name", ""), "older");
}

TEST_F(Runs, ls_finds_runs_whatever_the_index_says) {
  ASSERT_EQ(smelt({"runs", "ls"}).exit_code, 0);
  remove_all(dir_.file("older"));
  write_run("newest", "2024-05-19T08:00:00Z", 1, "{}");
  const std::string out = smelt({"runs", "ls"}).out;
  EXPECT_THAT(out, HasSubstr("newest"));
  EXPECT_THAT(out, Not(HasSubstr("older")));
}

TEST_F(Runs, show_takes_a_name_or_a_path) {
  const ProgramResult by_name = smelt({"runs", "show", "newer"});
  EXPECT_THAT(by_name.out, HasSubstr("1 h 02 min"));
  EXPECT_THAT(by_name.out, HasSubstr("1,234"));
  EXPECT_THAT(by_name.out, HasSubstr("00ff"));
  EXPECT_EQ(run_smelt({"runs", "show", dir_.file("newer")}).out, by_name.out);
}

TEST_F(Runs, diff_shows_what_differs_and_nothing_else) {
  const ProgramResult result = smelt({"runs", "diff", "older", "newer"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("recipe.train.steps"));
  EXPECT_THAT(result.out, HasSubstr("summary.bits_per_byte"));
  EXPECT_THAT(result.out, Not(HasSubstr("seq_length")));
  EXPECT_THAT(result.out, Not(HasSubstr("documents")));
  EXPECT_THAT(smelt({"runs", "diff", "older", "older"}).out, HasSubstr("no differences"));
}

TEST_F(Runs, an_unknown_run_is_an_error_with_the_nearest_name) {
  const ProgramResult result = smelt({"runs", "show", "newr"});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, HasSubstr("did you mean 'newer'?"));
}

}  // namespace
}  // namespace smelt
