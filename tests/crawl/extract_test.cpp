#include "crawl/extract.h"

#include <functional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/text.h"
#include "crawl/testing.h"
#include "support/temporary_directory.h"
#include "support/time_growth.h"

namespace smelt {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

RawPage html_page(const std::string& body) {
  RawPage page;
  page.id = "x.html";
  page.content_type = "text/html";
  page.body = body;
  return page;
}

std::string text_of(const std::string& body, const std::string& content = "main") {
  ExtractOptions options;
  options.content = content;
  Result<ExtractedPage> out = extract_page(html_page(body), options);
  return out.ok() ? out->text : "reject " + out.reject().reason;
}

const std::string kProse =
    "The river rises in the hills to the north of the town and flows through a broad valley before it reaches the sea. "
    "For most of its length it is too shallow for boats, but in the spring it carries a great deal of water from the "
    "melting snow. "
    "People have lived along its banks for thousands of years, and the oldest of their houses can still be seen "
    "today. ";

const std::string kMoreProse =
    "In the middle ages the town became rich by the trade in wool, which was washed in the river and sold to merchants "
    "from the south. A bridge of stone took the place of the ford, and a mill was built beside it, where corn was "
    "ground "
    "until the railway came. ";

TEST(Extract, KeepsTextAndDropsWhatSurroundsIt) {
  const std::string page =
      "<html lang=en><head><title> River &amp;\n town </title><link rel=canonical "
      "href='http://example.org/river'></head><body>"
      "<div class=menu><a href=/>Home</a> <a href=/about>About us</a> <a href=/contact>Contact</a></div>"
      "<article><h1>The river</h1><p>" +
      kProse + "</p><p>" + kMoreProse +
      "</p></article>"
      "<div class=links><ul><li><a href=1>First other story</a><li><a href=2>Second other story</a></ul></div>"
      "<footer>Copyright \xC2\xA9 2020 Example</footer></body></html>";
  Result<ExtractedPage> out = extract_page(html_page(page), {});
  ASSERT_TRUE(out.ok()) << out.reject().reason;
  EXPECT_EQ(out->text, "# The river\n\n" + std::string(trim(kProse)) + "\n\n" + std::string(trim(kMoreProse)));
  EXPECT_EQ(out->title, "The river");  // the only h1
  EXPECT_EQ(out->url, "http://example.org/river");
  EXPECT_EQ(out->language, "en");
  EXPECT_GT(out->metadata.get("language_score", 0.0), 0.9);
  EXPECT_EQ(out->charset, "utf-8");
  EXPECT_EQ(out->metadata.get("title", ""), "The river");
  EXPECT_EQ(out->metadata.get("html_lang", ""), "en");
}

TEST(Extract, WritesStructure) {
  const std::string page =
      "<h2>Heading</h2><p>One<br>two</p><ul><li>first<li>second<ul><li>inner</ul><li>third</ul><ol "
      "start=3><li>three<li>four<p>more</ol>"
      "<dl><dt>term</dt><dd>meaning</dd><dt>other</dt><dd>thing</dd></dl>"
      "<table><caption>Sizes</caption><tr><th>name<th>size<tr><td>a</td><td></td></tr><tr><td>b<td>2</table>"
      "<pre class='language-c'>\nint main() {\n    return 0;\n}\n</pre><p>x<sub>2</sub>&nbsp; y\xC2\xADz "
      "<q>said</q></p>";
  EXPECT_EQ(text_of(page, "all"),
            "## Heading\n\nOne\ntwo\n\n- first\n- second\n  - inner\n- third\n\n3. three\n4. four\n\n  more\n\n"
            "term\n: meaning\n\nother\n: thing\n\nSizes\nname | size\na\nb | 2\n\n"
            "```c\nint main() {\n    return 0;\n}\n```\n\nx2 yz \"said\"");
}

TEST(Extract, ReadsLayoutTablesCellByCell) {
  EXPECT_EQ(text_of("<table><tr><td><p>left</p><p>column</p><table><tr><td>in<td>side<tr><td>c<td>d</table></"
                    "td><td>right</td></tr></table>",
                    "all"),
            "left\n\ncolumn\n\nin | side\nc | d\n\nright");
}

TEST(Extract, KeepsFormulas) {
  EXPECT_EQ(text_of("<p>so <math alttext='x^2'><mi>x</mi></math> and <math><mi>y</mi><annotation "
                    "encoding='application/x-tex'> y_1 </annotation></math>",
                    "all"),
            "so $x^2$ and $y_1$");
}

TEST(Extract, LeavesOutWhatIsNotShown) {
  EXPECT_EQ(
      text_of(
          "<p>a<script>b</script><style>c</style><span hidden>d</span><span style='display: none'>e</span><!-- f -->"
          "<noscript>g</noscript><svg><text>h</text></svg><button>i</button><select><option>j</select>k",
          "all"),
      "ak");
}

TEST(Extract, NamesWhyAPageGivesNothing) {
  EXPECT_EQ(text_of(""), "reject empty_text");
  EXPECT_EQ(text_of("<script>x</script>"), "reject empty_text");
  EXPECT_EQ(
      text_of(
          "<nav class=menu><ul><li><a href=1>Home</a><li><a href=2>About</a></ul></nav><footer>&copy; 2020</footer>"),
      "reject no_main_text");
  EXPECT_EQ(text_of("%PDF-1.4 text"), "reject not_html");
  EXPECT_EQ(text_of(std::string(100, '\0')), "reject not_html");
  RawPage image = html_page("<p>x");
  image.content_type = "image/png";
  EXPECT_EQ(extract_page(image, {}).reject().reason, "not_html");
  ExtractOptions options;
  options.max_page_bytes = 1024;
  EXPECT_EQ(extract_page(html_page(std::string(2000, 'x')), options).reject().reason, "too_large");
}

TEST(Extract, HostilePagesTakeLinearTime) {
  const auto nested = [](int scale) {
    std::string out;
    for (int i = 0; i < 25'000 * scale; ++i) {
      out += i % 2 == 0 ? "<div>" : "<ul><li>";
    }
    return out;
  };
  const auto attributes = [](int scale) {
    std::string out = "<p>" + kProse + "<p ";
    for (int i = 0; i < 25'000 * scale; ++i) {
      out += "data-x" + std::to_string(i) + "='yyyyyyyyyy' ";
    }
    return out + ">" + kProse;
  };
  const std::vector<std::function<std::string(int)>> pages = {
      nested, attributes, [&](int scale) { return nested(scale) + kProse; },
      [&](int scale) { return "<pre>" + nested(scale) + kProse; }};
  for (const auto& page : pages) {
    EXPECT_LT(time_growth(page, [](const std::string& html) { EXPECT_TRUE(is_valid_utf8(text_of(html))); }),
              kLinearGrowth)
        << page(1).substr(0, 40);
  }
  EXPECT_THAT(text_of(nested(8) + "<p>" + kProse), HasSubstr("melting snow"));
}

TEST(Extract, InvalidUtf8BecomesValidText) {
  const std::string text = text_of("<meta charset=utf-8><p>" + kProse + "\xC3( \xFF \xED\xA0\x80 " + kProse);
  EXPECT_TRUE(is_valid_utf8(text));
  EXPECT_THAT(text, HasSubstr("\xEF\xBF\xBD("));
}

// A folder and a WARC file of the same pages, sent with no charset, give the same text.
TEST(Extract, FolderAndWarcAgree) {
  TemporaryDirectory folder;
  make_directories(folder.file("site"));
  const std::vector<std::pair<std::string, std::string>> pages = {
      {"a.html", "<meta charset=iso-8859-1><title>a</title><p>caf\xE9 " + kProse},
      {"b.html", "<title>b</title><p>caf\xC3\xA9 " + kProse},
      {"c.html", "<title>c</title><p>\x93quoted\x94 " + kProse + "</p><pre>  code\r\n\tmore</pre><p>" + kProse}};
  std::string warc;
  for (const auto& [name, body] : pages) {
    write_file(folder.file("site/" + name), body);
    warc += gzip(warc_record(name, http_message(body)));
  }
  write_file(folder.file("site.warc.gz"), warc);
  const ReadPages files = read_pages({folder.file("site")});
  const ReadPages records = read_pages({folder.file("site.warc.gz")});
  ASSERT_EQ(files.pages.size(), 3U);
  ASSERT_EQ(records.pages.size(), 3U);
  for (size_t i = 0; i < 3; ++i) {
    Result<ExtractedPage> from_file = extract_page(files.pages[i], {});
    Result<ExtractedPage> from_record = extract_page(records.pages[i], {});
    ASSERT_TRUE(from_file.ok());
    ASSERT_TRUE(from_record.ok());
    EXPECT_EQ(from_file->text, from_record->text);
    EXPECT_EQ(from_file->charset, from_record->charset);
    EXPECT_EQ(from_record->url, "http://example.org/" + pages[i].first);
  }
}

TEST(Extract, ReadsThePageOfACommonCrawlFile) {
  const std::string path = test_data("warc/whirlwind.warc.gz");
  SMELT_NEEDS_DATA(path);
  const ReadPages read = read_pages({path});
  ASSERT_EQ(read.pages.size(), 1U);
  Result<ExtractedPage> out = extract_page(read.pages[0], {});
  ASSERT_TRUE(out.ok());
  EXPECT_EQ(out->url, "https://an.wikipedia.org/wiki/Escopete");
  EXPECT_THAT(out->title, HasSubstr("Escopete"));
  EXPECT_THAT(out->text, Not(HasSubstr("Biquipedia:Aduya")));
}

}  // namespace
}  // namespace smelt
