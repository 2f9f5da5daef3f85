#include "crawl/text_writer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/rng.h"
#include "crawl/extract.h"
#include "crawl/generated_pages.h"

namespace smelt {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string write(const std::string& body, ExtractOptions options, const std::string& url = "") {
  RawPage page;
  page.content_type = "text/html";
  page.body = body;
  page.url = url;
  Result<ExtractedPage> out = extract_page(page, options);
  return out.ok() ? out->text : "reject " + out.reject().reason;
}

std::string plain(const std::string& body) {
  ExtractOptions options;
  options.content = "all";
  return write(body, options);
}

std::string markdown(const std::string& body, bool links = false) {
  ExtractOptions options;
  options.content = "all";
  options.output = "markdown";
  options.links = links;
  return write(body, options, "https://example.org/a/b.html");
}

TEST(TextWriter, MarkdownOfEveryBlock) {
  EXPECT_EQ(
      markdown(
          "<h2>A <b>bold</b> title</h2><p>One <strong>two</strong> <em>three</em> <code>f(`x`)</code><br>four</p>"),
      "## A bold title\n\nOne **two** *three* ``f(`x`)``  \nfour");
  EXPECT_EQ(markdown("<ol><li>one<ul><li>inner<p>more</p></ul><li>two</ol>"),
            "1. one\n   - inner\n\n     more\n\n2. two");
  EXPECT_EQ(markdown("<blockquote><p>said</p><p>again</p><blockquote>inner</blockquote></blockquote><p>after"),
            "> said\n>\n> again\n>\n> > inner\n\nafter");
  EXPECT_EQ(markdown("<pre class='brush: java; gutter: false'>int a;\n  int b;</pre>"),
            "```java\nint a;\n  int b;\n```");
  EXPECT_EQ(markdown("<pre>a ``` b</pre>"), "````\na ``` b\n````");
  EXPECT_EQ(markdown("<dl><dt>term</dt><dd>meaning</dd></dl>"), "term\n: meaning");
  EXPECT_EQ(markdown("<p>See <a href='../c.html'>there</a>.", true), "See [there](https://example.org/c.html).");
  EXPECT_EQ(markdown("<p>See <a href='../c.html'>there</a>."), "See there.");
}

TEST(TextWriter, TablesKeepTheirColumns) {
  const std::string table =
      "<table><caption>Sizes</caption><tr><th>name<th colspan=2>size<tr><td "
      "rowspan=2>a<td>1<td>2|3<tr><td>4<td></table>";
  EXPECT_EQ(markdown(table), "Sizes\n\n| name | size |  |\n| --- | --- | --- |\n| a | 1 | 2\\|3 |\n|  | 4 |  |");
  EXPECT_EQ(plain(table), "Sizes\nname | size\na | 1 | 2|3\n | 4");
}

TEST(TextWriter, MarkdownEscapesWhatWouldBeItsMarks) {
  EXPECT_EQ(markdown("<p># no heading<p>1. no item<p>- no item<p>&gt; no quote<p>a * b *c* snake_case _d_ [x](y) "
                     "&lt;p&gt; &amp;amp;"),
            "\\# no heading\n\n1\\. no item\n\n\\- no item\n\n\\> no quote\n\na * b \\*c\\* snake_case \\_d\\_ "
            "[x\\](y) \\<p> &amp;amp;");
  EXPECT_EQ(plain("<p># no heading *c*"), "# no heading *c*");
}

TEST(TextWriter, NumbersOfLinesAreNoCode) {
  EXPECT_EQ(plain("<pre>1 int a;\n2   int b;\n3\n4 }</pre>"), "```\nint a;\n  int b;\n\n}\n```");
  EXPECT_EQ(plain("<pre>1 int a;\n3 int b;\n4 }</pre>"), "```\n1 int a;\n3 int b;\n4 }\n```");
  EXPECT_EQ(plain("<pre><div>a</div><div></div><div>  b<br></div>c</pre>"), "```\na\n\n  b\nc\n```");
}

// Tables of random sizes inside prose come out row by row, lists item by item in their depth.
TEST(GeneratedPages, TablesAndListsAreWhole) {
  for (uint64_t number = 1000; number < 1040; ++number) {
    PageGenerator generator(number);
    std::string body = "<p>" + generator.paragraph() + "</p>";
    std::string rows;
    std::string expected_rows;
    const uint64_t columns = 2 + generator.below(4);
    for (uint64_t r = 0, count = 3 + generator.below(8); r < count; ++r) {
      rows += "<tr>";
      for (uint64_t c = 0; c < columns; ++c) {
        const std::string cell = r == 0 ? "Column " + std::to_string(c) : std::to_string(generator.below(100000));
        rows += r == 0 ? "<th>" + cell + "</th>" : "<td>" + cell + "</td>";
        expected_rows += (c > 0 ? " | " : "") + cell;
      }
      rows += "</tr>\n";
      expected_rows += "\n";
    }
    body += "<table><tbody>" + rows + "</tbody></table><p>" + generator.paragraph() + "</p><ul>";
    std::string expected_items;
    for (uint64_t i = 0, count = 2 + generator.below(5); i < count; ++i) {
      const std::string item = "Item " + std::to_string(i) + ": " + generator.sentence();
      const std::string inner = "Below " + std::to_string(i) + ": " + generator.sentence();
      body += "<li>" + item + "<ul><li>" + inner + "</li></ul></li>";
      expected_items += "- " + std::string(trim(item)) + "\n  - " + std::string(trim(inner)) + "\n";
    }
    body += "</ul><p>" + generator.paragraph() + "</p>";
    const std::string text = write(generator.page(body, "On tables and lists, part " + std::to_string(number)), {});
    EXPECT_THAT(text, HasSubstr("\n" + expected_rows)) << number;
    EXPECT_THAT(text, HasSubstr("\n" + expected_items)) << number;
    for (const std::string& sentence : generator.unwanted) {
      EXPECT_THAT(text, Not(HasSubstr(sentence))) << number;
    }
  }
}

TEST(GeneratedPages, CommentsComeByOption) {
  for (uint64_t number = 2000; number < 2010; ++number) {
    PageGenerator generator(number);
    std::string body;
    for (int i = 0; i < 6; ++i) {
      body += "<p>" + generator.paragraph() + "</p>";
    }
    const std::string comment =
        "I tried this at home last week and it did not work for me at all, number " + std::to_string(number) + ".";
    body +=
        "<section id=comments class=comments-area><h2>2 Comments</h2><ol class=comment-list><li class=comment><div "
        "class=comment-meta>Jane Doe says: on May 6, 2024 at 10:00</div><div class=comment-content><p>" +
        comment +
        "</p></div><div class=reply><a href=#>Reply</a></div></li></ol><form><p>Your email address will "
        "not be published, which is required by our rules.</p></form></section>";
    const std::string html = generator.page(body, "On comments, part " + std::to_string(number));
    ExtractOptions options;
    options.comments = true;
    const std::string with = write(html, options);
    EXPECT_THAT(with, HasSubstr(comment));
    EXPECT_THAT(with, Not(HasSubstr("Your email address")));
    EXPECT_THAT(write(html, {}), Not(HasSubstr("Your email address")));
  }
}

}  // namespace
}  // namespace smelt
