#include "base/recipe.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace smelt {
namespace {

struct Inner {
  double rate = 0.5;
  std::string policy = "first";
  void fields(Fields& f) {
    f("rate", rate, "a rate", {.min = 0, .max = 1});
    f.choice("policy", policy, {"first", "longest"}, "who survives");
  }
  bool operator==(const Inner&) const = default;
};

struct Source {
  std::string name;
  std::vector<double> weights;
  void fields(Fields& f) {
    f("name", name, "its name");
    f("weights", weights, "weights", {.min = 0});
  }
  bool operator==(const Source&) const = default;
};

struct Options {
  int64_t steps = 100;
  bool fast = false;
  std::vector<std::string> inputs = {"a"};
  Inner inner;
  std::vector<Source> sources;
  void fields(Fields& f) {
    f("steps", steps, "steps to take", {.min = 1});
    f("fast", fast, "hurry");
    f("inputs", inputs, "what to read");
    f.table("inner", inner, "the inner table");
    f.tables("source", sources, "one source");
  }
  bool operator==(const Options&) const = default;
};

Options read(const std::string& text, const std::vector<std::string>& sets = {}) {
  Options options;
  read_recipe_text("r.toml", text, sets, options);
  return options;
}

std::string error_of(const std::string& text, const std::vector<std::string>& sets = {}) {
  try {
    read(text, sets);
  } catch (const UserError& error) {
    EXPECT_EQ(error.code(), ExitCode::kUsage);
    return error.what();
  }
  return "no error";
}

TEST(Recipe, reads_values_tables_and_arrays_of_tables) {
  const Options options = read(
      "steps = 7\ninputs = [\"x\", \"y\"]\n[inner]\nrate = 1\npolicy = \"longest\"\n[[source]]\nname = \"s\"\nweights "
      "= [1, 0.5]\n"
      "[[source]]\nname = \"t\"\n");
  EXPECT_EQ(options.steps, 7);
  EXPECT_EQ(options.inputs, (std::vector<std::string>{"x", "y"}));
  EXPECT_EQ(options.inner.rate, 1.0);
  EXPECT_EQ(options.inner.policy, "longest");
  ASSERT_EQ(options.sources.size(), 2U);
  EXPECT_EQ(options.sources[0].weights, (std::vector<double>{1, 0.5}));
  EXPECT_EQ(options.sources[1].name, "t");
}

TEST(Recipe, unknown_key_names_the_line_and_the_nearest_key) {
  EXPECT_EQ(error_of("\n\nstpes = 3\n"), "r.toml:3: unknown key 'stpes'; did you mean 'steps'?");
  EXPECT_EQ(error_of("[inner]\nrait = 0.1\n"), "r.toml:2: unknown key 'rait' in [inner]; did you mean 'rate'?");
}

TEST(Recipe, every_mistake_is_reported_at_once_in_file_order) {
  const std::string error = error_of("steps = 0\nfast = 1\n[inner]\nrate = 2.0\npolicy = \"longst\"\n");
  EXPECT_EQ(error,
            "r.toml:1: steps = 0 must be at least 1\nr.toml:2: fast must be true or false\n"
            "r.toml:4: inner.rate = 2 must be between 0 and 1\n"
            "r.toml:5: inner.policy = \"longst\" is none of first, longest; did you mean 'longest'?");
}

TEST(Recipe, wrong_types_and_shapes_are_errors) {
  EXPECT_EQ(error_of("steps = \"many\""), "r.toml:1: steps must be an integer");
  EXPECT_EQ(error_of("inner = 3"), "r.toml:1: inner must be a table, [inner]");
  EXPECT_EQ(error_of("source = [1]"), "r.toml:1: source must be an array of tables, [[source]]");
  EXPECT_THAT(error_of("steps = = 3"), testing::StartsWith("r.toml:1: "));
  EXPECT_THAT(error_of("steps = \xff"), testing::HasSubstr("not UTF-8"));
}

TEST(Recipe, set_overrides_by_dotted_key) {
  const Options options =
      read("steps = 7\n", {"steps=9", "inner.policy=longest", "inputs=[\"q\"]", "inner.rate = 0.25"});
  EXPECT_EQ(options.steps, 9);
  EXPECT_EQ(options.inner.policy, "longest");
  EXPECT_EQ(options.inner.rate, 0.25);
  EXPECT_EQ(options.inputs, std::vector<std::string>{"q"});
  EXPECT_EQ(error_of("", {"inner.polcy=first"}), "--set: unknown key 'polcy' in [inner]; did you mean 'policy'?");
  EXPECT_THAT(error_of("", {"steps"}), testing::HasSubstr("key=value"));
}

TEST(Recipe, dump_reads_back_to_equal_options) {
  Options options;
  options.steps = 3;
  options.inputs = {"a \"quoted\" \\ path", "\xc3\xa9\n"};
  options.inner.rate = 0.1;
  options.sources = {{"s", {1, 2.5e-9}}, {"t", {}}};
  EXPECT_EQ(read(dump_recipe(options)), options);
  EXPECT_EQ(recipe_to_json(options).at("inner").at("rate").as_double(), 0.1);
}

TEST(Recipe, reference_lists_every_key_with_default_and_range) {
  const std::string reference = describe_recipe<Options>();
  EXPECT_THAT(reference, testing::HasSubstr("| `steps` | integer | `100` | at least 1 | steps to take |"));
  EXPECT_THAT(reference, testing::HasSubstr("## [inner]"));
  EXPECT_THAT(reference, testing::HasSubstr("## [[source]]"));
  EXPECT_THAT(reference, testing::HasSubstr("| `policy` | string | `\"first\"` | first, longest | who survives |"));
}

}  // namespace
}  // namespace smelt
