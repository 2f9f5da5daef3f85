#include "corpus/dedup/sample.h"

#include <cmath>
#include <set>

#include <gtest/gtest.h>

#include "corpus/dedup/signer.h"
#include "corpus/dedup/texts.h"
#include "corpus/testing.h"

namespace smelt {
namespace {

// A sample of the whole corpus, against similarities of the shingles as strings.
TEST(Sample, CountsTheTruePairs) {
  const TemporaryFolder folder;
  DedupOptions options;
  const MinHasher hasher(options.shape());
  DocumentSigner signer(options, hasher);
  KeyWriter writer(folder.file("keys"), options.shape());
  SampleBook book(1000, 1);
  std::vector<std::set<std::string>> sets;
  constexpr uint64_t kDocuments = 66;
  for (uint64_t i = 0; i < kDocuments; ++i) {
    Document document;
    document.text = edited(random_text(i / 3, 150), 0.004 * static_cast<double>(i % 13), i);
    const SignedDocument marks = signer.sign(document);
    writer.add(marks.keys);
    book.add(i, signer.shingles());
    sets.push_back(character_shingles(document.text, 24));
  }
  writer.commit();
  std::vector<KeyFile> files;
  files.emplace_back(folder.file("keys"));
  const KeySet keys({}, std::move(files));
  TestContext test(1);
  const DuplicateClusters clusters = find_duplicates(test.context(), keys, options, {folder.path()});
  int64_t documents = 0;
  int64_t similar = 0;
  int64_t similar_found = 0;
  int64_t found = 0;
  int64_t from_half = 0;
  const double threshold = std::pow(0.05, 1.0 / 13);
  for (uint64_t i = 0; i < kDocuments; ++i) {
    documents += clusters.fate(i) != Fate::kExactDuplicate ? 1 : 0;
    for (uint64_t j = 0; j < i; ++j) {
      if (clusters.fate(i) == Fate::kExactDuplicate || clusters.fate(j) == Fate::kExactDuplicate) {
        continue;
      }
      const double s = true_jaccard(sets[i], sets[j]);
      const bool together = clusters.survivor(i) == clusters.survivor(j);
      similar += s >= threshold ? 1 : 0;
      similar_found += s >= threshold && together ? 1 : 0;
      found += together ? 1 : 0;
      from_half += s >= 0.5 ? 1 : 0;
    }
  }
  ASSERT_GT(similar, 10);
  const Json out = measure_sample(SampleBook::parse(book.bytes()), 1000, clusters, options);
  EXPECT_EQ(out.at("documents").as_int(), documents);
  EXPECT_NEAR(out.at("threshold").as_double(), threshold, 1e-12);
  EXPECT_EQ(out.at("similar_pairs").as_int(), similar);
  EXPECT_EQ(out.at("similar_found").as_int(), similar_found);
  EXPECT_EQ(out.at("found_pairs").as_int(), found);
  int64_t in_steps = 0;
  for (const Json& step : out.at("by_similarity").as_array()) {
    in_steps += step.at("pairs").as_int();
  }
  EXPECT_EQ(in_steps, from_half);
}

TEST(Sample, IsTheSameHoweverTheDocumentsAreSplitAndKeepsPairsTogether) {
  constexpr size_t kSize = 40;
  SampleBook whole(kSize, 7);
  std::vector<SampleBook> parts(4, SampleBook(kSize, 7));
  size_t together = 0;
  for (uint64_t i = 0; i < 1000; ++i) {
    std::vector<uint32_t> set;
    Rng rng(i / 2, "sample_test");
    for (int j = 0; j < 100; ++j) {
      set.push_back(rng.u32());
    }
    set[0] += static_cast<uint32_t>(i % 2);  // pairs of similarity 99 / 101
    whole.add(i, set);
    parts[i % 4].add(i, set);
  }
  std::vector<SampledDocument> merged;
  for (const SampleBook& part : parts) {
    for (SampledDocument& document : SampleBook::parse(part.bytes())) {
      merged.push_back(std::move(document));
    }
  }
  std::sort(merged.begin(), merged.end(),
            [](const auto& a, const auto& b) { return std::tie(a.order, a.row) < std::tie(b.order, b.row); });
  const std::vector<SampledDocument> sample = SampleBook::parse(whole.bytes());
  ASSERT_EQ(sample.size(), kSize);
  std::set<uint64_t> rows;
  for (size_t i = 0; i < kSize; ++i) {
    EXPECT_EQ(merged[i].row, sample[i].row);
    rows.insert(sample[i].row);
  }
  for (const uint64_t row : rows) {
    together += rows.count(row ^ 1);
  }
  EXPECT_GE(together, kSize - 6);  // a random sample of 40 out of 1,000 would have 1 or 2
  EXPECT_THROW(SampleBook::parse("cut short"), UserError);
}

}  // namespace
}  // namespace smelt
