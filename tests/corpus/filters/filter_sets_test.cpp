// The filter sets in mode "fixed", by hand; what mode "published" measures is compared with the reference code in
// peers_slow_test.cpp.
#include <set>

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/stream.h"
#include "corpus/curate_stage.h"
#include "corpus/document_io.h"
#include "corpus/filters.h"
#include "corpus/filters/redpajama.h"
#include "corpus/testing.h"

namespace smelt {
namespace {

FilterOptions sets(std::vector<std::string> names, const std::string& mode = "fixed") {
  FilterOptions options;
  options.sets = std::move(names);
  options.mode = mode;
  return options;
}

double value_of(const std::string& rule, const std::string& text, const FilterOptions& options) {
  FilterPipeline pipeline(options);
  for (const RuleResult& result : pipeline.measure(text, "en")) {
    if (rule == result.reason) {
      return result.value;
    }
  }
  ADD_FAILURE() << rule;
  return -1;
}

TEST(FilterSets, RulesHaveNamesOfTheirOwn) {
  const std::vector<std::string>& rules = filter_rules();
  const std::set<std::string> names(rules.begin(), rules.end());
  EXPECT_EQ(names.size(), rules.size());
  for (const std::string& name : names) {
    EXPECT_EQ(name.find_first_not_of("abcdefghijklmnopqrstuvwxyz_0123456789"), std::string::npos) << name;
  }
}

TEST(FilterSets, SharedStepsAreTakenOnce) {
  FilterPipeline pipeline(sets({"gopher", "fineweb", "c4"}));
  std::set<std::string> seen;
  for (const RuleResult& result : pipeline.measure("a text", "en")) {
    EXPECT_TRUE(seen.insert(result.reason).second) << result.reason;
  }
  EXPECT_TRUE(seen.contains("gopher_words") && seen.contains("c4_sentences") && seen.contains("fineweb_newlines"));
}

TEST(FilterSets, AnUnknownSetNamesTheNearest) {
  try {
    FilterPipeline pipeline(sets({"gofer"}));
    FAIL();
  } catch (const UserError& error) {
    EXPECT_EQ(error.code(), ExitCode::kUsage);
    EXPECT_NE(std::string(error.what()).find("gopher"), std::string::npos) << error.what();
  }
}

TEST(FilterSets, GopherMeasuresByHand) {
  const FilterOptions gopher = sets({"gopher"});
  EXPECT_DOUBLE_EQ(value_of("gopher_duplicate_lines", "a\nb\n\na\n a", gopher), 2.0 / 4);
  EXPECT_DOUBLE_EQ(value_of("gopher_duplicate_line_characters", "abc\nabc", gopher), 3.0 / 7);
  EXPECT_DOUBLE_EQ(value_of("gopher_duplicate_paragraphs", "a\nb\n\na\nb\n\nc", gopher), 1.0 / 3);
  EXPECT_DOUBLE_EQ(value_of("gopher_words", "one - two ... 3", gopher), 3);
  EXPECT_DOUBLE_EQ(value_of("gopher_mean_word_length", "one - two ... 33", gopher), 8.0 / 3);
  EXPECT_DOUBLE_EQ(value_of("gopher_hashes", "#a ## b", gopher), 1);
  EXPECT_DOUBLE_EQ(value_of("gopher_ellipses", "a... b..... \u2026 d", gopher), 3.0 / 4);
  EXPECT_DOUBLE_EQ(value_of("gopher_bullet_lines", "- a\n\u2022 b\nc - d\n-5", gopher), 2.0 / 4);
  EXPECT_DOUBLE_EQ(value_of("gopher_alphabetic_words", "a 1 b2 ?", gopher), 2.0 / 4);
  EXPECT_DOUBLE_EQ(value_of("gopher_stop_words", "The THE cat, and a dog with it", gopher), 2);  // enough is enough
}

TEST(FilterSets, StopWordsAreThoseOfTheLanguage) {
  const std::string data = test_data("langid");
  if (data.empty()) {
    GTEST_SKIP();
  }
  for (const char* language : {"de", "fr", "es", "it", "nl", "ru", "pl", "sv"}) {
    const std::string text = read_file(data + "/" + language + ".txt").substr(0, 20000);
    FilterPipeline pipeline(sets({"gopher"}));
    const Verdict verdict = pipeline.check(text, language);
    EXPECT_TRUE(verdict.keep) << language << " " << verdict.reason << " " << verdict.value;
    if (language == std::string("ru")) {
      EXPECT_EQ(pipeline.check(text, "en").reason, "gopher_stop_words");
    }
  }
}

const std::string kPage =
    "Home | About | Contact\n"
    "The bridge was built in 1903 [1] and widened twice. It carries the road to the coast.\n"
    "\n"
    "Please enable JavaScript to see the map.\n"
    "Short.\n"
    "We use cookies to improve this page.\n"
    "\u201CIt will stand,\u201D the engineer said, \u201Cfor a century.\u201D Others had doubts. So far it stands.\n"
    "And the story goes on...\n";

TEST(FilterSets, C4RemovesLinesAndKeepsParagraphs) {
  FilterOptions options = sets({"c4"});
  FilterPipeline pipeline(options);
  std::string text = kPage;
  const Verdict verdict = pipeline.filter(text, "en");
  EXPECT_TRUE(verdict.keep) << verdict.reason << " " << verdict.value;
  EXPECT_EQ(text,
            "The bridge was built in 1903  and widened twice. It carries the road to the coast.\n\n"
            "\u201CIt will stand,\u201D the engineer said, \u201Cfor a century.\u201D Others had doubts. So far it "
            "stands.");
  const Json removed = pipeline.removed();
  EXPECT_EQ(removed.at("open_end").as_int(), 2);
  EXPECT_EQ(removed.at("javascript").as_int(), 1);
  EXPECT_EQ(removed.at("few_words").as_int(), 1);
  EXPECT_EQ(removed.at("policy").as_int(), 1);
  EXPECT_EQ(removed.at("citations").as_int(), 1);
  options.c4.min_sentences = 6;
  text = kPage;
  EXPECT_EQ(FilterPipeline(options).filter(text, "en").reason, "c4_sentences");
  EXPECT_EQ(text, kPage);  // a text that goes stays whole
}

TEST(FilterSets, C4DropsPagesOfCodeAndOfPlaceholders) {
  std::string text = kPage + "if (x) { y(); }";
  EXPECT_EQ(FilterPipeline(sets({"c4"})).filter(text, "en").reason, "c4_curly_bracket");
  text = kPage + "Lorem Ipsum";
  EXPECT_EQ(FilterPipeline(sets({"c4"})).filter(text, "en").reason, "c4_lorem_ipsum");
}

TEST(FilterSets, C4KnowsOtherScripts) {
  FilterOptions options = sets({"c4"});
  options.c4.min_sentences = 2;
  std::string text = "\u4ECA\u5929\u5929\u6C14\u5F88\u597D\u3002\u6211\u4EEC\u53BB\u516C\u56ED\u3002\n\u9996\u9875";
  EXPECT_TRUE(FilterPipeline(options).filter(text, "zh").keep);
  EXPECT_EQ(text, "\u4ECA\u5929\u5929\u6C14\u5F88\u597D\u3002\u6211\u4EEC\u53BB\u516C\u56ED\u3002");
}

TEST(FilterSets, FinewebJudgesWhatC4Leaves) {
  const FilterOptions options = sets({"fineweb"});
  // The policy line goes, so it is no duplicate; the line without an end mark stays.
  const std::string line = "We use cookies and ask you to agree to that on every page.\n";
  const std::string text = "One line that is long enough to be one.\nNo end mark here\n" + line + line;
  EXPECT_DOUBLE_EQ(value_of("fineweb_duplicate_line_characters", text, options), 0);
  EXPECT_DOUBLE_EQ(value_of("fineweb_line_punctuation", text, options), 0.5);
  EXPECT_DOUBLE_EQ(value_of("fineweb_short_lines", text, options), 0.5);
  EXPECT_DOUBLE_EQ(value_of("fineweb_newlines", text, options), 1.0 / 13);
}

TEST(FilterSets, SignalsByHand) {
  SignalMeter meter;
  const auto values = meter.measure("The cat sat, the cat ran!\n\u2022 OK # 12...\n", "en");
  const auto value = [&](Signal signal) { return values[static_cast<size_t>(signal)]; };
  EXPECT_DOUBLE_EQ(value(Signal::kWordCount), 9);  // the bullet is one, # is none
  EXPECT_DOUBLE_EQ(value(Signal::kMeanWordLength), (6 * 3 + 1 + 2 + 2) / 9.0);
  EXPECT_DOUBLE_EQ(value(Signal::kUniqueWords), 7.0 / 9);
  EXPECT_DOUBLE_EQ(value(Signal::kSymbolToWordRatio), 2.0 / 13);  // the cat sat , the cat ran ! \u2022 OK # 12 ...
  EXPECT_DOUBLE_EQ(value(Signal::kAllCapsWords), 1.0 / 13);
  EXPECT_DOUBLE_EQ(value(Signal::kNoAlphaWords), 6.0 / 13);
  EXPECT_DOUBLE_EQ(value(Signal::kLinesEndWithEllipsis), 0.5);
  EXPECT_DOUBLE_EQ(value(Signal::kTop2gram), 12.0 / 23);
  EXPECT_DOUBLE_EQ(value(Signal::kNumSentences), 2);
}

TEST(FilterSets, CurationKeepsWhatWasMeasured) {
  const TemporaryFolder folder;
  make_directories(folder.file("in"));
  DocumentWriter writer(folder.file("in/part-00000.jsonl.zst"));
  Document good;
  good.id = "good";
  good.language = "en";
  good.source = "s";
  good.text = kPage;
  Document bad = good;
  bad.id = "bad";
  bad.text = "Too short to be kept.";
  writer.write(good);
  writer.write(bad);
  writer.commit();
  CurateOptions options;
  options.filters = sets({"c4", "redpajama"});
  options.filters.record = "all";
  options.filters.redpajama.judge = false;
  options.split.heldout_fraction = 0;
  TestContext context(1);
  const StageResult result = curate(context.context(), options, folder.file("in"), folder.file("out"));
  DocumentReader reader(list_document_files({folder.file("out/train/s")}));
  const auto kept = reader.next();
  ASSERT_TRUE(kept && kept->ok());
  EXPECT_EQ(kept->value().text.find("cookies"), std::string::npos);
  EXPECT_GE(kept->value().metadata.at("measured").at("c4_sentences").as_double(), 5);
  EXPECT_GT(kept->value().metadata.at("quality_signals").at("doc_word_count").as_double(), 20);
  EXPECT_EQ(result.manifest.counts.at("removed_lines").at("policy").as_int(), 1);
  LineReader rejects(open_input(folder.file("out/rejects/part-00000.jsonl.zst")));
  std::string_view line;
  ASSERT_TRUE(rejects.next(line));
  const Json reject = Json::parse(line).value();
  EXPECT_EQ(reject.at("reason").as_string(), "c4_sentences");
  EXPECT_DOUBLE_EQ(reject.at("measured").at("c4_sentences").as_double(), reject.at("value").as_double());
}

TEST(FilterSets, TextsThatChangeCannotWaitForLabels) {
  CurateOptions options;
  options.filters = sets({"fineweb"});
  options.quality.filter_labels = {"low"};
  const TemporaryFolder folder;
  EXPECT_THROW(curate_spec(options, folder.path(), folder.file("out")), UserError);
}

}  // namespace
}  // namespace smelt
