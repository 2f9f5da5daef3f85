// `smelt inspect CORPUS --doc ID` and `smelt corpus diff`: from documents to what a user reads.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json.h"
#include "base/rng.h"
#include "corpus/document_io.h"
#include "support/run_program.h"

namespace smelt {
namespace {

using testing::HasSubstr;

// Words in random order, so that no run of them comes twice.
std::string prose(uint64_t seed) {
  static const std::vector<std::string> kWords = {"the",   "of",     "and",   "to",     "that",  "with",
                                                  "river", "miller", "stone", "garden", "music", "paper",
                                                  "water", "field",  "road",  "house"};
  Rng rng(seed, "corpus_verbs_test");
  std::string text;
  for (int i = 0; i < 200; ++i) {
    text += kWords[rng.below(kWords.size())];
    text += rng.below(3) == 0 ? std::string(1, static_cast<char>('a' + rng.below(26))) + "ing" : "";
    text += i % 14 == 13 ? ".\n" : " ";
  }
  return text + "end.";
}

class CorpusVerbs : public testing::Test {
 protected:
  void SetUp() override {
    DocumentWriter writer(dir_.file("docs.jsonl.zst"));
    const auto add = [&](const std::string& id, const std::string& text) {
      Document document;
      document.id = id;
      document.source = "mills";
      document.language = "en";
      document.text = text;
      writer.write(document);
    };
    for (int i = 0; i < 12; ++i) {
      add("mill" + std::to_string(i) + ".html", prose(static_cast<uint64_t>(i)));
    }
    add("tiny.html", "Closed today.");
    writer.commit();
    write_file(dir_.file("recipe.toml"), "[corpus.split]\nheldout_fraction = 0\n");
    curate("a", {});
    curate("b", {"--set", "corpus.filters.nemotron_cc.min_words=100000"});
  }

  void curate(const std::string& name, const std::vector<std::string>& more) {
    std::vector<std::string> words = {"curate",   dir_.file("recipe.toml"), "--input", dir_.file("docs.jsonl.zst"),
                                      "--output", dir_.file(name),          "--quiet"};
    words.insert(words.end(), more.begin(), more.end());
    const ProgramResult result = run_smelt(words);
    ASSERT_EQ(result.exit_code, 0) << result.err;
  }

  TemporaryDirectory dir_;
};

TEST_F(CorpusVerbs, inspect_tells_a_documents_lineage) {
  const ProgramResult kept = run_smelt({"inspect", dir_.file("a"), "--doc", "mill3.html"});
  ASSERT_EQ(kept.exit_code, 0) << kept.err;
  EXPECT_THAT(kept.out, HasSubstr("document mill3.html: train"));
  EXPECT_THAT(kept.out, HasSubstr("train/mills/part-00000.jsonl.zst, line 4"));
  const ProgramResult dropped = run_smelt({"inspect", dir_.file("a"), "--doc", "tiny.html", "--json"});
  ASSERT_EQ(dropped.exit_code, 0) << dropped.err;
  const Json json = Json::parse(dropped.out).value();
  EXPECT_EQ(json.get("kind", ""), "lineage");
  const Json& document = json.at("documents").as_array().at(0);
  EXPECT_EQ(document.get("place", ""), "rejects");
  bool filtered = false;
  for (const Json& step : document.at("steps").as_array()) {
    filtered = filtered || (step.get("step", "") == "filters" && step.get("outcome", "") == "dropped");
  }
  EXPECT_TRUE(filtered) << dropped.out;
  EXPECT_EQ(run_smelt({"inspect", dir_.file("a"), "--doc", "mill99.html"}).exit_code, 3);
}

TEST_F(CorpusVerbs, diff_counts_what_a_stricter_filter_drops) {
  const ProgramResult result = run_smelt({"corpus", "diff", dir_.file("a"), dir_.file("b"), "--json"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const Json json = Json::parse(result.out).value();
  const Json::Array& groups = json.at("groups").as_array();
  ASSERT_EQ(groups.size(), 1U) << result.out;
  EXPECT_EQ(groups[0].get("from", ""), "train");
  EXPECT_EQ(groups[0].get("to", ""), "rejects: word_count");
  EXPECT_EQ(groups[0].get("documents", 0), 12);
  EXPECT_EQ(groups[0].at("examples").as_array().size(), 3U);
  const ProgramResult text = run_smelt({"corpus", "diff", dir_.file("a"), dir_.file("b")});
  EXPECT_THAT(text.out, HasSubstr("train -> rejects: word_count"));
  EXPECT_THAT(run_smelt({"corpus", "diff", dir_.file("a"), dir_.file("a")}).out, HasSubstr("no differences"));
}

}  // namespace
}  // namespace smelt
