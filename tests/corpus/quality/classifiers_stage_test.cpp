#include "corpus/quality/classifiers_stage.h"

#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/rng.h"
#include "corpus/curate_stage.h"
#include "corpus/document_io.h"
#include "corpus/testing.h"

namespace smelt {
namespace {

// Documents of two sources with words of their own, as a stage leaves them.
class ClassifiersStage : public testing::Test {
 protected:
  void SetUp() override {
    TestContext test(1);
    const StageSpec spec{"ingest", 1, folder_.file("documents"), Json::object(), {}};
    run_stage(test.context(), spec, [&](StageDir& stage) {
      DocumentWriter writer(stage.file("part-00000.jsonl.zst"));
      std::map<std::string, int64_t> bytes;
      for (uint64_t i = 0; i < 240; ++i) {
        Document document;
        document.id = "d" + std::to_string(i);
        document.source = i % 2 == 0 ? "books" : "crawl";
        document.language = i % 3 == 0 ? "de" : "en";
        document.text = text_of(document.source, i);
        bytes[document.source] += static_cast<int64_t>(document.text.size());
        writer.write(document);
      }
      writer.commit();
      Json counts = Json::object();
      counts["sources"] = Json::object();
      for (const auto& [source, size] : bytes) {
        counts["sources"][source] = Json(Json::Object{{"text_bytes", size}});
      }
      return counts;
    });
    ClassifierOptions good;
    good.name = "good";
    good.sources = {"hq=books", "lq=crawl"};
    good.training.held_out = 0.2;
    good.training.fasttext = {.dim = 8, .epochs = 10, .buckets = 1000};
    ClassifierOptions english;
    english.name = "english";
    english.sources = {"books"};
    english.languages = {"en"};
    english.training.kind = "ngram";
    english.training.ngram.order = 2;
    options_.classifiers = {good, english};
  }

  static std::string text_of(const std::string& source, uint64_t item) {
    static const std::vector<std::string> kBooks = {"theorem", "history", "analysis", "century", "measure", "empire"};
    static const std::vector<std::string> kCrawl = {"click", "shop", "deal", "offer", "login", "cookie"};
    static const std::vector<std::string> kBoth = {"the", "of", "and", "to", "that", "with"};
    Rng rng(3, "classifiers_stage_test", item);
    std::string text;
    for (int i = 0; i < 40; ++i) {
      const auto& words = rng.below(2) == 0 ? kBoth : source == "books" ? kBooks : kCrawl;
      text += words[rng.below(words.size())] + " ";
    }
    return text;
  }

  StageResult train(int threads, const std::string& out) {
    TestContext test(threads);
    return train_classifiers(test.context(), options_, folder_.file("documents"), folder_.file(out));
  }

  TemporaryFolder folder_;
  ClassifiersOptions options_;
};

TEST_F(ClassifiersStage, LearnWhatTheirSourcesSay) {
  const Json counts = train(2, "classifiers").manifest.counts;
  EXPECT_EQ(counts.at("classifiers").as_int(), 2);
  const Json& good = counts.at("models").at("good");
  EXPECT_EQ(good.at("texts").as_int() + good.at("held_out").at("texts").as_int(), 240);
  EXPECT_GT(good.at("held_out").at("texts").as_int(), 20);
  EXPECT_EQ(good.at("held_out").at("accuracy").as_double(), 1);  // the words of the two have nothing in common
  EXPECT_EQ(counts.at("models").at("english").at("documents").as_int(), 80);  // a half, two thirds of them English
}

TEST_F(ClassifiersStage, ShareIsOfTheTextsByTheirHash) {
  options_.classifiers[0].share = 0.5;
  const Json counts = train(1, "half").manifest.counts;
  const Json& good = counts.at("models").at("good");
  const int64_t texts = good.at("texts").as_int() + good.at("held_out").at("texts").as_int();
  EXPECT_NEAR(static_cast<double>(texts), 120, 31);  // 4 standard deviations of a binomial count
}

TEST_F(ClassifiersStage, SampleBytesBoundWhatIsLearntFromEachSource) {
  const Json all = train(1, "all").manifest.counts.at("models").at("english");
  options_.classifiers[1].sample_bytes = 15'000;  // of some 31,000 a source, of which two thirds are English
  const Json half = train(1, "half").manifest.counts.at("models").at("english");
  EXPECT_NEAR(half.at("bytes").as_double(), all.at("bytes").as_double() * 15'000 / 31'000, 4'500);
  options_.classifiers[1].sample_bytes = 0;
  EXPECT_EQ(train(1, "unlimited").manifest.counts.at("models").at("english").dump(), all.dump());
}

TEST_F(ClassifiersStage, ASourceHasOneLabel) {
  options_.classifiers[0].sources = {"hq=books", "lq=books"};
  EXPECT_THROW(train(1, "twice"), UserError);
}

TEST_F(ClassifiersStage, SameBytesForAnyThreads) {
  train(1, "one");
  train(3, "three");
  for (const char* name : {"good", "english"}) {
    EXPECT_EQ(read_file(classifier_file(folder_.file("one"), name)),
              read_file(classifier_file(folder_.file("three"), name)));
  }
}

TEST_F(ClassifiersStage, CurationScoresByThem) {
  train(2, "classifiers");
  CurateOptions curate_options;
  curate_options.filters.enabled = false;
  curate_options.split.heldout_fraction = 0;
  curate_options.quality.scorers.resize(1);
  curate_options.quality.scorers[0].name = "good";
  curate_options.quality.scorers[0].classifier = "good";
  curate_options.quality.scorers[0].label = "hq";
  curate_options.quality.perplexity.classifier = "english";
  TestContext test(1);
  EXPECT_THROW(curate(test.context(), curate_options, folder_.file("documents"), folder_.file("alone")), UserError);
  curate_options.quality.classifiers_dir = folder_.file("classifiers");
  curate(test.context(), curate_options, folder_.file("documents"), folder_.file("corpus"));
  DocumentReader reader(list_document_files({folder_.file("corpus/train")}));
  int64_t seen = 0;
  while (auto item = reader.next()) {
    const Document& document = item->value();
    const Json& scores = document.metadata.at("scores");
    EXPECT_EQ(scores.at("good").as_double() > 0.5, document.source == "books") << document.id;
    EXPECT_GT(scores.at("perplexity").as_double(), 1);
    ++seen;
  }
  EXPECT_EQ(seen, 240);
}

TEST_F(ClassifiersStage, MistakesNameTheKey) {
  const auto message = [&](const std::vector<std::string>& sources) {
    try {
      check_classifiers(options_, sources);
    } catch (const UserError& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  EXPECT_EQ(message({"books", "crawl"}), "");
  EXPECT_THAT(message({"book", "crawl"}), testing::HasSubstr("did you mean 'book'"));
  options_.classifiers[0].sources = {"books"};
  EXPECT_THAT(message({}), testing::HasSubstr("write LABEL=SOURCE"));
  options_.classifiers[0].sources = {};
  EXPECT_THAT(message({}), testing::HasSubstr("nothing to learn from"));
  options_.classifiers[0].sources = {"hq=books"};
  options_.classifiers[0].name = "english";
  EXPECT_THAT(message({}), testing::HasSubstr("named twice"));
  options_.classifiers[1].name = "../x";
  options_.classifiers[0].name = "../x";
  EXPECT_THAT(message({}), testing::HasSubstr("no name for a model"));
}

}  // namespace
}  // namespace smelt
