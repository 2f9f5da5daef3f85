#include "corpus/duplicates.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>
#include <string>

#include <gtest/gtest.h>

#include "base/rng.h"
#include "corpus/heldout.h"
#include "corpus/testing.h"

namespace smelt {
namespace {

std::string random_text(uint64_t seed, int words) {
  Rng rng(seed, "duplicates_test");
  std::string text;
  for (int i = 0; i < words; ++i) {
    for (uint64_t letters = 2 + rng.below(7); letters > 0; --letters) {
      text += static_cast<char>('a' + rng.below(26));
    }
    text += i % 12 == 11 ? ".\n" : " ";
  }
  return text;
}

// Replaces every word with probability `rate`.
std::string edited(const std::string& text, double rate, uint64_t seed) {
  Rng rng(seed, "duplicates_test/edit");
  std::string out;
  size_t begin = 0;
  while (begin < text.size()) {
    const size_t end = std::min(text.find_first_of(" \n", begin), text.size() - 1);
    out += rng.uniform() < rate ? "edited" : text.substr(begin, end - begin);
    out += text[end];
    begin = end + 1;
  }
  return out;
}

std::set<std::string> shingles(const std::string& text, size_t length) {
  const std::string normal = normalize_for_duplicates(text);
  std::set<std::string> out;
  for (size_t i = 0; i + length <= normal.size(); ++i) {
    out.insert(normal.substr(i, length));
  }
  return out;
}

double jaccard(const std::set<std::string>& a, const std::set<std::string>& b) {
  size_t common = 0;
  for (const std::string& item : a) {
    common += b.count(item);
  }
  return static_cast<double>(common) / static_cast<double>(a.size() + b.size() - common);
}

DuplicateKey key_of(const std::string& id, const std::string& text, const DedupOptions& options = {}) {
  const MinHasher hasher(options.shape());
  const std::string normal = normalize_for_duplicates(text);
  std::vector<uint32_t> hashes;
  shingle_hashes(normal, options.shingle, hashes);
  std::vector<uint32_t> signature(static_cast<size_t>(hasher.size()));
  hasher.sign(hashes, signature);
  DuplicateKey key{id, static_cast<int64_t>(text.size()), hash128(normal),
                   std::vector<uint64_t>(static_cast<size_t>(options.bands))};
  hasher.band_keys(signature, key.bands);
  return key;
}

TEST(Duplicates, ExactCopiesLeaveTheFirstOfTheInputs) {
  const std::string a = random_text(1, 200);
  const std::string b = random_text(2, 200);
  SerialExecutor executor;
  const std::vector<DuplicateKey> keys = {key_of("z", a), key_of("m", b), key_of("c", "  " + a), key_of("d", a)};
  const DuplicateClusters out = find_duplicates(keys, {}, executor);
  EXPECT_EQ(out.fates, (std::vector<Fate>{Fate::kKept, Fate::kKept, Fate::kExactDuplicate, Fate::kExactDuplicate}));
  EXPECT_EQ(out.survivors, (std::vector<int64_t>{0, 1, 0, 0}));
  EXPECT_EQ(out.clusters, (std::vector<std::vector<int64_t>>{{0, 2, 3}}));
}

TEST(Duplicates, PolicyChoosesTheLongestOrTheFirst) {
  const std::string a = random_text(1, 400);
  const std::string longer = a + " and a few words more.";
  SerialExecutor executor;
  const std::vector<DuplicateKey> keys = {key_of("a", a), key_of("b", longer)};
  DedupOptions options;
  EXPECT_EQ(find_duplicates(keys, options, executor).fates, (std::vector<Fate>{Fate::kKept, Fate::kNearDuplicate}));
  options.policy = "longest";
  EXPECT_EQ(find_duplicates(keys, options, executor).fates, (std::vector<Fate>{Fate::kNearDuplicate, Fate::kKept}));
  options.near = false;
  EXPECT_EQ(find_duplicates(keys, options, executor).fates, (std::vector<Fate>{Fate::kKept, Fate::kKept}));
}

TEST(Duplicates, DoNotDependOnThreadsOrNames) {
  std::vector<DuplicateKey> keys;
  for (uint64_t i = 0; i < 40; ++i) {
    const std::string text = random_text(i / 4, 150);
    keys.push_back(key_of("id" + std::to_string(i), edited(text, 0.004 * static_cast<double>(i % 4), i)));
  }
  SerialExecutor serial;
  ThreadPool pool(3);
  const DuplicateClusters one = find_duplicates(keys, {}, serial);
  const DuplicateClusters many = find_duplicates(keys, {}, pool);
  EXPECT_EQ(one.fates, many.fates);
  EXPECT_EQ(one.clusters, many.clusters);
  std::vector<DuplicateKey> renamed = keys;
  for (size_t i = 0; i < keys.size(); ++i) {
    renamed[i].id = "id" + std::to_string((i * 17 + 5) % keys.size());
  }
  EXPECT_EQ(find_duplicates(renamed, {}, pool).fates, one.fates);
  // The sets of copies are the same from the other end; then the last of each stays.
  std::vector<DuplicateKey> reversed(keys.rbegin(), keys.rend());
  const DuplicateClusters other = find_duplicates(reversed, {}, pool);
  ASSERT_EQ(other.clusters.size(), one.clusters.size());
  for (const auto& cluster : one.clusters) {
    const auto last = static_cast<size_t>(*std::max_element(cluster.begin(), cluster.end()));
    EXPECT_EQ(other.fates[keys.size() - 1 - last], Fate::kKept);
  }
}

// Planted edits: how often a pair is found, against its exact Jaccard similarity through the closed form.
TEST(Duplicates, PlantedPairsAreFoundAsOftenAsTheClosedFormSays) {
  constexpr int kPairs = 60;
  SerialExecutor executor;
  for (const double rate : {0.002, 0.01, 0.03, 0.1}) {
    int found = 0;
    double expected = 0;
    double variance = 0;
    for (uint64_t i = 0; i < kPairs; ++i) {
      const std::string a = random_text(1000 + i, 250);
      const std::string b = edited(a, rate, i);
      const double s = jaccard(shingles(a, 24), shingles(b, 24));
      const double p = a == b ? 1 : 1 - std::pow(1 - std::pow(s, 13), 20);
      expected += p;
      variance += p * (1 - p);
      const DuplicateClusters out = find_duplicates({key_of("a", a), key_of("b", b)}, {}, executor);
      found += out.clusters.empty() ? 0 : 1;
    }
    EXPECT_NEAR(found, expected, 5 * std::sqrt(variance) + 0.5) << rate;
  }
}

TEST(Duplicates, UnrelatedTextsStayApart) {
  SerialExecutor executor;
  std::vector<DuplicateKey> keys;
  for (uint64_t i = 0; i < 300; ++i) {
    keys.push_back(key_of(std::to_string(i), random_text(i, 100)));
  }
  EXPECT_TRUE(find_duplicates(keys, {}, executor).clusters.empty());
  EXPECT_TRUE(find_duplicates({}, {}, executor).clusters.empty());
}

TEST(Heldout, SectionsAreSourceHostAndFirstFolders) {
  EXPECT_EQ(section_of("py", "library/os.html", "", 2), "py/library");
  EXPECT_EQ(section_of("py", "index.html", "", 2), "py");
  EXPECT_EQ(section_of("py", "a/b/c/d.html", "", 2), "py/a/b");
  EXPECT_EQ(section_of("py", "x", "https://docs.python.org/3/library/os.html?q=a/b#top", 2),
            "py/docs.python.org/3/library");
  EXPECT_EQ(section_of("py", "x", "https://docs.python.org", 2), "py/docs.python.org");
  EXPECT_EQ(section_of("py", "a/b/c", "", 0), "py");
}

TEST(Heldout, PagesAreUnitsByTheirWholeAddress) {
  SplitOptions options;
  EXPECT_EQ(heldout_unit("py", "library/os.html", "", options), "py/library");
  options.unit = "page";
  EXPECT_EQ(heldout_unit("py", "library/os.html", "", options), "py/library/os.html");
  EXPECT_EQ(heldout_unit("py", "x", "https://a.org/b/c.html?q#d", options), "py/https://a.org/b/c.html");
}

TEST(Heldout, TakesSectionsUpToTheTargetAndNeverAboveTheCap) {
  std::unordered_map<std::string, int64_t> sections;
  for (int i = 0; i < 200; ++i) {
    sections["s" + std::to_string(i)] = 1000 + 10 * i;
  }
  sections["huge"] = 100000;
  SplitOptions options;
  options.heldout_fraction = 0.02;
  const auto bytes_of = [&](const std::set<std::string>& chosen) {
    return std::accumulate(chosen.begin(), chosen.end(), int64_t{0},
                           [&](int64_t sum, const std::string& name) { return sum + sections.at(name); });
  };
  int64_t total = 0;
  for (const auto& [name, bytes] : sections) {
    total += bytes;
  }
  std::set<std::string> seen_choices;
  for (int64_t seed = 0; seed < 50; ++seed) {
    options.seed = seed;
    const std::set<std::string> chosen = choose_heldout(sections, options);
    EXPECT_GE(bytes_of(chosen), total / 50);
    EXPECT_LE(bytes_of(chosen), total / 20);
    EXPECT_EQ(chosen.count("huge"), 0u);
    EXPECT_EQ(choose_heldout(sections, options), chosen);
    seen_choices.insert(*chosen.begin());
  }
  EXPECT_GT(seen_choices.size(), 20u);
  options.heldout_fraction = 0;
  EXPECT_TRUE(choose_heldout(sections, options).empty());
  options.heldout_fraction = 0.02;
  options.max_heldout_bytes = 500;
  EXPECT_TRUE(choose_heldout(sections, options).empty());
}

}  // namespace
}  // namespace smelt
