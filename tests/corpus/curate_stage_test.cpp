#include "corpus/curate_stage.h"

#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <string>

#include <gtest/gtest.h>

#include "base/rng.h"
#include "base/stream.h"
#include "corpus/dedup/normalize.h"
#include "corpus/document_io.h"
#include "corpus/testing.h"

namespace smelt {
namespace {

const std::vector<std::string> kVocabulary = {
    "the",    "of",     "and",   "to",    "that",   "with",    "river", "report", "north", "council",
    "bridge", "winter", "trade", "stone", "garden", "company", "music", "letter", "train", "morning",
    "market", "paper",  "water", "field", "school", "village", "road",  "summer", "house", "people"};

std::string prose(uint64_t seed, int words) {
  Rng rng(seed, "curate_test");
  std::string text;
  for (int i = 0; i < words; ++i) {
    std::string word = kVocabulary[rng.below(kVocabulary.size())];
    if (rng.below(3) == 0) {
      word += static_cast<char>('a' + rng.below(26));
      word += static_cast<char>('a' + rng.below(26));
    }
    text += word + (i % 14 == 13 ? ".\n" : " ");
  }
  return text + "end.";
}

Document page(const std::string& id, const std::string& source, const std::string& text) {
  Document document;
  document.id = id;
  document.source = source;
  document.language = "en";
  document.text = text;
  return document;
}

// A small corpus of every kind of document: good ones in many sections, bad ones, copies, edited copies across
// sections.
void write_corpus(const TemporaryFolder& folder, int parts, int pages_per_part) {
  make_directories(folder.file("in"));
  for (int part = 0; part < parts; ++part) {
    DocumentWriter writer(folder.file("in/part-0000" + std::to_string(part) + ".jsonl.zst"));
    for (int i = 0; i < pages_per_part; ++i) {
      const int n = part * pages_per_part + i;
      const std::string id = "section" + std::to_string(n % 17) + "/page" + std::to_string(n) + ".html";
      const std::string source = n % 3 == 0 ? "site a" : "siteb";
      std::string text = prose(static_cast<uint64_t>(n), 200);
      switch (n % 10) {
        case 1:
          text = prose(static_cast<uint64_t>(n - 1), 200);  // an exact copy of the page before
          break;
        case 2:
          text = prose(static_cast<uint64_t>(n - 2), 200) + " A last remark.";  // a near copy
          break;
        case 3:
          text = "too short.";
          break;
        case 4:
          text += " Contact: someone@acme.org or 86.121.97.248.";
          break;
        case 5:
          text =
              prose(static_cast<uint64_t>(n), 100) + prose(static_cast<uint64_t>(n - 5), 100);  // half of another page
          break;
        default:
          break;
      }
      writer.write(page(id, source, text));
      if (n % 25 == 7) {
        writer.write_line("{\"id\": \"broken\n");
        Document foreign = page(id + "-de", source, text);
        foreign.language = "de";
        writer.write(foreign);
      }
    }
    writer.commit();
  }
}

CurateOptions test_options() {
  CurateOptions options;
  options.languages = {"en"};
  options.filters.off = {"duplicate_5gram", "top_2gram"};
  options.split.heldout_fraction = 0.05;
  options.split.max_heldout_fraction = 0.2;
  options.split.path_parts = 1;
  return options;
}

std::map<std::string, std::string> bytes_below(const std::string& dir) {
  std::map<std::string, std::string> files;
  for (const std::string& name : list_files(dir)) {
    if (name != kManifestName) {
      files[name] = read_file(dir + "/" + name);
    }
  }
  return files;
}

std::vector<Document> documents_in(const std::string& dir) {
  std::vector<Document> documents;
  DocumentReader reader(dir);
  while (auto item = reader.next()) {
    EXPECT_TRUE(item->ok());
    documents.push_back(std::move(*item).value());
  }
  return documents;
}

class Curate : public testing::Test {
 protected:
  void SetUp() override { write_corpus(folder_, 3, 60); }

  StageResult run(int threads, const std::string& out) {
    TestContext test(threads);
    return curate(test.context(), options_, folder_.file("in"), folder_.file(out));
  }

