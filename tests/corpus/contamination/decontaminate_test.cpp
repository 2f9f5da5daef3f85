#include "corpus/contamination/decontaminate.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/stream.h"
#include "base/text.h"
#include "corpus/document_io.h"
#include "corpus/testing.h"

namespace smelt {
namespace {

constexpr const char* kQuestion =
    "Natalia sold clips to forty eight of her friends in April and then she sold half as many clips in May.";

std::vector<std::string> read_fields(const std::vector<std::string>& inputs,
                                     const std::vector<std::string>& fields = {}) {
  std::vector<std::string> out;
  DecontaminateOptions options;
  options.inputs = inputs;
  read_benchmarks(benchmark_files(options), fields, [&](const BenchmarkText& text) {
    out.push_back(text.benchmark + "|" + text.item + "|" + text.field + "|" + text.text);
  });
  return out;
}

TEST(BenchmarkItems, OfEveryFormat) {
  const TemporaryFolder folder;
  const std::string lines =
      "{\"id\":\"q1\",\"question\":\"Who?\",\"choices\":{\"text\":[\"a\",\"b\"]},\"n\":3}\n\n{\"question\":\"Why?\"}\n";
  const std::vector<std::string> all = {"b/x|q1|id|q1", "b/x|q1|question|Who?", "b/x|q1|choices.text|a",
                                        "b/x|q1|choices.text|b", "b/x|3|question|Why?"};
  EXPECT_EQ(read_fields({folder.write("b/x.jsonl", lines)}), all);
  EXPECT_EQ(read_fields({folder.write("b/x.jsonl.zst", zstd_compress(lines, 3))}), all);
  EXPECT_EQ(read_fields({folder.file("b/x.jsonl")}, {"choices.text"}),
            (std::vector<std::string>{"b/x|q1|choices.text|a", "b/x|q1|choices.text|b"}));
  EXPECT_EQ(read_fields({folder.write("b/y.json", "[{\"q\": \"A\"},\n {\"q\": \"B\"}]")}, {"q"}),
            (std::vector<std::string>{"b/y|1|q|A", "b/y|2|q|B"}));
  EXPECT_EQ(read_fields({folder.write("b/z.json", "{\n \"q\": \"A\"\n}")}), (std::vector<std::string>{"b/z|1|q|A"}));
  EXPECT_EQ(read_fields({folder.write("b/p.txt", "one\ntwo\n\n\nthree\n")}),
            (std::vector<std::string>{"b/p|1||one\ntwo\n", "b/p|5||three\n"}));
  DocumentWriter writer(folder.file("b/q.parquet"));
  Document document;
  document.id = "7";
  document.text = "Which?";
  writer.write(document);
  writer.commit();
  EXPECT_EQ(read_fields({folder.file("b/q.parquet")}, {"text"}), (std::vector<std::string>{"b/q|7|text|Which?"}));
}

TEST(BenchmarkItems, MistakesAreNamed) {
  const TemporaryFolder folder;
  const std::string path = folder.write("b/x.jsonl", "{\"question\":\"Who?\"}\n{\"question\":");
  EXPECT_THROW(read_fields({path}), UserError);
  folder.write("b/y.jsonl", "{\"question\":\"Who?\"}\n");
  try {
    read_fields({folder.file("b/y.jsonl")}, {"prompt"});
    FAIL();
  } catch (const UserError& error) {
    EXPECT_EQ(error.code(), ExitCode::kInput);
    EXPECT_NE(error.cure().find("question"), std::string::npos);
  }
  EXPECT_THROW(read_fields({folder.write("b/e.jsonl", "")}), UserError);
  EXPECT_THROW(read_fields({folder.file("absent.jsonl")}), UserError);
}

class Decontaminate : public testing::Test {
 protected:
  Decontaminator make() {
    options_.inputs = {
        folder_.write("gsm8k/test.jsonl", Json(Json::Object{{"question", Json(kQuestion)}}).dump() + "\n")};
    return Decontaminator(test_.context(), options_);
  }

