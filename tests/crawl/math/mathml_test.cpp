#include "crawl/math/mathml.h"

#include <string>

#include <gtest/gtest.h>

#include "base/rng.h"
#include "base/text.h"
#include "crawl/math/pieces.h"
#include "crawl/math/symbols.h"
#include "support/time_growth.h"

namespace smelt {
namespace {

std::string tex(const std::string& inside) {
  const HtmlTree tree = parse_html("<math>" + inside + "</math>", {.text_only = true});
  for (uint32_t i = 0; i < tree.nodes().size(); ++i) {
    if (tree.nodes()[i].tag == HtmlTag::kMath) {
      return mathml_to_tex(tree, i);
    }
  }
  return "no math";
}

// The formulas of MathML's own examples (MathML 4, chapter 3) and of textbooks, as TeX writes them.
TEST(MathMl, LayoutBecomesCommands) {
  EXPECT_EQ(tex("<mfrac><mi>a</mi><mrow><mi>b</mi><mo>+</mo><mn>1</mn></mrow></mfrac>"), "\\frac{a}{b + 1}");
  EXPECT_EQ(tex("<msqrt><mi>x</mi><mo>+</mo><mn>10</mn></msqrt>"), "\\sqrt{x + 10}");
  EXPECT_EQ(tex("<mroot><mi>x</mi><mi>n</mi></mroot>"), "\\sqrt[n]{x}");
  EXPECT_EQ(tex("<msup><mi>x</mi><mn>2</mn></msup><mo>+</mo><msub><mi>y</mi><mrow><mi>i</mi><mo>+</mo><mn>1</mn></"
                "mrow></msub>"),
            "x^2 + y_{i+1}");
  EXPECT_EQ(tex("<msup><mrow><mi>a</mi><mo>+</mo><mi>b</mi></mrow><mn>10</mn></msup>"), "{a + b}^{10}");
  EXPECT_EQ(tex("<msup><mrow><mo>(</mo><mi>a</mi><mo>+</mo><mi>b</mi><mo>)</mo></mrow><mn>2</mn></msup>"), "(a + b)^2");
  EXPECT_EQ(tex("<msup><msup><mi>x</mi><mn>2</mn></msup><mn>3</mn></msup>"), "{x^2}^3");
  EXPECT_EQ(tex("<msubsup><mo>&int;</mo><mn>0</mn><mi>t</mi></msubsup><mi>f</mi>"), "\\int_0^t f");
  EXPECT_EQ(tex("<mfrac bevelled=true><mi>a</mi><mi>b</mi></mfrac>"), "a/b");
  EXPECT_EQ(tex("<mphantom><mi>x</mi></mphantom><menclose notation='box'><mi>y</mi></menclose>"),
            "\\phantom{x}\\boxed{y}");
  EXPECT_EQ(
      tex("<mstyle displaystyle=true><mpadded><mi>x</mi></mpadded></mstyle><mspace width='2em'></mspace><mtext>if "
          "x_1 > 0</mtext>"),
      "x\\qquad\\text{if x\\_1 > 0}");
}

TEST(MathMl, ScriptsAboveAndBelow) {
  EXPECT_EQ(
      tex("<munderover><mo>&sum;</mo><mrow><mi>i</mi><mo>=</mo><mn>1</mn></mrow><mi>n</mi></munderover><mi>i</mi>"),
      "\\sum_{i=1}^n i");
  EXPECT_EQ(tex("<munder><mi>lim</mi><mrow><mi>x</mi><mo>&rarr;</mo><mn>0</mn></mrow></munder><mi>f</mi>"),
            "\\lim_{x \\to 0} f");
  EXPECT_EQ(tex("<munder><mi>argmax</mi><mi>x</mi></munder>"), "\\operatorname*{argmax}_x");
  EXPECT_EQ(
      tex("<mover "
          "accent=true><mi>x</mi><mo>^</mo></mover><mover><mrow><mi>A</mi><mi>B</mi></mrow><mo>&#xAF;</mo></mover>"),
      "\\hat{x}\\overline{AB}");
  EXPECT_EQ(tex("<mover><mi>v</mi><mo>&rarr;</mo></mover><mover><mover><mrow><mi>a</mi><mi>b</mi></mrow><mo>&#x23DE;</"
                "mo></mover><mi>n</mi></mover>"),
            "\\vec{v}\\overbrace{ab}^n");
  EXPECT_EQ(tex("<mover><mo>&rarr;</mo><mtext>heat</mtext></mover><mover><mo>=</mo><mi>d</mi></mover>"),
            "\\xrightarrow{\\text{heat}} \\overset{d}{=}");
  EXPECT_EQ(tex("<mmultiscripts><mi>X</mi><mi>a</mi><mi>b</mi><mprescripts></mprescripts><mi>c</mi><none></none></"
                "mmultiscripts>"),
            "{}_cX_a^b");
  EXPECT_EQ(tex("<msup><mi>f</mi><mo>&prime;</mo></msup><msup><mn>90</mn><mo>&deg;</mo></msup>"), "f'90^{\\circ}");
}

TEST(MathMl, TokensBecomeSymbols) {
  EXPECT_EQ(tex("<mi>&alpha;</mi><mo>&isin;</mo><mi>&Ropf;</mi><mo>,</mo><mi>&#x1D538;</mi><mi>&#x1D4D0;</mi>"),
            "\\alpha \\in \\mathbb{R}, \\mathbb{A}\\mathcal{A}");
  EXPECT_EQ(
      tex("<mi mathvariant=bold>v</mi><mi mathvariant=double-struck>N</mi><mi mathvariant=normal>d</mi><mi>Var</mi>"),
      "\\mathbf{v}\\mathbb{N}\\mathrm{d}\\mathrm{Var}");
  EXPECT_EQ(tex("<mi>sin</mi><mo>&#x2061;</mo><mi>x</mi><mo>&#x2062;</mo><mi>y</mi>"), "\\sin xy");
  EXPECT_EQ(tex("<mi>Var</mi><mo>&#x2061;</mo><mrow><mo>(</mo><mi>X</mi><mo>)</mo></mrow>"), "\\operatorname{Var}(X)");
  EXPECT_EQ(tex("<mo>-</mo><mi>a</mi><mo>&minus;</mo><mo>-</mo><mi>b</mi><mo>&ne;</mo><mi>c</mi>"), "-a - -b \\neq c");
  EXPECT_EQ(tex("<mn>50</mn><mo>%</mo><mi>$</mi><mo>{</mo><mo>\\</mo><mo>&amp;</mo>"), "50\\%\\$\\{\\backslash\\&");
  EXPECT_EQ(tex("<mi>a</mi><mo>&Copf;</mo>"), "a\\mathbb{C}");
}

TEST(MathMl, FencesAndTables) {
  const std::string table =
      "<mtable><mtr><mtd><mn>1</mn></mtd><mtd><mn>0</mn></mtd></mtr><mtr><mtd><mn>0</mn></mtd><mtd><mn>1</mn></mtd></"
      "mtr></mtable>";
  EXPECT_EQ(tex("<mo>[</mo>" + table + "<mo>]</mo>"), "\\begin{bmatrix} 1 & 0 \\\\ 0 & 1 \\end{bmatrix}");
  EXPECT_EQ(tex("<mfenced>" + table + "</mfenced>"), "\\begin{pmatrix} 1 & 0 \\\\ 0 & 1 \\end{pmatrix}");
  EXPECT_EQ(tex("<mi>f</mi><mo>=</mo><mrow><mo>{</mo>" + table + "</mrow>"),
            "f = \\begin{cases} 1 & 0 \\\\ 0 & 1 \\end{cases}");
  EXPECT_EQ(tex(table), "\\begin{matrix} 1 & 0 \\\\ 0 & 1 \\end{matrix}");
  EXPECT_EQ(tex("<msqrt>" + table + "</msqrt>"), "\\sqrt{\\begin{matrix} 1 & 0 \\\\ 0 & 1 \\end{matrix}}");
  EXPECT_EQ(tex("<mo>(</mo><mfrac linethickness=0><mi>n</mi><mi>k</mi></mfrac><mo>)</mo>"), "\\binom{n}{k}");
  EXPECT_EQ(tex("<mo>(</mo><mfrac><mi>n</mi><mi>k</mi></mfrac><mo>)</mo>"), "\\left(\\frac{n}{k}\\right)");
  EXPECT_EQ(tex("<mi>f</mi><mfenced open='[' close=')' separators=';'><mi>x</mi><mi>y</mi></mfenced>"), "f[x; y)");
  EXPECT_EQ(tex("<mo fence=true>|</mo><mfrac><mi>n</mi><mi>k</mi></mfrac><mo fence=true>|</mo>"),
            "\\left|\\frac{n}{k}\\right|");
}

TEST(MathMl, PrefixedNamesOutsideMathMlsNamespace) {
  const HtmlTree tree = parse_html("<mml:math><mml:mfrac><mml:mi>a</mml:mi><mml:mn>2</mml:mn></mml:mfrac></mml:math>");
  for (uint32_t i = 0; i < tree.nodes().size(); ++i) {
    if (tree.nodes()[i].text == "mml:math") {
      EXPECT_EQ(mathml_to_tex(tree, i), "\\frac{a}{2}");
    }
  }
}

TEST(MathMl, SymbolsHaveBalancedBracesAndNoBareDollar) {
  for (uint32_t code = 1; code < 0x20000; ++code) {
    if (code < 0xD800 || code > 0xDFFF) {
      const std::string symbol = math_symbol(code).tex;
      ASSERT_TRUE(has_balanced_braces(symbol)) << code;
      ASSERT_TRUE(symbol.find('$') == std::string::npos || symbol == "\\$") << code;
      ASSERT_TRUE(is_valid_utf8(symbol));
    }
  }
}

// Random trees of elements with random text: braces balance whatever they hold.
TEST(MathMl, BracesBalanceOnAnyTree) {
  constexpr std::array<const char*, 24> kNames = {"mi",
                                                  "mo",
                                                  "mn",
                                                  "mtext",
                                                  "ms",
                                                  "mrow",
                                                  "mfrac",
                                                  "msqrt",
                                                  "mroot",
                                                  "msub",
                                                  "msup",
                                                  "msubsup",
                                                  "munder",
                                                  "mover",
                                                  "munderover",
                                                  "mmultiscripts",
                                                  "mprescripts",
                                                  "mfenced",
                                                  "mtable",
                                                  "mtr",
                                                  "mtd",
                                                  "mstyle",
                                                  "menclose notation=box",
                                                  "mspace width=1em"};
  constexpr std::array<const char*, 12> kTexts = {"x",     "{",     "}",      "\\", "$",   "%",
                                                  "&amp;", "&sum;", "&rarr;", "^",  "lim", "a b"};
  for (uint64_t round = 0; round < 3000; ++round) {
    Rng rng(7, "random mathml", round);
    std::string page;
    std::vector<std::string> open;
    for (int i = 0; i < 30; ++i) {
      if (!open.empty() && rng.below(3) == 0) {
        page += "</" + open.back() + ">";
        open.pop_back();
      } else if (rng.below(2) == 0) {
        page += kTexts[rng.below(kTexts.size())];
      } else {
        const std::string name = kNames[rng.below(kNames.size())];
        page += "<" + name + ">";
        open.push_back(name.substr(0, name.find(' ')));
      }
    }
    const std::string out = tex(page);
    ASSERT_TRUE(has_balanced_braces(out)) << page << "\n" << out;
  }
}

TEST(MathMl, DeepAndLongFormulasStayBounded) {
  const auto deep = [](int scale) {
    std::string out;
    for (int i = 0; i < 625 * scale; ++i) {
      out += "<msup><mi>x</mi>";
    }
    return out;
  };
  const auto wide = [](int scale) {
    std::string out;
    for (int i = 0; i < 12'500 * scale; ++i) {
      out += "<mi>&alpha;</mi>";
    }
    return out;
  };
  EXPECT_TRUE(has_balanced_braces(tex(deep(8))));
  EXPECT_LE(tex(deep(8)).size(), kMaxTexBytes);
  EXPECT_EQ(tex(wide(8)), "");
  EXPECT_LT(time_growth(deep, [](const std::string& formula) { tex(formula); }), kLinearGrowth);
  EXPECT_LT(time_growth(wide, [](const std::string& formula) { tex(formula); }), kLinearGrowth);
}

}  // namespace
}  // namespace smelt
