#include "corpus/lineage/trace.h"

#include <algorithm>
#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/rng.h"
#include "corpus/curate_stage.h"
#include "corpus/document_io.h"
#include "corpus/testing.h"

namespace smelt {
namespace {

using testing::HasSubstr;

const std::vector<std::string> kWords = {"the",    "of",     "and",   "to",     "that",  "with",   "river",   "report",
                                         "bridge", "winter", "stone", "garden", "music", "letter", "morning", "market"};

std::string prose(uint64_t seed, int words) {
  Rng rng(seed, "trace_test");
  std::string text;
  for (int i = 0; i < words; ++i) {
    std::string word = kWords[rng.below(kWords.size())];
    word += rng.below(3) == 0 ? std::string(1, static_cast<char>('a' + rng.below(26))) + "ed" : "";
    text += word + (i % 14 == 13 ? ".\n" : " ");
  }
  return text + "end.";
}

const std::string kBenchmark =
    "Which of these seven metals was the last to be found in the mountains north of the old harbour town";

class Trace : public testing::Test {
 protected:
  void SetUp() override {
    make_directories(folder_.file("documents"));
    DocumentWriter writer(folder_.file("documents/part-00000.jsonl.zst"));
    int number = 0;
    const auto add = [&](const std::string& id, const std::string& text, const std::string& language = "en") {
      Document document;
      document.id = id;
      document.source = "site";
      document.url = "https://example.org/" + std::to_string(number++) + "/" + id;
      document.language = language;
      document.text = text;
      document.metadata["title"] = "Title of " + id;
      writer.write(document);
    };
    add("good.html", prose(1, 200));
    add("copy.html", prose(1, 200));
    add("short.html", "Only four words here.");
    add("german.html", prose(2, 200), "de");
    add("mail.html", prose(3, 200) + " Write to anna@acme.org or bob@acme.org, from 86.121.97.248.");
    add("leaked.html", prose(4, 200) + " " + kBenchmark + ".");
    for (int i = 0; i < 30; ++i) {
      add("page" + std::to_string(i) + ".html", prose(static_cast<uint64_t>(100 + i), 200));
    }
    writer.commit();
    CurateOptions options;
    options.languages = {"en"};
    options.split.path_parts = 1;
    options.split.heldout_fraction = 0.2;
    options.split.max_heldout_fraction = 0.5;
    options.decontaminate.inputs = {
        folder_.write("benchmarks/metals.jsonl", "{\"question\": \"" + kBenchmark + "\"}\n")};
    curate(context_.context(), options, folder_.file("documents"), folder_.file("corpus"));
  }

  CorpusLayout layout() const { return {folder_.file("corpus"), folder_.file("documents")}; }

  DocumentTrace trace(const std::string& id) {
    const std::vector<DocumentTrace> found = trace_document(context_.context(), layout(), id);
    EXPECT_EQ(found.size(), 1U);
    return found.at(0);
  }

  static const TraceStep& step(const DocumentTrace& trace, const std::string& name) {
    const auto found =
        std::find_if(trace.steps.begin(), trace.steps.end(), [&](const TraceStep& each) { return each.step == name; });
    EXPECT_NE(found, trace.steps.end()) << name;
    return *found;
  }

  TemporaryFolder folder_;
  TestContext context_{2};
};

TEST_F(Trace, TellsWhatEveryStepFoundOfAKeptDocument) {
  const DocumentTrace good = trace("good.html");
  EXPECT_THAT(good.place, testing::AnyOf("train", "heldout"));
  EXPECT_EQ(good.source, "site");
  EXPECT_EQ(good.text_bytes, static_cast<int64_t>(prose(1, 200).size()));
  for (const TraceStep& each : good.steps) {
    EXPECT_THAT(each.outcome, testing::AnyOf("kept", "off")) << each.step;
  }
  EXPECT_EQ(step(good, "extract").facts.at("line").as_int(), 1);
  EXPECT_EQ(step(good, "extract").facts.at("metadata").at("title").as_string(), "Title of good.html");
  EXPECT_EQ(step(good, "duplicates").facts.at("kept").as_string(), "good.html");
  EXPECT_EQ(step(good, "duplicates").facts.at("size").as_int(), 2);
  EXPECT_EQ(step(good, "split").facts.at("place").as_string(), good.place);
  EXPECT_EQ(step(good, "quality").outcome, "off");
  // prose() makes so many words, and "end." is one more.
  std::map<std::string, double> values;
  for (const Json& rule : step(good, "filters").facts.at("rules").as_array()) {
    values[rule.at("rule").as_string()] = rule.at("value").as_double();
  }
  EXPECT_EQ(values.at("word_count"), 201);
}

TEST_F(Trace, NamesTheStepThatDroppedADocument) {
  const DocumentTrace small = trace("short.html");
  EXPECT_EQ(small.place, "rejects");
  EXPECT_EQ(step(small, "language").outcome, "kept");
  EXPECT_EQ(step(small, "filters").outcome, "dropped");
  EXPECT_TRUE(step(small, "filters").facts.contains("reason"));
  EXPECT_EQ(step(small, "redaction").outcome, "not reached");
  EXPECT_EQ(step(small, "split").outcome, "not reached");
  EXPECT_EQ(step(trace("german.html"), "language").outcome, "dropped");
  EXPECT_EQ(step(trace("german.html"), "filters").outcome, "not reached");
}

TEST_F(Trace, NamesTheSurvivorOfADuplicate) {
  const TraceStep duplicates = step(trace("copy.html"), "duplicates");
  EXPECT_EQ(duplicates.outcome, "dropped");
  EXPECT_EQ(duplicates.facts.at("duplicate_of").as_string(), "good.html");
  EXPECT_EQ(duplicates.facts.at("reason").as_string(), "exact_duplicate");
  EXPECT_EQ(duplicates.facts.at("members").as_array().size(), 2U);
}

TEST_F(Trace, CountsRedactionsAndShowsWhatABenchmarkShares) {
  const TraceStep redaction = step(trace("mail.html"), "redaction");
  EXPECT_EQ(redaction.outcome, "changed");
  EXPECT_EQ(redaction.facts.at("emails").as_int(), 2);
  EXPECT_EQ(redaction.facts.at("ipv4").as_int(), 1);
  const TraceStep contamination = step(trace("leaked.html"), "contamination");
  EXPECT_EQ(contamination.outcome, "dropped");
  EXPECT_EQ(contamination.facts.at("reason").as_string(), "contaminated");
  EXPECT_THAT(contamination.facts.at("hits").as_array().at(0).at("text").as_string(), HasSubstr("seven metals"));
}

TEST_F(Trace, DoesWithoutTheDocumentsThatACorpusWasMadeOf) {
  const std::vector<DocumentTrace> found =
      trace_document(context_.context(), {folder_.file("corpus"), ""}, "mail.html");
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(step(found[0], "extract").outcome, "unknown");
  EXPECT_EQ(step(found[0], "filters").facts.at("measured_on").as_string(), "corpus");
  EXPECT_EQ(step(found[0], "redaction").facts.at("emails").as_int(), 2);
}

TEST_F(Trace, KnowsDocumentsThatNoCorpusHas) {
  const std::vector<DocumentTrace> found =
      trace_document(context_.context(), {"", folder_.file("documents")}, "page7.html");
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].place, "documents");
  EXPECT_EQ(found[0].steps.size(), 1U);
}

TEST_F(Trace, AnUnknownIdIsAnError) {
  EXPECT_THROW(trace_document(context_.context(), layout(), "nowhere.html"), UserError);
}

}  // namespace
}  // namespace smelt
