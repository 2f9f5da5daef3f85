// Clusters as a part of curation: planted topics found, named, cut by their scores, written as sources.
#include <map>
#include <set>

#include <gmock/gmock.h>

#include "base/rng.h"
#include "corpus/clusters/partitions.h"
#include "corpus/curate_stage.h"
#include "corpus/document_io.h"
#include "corpus/quality/linear_head.h"
#include "corpus/testing.h"

namespace smelt {
namespace {

using testing::HasSubstr;

constexpr int kTopics = 5;
constexpr int kDocuments = 200;

// Of topic 0 is what no one should learn from.
std::string text_of(int document) {
  static const std::vector<std::vector<std::string>> kWords = {
      {"shopping", "discount", "coupon", "checkout", "bargain", "voucher"},
      {"galaxy", "telescope", "nebula", "comet", "planet", "eclipse"},
      {"butter", "flour", "oven", "sugar", "recipe", "dough"},
      {"violin", "sonata", "orchestra", "melody", "composer", "rhythm"},
      {"glacier", "mountain", "valley", "summit", "avalanche", "ridge"}};
  static const std::vector<std::string> kCommon = {"the",  "of", "and",  "to",    "that",
                                                   "with", "be", "have", "which", "from"};
  Rng rng(5, "test/curate_clusters", static_cast<uint64_t>(document));
  std::string text;
  for (int i = 0; i < 80; ++i) {
    const auto& from = rng.below(2) == 0 ? kCommon : kWords[static_cast<size_t>(document % kTopics)];
    text += from[rng.below(from.size())] + (i % 10 == 9 ? ".\n" : " ");
  }
  return text + "number" + std::to_string(document) + ".";
}

class CurateClusters : public testing::Test {
 protected:
  void SetUp() override {
    make_directories(folder_.file("in"));
    for (int part = 0; part < 2; ++part) {
      DocumentWriter writer(folder_.file("in/part-0000" + std::to_string(part) + ".jsonl.zst"));
      for (int i = part; i < kDocuments; i += 2) {
        Document document;
        document.id = std::to_string(i);
        document.source = "web";
        document.language = "en";
        document.text = text_of(i);
        document.metadata["topic"] = "stale";
        writer.write(document);
      }
      writer.commit();
    }
    options_.filters.enabled = false;
    options_.dedup.near = false;
    options_.split.heldout_fraction = 0;
    options_.clusters.enabled = true;
    options_.clusters.clusters = 5;
    options_.clusters.dimensions = 128;
  }

  Json run(int threads, const std::string& out) {
    TestContext test(threads);
    return curate(test.context(), options_, folder_.file("in"), folder_.file(out)).manifest.counts;
  }
  std::vector<Document> documents(const std::string& path) const {
    std::vector<Document> out;
    DocumentReader reader(folder_.file(path));
    while (auto item = reader.next()) {
      out.push_back(std::move(*item).value());
    }
    return out;
  }
  void score_topics() {
    TestContext test(1);
    LabelledTexts texts;
    texts.labels = {"plain", "learned"};
    for (int i = 0; i < 100; ++i) {
      texts.texts.push_back(text_of(1000 + i));
      texts.label.push_back(i % kTopics == 0 ? 0 : 1);
    }
    LinearOptions linear;
    linear.features = {.bits = 12, .word_ngrams = 1, .min_characters = 4, .max_characters = 4};
    train_linear(test.context(), texts, linear).head.save(folder_.file("edu.linear"));
    options_.quality.scorers = {{"edu", folder_.file("edu.linear"), "learned", true, ""}};
  }

  TemporaryFolder folder_;
  CurateOptions options_;
};

TEST_F(CurateClusters, PlantedTopicsAreFoundAndNamed) {
  const Json counts = run(2, "out");
  std::vector<int> truth;
  std::vector<int64_t> found;
  std::map<int64_t, std::string> names;
  for (const Document& document : documents("out/train")) {
    truth.push_back(std::stoi(document.id) % kTopics);
    found.push_back(document.metadata.at("cluster").as_int());
    names[found.back()] = document.metadata.at("topic").as_string();
  }
  EXPECT_EQ(truth.size(), 200u);
  EXPECT_GT(adjusted_rand(truth, found), 0.95);
  std::string all;
  for (const auto& [cluster, name] : names) {
    all += name + "; ";
  }
  EXPECT_THAT(all, testing::AllOf(HasSubstr("o"), testing::Not(HasSubstr("stale")), testing::Not(HasSubstr("the,"))));
  EXPECT_EQ(counts.at("topics").at("topics").size(), 5u);
  const Json file = Json::load(folder_.file("out/clusters/clusters.json"));
  int64_t documents_in_file = 0;
  for (const Json& cluster : file.as_array()) {
    documents_in_file += cluster.at("documents").as_int();
  }
  EXPECT_EQ(documents_in_file, 200);
}

TEST_F(CurateClusters, BytesDoNotDependOnThreads) {
  options_.clusters.merge_distance = 0.3;
  run(1, "one");
  run(3, "three");
  for (const char* name :
       {"train/web/part-00000.jsonl.zst", "train/web/part-00001.jsonl.zst", "clusters/clusters.json"}) {
    EXPECT_EQ(read_file(folder_.file(std::string("one/") + name)),
              read_file(folder_.file(std::string("three/") + name)));
  }
}

TEST_F(CurateClusters, LowClustersGoAndNearOnesAreMerged) {
  score_topics();
  options_.clusters.score = "edu";
  options_.clusters.min_score = 0.5;
  options_.clusters.merge_distance = 2;  // all that are left
  const Json counts = run(2, "out");
  EXPECT_EQ(counts.at("rejects").at("cluster_score").at("documents").as_int(), 40);
  EXPECT_EQ(counts.at("funnel").at("clusters").at("documents").as_int(), 160);
  EXPECT_EQ(counts.at("topics").at("pruned").as_int(), 1);
  EXPECT_EQ(counts.at("topics").at("merged").as_int(), 3);
  for (const Document& document : documents("out/train")) {
    EXPECT_NE(std::stoi(document.id) % kTopics, 0);
    EXPECT_EQ(document.metadata.at("cluster").as_int(), 0);
  }
}

TEST_F(CurateClusters, TopicsCanBeSources) {
  options_.clusters.as_sources = true;
  run(1, "out");
  std::set<std::string> folders;
  for (const std::string& file : list_files(folder_.file("out/train"))) {
    folders.insert(file.substr(0, file.find('/')));
  }
  EXPECT_THAT(folders, testing::ElementsAre("cluster-000", "cluster-001", "cluster-002", "cluster-003", "cluster-004"));
}

TEST_F(CurateClusters, MistakesNameTheKey) {
  const auto error = [&] {
    try {
      run(1, "out");
    } catch (const UserError& problem) {
      return std::string(problem.what());
    }
    return std::string("no error");
  };
  options_.clusters.min_score = 3;
  EXPECT_THAT(error(), HasSubstr("corpus.clusters"));
  options_.clusters.min_score = 0;
  options_.clusters.score = "edu";
  EXPECT_THAT(error(), HasSubstr("no scorer is named \"edu\""));
  options_.clusters.score = "";
  options_.clusters.dimensions = 100;
  EXPECT_THAT(error(), HasSubstr("corpus.clusters.dimensions"));
}

}  // namespace
}  // namespace smelt
