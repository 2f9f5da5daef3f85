#include "crawl/fetch/robots.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace smelt {
namespace {

bool allowed(const std::string& text, const std::string& target, const std::string& product = "smelt") {
  return RobotsRules::parse(text, product).allows(target);
}

// RFC 9309, section 5.1.
TEST(Robots, TheRfcsOwnExample) {
  const std::string text =
      "User-Agent: *\nDisallow: *.gif$\nDisallow: /example/\nAllow: /publications/\n\n"
      "User-Agent: foobot\nDisallow:/\nAllow:/example/page.html\nAllow:/example/allowed.gif\n\n"
      "User-Agent: barbot\nUser-Agent: bazbot\nDisallow: /example/page.html\n\nUser-Agent: quxbot\n";
  EXPECT_FALSE(allowed(text, "/example/page.html"));
  EXPECT_FALSE(allowed(text, "/a/b.gif"));
  EXPECT_TRUE(allowed(text, "/a/b.gif?x"));
  EXPECT_TRUE(allowed(text, "/publications/x"));
  EXPECT_TRUE(allowed(text, "/example/page.html", "FooBot"));
  EXPECT_FALSE(allowed(text, "/other", "foobot"));
  EXPECT_FALSE(allowed(text, "/example/page.html", "barbot"));
  EXPECT_TRUE(allowed(text, "/example/disallowed.gif", "barbot"));
  EXPECT_FALSE(allowed(text, "/example/page.html", "bazbot"));
  EXPECT_TRUE(allowed(text, "/anything", "quxbot"));
}

// RFC 9309, section 5.2: the longest match decides, and Allow where they are equally long.
TEST(Robots, TheLongestMatchDecides) {
  const std::string text = "User-Agent: foobot\nAllow: /example/page/\nDisallow: /example/page/disallowed.gif\n";
  EXPECT_FALSE(allowed(text, "/example/page/disallowed.gif", "foobot"));
  EXPECT_TRUE(allowed(text, "/example/page/x", "foobot"));
  EXPECT_TRUE(allowed("User-agent: *\nDisallow: /a\nAllow: /a\n", "/a"));
  EXPECT_TRUE(allowed("User-agent: *\nAllow: /a\nDisallow: /a\n", "/a"));
}

// RFC 9309, section 2.2.2: comparison by octets, after percent-encoding.
TEST(Robots, EscapesHaveOneSpelling) {
  EXPECT_FALSE(allowed("User-agent: *\nDisallow: /foo/bar/\xE3\x83\x84\n", "/foo/bar/%e3%83%84"));
  EXPECT_FALSE(allowed("User-agent: *\nDisallow: /foo/bar/%E3%83%84\n", "/foo/bar/\xE3\x83\x84"));
  EXPECT_FALSE(allowed("User-agent: *\nDisallow: /foo/bar/%62%61%7A\n", "/foo/bar/baz"));
  EXPECT_TRUE(allowed("User-agent: *\nDisallow: /a%2Fb\n", "/a/b"));
}

TEST(Robots, GroupsOfOneNameAreOne) {
  const std::string text =
      "user-agent: smelt # us\nDisallow: /a\n\nuser-agent: other\nDisallow: /\nuser-agent: SMELT/2.0\nDisallow: /b\n";
  EXPECT_FALSE(allowed(text, "/a"));
  EXPECT_FALSE(allowed(text, "/b"));
  EXPECT_TRUE(allowed(text, "/c"));
  EXPECT_TRUE(allowed("user-agent: smelt-images\nDisallow: /\n", "/a"));
  EXPECT_TRUE(allowed("Disallow: /\n", "/a"));
  EXPECT_TRUE(allowed("user-agent: *\nDisallow:\n", "/a"));
  EXPECT_TRUE(allowed("user-agent: *\nDisallow: /\n", "/robots.txt"));
  EXPECT_FALSE(allowed("\xEF\xBB\xBFuser-agent: *\rDisallow: /\r", "/a"));
}

TEST(Robots, DelaysAndSitemaps) {
  const RobotsRules rules = RobotsRules::parse(
      "Sitemap: https://a.org/s.xml\nuser-agent: *\nCrawl-delay: 2.5\nDisallow: /x\n\nuser-agent: b\ncrawl-delay: "
      "9\nSITEMAP: "
      "/t.xml\n",
      "smelt");
  EXPECT_EQ(rules.crawl_delay(), 2.5);
  EXPECT_THAT(rules.sitemaps(), testing::ElementsAre("https://a.org/s.xml", "/t.xml"));
  EXPECT_EQ(RobotsRules::parse("user-agent: *\ncrawl-delay: soon\n", "smelt").crawl_delay(), std::nullopt);
}

TEST(Robots, PatternsWithStars) {
  EXPECT_TRUE(matches_path_pattern("/a*b*c$", "/a-b-b-c"));
  EXPECT_FALSE(matches_path_pattern("/a*b*c$", "/a-b-c-"));
  EXPECT_TRUE(matches_path_pattern("/a*", "/a"));
  EXPECT_TRUE(matches_path_pattern("*", ""));
  EXPECT_TRUE(matches_path_pattern("/x$", "/x"));
  EXPECT_FALSE(matches_path_pattern("/x$", "/xy"));
  EXPECT_FALSE(matches_path_pattern("/ab*ba$", "/aba"));
  EXPECT_TRUE(matches_path_pattern("", "/"));
}

TEST(Robots, ProductTokens) {
  EXPECT_EQ(product_token("smelt/1.0 (+https://a.org)"), "smelt");
  EXPECT_EQ(product_token("My-Bot_x 2"), "My-Bot_x");
  EXPECT_EQ(product_token("1bot"), "");
}

}  // namespace
}  // namespace smelt
