#include <gtest/gtest.h>

#include "crawl/html/tree.h"
#include "support/time_growth.h"

namespace smelt {
namespace {

// "(div(p'text')(br))": what the body holds.
std::string shape(const std::string& html, const HtmlOptions& options = {}) {
  const HtmlTree tree = parse_html(html, options);
  std::string out;
  std::vector<uint32_t> open;
  uint32_t i = 1;
  while (i < tree.nodes().size() && tree.nodes()[i].tag != HtmlTag::kBody) {
    ++i;
  }
  const uint32_t end = i < tree.nodes().size() ? tree.nodes()[i].end : i;
  for (++i; i < end; ++i) {
    const HtmlNode& node = tree.nodes()[i];
    while (!open.empty() && i >= tree.nodes()[open.back()].end) {
      out += ")";
      open.pop_back();
    }
    if (node.is_text()) {
      out += "'" + std::string(node.text) + "'";
    } else if (node.is_element()) {
      out += "(" + std::string(node.text);
      open.push_back(i);
    } else {
      out += "?";
    }
  }
  return out + std::string(open.size(), ')');
}

TEST(HtmlTree, GivesAttributes) {
  const HtmlTree tree = parse_html("<a href='?a=1&lt=2&copy;&COPY' title=plain ID=x id=y>");
  const HtmlNode& link = tree.nodes().at(4);
  ASSERT_EQ(link.tag, HtmlTag::kA);
  EXPECT_EQ(tree.attribute(link, "href"), "?a=1&lt=2©©");
  EXPECT_EQ(tree.attribute(link, "title"), "plain");
  EXPECT_EQ(tree.attribute(link, "id"), "x");
  EXPECT_FALSE(tree.has_attribute(link, "class"));
}

TEST(HtmlTree, JoinsTextThatMarkupWithoutMeaningDivides) {
  EXPECT_EQ(shape("a</x>b</>c&amp;d\r\ne"), "'abc&d\ne'");
  EXPECT_EQ(shape(std::string("a\0b", 3)), "'ab'");
  EXPECT_EQ(shape("<table>a<tr>b<td>c"), "'ab'(table(tbody(tr(td'c'))))");
}

TEST(HtmlTree, KeepsOnlyTextWhereAskedTo) {
  const std::string page =
      "<!-- no --><style>no</style>a<script>no</script>b<script type='math/tex; mode=display'>x^2</script>"
      "<script type='application/ld+json'>{}</script><textarea>c</textarea><iframe>no</iframe>";
  EXPECT_EQ(shape(page), "'a'(script'no')'b'(script'x^2')(script'{}')(textarea'c')(iframe'no')");
  EXPECT_EQ(shape(page, {.text_only = true}), "'a'(script)'b'(script'x^2')(script'{}')(textarea'c')(iframe)");
}

TEST(HtmlTree, FlattensBelowTheDepthLimit) {
  HtmlOptions options;
  options.limits.max_depth = 5;  // html, body and three more
  EXPECT_EQ(shape("<div><div><div><div>x</div></div>y</div>z</div>w", options), "(div(div(div(div)'x')'y')'z')'w'");
  EXPECT_EQ(shape("<div><div><div><b>x</b><table><tr><td>y</table></div>z", options), "(div(div(div(b)'xy')'z'))");
}

TEST(HtmlTree, StopsAtItsLimits) {
  HtmlOptions options;
  options.limits.max_nodes = 100;
  const HtmlTree whole = parse_html(std::string(10000, '<') + "<b>" + std::string(1000, 'x'), options);
  EXPECT_FALSE(whole.truncated());
  std::string many;
  std::string attributes = "<p";
  for (int i = 0; i < 1000; ++i) {
    many += "<b>x";
    attributes += " a" + std::to_string(i);
  }
  const HtmlTree cut = parse_html(many, options);
  EXPECT_TRUE(cut.truncated());
  EXPECT_LE(cut.nodes().size(), 110U);
  EXPECT_EQ(parse_html(attributes + ">").nodes().back().num_attributes, HtmlLimits{}.max_attributes);
}

TEST(HtmlTree, HostilePagesTakeLinearTime) {
  const auto repeat = [](const std::string& unit, int count) {
    std::string out;
    for (int i = 0; i < count; ++i) {
      out += unit;
    }
    return out;
  };
  const auto distinct_fonts = [](int count) {
    std::string out = "<p>";
    for (int i = 0; i < count; ++i) {
      out += "<font size=" + std::to_string(i) + ">";
    }
    return out + "</p>";
  };
  const auto pages = [&](int scale) {
    return std::vector<std::string>{
        repeat("<div>", scale * 25'000),
        repeat("<div>", scale * 25'000) + repeat("</div>", scale * 25'000),
        repeat("<b>", scale * 25'000) + repeat("</i>", scale * 25'000),
        repeat("<table><tr><td>", scale * 7'500),
        repeat("<a href=x><div>", scale * 12'500),
        repeat("<ul><li>", scale * 12'500) + repeat("<li>", scale * 12'500),
        "<p " + repeat("a=b ", scale * 62'500) + ">x",
        repeat("<title>", scale * 25'000),
        repeat("<textarea>", scale * 25'000),
        repeat("<!--", scale * 62'500),
        repeat("<script><!-- <script>", scale * 12'500),
        repeat("<script><!-- <script></script>", scale * 12'500),
        repeat("&", scale * 250'000),
        repeat("<p title='&amp;", scale * 25'000),
        repeat("<h1></x>", scale * 25'000),
        repeat("</script", scale * 25'000),
        repeat("<svg><g>", scale * 12'500),
        repeat("<svg viewBox='0 0 1 1'><foreignObject><p>", scale * 7'500),
        repeat("<math><mi>", scale * 12'500) + repeat("<b>", scale * 1'250),
        repeat("<template>", scale * 12'500) + repeat("</template>", scale * 12'500),
        repeat("<select><option>", scale * 12'500),
        repeat("<font size=1><p>", scale * 6'250) + repeat("</font>", scale * 6'250),
        distinct_fonts(scale * 2'500) + repeat("<p>x</p>", scale * 2'500),
        repeat("<table>x", scale * 12'500),
        repeat("<table><b>x</table>", scale * 6'250),
        repeat("<body a=b>", scale * 12'500),
        repeat("</p>", scale * 25'000),
        repeat("<button><p>", scale * 12'500),
        repeat("x</y>", scale * 25'000),
        std::string(static_cast<size_t>(scale) * 250'000, '\0'),
        "<plaintext>" + repeat("&amp;", scale * 25'000),
    };
  };
  const std::vector<std::string> small = pages(1);
  const std::vector<std::string> large = pages(8);
  for (size_t i = 0; i < small.size(); ++i) {
    const auto page = [&](int scale) { return scale == 1 ? small[i] : large[i]; };
    const auto parse = [](const std::string& html) {
      const HtmlTree tree = parse_html(html);
      EXPECT_EQ(tree.nodes()[0].end, tree.nodes().size());
    };
    EXPECT_LT(time_growth(page, parse), kLinearGrowth) << small[i].substr(0, 40);
  }
}

}  // namespace
}  // namespace smelt
