#include <map>
#include <string_view>

#include <gtest/gtest.h>

#include "base/rng.h"
#include "corpus/curate_stage.h"
#include "corpus/document_io.h"
#include "corpus/quality/buckets.h"
#include "corpus/quality/dsir.h"
#include "corpus/quality/linear_head.h"
#include "corpus/quality/quality.h"
#include "corpus/testing.h"

namespace smelt {
namespace {

// Prose of two registers; `share` is how much of it is learned.
std::string prose(uint64_t item, int words, double share) {
  static const std::vector<std::string> kLearned = {"theorem", "history", "analysis", "century", "measure", "theory",
                                                    "method",  "empire",  "species",  "energy",  "language"};
  static const std::vector<std::string> kPlain = {"click", "shop",  "deal",  "offer", "login",  "cookie",
                                                  "photo", "likes", "video", "price", "travel", "share"};
  static const std::vector<std::string> kCommon = {"the", "of", "and", "to", "that", "with", "be", "have"};
  Rng rng(11, "quality_curate_test", item);
  std::string text;
  for (int i = 0; i < words; ++i) {
    const bool common = rng.below(2) == 0;
    const auto& from = common ? kCommon : rng.uniform() < share ? kLearned : kPlain;
    text += from[rng.below(from.size())];
    if (!common && rng.below(2) == 0) {
      text += static_cast<char>('a' + rng.below(26));
      text += static_cast<char>('a' + rng.below(26));
    }
    text += i % 12 == 11 ? ".\n" : " ";
  }
  return text + "end.";
}

class QualityCurate : public testing::Test {
 protected:
  void SetUp() override {
    TestContext test(1);
    LabelledTexts texts;
    texts.labels = {"plain", "learned"};
    for (uint64_t i = 0; i < 60; ++i) {
      texts.texts.push_back(prose(1000 + i, 60, i % 2 == 0 ? 0.1 : 0.9));
      texts.label.push_back(static_cast<int32_t>(i % 2));
    }
    LinearOptions linear;
    linear.features = {.bits = 12, .word_ngrams = 1, .min_characters = 4, .max_characters = 4};
    train_linear(test.context(), texts, linear).head.save(folder_.file("edu.linear"));
    DsirOptions dsir{.features = {.bits = 10}};
    BucketCounts target(dsir.features);
    BucketCounts raw(dsir.features);
    for (size_t i = 0; i < texts.texts.size(); ++i) {
      (i % 2 == 0 ? raw : target).add(texts.texts[i]);
    }
    DsirModel(dsir, target, raw).save(folder_.file("weights.dsir"));
    options_.split.heldout_fraction = 0;
    for (const std::string& rule : filter_rules()) {
      if (rule != "word_count") {
        options_.filters.off.push_back(rule);
      }
    }
    options_.quality.scorers = {{"edu", folder_.file("edu.linear"), "learned", true, ""},
                                {"weight", folder_.file("weights.dsir"), "", false, ""}};
    options_.quality.attributes = {{"register", folder_.file("edu.linear"), ""}};
    write_corpus();
  }

  void write_corpus() const {
    make_directories(folder_.file("in"));
    for (int part = 0; part < 3; ++part) {
      DocumentWriter writer(folder_.file("in/part-0000" + std::to_string(part) + ".jsonl.zst"));
      for (int i = 0; i < 70; ++i) {
        const int n = part * 70 + i;
        Document document;
        document.id = "doc" + std::to_string(n);
        document.source = "web";
        document.language = "en";
        // Every fifth is too short for the filter of words.
        document.text = prose(static_cast<uint64_t>(n), n % 5 == 0 ? 30 : 120, static_cast<double>(n) / 209);
        document.metadata["quality_label"] = "stale";
        writer.write(document);
      }
      writer.commit();
    }
  }

  StageResult run(int threads, const std::string& out) {
    TestContext test(threads);
    return curate(test.context(), options_, folder_.file("in"), folder_.file(out));
  }

  std::map<std::string, Document> documents(const std::string& path) const {
    std::map<std::string, Document> out;
    DocumentReader reader(list_document_files({folder_.file(path)}));
    while (auto item = reader.next()) {
      EXPECT_TRUE(item->ok());
      const std::string id = item->value().id;
      out[id] = std::move(*item).value();
    }
    return out;
  }