  TemporaryFolder folder_;
  TestContext test_{1};
  DecontaminateOptions options_;
  Decontaminator::Scratch scratch_;
};

std::string filler(size_t characters, char letter) {
  std::string out;
  while (out.size() < characters) {
    out += std::string(7, letter) + std::to_string(out.size()) + " ";
  }
  out.resize(characters);
  return out;
}

TEST_F(Decontaminate, DropsByDefaultAndReportsThePlace) {
  const Decontaminator decontaminator = make();
  Document document;
  document.id = "page 1";
  document.source = "web";
  document.text = filler(300, 'a') + "\n" + kQuestion + "\n" + filler(300, 'b');
  const auto outcome = decontaminator.check(document.text, scratch_);
  ASSERT_EQ(outcome.hits.size(), 1u);
  EXPECT_TRUE(outcome.drop);
  const Result<Json> line = Json::parse(decontaminator.hit_line(outcome.hits[0], document));
  ASSERT_TRUE(line.ok());
  EXPECT_EQ(line.value().at("benchmark").as_string(), "gsm8k/test");
  EXPECT_EQ(line.value().at("item").as_string(), "1");
  EXPECT_EQ(line.value().at("field").as_string(), "question");
  EXPECT_EQ(line.value().at("document").as_string(), "page 1");
  EXPECT_EQ(line.value().at("match").as_string(), "ngram");
  EXPECT_EQ(line.value().at("ngrams").as_int(), 21 - 13 + 1);
  EXPECT_EQ(line.value().at("begin").as_int(), 301);
  EXPECT_EQ(line.value().at("text").as_string(), std::string(kQuestion).substr(0, std::string(kQuestion).size() - 1));
  EXPECT_FALSE(decontaminator.check(filler(3000, 'a'), scratch_).drop);
}

TEST_F(Decontaminate, CutsThePlaceWithItsWindow) {
  options_.action = "cut";
  options_.window = 50;
  options_.min_piece = 100;
  const Decontaminator decontaminator = make();
  const std::string before = filler(300, 'a');
  const std::string after = filler(300, 'b');
  const auto outcome = decontaminator.check(before + "\n" + kQuestion + "\n" + after, scratch_);
  EXPECT_FALSE(outcome.drop);
  EXPECT_EQ(outcome.cuts, 1);
  // The full stop is no part of the hit, so that its window takes it and a line break, and 48 characters.
  EXPECT_EQ(outcome.text, std::string(trim(before.substr(0, 251))) + "\n\n" + std::string(trim(after.substr(48))));
  EXPECT_EQ(outcome.text.find("Natalia"), std::string::npos);
  EXPECT_TRUE(decontaminator.check(std::string("x ") + kQuestion, scratch_).drop) << "nothing is left";
  options_.max_cuts = 2;
  std::string many;
  for (int i = 0; i < 3; ++i) {
    many += filler(300, 'a') + " " + kQuestion + " ";
  }
  EXPECT_TRUE(make().check(many, scratch_).drop);
}

TEST_F(Decontaminate, BenchmarksOfShortLabelsAloneAreAMistake) {
  options_.inputs = {folder_.write("b/x.jsonl", "{\"answer\":\"42\"}\n")};
  EXPECT_THROW(Decontaminator(test_.context(), options_), UserError);
}

// Items of a real benchmark planted into real prose are all found, and the prose alone holds none.
TEST_F(Decontaminate, FindsRealItemsInRealProse) {
  const std::string items = test_data("gsm8k/test.jsonl");
  const std::string prose = test_data("text/tinyshakespeare.txt");
  if (items.empty() || prose.empty()) {
    GTEST_SKIP();
  }
  options_.inputs = {items};
  options_.fields_read = {"question"};
  const Decontaminator decontaminator(test_.context(), options_);
  const std::string text = read_file(prose);
  EXPECT_TRUE(decontaminator.check(text, scratch_).hits.empty());
  LineReader reader(open_input(items));
  std::string_view line;
  size_t at = 0;
  int missed = 0;
  while (reader.next(line)) {
    const std::string question = Json::parse(line).value().at("question").as_string();
    const std::string document = text.substr(at, 500) + "\n" + question + "\n" + text.substr(at + 500, 500);
    at = (at + 1000) % (text.size() - 2000);
    missed += decontaminator.check(document, scratch_).drop ? 0 : 1;
  }
  EXPECT_EQ(missed, 0);
}

}  // namespace
}  // namespace smelt
