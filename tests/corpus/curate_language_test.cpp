// Languages told in curation, of documents that other programs wrote.
#include <map>

#include <gtest/gtest.h>

#include "corpus/curate_stage.h"
#include "corpus/document_io.h"
#include "corpus/testing.h"

namespace smelt {
namespace {

const std::string kEnglish =
    "The river rises in the hills to the north of the town and flows through a broad valley before it reaches the sea. "
    "For most of its length it is too shallow for boats, but in the spring it carries a great deal of water.";
const std::string kGerman =
    "Der Fluss entspringt in den Hügeln nördlich der Stadt und fließt durch ein weites Tal, bevor er das Meer "
    "erreicht. "
    "Auf dem größten Teil seiner Länge ist er zu flach für Boote, aber im Frühling führt er sehr viel Wasser.";

class CurateLanguage : public testing::Test {
 protected:
  void SetUp() override {
    options_.filters.enabled = false;
    options_.dedup.exact = false;
    options_.dedup.near = false;
    options_.split.heldout_fraction = 0;
    add("named", "fr", kEnglish);  // says so, wrongly
    add("unnamed", "", kGerman);
    add("unknown", "und", kEnglish + "\n\n" + kGerman + "\n\n" + kEnglish);
    Document code;
    code.id = "code";
    code.text = kGerman;
    code.metadata["programming_language"] = "C";
    writer_.write(code);
    writer_.commit();
  }

  void add(const std::string& id, const std::string& language, const std::string& text) {
    Document document;
    document.id = id;
    document.source = "elsewhere";
    document.language = language;
    document.text = text;
    writer_.write(document);
  }

  Json run(const std::string& out, int threads = 2) {
    TestContext test(threads);
    const StageResult result = curate(test.context(), options_, folder_.file("in"), folder_.file(out));
    digest_ = result.manifest.digest();
    for (const char* part : {"train", "rejects"}) {
      if (!path_exists(folder_.file(out + "/" + part))) {
        continue;
      }
      DocumentReader reader(folder_.file(out + "/" + part));
      while (auto item = reader.next()) {
        found_[part][item->value().id] = item->value();
      }
    }
    return result.manifest.counts;
  }

  TemporaryFolder folder_;
  DocumentWriter writer_{folder_.write("in/part-00000.jsonl", "")};
  CurateOptions options_;
  std::map<std::string, std::map<std::string, Document>> found_;
  std::string digest_;
};

TEST_F(CurateLanguage, StaysAsDocumentsNameItUnlessAskedFor) {
  run("out");
  EXPECT_EQ(found_["train"].at("named").language, "fr");
  EXPECT_EQ(found_["train"].at("unnamed").language, "");
}

TEST_F(CurateLanguage, IsToldWhereItIsUnknown) {
  options_.language.identify = "unknown";
  options_.languages = {"de", "en"};
  const Json counts = run("out");
  EXPECT_EQ(found_["rejects"].at("named").language, "fr");
  EXPECT_EQ(found_["train"].at("unnamed").language, "de");
  EXPECT_GT(found_["train"].at("unnamed").metadata.get("language_score", 0.0), 0.9);
  EXPECT_EQ(found_["train"].at("unknown").language, "en");
  EXPECT_EQ(found_["train"].at("code").language, "");
  EXPECT_EQ(counts.at("languages").at("de").at("train").as_int(), 1);
  EXPECT_FALSE(counts.contains("dropped_languages"));
}

TEST_F(CurateLanguage, OfParagraphsTooWhereAskedFor) {
  options_.language.identify = "all";
  options_.language.how.keep = {"en"};
  const Json counts = run("out");
  EXPECT_EQ(found_["train"].at("named").language, "en");
  EXPECT_EQ(found_["train"].at("unknown").text, kEnglish + "\n\n" + kEnglish);
  EXPECT_EQ(found_["train"].at("unknown").metadata.at("dropped_languages").dump(), R"({"de":1})");
  EXPECT_EQ(found_["rejects"].at("unnamed").text, kGerman);
  EXPECT_EQ(counts.at("rejects").at("other_language").at("documents").as_int(), 1);
  EXPECT_EQ(counts.at("dropped_languages").at("de").at("paragraphs").as_int(), 1);
  EXPECT_EQ(counts.at("dropped_languages").at("de").at("text_bytes").as_int(), static_cast<int64_t>(kGerman.size()));
  const std::string digest = digest_;
  run("again", 1);
  EXPECT_EQ(digest_, digest);
}

TEST_F(CurateLanguage, MistakesAreNamed) {
  options_.language.how.keep = {"en"};  // and nothing is told
  EXPECT_THROW(run("out"), UserError);
  EXPECT_THROW(check_curate(options_), UserError);
  options_.language.identify = "all";
  EXPECT_NO_THROW(check_curate(options_));
  options_.language.how.detector = "fasttext";
  EXPECT_THROW(check_curate(options_), UserError);
  options_.language.how.model = folder_.write("model.bin", "none");
  EXPECT_THROW(check_curate(options_), UserError);
}

}  // namespace
}  // namespace smelt
