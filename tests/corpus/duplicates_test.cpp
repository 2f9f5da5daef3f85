#include "corpus/duplicates.h"

#include <algorithm>
#include <cmath>
#include <map>
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
  const auto place = [](std::string_view id, std::string_view url, int64_t parts) {
    const PagePlace out = place_of("py", id, url, parts);
    return out.section + " | " + out.rest;
  };
  EXPECT_EQ(place("library/os.html", "", 2), "py/library | os.html");
  EXPECT_EQ(place("index.html", "", 2), "py | index.html");
  EXPECT_EQ(place("a/b/c/d.html", "", 2), "py/a/b | c/d.html");
  EXPECT_EQ(place("x", "https://docs.python.org/3/library/os.html?q=a/b#top", 2),
            "py/docs.python.org/3/library | os.html");
  EXPECT_EQ(place("x", "https://docs.python.org", 2), "py/docs.python.org | ");
  EXPECT_EQ(place("a/b/c", "", 0), "py | a/b/c");
}

// 200 small sections and one that is too large to be held out whole: it has 30 folders, one of these again too large.
struct Site {
  std::vector<std::pair<std::string, std::string>> places;
  std::vector<HeldoutSections::Page> pages;
  int64_t bytes = 0;

  Site() {
    for (int i = 0; i < 200; ++i) {
      places.emplace_back("s" + std::to_string(i), "page.html");
    }
    for (int i = 0; i < 600; ++i) {
      const int folder = i % 30;
      places.emplace_back("huge", "f" + std::to_string(folder) + "/" + std::to_string(i) + ".html");
    }
    for (int i = 0; i < 300; ++i) {
      places.emplace_back("huge", "book/" + std::to_string(i) + ".html");
    }
    for (size_t i = 0; i < places.size(); ++i) {
      pages.push_back({places[i].first, places[i].second, static_cast<int64_t>(1000 + i)});
      bytes += pages.back().text_bytes;
    }
  }
};

TEST(Heldout, TakesSectionsUpToTheTargetAndNeverAboveTheCap) {
  const Site site;
  SplitOptions options;
  options.heldout_fraction = 0.02;
  std::set<std::string> seen;
  for (int64_t seed = 0; seed < 50; ++seed) {
    options.seed = seed;
    const HeldoutSections sections(site.pages, options);
    int64_t bytes = 0;
    for (const auto& page : site.pages) {
      bytes += sections.contains(page.section, page.rest) ? page.text_bytes : 0;
    }
    EXPECT_GE(bytes, site.bytes / 50);
    EXPECT_LE(bytes, site.bytes / 20);
    seen.insert(sections.names().begin(), sections.names().end());
    std::vector<HeldoutSections::Page> reversed(site.pages.rbegin(), site.pages.rend());
    EXPECT_EQ(HeldoutSections(reversed, options).names(), sections.names());
  }
  EXPECT_GT(seen.size(), 100u);
  EXPECT_FALSE(seen.contains("huge"));
  EXPECT_FALSE(seen.contains("huge/book/"));
  const auto starts = [&](const std::string& prefix) {
    return std::any_of(seen.begin(), seen.end(), [&](const std::string& name) { return name.starts_with(prefix); });
  };
  EXPECT_TRUE(starts("s1"));
  EXPECT_TRUE(starts("huge/f"));
  EXPECT_TRUE(starts("huge/book/1"));
}

TEST(Heldout, AFolderOfASplitSectionStaysWhole) {
  const Site site;
  SplitOptions options;
  options.heldout_fraction = 0.04;
  const HeldoutSections sections(site.pages, options);
  std::map<std::string, std::set<bool>> fates;
  for (const auto& page : site.pages) {
    if (page.rest.starts_with("f")) {
      fates[std::string(page.rest.substr(0, page.rest.find('/')))].insert(sections.contains(page.section, page.rest));
    }
  }
  EXPECT_EQ(fates.size(), 30u);
  for (const auto& [folder, fate] : fates) {
    EXPECT_EQ(fate.size(), 1u) << folder;
  }
}

TEST(Heldout, NothingWhereNothingIsAskedForOrNothingFits) {
  const Site site;
  SplitOptions options;
  options.heldout_fraction = 0;
  EXPECT_TRUE(HeldoutSections(site.pages, options).names().empty());
  options.heldout_fraction = 0.02;
  options.max_heldout_bytes = 500;
  EXPECT_TRUE(HeldoutSections(site.pages, options).names().empty());
  EXPECT_TRUE(HeldoutSections({}, options).names().empty());
}

}  // namespace
}  // namespace smelt