  TemporaryFolder folder_;
  CurateOptions options_ = test_options();
};

TEST_F(Curate, EveryDocumentIsAccountedFor) {
  const Json counts = run(2, "out").manifest.counts;
  const std::vector<Document> train = documents_in(folder_.file("out/train"));
  const std::vector<Document> heldout = documents_in(folder_.file("out/heldout"));
  std::map<std::string, int64_t> reasons;
  std::string line;
  int64_t rejected = 0;
  for (const auto& [reason, group] : counts.at("rejects").as_object()) {
    reasons[reason] = group.at("documents").as_int();
    rejected += group.at("documents").as_int();
  }
  EXPECT_EQ(static_cast<int64_t>(train.size() + heldout.size()) + rejected, 180 + 7 + 7);
  EXPECT_EQ(counts.at("train").at("documents").as_int(), static_cast<int64_t>(train.size()));
  EXPECT_EQ(counts.at("heldout").at("documents").as_int(), static_cast<int64_t>(heldout.size()));
  EXPECT_EQ(counts.at("funnel").at("heldout_overlap").at("documents").as_int(),
            static_cast<int64_t>(train.size() + heldout.size()));
  EXPECT_EQ(reasons["bad_json"], 7);
  EXPECT_EQ(reasons["language"], 7);
  EXPECT_EQ(reasons["word_count"], 18);
  EXPECT_EQ(reasons["exact_duplicate"], 18);
  EXPECT_EQ(reasons["near_duplicate"], 18);
  EXPECT_EQ(counts.at("redactions").at("emails").as_int(), 18);
  EXPECT_EQ(counts.at("redactions").at("ipv4").as_int(), 18);
  EXPECT_EQ(counts.at("clusters").at("3").as_int(), 18);
  EXPECT_EQ(counts.at("examples").at("word_count").size(), 3u);
  EXPECT_EQ(counts.at("examples").at("kept").size(), 3u);
  EXPECT_TRUE(path_exists(folder_.file("out/train/site_a/part-00000.jsonl.zst")));
  EXPECT_TRUE(path_exists(folder_.file("out/duplicates/clusters.jsonl")));
  EXPECT_FALSE(path_exists(folder_.file("out/work")));
  for (const Document& document : train) {
    EXPECT_EQ(document.text.find("acme.org"), std::string::npos);
    if (document.metadata.contains("duplicates")) {
      EXPECT_EQ(document.metadata.at("duplicates").as_int(), 2);
    }
  }
}

TEST_F(Curate, RejectsKeepTheDocumentAndTheReason) {
  run(1, "out");
  std::map<std::string, int> reasons;
  int without_text = 0;
  DocumentReader reader(list_document_files({folder_.file("out/rejects/*")}));
  while (auto item = reader.next()) {
    if (!item->ok()) {
      ++without_text;
      continue;
    }
    const Json& metadata = item->value().metadata;
    const std::string reason = metadata.at("reason").as_string();
    ++reasons[reason];
    if (reason == "word_count") {
      EXPECT_EQ(item->value().text, "too short.");
      EXPECT_EQ(metadata.at("value").as_double(), 2);
      EXPECT_EQ(metadata.at("threshold").as_double(), 50);
    }
    EXPECT_EQ(metadata.contains("duplicate_of"), reason.ends_with("duplicate"));
  }
  EXPECT_EQ(reasons["word_count"], 18);
  EXPECT_EQ(without_text, 7);
}

TEST_F(Curate, BytesDoNotDependOnThreads) {
  const std::string one = run(1, "one").manifest.digest();
  const std::string three = run(3, "three").manifest.digest();
  EXPECT_EQ(one, three);
  EXPECT_EQ(bytes_below(folder_.file("one")), bytes_below(folder_.file("three")));
}

// Every step of deduplication on, in a corpus with repeated paragraphs and passages; any number of threads and any
// memory give the same bytes.
class CurateDedup : public Curate {
 protected:
  void SetUp() override {
    make_directories(folder_.file("in"));
    const std::string passage = prose(900, 30);
    const std::string paragraph = "Subscribe to our letter, and never miss what the council of the north decides.";
    for (int part = 0; part < 3; ++part) {
      DocumentWriter writer(folder_.file("in/part-0000" + std::to_string(part) + ".jsonl.zst"));
      for (int i = 0; i < 40; ++i) {
        const auto n = static_cast<uint64_t>(part * 40 + i);
        std::string text = prose(n, 120);
        text += i % 4 == 0 ? "\n\n" + paragraph + "\n\n" + prose(n + 1000, 60) : "";
        text += i % 10 == 7 ? " " + passage + " " + prose(n + 2000, 60) : "";
        text = i % 20 == 14 ? prose(n - 1, 120) + " A remark." : text;
        text = i == 30 ? paragraph + "\n\n" + prose(n, 6) : text;
        writer.write(page("s" + std::to_string(n % 11) + "/" + std::to_string(n), "site", text));
      }
      writer.commit();
    }
    options_.dedup.paragraphs.enabled = true;
    options_.dedup.substring.enabled = true;
    options_.dedup.paragraphs.max_share = 0.5;
    options_.dedup.verify = 0.7;
    options_.filters.nemotron_cc.min_words = 10;
    options_.split.heldout_fraction = 0.05;
    options_.split.max_heldout_fraction = 0.3;
  }
};

TEST_F(CurateDedup, RepeatsAreCutAndCounted) {
  const Json counts = run(2, "out").manifest.counts;
  std::vector<Document> left = documents_in(folder_.file("out/train"));
  for (Document& document : documents_in(folder_.file("out/heldout"))) {
    left.push_back(std::move(document));
  }
  int with_paragraph = 0;
  int with_passage = 0;
  int64_t text_bytes = 0;
  int64_t cut = 0;
  const std::string passage = prose(900, 30).substr(0, 100);
  for (const Document& document : left) {
    with_paragraph += document.text.find("Subscribe to our") != std::string::npos ? 1 : 0;
    with_passage += document.text.find(passage) != std::string::npos ? 1 : 0;
    text_bytes += static_cast<int64_t>(document.text.size());
    cut += document.metadata.get("cut_bytes", 0);
    EXPECT_EQ(document.text.find_last_not_of(" \n"), document.text.size() - 1);
  }
  EXPECT_EQ(with_paragraph, 1);
  EXPECT_EQ(with_passage, 1);
  EXPECT_GT(cut, 20 * 70 + 8 * 100);
  const auto row = [&](const char* step, const char* what) { return counts.at("funnel").at(step).at(what).as_int(); };
  EXPECT_EQ(row("heldout_overlap", "text_bytes"), text_bytes);
  EXPECT_EQ(row("heldout_overlap", "documents"), static_cast<int64_t>(left.size()));
  EXPECT_EQ(row("near_duplicates", "documents") - row("paragraphs", "documents"), 3);  // mostly the paragraph
  EXPECT_EQ(counts.at("rejects").at("paragraph_duplicates").at("documents").as_int(), 3);
  EXPECT_EQ(counts.at("rejects").at("near_duplicate").at("documents").as_int(), 6);
  EXPECT_GT(row("near_duplicates", "text_bytes") - row("paragraphs", "text_bytes"), 20 * 70);
  EXPECT_GT(row("paragraphs", "text_bytes") - row("substrings", "text_bytes"), 8 * 100);
  const Json& sample = counts.at("dedup_sample");
  EXPECT_EQ(sample.at("similar_pairs").as_int(), 6);
  EXPECT_EQ(sample.at("similar_found").as_int(), 6);
  EXPECT_EQ(sample.at("found_pairs").as_int(), 6);
}

TEST_F(CurateDedup, BytesDoNotDependOnThreadsOrMemory) {
  run(1, "one");
  run(3, "three");
  EXPECT_TRUE(bytes_below(folder_.file("one")) == bytes_below(folder_.file("three")));
  options_.dedup.memory = 1;
  EXPECT_TRUE(run(1, "one").skipped);
  run(2, "little");
  EXPECT_TRUE(bytes_below(folder_.file("one")) == bytes_below(folder_.file("little")));
}

TEST_F(CurateDedup, ActionDropLeavesTextsWhole) {
  options_.dedup.paragraphs.enabled = false;
  options_.dedup.substring.action = "drop";
  options_.dedup.substring.max_share = 0.1;
  const Json counts = run(2, "out").manifest.counts;
  EXPECT_GT(counts.at("rejects").at("substring_duplicates").at("documents").as_int(), 5);
  for (const Document& document : documents_in(folder_.file("out/train"))) {
    EXPECT_FALSE(document.metadata.contains("cut_bytes"));
  }
}

// What an earlier corpus kept is not taken again, be it known from the index or from its documents.
TEST_F(CurateDedup, AgainstAnEarlierCorpus) {
  options_.dedup.verify = 0;
  options_.dedup.paragraphs.enabled = false;
  options_.dedup.substring.enabled = false;
  options_.split.heldout_fraction = 0;
  run(2, "earlier");
  std::set<std::string> old_ids;
  for (const Document& document : documents_in(folder_.file("earlier/train"))) {
    old_ids.insert(document.id);
  }
  {
    DocumentWriter writer(folder_.file("in/part-00003.jsonl.zst"));
    writer.write(page("new", "site", prose(5000, 150)));
    writer.commit();
  }
  options_.dedup.against = {folder_.file("earlier")};
  run(1, "with-index");
  remove_all(folder_.file("earlier/duplicates/index"));
  run(2, "from-documents");
  EXPECT_TRUE(bytes_below(folder_.file("with-index")) == bytes_below(folder_.file("from-documents")));
  const std::vector<Document> train = documents_in(folder_.file("with-index/train"));
  ASSERT_EQ(train.size(), 1u);
  EXPECT_EQ(train[0].id, "new");
  size_t duplicates = 0;
  for (const Document& document : documents_in(folder_.file("with-index/rejects/*"))) {
    if (document.metadata.contains("duplicate_of")) {
      EXPECT_EQ(old_ids.count(document.metadata.at("duplicate_of").as_string()), 1u);
      ++duplicates;
    }
  }
  EXPECT_EQ(duplicates, 120u);
}

TEST_F(Curate, SecondRunIsSkippedAndOtherOptionsAreNot) {
  EXPECT_FALSE(run(1, "out").skipped);
  EXPECT_TRUE(run(2, "out").skipped);
  options_.filters.nemotron_cc.min_words = 51;
  EXPECT_FALSE(run(1, "out").skipped);
}

// A folder in the place of a file makes its commit fail: the run ends there with what was finished before, and going on
// without the obstacle gives the bytes of an undisturbed run, made of the finished parts.
TEST_F(Curate, InterruptedRunsGoOnToTheSameBytes) {
  const Manifest whole = run(1, "whole").manifest;
  const std::vector<std::pair<std::string, std::string>> obstacles = {
      {"work/part-00001.jsonl.zst", "filter-part-00000"}, {"work/part-00002.index", "filter-part-00001"},
      {"work/part-00001.keys", "filter-part-00000"},      {"duplicates/clusters.jsonl", "filter-part-00002"},
      {"duplicates/index/part-00001.keys", "part-00000"}, {"train/siteb/part-00001.jsonl.zst", "part-00000"},
      {"rejects/part-00002.jsonl.zst", "part-00001"}};
  for (size_t i = 0; i < obstacles.size(); ++i) {
    const auto& [obstacle, finished] = obstacles[i];
    const std::string out = folder_.file("out" + std::to_string(i));
    TestContext test(2);
    const StageSpec spec = curate_spec(options_, folder_.file("in"), out);
    EXPECT_THROW(run_stage(test.context(), spec,
                           [&](StageDir& stage) {
                             make_directories(stage.file(obstacle) + "/in-the-way");
                             return run_curate(test.context(), options_, folder_.file("in"), stage);
                           }),
                 UserError);
    EXPECT_FALSE(path_exists(out));
    remove_all(out + ".partial/" + obstacle);
    const std::string marker = out + ".partial/.done/" + finished + ".json";
    ASSERT_TRUE(path_exists(marker)) << obstacle;
    const auto made = std::filesystem::last_write_time(marker);
    const StageResult resumed = run_stage(test.context(), spec, [&](StageDir& stage) {
      Json counts = run_curate(test.context(), options_, folder_.file("in"), stage);
      EXPECT_EQ(std::filesystem::last_write_time(stage.file(".done/" + finished + ".json")), made) << obstacle;
      return counts;
    });
    EXPECT_EQ(resumed.manifest.digest(), whole.digest()) << obstacle;
    EXPECT_EQ(resumed.manifest.counts, whole.counts) << obstacle;
  }
}

// Texts of a benchmark planted into some documents: those go, or lose the place, and the report says where.
TEST_F(Curate, DecontaminatesAndReports) {
  std::string items;
  for (const int n : {0, 6, 8}) {
    items +=
        Json(Json::Object{{"question", Json(prose(static_cast<uint64_t>(n), 200).substr(300, 200))}}).dump() + "\n";
  }
  options_.decontaminate.inputs = {folder_.write("bench/test.jsonl", items)};
  const Json counts = run(2, "drop").manifest.counts;
  // Page 0, its copies 1 and 2, page 5 that begins with the same words; 6; 8; and no other.
  EXPECT_EQ(counts.at("rejects").at("contaminated").at("documents").as_int(), 6);
  EXPECT_EQ(counts.at("contamination").at("documents").as_int(), 6);
  EXPECT_EQ(counts.at("contamination").at("benchmarks").at("bench/test").at("items_hit").as_int(), 3);
  EXPECT_EQ(counts.at("funnel").at("filters").at("documents").as_int() -
                counts.at("funnel").at("contamination").at("documents").as_int(),
            6);
  std::map<std::string, std::string> reported;
  LineReader reader(open_input(folder_.file("drop/contamination/part-00000.jsonl")));
  std::string_view line;
  while (reader.next(line)) {
    const Json hit = Json::parse(line).value();
    reported[hit.at("document").as_string()] = hit.at("item").as_string();
  }
  EXPECT_EQ(reported, (std::map<std::string, std::string>{{"section0/page0.html", "1"},
                                                          {"section1/page1.html", "1"},
                                                          {"section2/page2.html", "1"},
                                                          {"section5/page5.html", "1"},
                                                          {"section6/page6.html", "2"},
                                                          {"section8/page8.html", "3"}}));
  options_.decontaminate.action = "cut";
  const Json cut = run(1, "cut").manifest.counts;
  EXPECT_EQ(cut.at("contamination").at("cut_documents").as_int(), 6);
  EXPECT_EQ(bytes_below(folder_.file("cut")), [&] {
    run(3, "cut3");
    return bytes_below(folder_.file("cut3"));
  }());
  for (const Document& document : documents_in(folder_.file("cut/train"))) {
    EXPECT_EQ(document.text.find(prose(6, 200).substr(300, 200)), std::string::npos);
  }
}

TEST_F(Curate, DropsDocumentsWithPersonalDataWhereAsked) {
  options_.redact.emails = "drop";
  const Json counts = run(1, "out").manifest.counts;
  EXPECT_EQ(counts.at("rejects").at("personal_data").at("documents").as_int(), 18);
  EXPECT_TRUE(counts.at("funnel").as_object().size() == 7 && counts.at("funnel").contains("redaction"));
}

TEST_F(Curate, CountsOfNothingAreZero) {
  options_.languages = {"xx"};
  const Json counts = run(1, "out").manifest.counts;
  for (const char* place : {"train", "heldout"}) {
    EXPECT_EQ(counts.at(place).at("documents").as_int(), 0);
    EXPECT_EQ(counts.at(place).at("text_bytes").as_int(), 0);
  }
}

TEST_F(Curate, StopsWhenAsked) {
  TestContext test(2);
  test.stop() = true;
  try {
    curate(test.context(), options_, folder_.file("in"), folder_.file("out"));
    FAIL();
  } catch (const UserError& error) {
    EXPECT_EQ(error.code(), ExitCode::kPreempted);
  }
}

// Brute force over all pairs: no held-out document has half of its shingles in common with a training document.
TEST_F(Curate, HeldoutSharesNoNearDuplicateWithTraining) {
  const Json counts = run(2, "out").manifest.counts;
  const auto shingles = [](const std::string& text) {
    const std::string normal = normalize_for_duplicates(text);
    std::set<std::string> out;
    for (size_t i = 0; i + 24 <= normal.size(); ++i) {
      out.insert(normal.substr(i, 24));
    }
    return out;
  };
  std::vector<std::set<std::string>> train;
  std::set<std::string> train_sections;
  for (const Document& document : documents_in(folder_.file("out/train"))) {
    train.push_back(shingles(document.text));
    train_sections.insert(place_of(document.source, document.id, document.url, 1).section);
  }
  const std::vector<Document> heldout = documents_in(folder_.file("out/heldout"));
  ASSERT_GT(heldout.size(), 3u);
  for (const Document& document : heldout) {
    EXPECT_EQ(train_sections.count(place_of(document.source, document.id, document.url, 1).section), 0u);
    const std::set<std::string> held = shingles(document.text);
    for (const auto& other : train) {
      const auto common =
          std::count_if(held.begin(), held.end(), [&](const std::string& s) { return other.count(s) > 0; });
      const double similarity =
          static_cast<double>(common) / static_cast<double>(held.size() + other.size() - static_cast<size_t>(common));
      EXPECT_LT(similarity, 0.6) << document.id;
    }
  }
  const double fraction =
      counts.at("heldout").at("text_bytes").as_double() /
      (counts.at("heldout").at("text_bytes").as_double() + counts.at("train").at("text_bytes").as_double());
  EXPECT_GT(fraction, 0.02);
  EXPECT_LE(fraction, 0.2);
}

}  // namespace
}  // namespace smelt
