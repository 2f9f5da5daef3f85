#include "corpus/ingest_stage.h"

#include <map>
#include <string>

#include <gtest/gtest.h>

#include "corpus/curate_stage.h"
#include "corpus/document_io.h"
#include "corpus/testing.h"
#include "crawl/fasttext/fasttext_model.h"

namespace smelt {
namespace {

std::string html_page(int n) {
  std::string body;
  for (int i = 0; i < 6; ++i) {
    body += "<p>This is paragraph " + std::to_string(i) + " of the page with the number " + std::to_string(n) +
            ", and it says in plain words what the reader of such a page would like to know about the thing that it is "
            "about, "
            "so that nobody has to look for it in another place, which would be a loss of time for all of us.</p>\n";
  }
  return "<!DOCTYPE html><html lang=en><head><meta charset=utf-8><title>Page " + std::to_string(n) +
         "</title></head><body><nav><a href=x>Home</a> <a href=y>Up</a></nav><main><h1>Page</h1>" + body +
         "</main></body></html>";
}

class Ingest : public testing::Test {
 protected:
  void SetUp() override {
    for (int n = 0; n < 23; ++n) {
      folder_.write("site/guide/p" + std::to_string(100 + n) + ".html", html_page(n));
    }
    folder_.write("site/guide/genindex.html", html_page(999));
    folder_.write("site/empty.html", "<html><body></body></html>");
    folder_.write("site/binary.html", std::string("\x89PNG\r\n\x1a\n\0\0\0\0", 12) + std::string(500, '\0'));
    options_.pages = {{"manual", {folder_.file("site")}, {"**/genindex*"}, "https://manual.example.org/v1/"}};
    options_.pages_per_shard = 10;
  }

  StageResult run(int threads, const std::string& out) {
    TestContext test(threads);
    return ingest(test.context(), options_, folder_.file(out));
  }

