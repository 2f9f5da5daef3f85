#include "corpus/dedup/duplicates.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <string>

#include <gtest/gtest.h>

#include "corpus/dedup/signer.h"
#include "corpus/dedup/texts.h"
#include "corpus/testing.h"

namespace smelt {
namespace {

Document page(const std::string& id, const std::string& text) {
  Document document;
  document.id = id;
  document.text = text;
  return document;
}

struct Outcome {
  std::vector<Fate> fates;
  std::vector<uint64_t> survivors;
  std::string clusters;  // the file
  Json histogram;
  bool operator==(const Outcome&) const = default;
};

// Writes key files of the parts (earlier corpora's first) and looks for duplicates.
class Duplicates : public testing::Test {
 protected:
  using Part = std::vector<Document>;

  Outcome find(const std::vector<Part>& parts, size_t num_earlier = 0, int threads = 1, size_t memory = 1 << 30) {
    const MinHasher hasher(options_.shape());
    std::vector<KeyFile> earlier;
    std::vector<KeyFile> files;
    std::vector<TextStore> texts;
    for (size_t part = 0; part < parts.size(); ++part) {
      const std::string name = folder_.file("part" + std::to_string(part));
      KeyWriter keys(name + ".keys", options_.shape());
      TextStoreWriter store(name + ".texts");
      DocumentSigner signer(options_, hasher);
      for (const Document& document : parts[part]) {
        const SignedDocument out = signer.sign(document);
        keys.add(out.keys);
        store.add(out.normalized);
      }
      keys.commit();
      store.commit();
      (part < num_earlier ? earlier : files).emplace_back(name + ".keys");
      if (options_.verify > 0) {
        texts.emplace_back(name + ".texts");
      }
    }
    const KeySet set(std::move(earlier), std::move(files), std::move(texts));
    TestContext test(threads);
    const ScratchSpace space{folder_.path(), memory};
    const DuplicateClusters found = find_duplicates(test.context(), set, options_, space);
    Outcome out;
    for (uint64_t i = set.num_earlier(); i < set.size(); ++i) {
      out.fates.push_back(found.fate(i));
      out.survivors.push_back(found.survivor(i));
    }
    out.histogram = write_clusters(set, found, space, folder_.file("clusters.jsonl"));
    out.clusters = read_file(folder_.file("clusters.jsonl"));
    return out;
  }

