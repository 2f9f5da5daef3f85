#include "crawl/html_tree.h"

#include <chrono>

#include <gtest/gtest.h>

namespace smelt {
namespace {

// "(div(p'text')(br))".
std::string shape(const std::string& html, const HtmlLimits& limits = {}) {
  const HtmlTree tree = parse_html(html, limits);
  std::string out;
  std::vector<uint32_t> open;
  for (uint32_t i = 1; i < tree.nodes().size(); ++i) {
    const HtmlNode& node = tree.nodes()[i];
    while (!open.empty() && i >= tree.nodes()[open.back()].end) {
      out += ")";
      open.pop_back();
    }
    EXPECT_EQ(node.parent, open.empty() ? 0 : open.back());
    if (node.is_text) {
      out += "'" + std::string(node.text) + "'";
    } else {
      out += "(" + std::string(node.text);
      open.push_back(i);
    }
  }
  return out + std::string(open.size(), ')');
}

// Expected trees follow from the HTML standard's rules; html, head and body show only where written.
TEST(HtmlTree, ImpliesEndTags) {
  EXPECT_EQ(shape("<p>a<p>b<div>c</div>"), "(p'a')(p'b')(div'c')");
  EXPECT_EQ(shape("<ul><li>a<li>b<ul><li>c</ul><li>d</ul>"), "(ul(li'a')(li'b'(ul(li'c')))(li'd'))");
  EXPECT_EQ(shape("<dl><dt>a<dd>b<dt>c</dl>"), "(dl(dt'a')(dd'b')(dt'c'))");
  EXPECT_EQ(shape("<table><tr><td>a<td>b<tr><td>c</table>d"), "(table(tr(td'a')(td'b'))(tr(td'c')))'d'");
  EXPECT_EQ(shape("<table><tbody><tr><td><table><tr><td>x</table>y</table>z"),
            "(table(tbody(tr(td(table(tr(td'x')))'y'))))'z'");
  EXPECT_EQ(shape("<h1>a</h2>b"), "(h1'a')'b'");
  EXPECT_EQ(shape("<head><title>t</title><p>x"), "(head(title't'))(p'x')");
  EXPECT_EQ(shape("<td>no table"), "'no table'");
  EXPECT_EQ(shape("<div><p>a</div>b"), "(div(p'a'))'b'");
  EXPECT_EQ(shape("<a href=x>1<a href=y>2</a>3"), "(a'1')(a'2')'3'");
}

TEST(HtmlTree, LinksDoNotSwallowTheBlocksTheyWereLeftOpenIn) {
  EXPECT_EQ(shape("<a href=x><div>in</a>out</div>"), "(span(div'in''out'))");
  EXPECT_EQ(shape("<b><p>x</b>y</p>z"), "(b(p'x''y')'z')");
}

TEST(HtmlTree, ReadsMarkup) {
  EXPECT_EQ(shape("a<!-- <p> -->b<!-->c<!DOCTYPE html>d<?php x ?>e</>f"), "'a''b''c''d''e''f'");
  EXPECT_EQ(shape("1 < 2 <3 << x"), "'1 < 2 <3 << x'");
  EXPECT_EQ(shape("<script>if (a</b) '</p>'</script>x"), "(script'if (a</b) '</p>'')'x'");
  EXPECT_EQ(shape("<script><!-- <script> </script> --></script>x"), "(script'<!-- <script> </script> -->')'x'");
  EXPECT_EQ(shape("<textarea><b>&amp;</textarea>"), "(textarea'<b>&')");
  EXPECT_EQ(shape("<svg><title>no</title><path/><g></svg>x"), "(svg(title'no')(path)(g))'x'");
  EXPECT_EQ(shape("<DIV CLASS=a>x</Div>"), "(div'x')");
  EXPECT_EQ(shape("x<p attr='unclosed>y"), "'x'");
  EXPECT_EQ(shape("<my-Tag>x</MY-tag>y"), "(my-tag'x')'y'");
}

TEST(HtmlTree, ResolvesReferences) {
  EXPECT_EQ(shape("&lt;&amp;&#65;&#x42;&notin;&notit;&nbsp;&#x80;&#0;&unknown;&amp"),
            "'<&AB∉¬it;\xC2\xA0€\xEF\xBF\xBD&unknown;&'");
  const HtmlTree tree = parse_html("<a href='?a=1&lt=2&copy;&COPY' title=plain ID=x id=y>");
  const HtmlNode& link = tree.nodes().at(1);
  EXPECT_EQ(tree.attribute(link, "href"), "?a=1&lt=2©©");
  EXPECT_EQ(tree.attribute(link, "title"), "plain");
  EXPECT_EQ(tree.attribute(link, "id"), "x");
  EXPECT_FALSE(tree.has_attribute(link, "class"));
}

TEST(HtmlTree, FlattensBelowTheDepthLimit) {
  HtmlLimits limits;
  limits.max_depth = 3;
  EXPECT_EQ(shape("<div><div><div><div>x</div></div>y</div>z</div>w", limits), "(div(div(div)(div)'x''y')'z')'w'");
}

TEST(HtmlTree, StopsAtTheNodeLimit) {
  HtmlLimits limits;
  limits.max_nodes = 100;
  const HtmlTree tree = parse_html(std::string(10000, '<') + "<b>" + std::string(1000, 'x'), limits);
  EXPECT_FALSE(tree.truncated());
  std::string many;
  for (int i = 0; i < 1000; ++i) {
    many += "<b>x";
  }
  const HtmlTree cut = parse_html(many, limits);
  EXPECT_TRUE(cut.truncated());
  EXPECT_LE(cut.nodes().size(), 101U);
}

TEST(HtmlTree, HostilePagesTakeLinearTime) {
  const auto repeat = [](const std::string& unit, int count) {
    std::string out;
    for (int i = 0; i < count; ++i) {
      out += unit;
    }
    return out;
  };
  const std::vector<std::string> pages = {
      repeat("<div>", 200'000),
      repeat("<div>", 200'000) + repeat("</div>", 200'000),
      repeat("<b>", 200'000) + repeat("</i>", 200'000),
      repeat("<table><tr><td>", 60'000),
      repeat("<a href=x><div>", 100'000),
      repeat("<ul><li>", 100'000) + repeat("<li>", 100'000),
      "<p " + repeat("a=b ", 500'000) + ">x",
      repeat("<title>", 200'000),
      repeat("<textarea>", 200'000),
      repeat("<!--", 500'000),
      repeat("<script><!-- <script>", 100'000),
      repeat("<script><!-- <script></script>", 100'000),
      repeat("&", 2'000'000),
      repeat("<p title='&amp;", 200'000),
      repeat("<h1></x>", 200'000),
      repeat("</script", 200'000),
  };
  for (const std::string& page : pages) {
    const auto begin = std::chrono::steady_clock::now();
    const HtmlTree tree = parse_html(page);
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
    EXPECT_LT(seconds.count(), 2) << page.substr(0, 40);
    EXPECT_EQ(tree.nodes()[0].end, tree.nodes().size());
  }
}

}  // namespace
}  // namespace smelt
