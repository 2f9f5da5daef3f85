#include "corpus/lineage/corpus_diff.h"

#include <map>
#include <tuple>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/rng.h"
#include "corpus/document_io.h"
#include "corpus/testing.h"

namespace smelt {
namespace {

// What one side has of a document: its place (train, heldout, rejects), the reason of a reject, its text.
struct Side {
  std::string place;
  std::string reason;
  std::string text;
  std::string status() const { return place == "rejects" ? "rejects: " + reason : place; }
};
using Corpus = std::map<std::string, Side>;  // by id

void write_corpus(const TemporaryFolder& folder, const std::string& name, const Corpus& corpus, uint64_t parts) {
  std::map<std::string, std::unique_ptr<DocumentWriter>> writers;
  uint64_t number = 0;
  for (const auto& [id, side] : corpus) {
    const std::string inner = side.place == "train" ? "train/site/" : side.place + "/";
    const std::string file =
        folder.file(name + "/" + inner + "part-0000" + std::to_string(number++ % parts) + ".jsonl.zst");
    auto& writer = writers[file];
    if (!writer) {
      make_directories(file.substr(0, file.rfind('/')));
      writer = std::make_unique<DocumentWriter>(file);
    }
    Document document;
    document.id = id;
    document.source = "site";
    document.text = side.text;
    Json extra = Json::object();
    extra["reason"] = side.reason;
    std::string line;
    append_json_line(document, line, side.place == "rejects" ? &extra : nullptr);
    writer->write_line(line);
  }
  for (auto& [file, writer] : writers) {
    writer->commit();
  }
}

Side random_side(Rng& rng, const std::string& text) {
  const uint64_t what = rng.below(10);
  return {what < 6   ? "train"
          : what < 7 ? "heldout"
                     : "rejects",
          what == 7 ? "digits" : "near_duplicate", rng.below(8) == 0 ? text + " edited" : text};
}

class CorpusDiffTest : public testing::Test {
 protected:
  CorpusDiff diff(const std::string& a, const std::string& b, size_t memory, int threads, int64_t examples = 3) {
    TestContext context(threads);
    return diff_corpora(context.context(), corpus_layout(folder_.file(a)), corpus_layout(folder_.file(b)),
                        {examples, {folder_.path(), memory}});
  }
  TemporaryFolder folder_;
};

TEST_F(CorpusDiffTest, CountsWhatAComparisonInMemoryCounts) {
  Rng rng(5, "corpus_diff_test");
  Corpus a;
  Corpus b;
  for (int i = 0; i < 6000; ++i) {
    const std::string id = "page" + std::to_string(i);
    const std::string text = "text of number " + std::to_string(i * 7919);
    const uint64_t who = rng.below(10);
    if (who != 0) {
      a[id] = random_side(rng, text);
    }
    if (who != 1) {
      b[id] = random_side(rng, text);
    }
  }
  using Key = std::tuple<std::string, std::string, bool>;
  std::map<Key, std::tuple<int64_t, int64_t, int64_t>> expected;
  int64_t equal = 0;
  int64_t equally_dropped = 0;
  Corpus all = a;
  all.insert(b.begin(), b.end());
  for (const auto& [id, unused] : all) {
    const auto in_a = a.find(id);
    const auto in_b = b.find(id);
    const bool both = in_a != a.end() && in_b != b.end();
    const std::string from = in_a == a.end() ? "absent" : in_a->second.status();
    const std::string to = in_b == b.end() ? "absent" : in_b->second.status();
    const bool kept = both && in_a->second.place != "rejects" && in_b->second.place != "rejects";
    const bool text_differs = kept && in_a->second.text != in_b->second.text;
    if (from == to && !text_differs) {
      ++(kept ? equal : equally_dropped);
      continue;
    }
    auto& [documents, bytes_a, bytes_b] = expected[{from, to, text_differs}];
    ++documents;
    bytes_a += in_a == a.end() ? 0 : static_cast<int64_t>(in_a->second.text.size());
    bytes_b += in_b == b.end() ? 0 : static_cast<int64_t>(in_b->second.text.size());
  }
  write_corpus(folder_, "a", a, 3);
  write_corpus(folder_, "b", b, 5);
  for (const auto& [memory, threads] : {std::pair{size_t{1}, 1}, std::pair{size_t{1} << 28, 3}}) {
    const CorpusDiff found = diff("a", "b", memory, threads);
    EXPECT_EQ(found.equal_documents, equal);
    EXPECT_EQ(found.equally_dropped, equally_dropped);
    std::map<Key, std::tuple<int64_t, int64_t, int64_t>> groups;
    for (const DiffGroup& group : found.groups) {
      groups[{group.a, group.b, group.text_differs}] = {group.documents, group.bytes_a, group.bytes_b};
    }
    EXPECT_EQ(groups, expected);
  }
}

TEST_F(CorpusDiffTest, ShowsWhereTextsBeginToDiffer) {
  std::string before(500, 'x');
  std::string after = before;
  before += " the old ending";
  after += " the new ending";
  write_corpus(folder_, "a", {{"one", {"train", "", before}}}, 1);
  write_corpus(folder_, "b", {{"one", {"train", "", after}}}, 1);
  const CorpusDiff found = diff("a", "b", 1 << 20, 2);
  ASSERT_EQ(found.groups.size(), 1U);
  ASSERT_EQ(found.groups[0].examples.size(), 1U);
  const DiffGroup::Example& example = found.groups[0].examples[0];
  EXPECT_EQ(example.id, "one");
  EXPECT_THAT(example.text_a, testing::HasSubstr("the old ending"));
  EXPECT_THAT(example.text_b, testing::HasSubstr("the new ending"));
  EXPECT_LE(example.text_a.size(), 200U);
}

TEST_F(CorpusDiffTest, PairsDocumentsOfOneIdByTheirOrder) {
  folder_.write("a.jsonl", "{\"id\":\"x\",\"text\":\"first\"}\n{\"id\":\"x\",\"text\":\"second\"}\n");
  folder_.write("b.jsonl",
                "{\"id\":\"x\",\"text\":\"first\"}\n{\"id\":\"x\",\"text\":\"second\"}\n"
                "{\"id\":\"x\",\"text\":\"third\"}\nno document\n");
  const CorpusDiff found = diff("a.jsonl", "b.jsonl", 1 << 20, 2);
  EXPECT_EQ(found.equal_documents, 2);
  EXPECT_EQ(found.unreadable_a, 0);
  EXPECT_EQ(found.unreadable_b, 1);
  ASSERT_EQ(found.groups.size(), 1U);
  EXPECT_EQ(found.groups[0].a, "absent");
  EXPECT_EQ(found.groups[0].examples.at(0).text_b, "third");
}

TEST_F(CorpusDiffTest, EqualCorporaDoNotDiffer) {
  write_corpus(folder_, "a", {{"one", {"train", "", "text"}}, {"two", {"rejects", "digits", "text"}}}, 2);
  const CorpusDiff found = diff("a", "a", 1 << 20, 1);
  EXPECT_FALSE(found.differs());
  EXPECT_EQ(found.equal_documents, 1);
  EXPECT_EQ(found.equally_dropped, 1);
}

}  // namespace
}  // namespace smelt
