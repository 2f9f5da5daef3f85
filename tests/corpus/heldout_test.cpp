#include "corpus/heldout.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>

#include <gtest/gtest.h>

namespace smelt {
namespace {

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
