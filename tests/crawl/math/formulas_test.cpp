#include "crawl/math/formulas.h"

#include <gtest/gtest.h>

#include "crawl/extract.h"
#include "crawl/math/tex.h"

namespace smelt {
namespace {

std::string text_of(const std::string& body, const std::string& output = "text") {
  RawPage page;
  page.content_type = "text/html";
  page.body = body;
  ExtractOptions options;
  options.content = "all";
  options.output = output;
  Result<ExtractedPage> out = extract_page(page, options);
  return out.ok() ? out->text : "reject " + out.reject().reason;
}

std::string tex_of(const std::string& source) {
  return clean_tex(source).tex;
}

TEST(Tex, CleansSources) {
  EXPECT_EQ(tex_of("  x\n +  y "), "x + y");
  EXPECT_EQ(tex_of("{\\displaystyle \\frac{a}{b}}"), "\\frac{a}{b}");
  EXPECT_TRUE(clean_tex("{\\displaystyle x}").display);
  EXPECT_EQ(tex_of("{\\displaystyle a}{b}"), "{\\displaystyle a}{b}");
  EXPECT_EQ(tex_of("\\displaystyle x"), "x");
  EXPECT_EQ(tex_of("\\displaystylex"), "\\displaystylex");
  EXPECT_EQ(tex_of("$$x$$"), "x");
  EXPECT_EQ(tex_of("$a$ and $b$"), "$a$ and $b$");
  EXPECT_EQ(tex_of("\\(x\\)"), "x");
  EXPECT_EQ(tex_of("x % remark\n+ y \\% z"), "x + y \\% z");
  EXPECT_EQ(tex_of("50 %"), "50 %");
  EXPECT_EQ(tex_of("a &lt; b"), "a < b");
  EXPECT_EQ(tex_of("x\\ "), "x");
  EXPECT_EQ(tex_of(" \n"), "");
}

TEST(Tex, FindsDelimitersAndLeavesPricesAlone) {
  const auto spans = [](const std::string& text) {
    std::string out;
    for (const MathSpan& span : find_math_spans(text)) {
      out += "<" + with_dollars(span.source.tex, span.source.display) + ">";
    }
    return out;
  };
  EXPECT_EQ(spans("a \\(x^2\\) b \\[y\\] c $z$ d $$w$$"), "<$x^2$><$$y$$><$z$><$$w$$>");
  EXPECT_EQ(spans("It costs $5 and $10, or $20."), "");
  EXPECT_EQ(spans("from $5-$10 to $ 20$"), "");
  EXPECT_EQ(spans("a \\$5 and b\\$"), "");
  EXPECT_EQ(spans("\\begin{align} a &= b \\\\ c &= d \\end{align}"),
            "<$$\\begin{align} a &= b \\\\ c &= d \\end{align}$$>");
  EXPECT_EQ(spans("\\begin{equation} x \\end{equation} \\begin{itemize} y \\end{itemize}"), "<$$x$$>");
  EXPECT_EQ(spans("\\[link\\] and \\(unclosed, \\(n\\)"), "<$n$>");
  EXPECT_EQ(spans("$x\\$y$"), "<$x\\$y$>");
}

TEST(Formulas, OfEveryCarrier) {
  const auto formulas = [](const std::string& body) { return text_of("<p>a " + body + " b"); };
  EXPECT_EQ(
      formulas(
          "<math><semantics><mi>x</mi><annotation encoding='application/x-tex'>x_1</annotation></semantics></math>"),
      "a $x_1$ b");
  EXPECT_EQ(formulas("<math alttext='y^2'><mi>z</mi></math>"), "a $y^2$ b");
  EXPECT_EQ(formulas("<math alttext='the letter zed'><mi>z</mi></math>"), "a $z$ b");
  EXPECT_EQ(formulas("<script type='math/tex'>x < y</script>"), "a $x < y$ b");
  EXPECT_EQ(formulas("<script type='math/mml'><math><msup><mi>x</mi><mn>2</mn></msup></math></script>"), "a $x^2$ b");
  EXPECT_EQ(formulas("<script type='math/tex; mode=display'>x</script>"), "a\n$$x$$\nb");
  EXPECT_EQ(formulas("<span class=MathJax_Preview>x</span><script type='math/tex'>x</script>"), "a $x$ b");
  EXPECT_EQ(
      formulas(
          "<span class=MathJax data-mathml='&lt;math&gt;&lt;mi&gt;q&lt;/mi&gt;&lt;/math&gt;'><nobr>q</nobr></span>"),
      "a $q$ b");
  EXPECT_EQ(formulas("<mjx-container "
                     "display=true><mjx-math>q</mjx-math><mjx-assistive-mml><math><mi>q</mi></math></"
                     "mjx-assistive-mml></mjx-container>"),
            "a\n$$q$$\nb");
  EXPECT_EQ(formulas("<span class=katex><span class=katex-mathml><math><semantics><mi>e</mi><annotation "
                     "encoding='application/x-tex'>e</annotation></semantics></math></span><span class=katex-html "
                     "aria-hidden=true>e</span></span>"),
            "a $e$ b");
  EXPECT_EQ(formulas("<span class=wp-katex-eq data-display=false>\\pi r^2</span>"), "a $\\pi r^2$ b");
  EXPECT_EQ(formulas("<span class='math inline'>x^2</span>"), "a $x^2$ b");
  EXPECT_EQ(formulas("<span class='math inline'>\\(x^2\\)</span>"), "a $x^2$ b");
  EXPECT_EQ(formulas("<span class=ql-formula data-value='x^2'><span class=katex>x2</span></span>"), "a $x^2$ b");
  EXPECT_EQ(formulas("<span class='math-container'>$x^2$</span>"), "a $x^2$ b");
}

TEST(Formulas, OfImages) {
  const auto image = [](const std::string& attributes) { return text_of("<p>a <img " + attributes + "> b"); };
  EXPECT_EQ(image("class=latex alt='x^2'"), "a $x^2$ b");
  EXPECT_EQ(image("class=tex alt='E=mc^2' src=/x.png"), "a $E=mc^2$ b");
  EXPECT_EQ(image("alt='$n$' src=/x.png"), "a $n$ b");
  EXPECT_EQ(image("src='https://s0.wp.com/latex.php?latex=%5Cfrac%7B1%7D%7B2%7D&bg=fff&s=0'"), "a $\\frac{1}{2}$ b");
  EXPECT_EQ(image("src='http://latex.codecogs.com/gif.latex?%5Cdpi%7B120%7D%20x+y' alt=''"), "a $x y$ b");
  EXPECT_EQ(image("src='http://www.example.org/cgi-bin/mimetex.cgi?\\alpha' alt=equation"), "a $\\alpha$ b");
  EXPECT_EQ(image("class=mwe-math-fallback-image-inline alt='{\\displaystyle x}'"), "a $x$ b");
  EXPECT_EQ(image("class=photo alt='A dog'"), "a b");
  EXPECT_EQ(image("class=math alt='A dog at a blackboard'"), "a b");
  EXPECT_EQ(text_of("<p>a<p><img class=latex alt='x^2'><p>b"), "a\n\n$$x^2$$\n\nb");
}

TEST(Formulas, OfWikisStandOnce) {
  EXPECT_EQ(
      text_of(
          "<p>a <span class=mwe-math-element><span style='display: none'><math display=block "
          "alttext='{\\displaystyle x}'><semantics><mi>x</mi><annotation encoding='application/x-tex'>{\\displaystyle "
          "x}</annotation></semantics></math></span><img class=mwe-math-fallback-image-display "
          "alt='{\\displaystyle x}'></span>"),
      "a\n$$x$$");
}

TEST(Formulas, InTextKeepTheirSigns) {
  EXPECT_EQ(text_of("<p>so \\(a_1 * b_2 * c\\) and <b>x</b>"), "so $a_1 * b_2 * c$ and x");
  EXPECT_EQ(text_of("<p>so \\(a_1 * b_2 * c\\) and <b>x</b>", "markdown"), "so $a_1 * b_2 * c$ and **x**");
  EXPECT_EQ(text_of("<p>use <code>\\(x\\)</code> here"), "use \\(x\\) here");
  EXPECT_EQ(text_of("<pre>\\(x\\)</pre>"), "```\n\\(x\\)\n```");
  EXPECT_EQ(text_of("<p>It costs $5 or $10."), "It costs $5 or $10.");
}

}  // namespace
}  // namespace smelt
