#include "crawl/fetch/links.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace smelt {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> texts(const std::vector<Url>& urls) {
  std::vector<std::string> out;
  for (const Url& url : urls) {
    out.push_back(url.text());
  }
  return out;
}

TEST(Links, LeadToPagesRelativeToTheBase) {
  const Url page = *parse_url("http://a.org/dir/page.html");
  const PageLinks links = page_links(
      "<head><base href='/other/'><link href='style.css'></head><a href=one>1</a><a href='one#x'>again</a>"
      "<a name=none>no</a><area href='../two?a=1&amp;b=2'><iframe src='//b.org/three'></iframe><img src=image.png>"
      "<a href='mailto:x@a.org'>mail</a><svg><a href='four'>svg</a></svg>",
      page);
  EXPECT_THAT(texts(links.urls), ElementsAre("http://a.org/other/one", "http://a.org/two?a=1&b=2", "http://b.org/three",
                                             "http://a.org/other/four"));
  EXPECT_FALSE(links.nofollow);
  EXPECT_TRUE(page_links("<meta name=Robots content='noindex, NOFOLLOW'><a href=x>x</a>", page).nofollow);
}

TEST(Links, SitemapsAndTheirIndexes) {
  const Url at = *parse_url("https://a.org/sitemap.xml");
  const SitemapLinks pages = sitemap_links(
      "<?xml version='1.0'?><urlset xmlns='x'><url><loc> https://a.org/?a=1&amp;b=2 </loc></url>"
      "<url><loc><![CDATA[https://a.org/c]]></loc></url><url><loc>/d</loc></url></urlset>",
      at);
  EXPECT_THAT(texts(pages.pages), ElementsAre("https://a.org/?a=1&b=2", "https://a.org/c", "https://a.org/d"));
  EXPECT_THAT(pages.sitemaps, IsEmpty());
  const SitemapLinks index =
      sitemap_links("<sitemapindex><sitemap><loc>https://a.org/1.xml.gz</loc></sitemap></sitemapindex>", at);
  EXPECT_THAT(texts(index.sitemaps), ElementsAre("https://a.org/1.xml.gz"));
  EXPECT_THAT(index.pages, IsEmpty());
  EXPECT_THAT(texts(sitemap_links("https://a.org/x\r\nnot one\nhttps://a.org/y", at).pages),
              ElementsAre("https://a.org/x", "https://a.org/y"));
  EXPECT_THAT(sitemap_links("<urlset><loc>https://a.org/cut", at).pages, IsEmpty());
}

}  // namespace
}  // namespace smelt