  TemporaryFolder folder_;
  DedupOptions options_;
};

using Fates = std::vector<Fate>;
constexpr Fate kKept = Fate::kKept;
constexpr Fate kExact = Fate::kExactDuplicate;
constexpr Fate kNear = Fate::kNearDuplicate;

TEST_F(Duplicates, ExactCopiesLeaveTheFirstOfTheInputs) {
  const std::string a = random_text(1, 200);
  const Outcome out = find({{page("z", a), page("m", random_text(2, 200))}, {page("c", "  " + a), page("d", a)}});
  EXPECT_EQ(out.fates, (Fates{kKept, kKept, kExact, kExact}));
  EXPECT_EQ(out.survivors, (std::vector<uint64_t>{0, 1, 0, 0}));
  EXPECT_EQ(out.clusters, "{\"kept\":\"z\",\"size\":3,\"members\":[\"z\",\"c\",\"d\"]}\n");
  EXPECT_EQ(out.histogram.at("3").as_int(), 1);
  options_.exact = false;
  options_.near = false;
  EXPECT_EQ(find({{page("a", a), page("b", a)}}).fates, (Fates{kKept, kKept}));
}

TEST_F(Duplicates, PolicyChoosesWhoStays) {
  const std::string text = random_text(1, 400);
  const auto make = [&](const std::string& id, const std::string& tail, Json quality, Json date) {
    Document document = page(id, text + tail);
    document.metadata["quality"] = std::move(quality);
    document.metadata["date"] = std::move(date);
    return document;
  };
  const std::vector<Part> parts = {{make("a", "", 0.25, "2021-03-01T10:00:00Z"),
                                    make("b", " a few words more", 3, "2021"), make("c", " a few", -1.5, Json()),
                                    make("d", " few", Json(), "2021-02-28")}};
  const std::map<std::string, std::string> kept = {{"first", "a"}, {"longest", "b"}, {"best", "b"}, {"oldest", "b"}};
  for (const auto& [policy, id] : kept) {
    options_.policy = policy;
    const Outcome out = find(parts);
    EXPECT_EQ(out.histogram.at("4-7").as_int(), 1);
    EXPECT_NE(out.clusters.find("\"kept\":\"" + id + "\""), std::string::npos) << policy << out.clusters;
  }
  options_.policy = "best";
  EXPECT_NE(find(parts).clusters.find("[\"b\",\"a\",\"c\",\"d\"]"), std::string::npos);
  options_.policy = "oldest";
  EXPECT_NE(find(parts).clusters.find("[\"b\",\"d\",\"a\",\"c\"]"), std::string::npos);
}

// Brute force: connected sets of documents that share a band key, the first of each kept.
TEST_F(Duplicates, AreTheConnectedSetsOfSharedBandsForAnyThreadsAndMemory) {
  std::vector<Part> parts(3);
  std::vector<std::vector<uint64_t>> bands;
  const MinHasher hasher(options_.shape());
  DocumentSigner signer(options_, hasher);
  for (uint64_t i = 0; i < 300; ++i) {
    const Document document = page("id" + std::to_string(i), edited(random_text(i % 60, 60), 0.01 * double(i % 4), i));
    parts[i / 100].push_back(document);
    bands.push_back(signer.sign(document).keys.bands);
  }
  std::vector<uint64_t> label(bands.size());
  for (uint64_t i = 0; i < label.size(); ++i) {
    label[i] = i;
  }
  for (bool changed = true; changed;) {
    changed = false;
    for (size_t i = 0; i < bands.size(); ++i) {
      for (size_t j = i + 1; j < bands.size(); ++j) {
        bool shared = false;
        for (size_t band = 0; band < bands[i].size(); ++band) {
          shared = shared || bands[i][band] == bands[j][band];
        }
        if (shared && label[i] != label[j]) {
          label[i] = label[j] = std::min(label[i], label[j]);
          changed = true;
        }
      }
    }
  }
  options_.exact = false;
  const Outcome plain = find(parts);
  EXPECT_EQ(plain.survivors, label);
  for (const int threads : {1, 3}) {
    for (const size_t memory : {size_t{1}, size_t{1} << 16}) {
      EXPECT_EQ(find(parts, 0, threads, memory), plain) << threads << " " << memory;
    }
  }
}

TEST_F(Duplicates, OfAnEarlierCorpusAreDroppedWhateverThePolicy) {
  const std::string a = random_text(1, 300);
  const std::string b = random_text(2, 300);
  options_.policy = "longest";
  const Outcome out = find({{page("old a", a), page("old b", b), page("old b2", b)},
                            {page("1", a), page("2", b + " and a good deal more"), page("3", random_text(3, 300)),
                             page("4", random_text(3, 300))}},
                           1);
  EXPECT_EQ(out.fates, (Fates{kExact, kNear, kKept, kExact}));
  EXPECT_EQ(out.survivors, (std::vector<uint64_t>{0, 1, 5, 5}));
  EXPECT_EQ(out.clusters,
            "{\"kept\":\"old a\",\"size\":2,\"earlier\":true,\"members\":[\"old a\",\"1\"]}\n"
            "{\"kept\":\"old b\",\"size\":3,\"earlier\":true,\"members\":[\"old b\",\"old b2\",\"2\"]}\n"
            "{\"kept\":\"3\",\"size\":2,\"members\":[\"3\",\"4\"]}\n");
}

// Bands that find nearly everything, so that verification decides: pairs must be linked exactly from the threshold on.
TEST_F(Duplicates, VerifiedPairsAreThoseOfTrueJaccardAtLeastTheThreshold) {
  options_.rows = 2;
  options_.bands = 100;
  options_.verify = 0.7;
  std::vector<Part> parts(1);
  std::vector<bool> similar;
  for (uint64_t i = 0; i < 80; ++i) {
    const std::string a = random_text(500 + i, 120);
    const std::string b = edited(a, 0.0012 * static_cast<double>(i), i);
    parts[0].push_back(page("a", a));
    parts[0].push_back(page("b", b));
    similar.push_back(true_jaccard(character_shingles(a, 24), character_shingles(b, 24)) >= 0.7);
  }
  const auto count = std::count(similar.begin(), similar.end(), true);
  ASSERT_GT(count, 15);
  ASSERT_LT(count, 65);
  const Outcome out = find(parts, 0, 2);
  for (size_t i = 0; i < similar.size(); ++i) {
    EXPECT_EQ(out.fates[2 * i + 1] != kKept, similar[i]) << i;
  }
  EXPECT_EQ(find(parts, 0, 1, 1), out);
}

TEST_F(Duplicates, UnrelatedTextsStayApart) {
  Part part;
  for (uint64_t i = 0; i < 300; ++i) {
    part.push_back(page(std::to_string(i), random_text(i, 100)));
  }
  EXPECT_EQ(find({part}).clusters, "");
  EXPECT_EQ(find({}).clusters, "");
  EXPECT_EQ(find({{}, {page("a", ""), page("b", "...")}}).clusters, "");
}

// Pairs planted at every similarity from .5 to .95: two texts with a common beginning and ends of their own. The share
// that is found lies in the 99 % interval around what the closed form says of their true similarities,
// 1 - (1 - s^rows)^bands, for both presets. Seeds are fixed; the interval is that of a sum of independent trials of
// known chances (2.576 standard deviations, and half a pair for the steps).
TEST_F(Duplicates, PlantedPairsAreFoundAsOftenAsTheClosedFormSays) {
  constexpr uint64_t kPairs = 100;
  for (const char* preset : {"nemotron-cc", "fineweb"}) {
    options_.preset = preset;
    const MinHashShape shape = options_.shape();
    for (const double similarity : {0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95}) {
      Part part;
      double expected = 0;
      double variance = 0;
      double mean = 0;
      for (uint64_t i = 0; i < kPairs; ++i) {
        const int words = 250;
        const int own = static_cast<int>(std::lround(words * (1 - similarity) / (1 + similarity)));
        const std::string common = random_text(4 * i, words - own);
        const std::string a = common + random_text(4 * i + 1, own);
        const std::string b = common + random_text(4 * i + 2, own);
        std::vector<uint32_t> sa;
        std::vector<uint32_t> sb;
        shingle_hashes(normalize_for_duplicates(a), shape.unit, shape.shingle, sa);
        shingle_hashes(normalize_for_duplicates(b), shape.unit, shape.shingle, sb);
        make_set(sa);
        make_set(sb);
        const double s = jaccard(sa, sb);
        const double p =
            1 - std::pow(1 - std::pow(s, static_cast<double>(shape.rows)), static_cast<double>(shape.bands));
        mean += s / kPairs;
        expected += p;
        variance += p * (1 - p);
        part.push_back(page("a" + std::to_string(i), a));
        part.push_back(page("b" + std::to_string(i), b));
      }
      EXPECT_NEAR(mean, similarity, 0.03) << preset;
      const Fates fates = find({part}).fates;
      const auto found = kPairs * 2 - static_cast<uint64_t>(std::count(fates.begin(), fates.end(), kKept));
      EXPECT_NEAR(static_cast<double>(found), expected, 2.576 * std::sqrt(variance) + 0.5) << preset << " " << mean;
      RecordProperty(std::string(preset) + "_" + std::to_string(static_cast<int>(100 * similarity)),
                     std::to_string(found) + " of " + std::to_string(expected));
    }
  }
}

}  // namespace
}  // namespace smelt