  TemporaryFolder folder_;
  IngestOptions options_;
};

TEST_F(Ingest, EveryPageBecomesADocumentOrARejectWithAReason) {
  const Json counts = run(2, "out").manifest.counts;
  std::vector<Document> documents;
  DocumentReader reader(folder_.file("out"));
  while (auto item = reader.next()) {
    ASSERT_TRUE(item->ok());
    documents.push_back(std::move(*item).value());
  }
  ASSERT_EQ(documents.size(), 23u);
  EXPECT_EQ(documents[0].id, "guide/p100.html");
  EXPECT_EQ(documents[0].url, "https://manual.example.org/v1/guide/p100.html");
  EXPECT_EQ(documents[0].source, "manual");
  EXPECT_EQ(documents[0].language, "en");
  EXPECT_NE(documents[0].text.find("paragraph 5 of the page with the number 0,"), std::string::npos);
  EXPECT_EQ(documents[0].metadata.at("title").as_string(), "Page 0");
  EXPECT_EQ(counts.at("pages").as_int(), 25);
  EXPECT_EQ(counts.at("documents").as_int(), 23);
  EXPECT_EQ(counts.at("rejected").as_int(), 2);
  EXPECT_EQ(counts.at("languages").at("en").as_int(), 23);
  EXPECT_EQ(counts.at("charsets").at("utf-8").as_int(), 23);
  EXPECT_EQ(counts.at("sources").at("manual").at("documents").as_int(), 23);
  int64_t rejects = 0;
  for (const auto& [reason, count] : counts.at("rejects").as_object()) {
    EXPECT_FALSE(reason.empty());
    rejects += count.as_int();
  }
  EXPECT_EQ(rejects, 2);
  EXPECT_TRUE(path_exists(folder_.file("out/part-00002.jsonl.zst")));
}

TEST_F(Ingest, BytesDoNotDependOnThreadsAndEqualRunsAreSkipped) {
  const StageResult one = run(1, "one");
  EXPECT_EQ(one.manifest.digest(), run(3, "three").manifest.digest());
  EXPECT_TRUE(run(2, "one").skipped);
  folder_.write("site/guide/p100.html", html_page(7));
  EXPECT_FALSE(run(2, "one").skipped);
}

TEST_F(Ingest, InterruptedRunsGoOnToTheSameBytes) {
  const Manifest whole = run(1, "whole").manifest;
  const std::string out = folder_.file("out");
  TestContext test(2);
  const StageSpec spec = ingest_spec(options_, out);
  EXPECT_THROW(run_stage(test.context(), spec,
                         [&](StageDir& stage) {
                           make_directories(stage.file("part-00001.jsonl.zst/in-the-way"));
                           return run_ingest(test.context(), options_, stage);
                         }),
               UserError);
  remove_all(out + ".partial/part-00001.jsonl.zst");
  const std::string first = out + ".partial/part-00000.jsonl.zst";
  ASSERT_TRUE(path_exists(first));
  const auto made = std::filesystem::last_write_time(first);
  const Manifest resumed = run(2, "out").manifest;
  EXPECT_EQ(std::filesystem::last_write_time(folder_.file("out/part-00000.jsonl.zst")), made);
  EXPECT_EQ(resumed.digest(), whole.digest());
}

TEST_F(Ingest, ParquetHoldsTheSameDocuments) {
  run(1, "lines");
  options_.format = "parquet";
  run(1, "columns");
  DocumentReader lines(folder_.file("lines"));
  DocumentReader columns(folder_.file("columns"));
  while (auto a = lines.next()) {
    auto b = columns.next();
    ASSERT_TRUE(b && b->ok());
    EXPECT_EQ(a->value(), b->value());
  }
  EXPECT_FALSE(columns.next());
}

TEST_F(Ingest, MistakesAreNamed) {
  options_.pages[0].exclude = {"**"};
  EXPECT_THROW(run(1, "out"), UserError);
  options_.pages.clear();
  EXPECT_THROW(run(1, "out"), UserError);
}

// A model that knows English by "the" and German by "der".
void write_languages(const std::string& path, const std::string& second = "__label__de") {
  FasttextArgs args;
  args.dim = 2;
  args.bucket = 0;
  const std::vector<FasttextEntry> entries = {
      {"the", 9, false}, {"der", 9, false}, {"__label__en", 9, true}, {second, 9, true}};
  const std::vector<float> unit = {90, 0, 0, 90};
  write_fasttext(path, args, entries, 9, unit.data(), unit.data());
}

TEST_F(Ingest, LanguagesComeFromTheModelThatIsNamed) {
  const std::string german = "<p>der Text, der an der Stelle der Seite steht, an der der Text der Gruppe stand.</p>";
  for (int n = 0; n < 23; n += 2) {
    std::string page = html_page(n);
    page.insert(page.find("</main>"), german);
    folder_.write("site/guide/p" + std::to_string(100 + n) + ".html", page);
  }
  const std::string model = folder_.file("languages.bin");
  write_languages(model);
  LanguageOptions& language = options_.extract.language;
  language.detector = "fasttext";
  language.model = model;
  language.keep = {"main"};
  const StageResult one = run(1, "one");
  const Json& counts = one.manifest.counts;
  EXPECT_EQ(counts.at("languages").at("en").as_int(), 23);
  EXPECT_EQ(counts.at("dropped_languages").at("de").at("paragraphs").as_int(), 12);
  EXPECT_EQ(counts.at("dropped_languages").at("de").at("text_bytes").as_int(),
            12 * static_cast<int64_t>(german.size() - std::string("<p></p>").size()));
  EXPECT_EQ(one.manifest.digest(), run(3, "three").manifest.digest());
  DocumentReader reader(folder_.file("one"));
  const Result<Document> first = *reader.next();
  EXPECT_EQ(first.value().text.find("der Stelle"), std::string::npos);
  EXPECT_EQ(first.value().metadata.at("dropped_languages").dump(), R"({"de":1})");
  EXPECT_TRUE(run(2, "one").skipped);
  write_languages(model, "__label__nl");
  EXPECT_FALSE(run(2, "one").skipped);
  language.keep = {"fr"};
  EXPECT_EQ(run(2, "none").manifest.counts.at("rejects").at("other_language").as_int(), 23);
}

TEST_F(Ingest, ABrokenModelIsAnErrorBeforeAnyPageIsRead) {
  LanguageOptions& language = options_.extract.language;
  language.detector = "fasttext";
  language.model = folder_.file("languages.bin");
  for (const char* what : {"absent", "broken", "of no languages"}) {
    if (what == std::string("broken")) {
      folder_.write("languages.bin", "0123456789");
    } else if (what == std::string("of no languages")) {
      write_languages(language.model, "__label__spam");
    }
    EXPECT_THROW(plan_ingest(options_), UserError) << what;
    EXPECT_THROW(run(1, "out"), UserError) << what;
    EXPECT_FALSE(path_exists(folder_.file("out.inputs"))) << what;
  }
}

TEST_F(Ingest, WarcRecordsAreAccountedFor) {
  const std::string warc = test_data("warc/whirlwind.warc.gz");
  if (warc.empty()) {
    GTEST_SKIP();
  }
  options_.pages = {{"crawl", {warc}, {}, ""}};
  const Json counts = run(2, "out").manifest.counts;
  EXPECT_GE(counts.at("pages").as_int(), 1);
  EXPECT_EQ(counts.at("sources").at("crawl").at("html_bytes").as_int(), counts.at("html_bytes").as_int());
}

TEST(Options, OfBothStagesSurviveTheRecipe) {
  IngestOptions ingest_options;
  ingest_options.pages = {{"a", {"x", "y"}, {"*z"}, "https://a/"}, {"b", {"c"}, {}, ""}};
  ingest_options.extract.justext.length_low = 33;
  IngestOptions read_back;
  read_recipe_text("r.toml", dump_recipe(ingest_options), {}, read_back);
  EXPECT_EQ(recipe_to_json(read_back), recipe_to_json(ingest_options));
  CurateOptions curate_options;
  curate_options.languages = {"en", "de"};
  curate_options.dedup.policy = "longest";
  CurateOptions curate_back;
  read_recipe_text("r.toml", dump_recipe(curate_options), {}, curate_back);
  EXPECT_EQ(recipe_to_json(curate_back), recipe_to_json(curate_options));
}

}  // namespace
}  // namespace smelt
