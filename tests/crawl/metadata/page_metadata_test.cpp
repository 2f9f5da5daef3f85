#include "crawl/metadata/page_metadata.h"

#include <gtest/gtest.h>

#include "crawl/metadata/date.h"
#include "crawl/metadata/marked_fields.h"

namespace smelt {
namespace {

PageMetadata metadata(const std::string& html, const std::string& url = "") {
  const HtmlTree tree = parse_html(html, {.text_only = true});
  return read_metadata(tree, read_head(tree), url);
}

TEST(Dates, AreReadInTheFormsOfPages) {
  EXPECT_EQ(read_date("2024-05-06"), "2024-05-06");
  EXPECT_EQ(read_date("2024-05-06T10:20:30.123Z"), "2024-05-06T10:20:30Z");
  EXPECT_EQ(read_date("2024-05-06T10:20+0200"), "2024-05-06T10:20:00+02:00");
  EXPECT_EQ(read_date("2024/5/6"), "2024-05-06");
  EXPECT_EQ(read_date("20240506"), "2024-05-06");
  EXPECT_EQ(read_date("Mon, 06 May 2024 10:00:00 GMT"), "2024-05-06T10:00:00Z");
  EXPECT_EQ(read_date("Posted on May 6th, 2024 by Jane"), "2024-05-06");
  EXPECT_EQ(read_date("6. M\xC3\xA4rz 2024"), "2024-03-06");
  EXPECT_EQ(read_date("le 6 ao\xC3\xBBt 2024"), "2024-08-06");
  EXPECT_EQ(read_date("6 de octubre de 2024"), "2024-10-06");
  EXPECT_EQ(read_date("06.05.2024"), "2024-05-06");
  EXPECT_EQ(read_date("05/23/2024"), "2024-05-23");
  EXPECT_EQ(read_date("05/06/2024"), "");  // May or June
  EXPECT_EQ(read_date("2024-02-30"), "");
  EXPECT_EQ(read_date("version 1.2.2024.5"), "");
  EXPECT_EQ(read_date("soon"), "");
  EXPECT_EQ(date_of_address("https://example.org/2024/05/06/title"), "2024-05-06");
  EXPECT_EQ(date_of_address("https://example.org/2024/05/"), "");
}

TEST(Authors, AreNames) {
  EXPECT_EQ(clean_author("  By Jane\n Doe | May 6"), "Jane Doe");
  EXPECT_EQ(clean_author("Written by: Jane Doe, on Monday"), "Jane Doe");
  EXPECT_EQ(clean_author("https://example.org/jane"), "");
  EXPECT_EQ(clean_author("May 6, 2024"), "");
  EXPECT_EQ(clean_author("12"), "");
}

TEST(PageMetadata, TrustsItsSourcesInOrder) {
  const std::string meta =
      "<html lang=en-GB><title>Title of the page - Example</title><meta property='og:title' content='Open title'><meta "
      "name=author content='Meta Author'><meta property='article:published_time' "
      "content='2024-05-06T07:08:09Z'><meta property='og:site_name' content='Example'><meta name=description "
      "content='What "
      "it is about'><link rel=canonical href='/here'>";
  const PageMetadata first = metadata(meta, "https://www.example.org/there?x=1");
  EXPECT_EQ(first.title, "Open title");
  EXPECT_EQ(first.author, "Meta Author");
  EXPECT_EQ(first.date, "2024-05-06T07:08:09Z");
  EXPECT_EQ(first.site_name, "Example");
  EXPECT_EQ(first.description, "What it is about");
  EXPECT_EQ(first.canonical, "https://www.example.org/here");
  EXPECT_EQ(first.language, "en-GB");
  const PageMetadata second = metadata(
      meta +
      "<script type='application/ld+json'>{\"@graph\":[{\"@type\":\"Person\",\"@id\":\"#j\",\"name\":\"Jane &amp; "
      "Joe\"},{\"@type\":[\"NewsArticle\"],\"author\":{\"@id\":\"#j\"},\"datePublished\":\"2023-01-02\"}]}</script><h1>"
      "Heading of the page</h1>");
  EXPECT_EQ(second.title, "Heading of the page");
  EXPECT_EQ(second.author, "Jane & Joe");
  EXPECT_EQ(second.date, "2023-01-02");
}

TEST(PageMetadata, ReadsMarkup) {
  const PageMetadata page = metadata(
      "<title>Example | The long title</title><body><aside><span class=author>Somebody "
      "Else</span></aside><p class='post-byline'>By Jane Doe</p><time datetime='2024-05-06'>6 May</time>");
  EXPECT_EQ(page.author, "Jane Doe");
  EXPECT_EQ(page.date, "2024-05-06");
  EXPECT_EQ(metadata("<title>The long title | Example</title>", "https://example.org/").title, "The long title");
  EXPECT_EQ(metadata("<div itemprop=author><a href=x><span itemprop=name>Jane Doe</span></a></div>").author,
            "Jane Doe");
  EXPECT_EQ(metadata("<title>Page 0</title><h1>Page</h1>").title, "Page 0");
  EXPECT_EQ(metadata("").title, "");
}

}  // namespace
}  // namespace smelt
