#include <cmath>
#include <string>

#include <gtest/gtest.h>

#include "crawl/blocks.h"
#include "crawl/main/layout_signals.h"
#include "crawl/main/link_signals.h"
#include "crawl/main/main_text.h"
#include "crawl/main/text_signals.h"

namespace smelt {
namespace {

struct Page {
  HtmlTree tree;
  std::vector<TextBlock> blocks;
};

Page read(const std::string& html) {
  Page page{parse_html(html, {.text_only = true}), {}};
  page.blocks = split_blocks(page.tree, find_unread(page.tree));
  return page;
}

float value(const LayoutSignals& signals, const std::string& name) {
  for (size_t i = 0; i < kLayoutSignals; ++i) {
    if (name == layout_signal_name(i)) {
      return signals[i];
    }
  }
  ADD_FAILURE() << name;
  return 0;
}

TEST(BlockSignals, LinksAreToldApartByWhereTheyLead) {
  EXPECT_EQ(link_target("#top", ""), LinkTarget::kPlace);
  EXPECT_EQ(link_target("#", ""), LinkTarget::kScript);
  EXPECT_EQ(link_target("javascript:void(0)", ""), LinkTarget::kScript);
  EXPECT_EQ(link_target("mailto:a@b.org", ""), LinkTarget::kContact);
  EXPECT_EQ(link_target("/news/2020/a.html", "a.org"), LinkTarget::kSame);
  EXPECT_EQ(link_target("https://www.a.org/news", "a.org"), LinkTarget::kSame);
  EXPECT_EQ(link_target("https://b.org/news", "a.org"), LinkTarget::kOther);
  EXPECT_EQ(link_target("HTTPS://A.org/news", "a.org"), LinkTarget::kSame);
  EXPECT_EQ(link_target("//a.org.b.org/news", "a.org"), LinkTarget::kOther);
  EXPECT_EQ(host_of("https://www.a.org:80/b"), "a.org");
  EXPECT_EQ(host_of("/b//c"), "");
}

TEST(BlockSignals, LinksAndStrongTextOfABlock) {
  const Page page = read("<p><b>Bold <i>and</i></b> <a href='/tag/x'>a</a> <a href='#b'>b</a> plain</p>");
  ASSERT_EQ(page.blocks.size(), 1U);
  const LinkSignals links = measure_links(page.tree, page.blocks[0], "");
  EXPECT_EQ(links.links, 2);
  EXPECT_EQ(links.strong_length, 8);
  EXPECT_EQ(links.targets, 1U << static_cast<int>(LinkTarget::kSame) | 1U << static_cast<int>(LinkTarget::kPlace));
}

TEST(BlockSignals, BlocksOfTheSameLayoutAreCountedTogether) {
  const Page page = read(
      "<div class=story><p>one</p><p>two</p><p>three</p></div>"
      "<ul><li class=item-1><a href=a>x</a></li><li class=item-2><a href=b>y</a></li></ul>");
  ASSERT_EQ(page.blocks.size(), 5U);
  const std::vector<LayoutSignals> layout = measure_layout(page.tree, page.blocks);
  for (const std::string group : {"path", "kin"}) {
    EXPECT_NEAR(value(layout[0], group + "_blocks"), std::log1p(3.0), 1e-6);
    EXPECT_NEAR(value(layout[3], group + "_blocks"), std::log1p(2.0), 1e-6);
    EXPECT_NEAR(value(layout[1], group + "_share"), 11.0 / 13, 1e-6);
    EXPECT_NEAR(value(layout[1], group + "_rank"), 2.0 / 3, 1e-6);
    EXPECT_NEAR(value(layout[4], group + "_links"), 1, 1e-6);
    EXPECT_NEAR(value(layout[4], group + "_first"), 3.0 / 5, 1e-6);
  }
}

TEST(BlockSignals, BlocksKnowTheElementWithTheBulkOfTheProse) {
  const std::string prose(200, 'x');
  const Page page = read("<div><h1>t</h1></div><article><img src=a><p>" + prose + "</p><p>" + prose +
                         "</p><div><p>note</p></div></article><footer><p>end</p></footer>");
  ASSERT_EQ(page.blocks.size(), 5U);
  const std::vector<LayoutSignals> layout = measure_layout(page.tree, page.blocks);
  EXPECT_EQ(value(layout[0], "core_before"), -1);
  EXPECT_EQ(value(layout[1], "core_before"), 0);
  EXPECT_EQ(value(layout[1], "core_up"), 1);
  EXPECT_EQ(value(layout[3], "core_up"), 2);
  EXPECT_EQ(value(layout[3], "core_down"), 0);
  EXPECT_EQ(value(layout[3], "core_after"), 0);
  EXPECT_EQ(value(layout[3], "core_near"), 1);
  EXPECT_EQ(value(layout[4], "core_after"), 1);
  EXPECT_EQ(value(layout[4], "core_down"), 1);
  EXPECT_EQ(value(layout[1], "core_share"), 1);
  EXPECT_EQ(value(layout[1], "since_picture"), 1);
  EXPECT_EQ(value(layout[0], "to_picture"), 1);
  EXPECT_EQ(value(layout[1], "picture_up"), 1);
}

TEST(BlockSignals, WordsAreHashedWithoutTheirCase) {
  std::vector<uint16_t> words;
  measure_text("River river RIVER a riverbank", &words);
  ASSERT_EQ(words.size(), 4U);  // "a" is short
  EXPECT_EQ(words[0], words[1]);
  EXPECT_EQ(words[0], words[2]);
  EXPECT_NE(words[0], words[3]);
}

}  // namespace
}  // namespace smelt
