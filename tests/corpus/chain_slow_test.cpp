// Real pages through both stages.
#include <set>
#include <string>

#include <gtest/gtest.h>

#include "corpus/curate_stage.h"
#include "corpus/document_io.h"
#include "corpus/ingest_stage.h"
#include "corpus/testing.h"

namespace smelt {
namespace {

TEST(Chain, RealPagesBecomeATrainableCorpus) {
  const std::string pages = test_data("readability");
  if (pages.empty()) {
    GTEST_SKIP();
  }
  const TemporaryFolder folder;
  IngestOptions ingest_options;
  ingest_options.pages = {{"web", {pages}, {"**/expected.html"}, ""}};
  CurateOptions curate_options;
  curate_options.split.path_parts = 1;
  curate_options.split.heldout_fraction = 0.03;
  std::string digests[2];
  Json counts;
  for (const int threads : {1, 2}) {
    TestContext test(threads);
    const std::string documents = folder.file("documents" + std::to_string(threads));
    ingest(test.context(), ingest_options, documents);
    const StageResult result =
        curate(test.context(), curate_options, documents, folder.file("corpus" + std::to_string(threads)));
    digests[threads - 1] = result.manifest.digest();
    counts = result.manifest.counts;
  }
  EXPECT_EQ(digests[0], digests[1]);
  const auto left = [&](const char* step) { return counts.at("funnel").at(step).at("documents").as_int(); };
  EXPECT_GT(left("read"), 80);
  EXPECT_GT(left("filters"), left("read") / 2);
  EXPECT_LT(left("near_duplicates"), left("filters"));  // some tests of the set hold the same article
  EXPECT_GT(counts.at("heldout").at("documents").as_int(), 0);
  RecordProperty("funnel", counts.at("funnel").dump());
  RecordProperty("rejects", counts.at("rejects").dump());
  std::set<std::string> ids;
  DocumentReader reader(folder.file("corpus1/train"));
  while (auto item = reader.next()) {
    ASSERT_TRUE(item->ok());
    EXPECT_TRUE(ids.insert(item->value().id).second);
  }
  EXPECT_EQ(static_cast<int64_t>(ids.size()), counts.at("train").at("documents").as_int());
}

}  // namespace
}  // namespace smelt