  TemporaryFolder folder_;
  CurateOptions options_;
};

TEST_F(QualityCurate, FoldersOfTrainAreQualitiesWhereAsked) {
  options_.quality.as_sources = true;
  run(1, "out");
  std::map<std::string, size_t> found;
  for (const char* label : kQualityLabels) {
    for (const auto& [id, document] : documents(std::string("out/train/") + label + "/*")) {
      EXPECT_EQ(document.metadata.at("quality_label").as_string(), label) << id;
      ++found[label];
    }
  }
  EXPECT_EQ(found.size(), kQualityLabels.size());
  EXPECT_FALSE(path_exists(folder_.file("out/train/web")));
  options_.clusters.enabled = true;
  options_.clusters.as_sources = true;
  EXPECT_THROW(run(1, "other"), UserError);
}

TEST_F(QualityCurate, ScoresBucketsAndLabelsAreInTheMetadata) {
  options_.filters.enabled = false;
  const Json counts = run(2, "out").manifest.counts;
  const BucketFile thresholds = BucketFile::load(folder_.file("out/quality/buckets.json"));
  ASSERT_EQ(thresholds.scorers.size(), 1u);
  const auto model = load_scorer(folder_.file("edu.linear"), "learned");
  const auto head = model->make_scorer();
  std::map<std::string, int64_t> labels;
  const std::map<std::string, Document> all = documents("out/train/web/*");
  ASSERT_EQ(all.size(), 210u);
  for (const auto& [id, document] : all) {
    const double score = document.metadata.at("scores").at("edu").as_double();
    EXPECT_NEAR(score, head->score(document.text), 1e-6) << id;
    EXPECT_TRUE(document.metadata.at("scores").at("weight").is_number());
    const int bucket = bucket_of(static_cast<float>(score), thresholds.scorers[0].second);
    EXPECT_EQ(document.metadata.at("quality_bucket").as_int(), bucket) << id;
    const std::string label = kQualityLabels[static_cast<size_t>(label_of_bucket(bucket))];
    EXPECT_EQ(document.metadata.at("quality_label").as_string(), label);
    ++labels[label];
    const Json& attribute = document.metadata.at("attributes").at("register");
    EXPECT_EQ(attribute.at("label").as_string(), score > 0.5 ? "learned" : "plain");
    EXPECT_GE(attribute.at("score").as_double(), 0.5);
  }
  for (const auto& [label, row] : counts.at("quality").at("labels").as_object()) {
    EXPECT_EQ(row.at("documents").as_int(), labels[label]) << label;
  }
  // One scorer: every bucket has a twentieth of the documents, but for equal scores at a threshold.
  for (const auto& [bucket, row] : counts.at("quality").at("buckets").as_object()) {
    EXPECT_NEAR(row.at("documents").as_double(), 210 / 20.0, 2.0) << bucket;
  }
  EXPECT_EQ(counts.at("funnel").at("quality").at("documents").as_int(), 210);
}

TEST_F(QualityCurate, FiltersGoOnlyToTheLabelsNamed) {
  options_.quality.filter_labels = {"low", "medium-low"};
  const Json counts = run(2, "out").manifest.counts;
  int64_t short_ones_kept = 0;
  for (const auto& [id, document] : documents("out/train/web/*")) {
    const bool is_short = std::stoi(id.substr(3)) % 5 == 0;
    const int64_t bucket = document.metadata.at("quality_bucket").as_int();
    EXPECT_FALSE(is_short && bucket < 12) << id;
    short_ones_kept += is_short ? 1 : 0;
  }
  EXPECT_GT(short_ones_kept, 5);
  const std::map<std::string, Document> rejects = documents("out/rejects/*");
  EXPECT_GT(rejects.size(), 5u);
  for (const auto& [id, document] : rejects) {
    EXPECT_EQ(document.metadata.at("reason").as_string(), "word_count") << id;
    EXPECT_EQ(std::stoi(id.substr(3)) % 5, 0);
    EXPECT_LT(document.metadata.at("quality_bucket").as_int(), 12);
  }
  EXPECT_EQ(counts.at("rejects").at("word_count").at("documents").as_int(), static_cast<int64_t>(rejects.size()));
  EXPECT_EQ(counts.at("funnel").at("filters").at("documents").as_int(), 210);
  EXPECT_EQ(counts.at("funnel").at("quality").at("documents").as_int(), 210 - static_cast<int64_t>(rejects.size()));
}

TEST_F(QualityCurate, LowBucketsAndDocumentsNotDrawnGoByTheirReasons) {
  options_.filters.enabled = false;
  options_.quality.min_bucket = 5;
  options_.quality.resample = {"weight", 0.5};
  const Json counts = run(1, "out").manifest.counts;
  const int64_t low = counts.at("rejects").at("quality_bucket").at("documents").as_int();
  EXPECT_NEAR(static_cast<double>(low), 210 / 4.0, 1);
  EXPECT_NEAR(counts.at("rejects").at("not_drawn").at("documents").as_double(), static_cast<double>(210 - low) / 2, 1);
}

TEST_F(QualityCurate, BytesDoNotDependOnThreads) {
  options_.quality.filter_labels = {"low"};
  options_.quality.sample = 0.7;
  EXPECT_EQ(run(1, "one").manifest.digest(), run(3, "three").manifest.digest());
}

TEST_F(QualityCurate, ThresholdsOfAnotherCorpusAreTaken) {
  options_.filters.enabled = false;
  run(1, "out");
  options_.quality.thresholds = folder_.file("out/quality/buckets.json");
  options_.quality.sample = 0;
  run(1, "again");
  EXPECT_EQ(documents("out/train/web/*"), documents("again/train/web/*"));
}

TEST_F(QualityCurate, AChangedModelMakesTheStageRunAgain) {
  EXPECT_FALSE(run(1, "out").skipped);
  EXPECT_TRUE(run(1, "out").skipped);
  std::string bytes = read_file(folder_.file("edu.linear"));
  bytes.back() ^= 1;
  write_file(folder_.file("edu.linear"), bytes);
  EXPECT_FALSE(run(1, "out").skipped);
}

TEST_F(QualityCurate, OptionsThatDoNotFitAreNamed) {
  const auto fails = [&](auto&& change) {
    QualityOptions options = options_.quality;
    change(options);
    EXPECT_THROW(QualityModels{options}, UserError);
  };
  fails([](QualityOptions& o) { o.filter_labels = {"lowest"}; });
  fails([](QualityOptions& o) { o.scorers[0].label = "other"; });
  fails([](QualityOptions& o) { o.scorers[1].name = "edu"; });
  fails([](QualityOptions& o) { o.resample.by = "nobody"; });
  fails([](QualityOptions& o) {
    o.scorers[0].ensemble = false;
    o.min_bucket = 2;
  });
  fails([&](QualityOptions& o) { o.attributes[0].model = folder_.file("weights.dsir"); });
  fails([&](QualityOptions& o) { o.perplexity.model = folder_.file("edu.linear"); });
  fails([&](QualityOptions& o) { o.scorers[0].model = folder_.write("nothing", "no model"); });
}

}  // namespace
}  // namespace smelt
