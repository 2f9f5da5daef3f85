// Pages made up for tests, with what their text must hold: prose, formulas in several encodings, code, tables, lists,
// and around them what is no text. A pure function of the seed.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/rng.h"
#include "base/text.h"

namespace smelt {

// A formula as TeX and as presentation MathML (without <math>), both written from one tree of random shape.
struct GeneratedFormula {
  std::string tex;
  std::string mathml;
};

class FormulaGenerator {
 public:
  explicit FormulaGenerator(Rng& rng) : rng_(rng) {}

  GeneratedFormula make() {
    const GeneratedFormula left = term(2);
    const GeneratedFormula right = sum(2);
    const auto [tex, entity] = pick(kRelations);
    return {left.tex + " " + tex + " " + right.tex, left.mathml + mo(entity) + right.mathml};
  }

 private:
  using Pair = std::pair<const char*, const char*>;
  static constexpr std::array<Pair, 6> kRelations = {{{"=", "="},
                                                      {"\\leq", "&le;"},
                                                      {"\\geq", "&#x2265;"},
                                                      {"\\neq", "&ne;"},
                                                      {"<", "&lt;"},
                                                      {"\\approx", "&asymp;"}}};
  static constexpr std::array<Pair, 12> kLetters = {{{"x", "x"},
                                                     {"y", "y"},
                                                     {"n", "n"},
                                                     {"k", "k"},
                                                     {"\\alpha", "&alpha;"},
                                                     {"\\beta", "&#946;"},
                                                     {"\\lambda", "&#x3BB;"},
                                                     {"\\theta", "&theta;"},
                                                     {"\\pi", "\xCF\x80"},
                                                     {"\\Gamma", "&Gamma;"},
                                                     {"\\infty", "&infin;"},
                                                     {"\\partial", "&part;"}}};
  static constexpr std::array<Pair, 4> kOperators = {
      {{"+", "+"}, {"-", "&minus;"}, {"\\cdot", "&sdot;"}, {"\\times", "&times;"}}};
  static constexpr std::array<Pair, 6> kAccents = {{{"\\hat", "^"},
                                                    {"\\bar", "&macr;"},
                                                    {"\\tilde", "~"},
                                                    {"\\vec", "&rarr;"},
                                                    {"\\dot", "&dot;"},
                                                    {"\\ddot", "&uml;"}}};

  template <size_t N>
  Pair pick(const std::array<Pair, N>& table) {
    return table[rng_.below(N)];
  }
  static std::string mo(const std::string& text) { return "<mo>" + text + "</mo>"; }
  static std::string row(const std::string& inside) { return "<mrow>" + inside + "</mrow>"; }

  GeneratedFormula letter() {
    const auto [tex, entity] = pick(kLetters);
    return {tex, "<mi>" + std::string(entity) + "</mi>"};
  }
  GeneratedFormula number() {
    const std::string digits = std::to_string(1 + rng_.below(40));
    return {digits, "<mn>" + digits + "</mn>"};
  }
  GeneratedFormula sum(int depth) {
    GeneratedFormula out = term(depth);
    for (uint64_t i = 0, more = rng_.below(3); i < more; ++i) {
      const auto [tex, entity] = pick(kOperators);
      const GeneratedFormula next = term(depth);
      out = {out.tex + " " + tex + " " + next.tex, out.mathml + mo(entity) + next.mathml};
    }
    return out;
  }
  GeneratedFormula scripted() {
    const GeneratedFormula base = letter();
    const GeneratedFormula sub = letter();
    const GeneratedFormula sup = rng_.below(2) == 0 ? number() : letter();
    switch (rng_.below(3)) {
      case 0:
        return {base.tex + "_{" + sub.tex + "}", "<msub>" + base.mathml + sub.mathml + "</msub>"};
      case 1:
        return {base.tex + "^{" + sup.tex + "}", "<msup>" + base.mathml + sup.mathml + "</msup>"};
      default:
        return {base.tex + "_{" + sub.tex + "}^{" + sup.tex + "}",
                "<msubsup>" + base.mathml + sub.mathml + sup.mathml + "</msubsup>"};
    }
  }
  GeneratedFormula large(int depth) {
    const GeneratedFormula body = term(depth - 1);
    const GeneratedFormula from = number();
    if (rng_.below(2) == 0) {
      return {"\\sum_{i = " + from.tex + "}^{n} " + body.tex, "<munderover><mo>&sum;</mo>" +
                                                                  row("<mi>i</mi><mo>=</mo>" + from.mathml) +
                                                                  "<mi>n</mi></munderover>" + body.mathml};
    }
    return {"\\int_{0}^{" + from.tex + "} " + body.tex + " \\, d x",
            "<msubsup><mo>&int;</mo><mn>0</mn>" + from.mathml + "</msubsup>" + body.mathml +
                "<mspace width='0.167em'></mspace><mi>d</mi><mi>x</mi>"};
  }
  GeneratedFormula function(int depth) {
    constexpr std::array<const char*, 4> kNames = {"sin", "cos", "log", "exp"};
    const std::string name = kNames[rng_.below(kNames.size())];
    const GeneratedFormula of = sum(depth - 1);
    return {"\\" + name + "(" + of.tex + ")",
            "<mi>" + name + "</mi><mo>&#x2061;</mo>" + row(mo("(") + of.mathml + mo(")"))};
  }
  GeneratedFormula matrix() {
    std::string tex;
    std::string mathml;
    for (int i = 0; i < 2; ++i) {
      const GeneratedFormula a = letter();
      const GeneratedFormula b = number();
      tex += (i > 0 ? " \\\\ " : "") + a.tex + " & " + b.tex;
      mathml += "<mtr><mtd>" + a.mathml + "</mtd><mtd>" + b.mathml + "</mtd></mtr>";
    }
    return {"\\begin{pmatrix} " + tex + " \\end{pmatrix}", row(mo("(") + "<mtable>" + mathml + "</mtable>" + mo(")"))};
  }
  GeneratedFormula accented() {
    const auto [tex, entity] = pick(kAccents);
    const GeneratedFormula base = letter();
    return {std::string(tex) + "{" + base.tex + "}", "<mover accent='true'>" + base.mathml + mo(entity) + "</mover>"};
  }
  GeneratedFormula term(int depth) {
    const uint64_t kind = rng_.below(depth > 0 ? 10 : 3);
    switch (kind) {
      case 0:
        return letter();
      case 1:
        return number();
      case 2:
        return scripted();
      case 3: {
        const GeneratedFormula above = sum(depth - 1);
        const GeneratedFormula below = sum(depth - 1);
        return {"\\frac{" + above.tex + "}{" + below.tex + "}",
                "<mfrac>" + row(above.mathml) + row(below.mathml) + "</mfrac>"};
      }
      case 4: {
        const GeneratedFormula inside = sum(depth - 1);
        return {"\\sqrt{" + inside.tex + "}", "<msqrt>" + inside.mathml + "</msqrt>"};
      }
      case 5: {
        const GeneratedFormula inside = sum(depth - 1);
        return {"\\sqrt[3]{" + inside.tex + "}", "<mroot>" + row(inside.mathml) + "<mn>3</mn></mroot>"};
      }
      case 6:
        return large(depth);
      case 7:
        return function(depth);
      case 8:
        return rng_.below(3) == 0 ? matrix() : accented();
      default: {
        const GeneratedFormula inside = sum(depth - 1);
        return {"(" + inside.tex + ")", row(mo("(") + inside.mathml + mo(")"))};
      }
    }
  }

  Rng& rng_;
};

// TeX without what changes nothing: spaces, braces around one symbol, \left and \right, other names of one symbol.
inline std::string plain_tex(std::string_view tex) {
  std::vector<std::string> tokens;
  for (size_t i = 0; i < tex.size();) {
    const size_t begin = i++;
    if (tex[begin] == '\\' && i < tex.size()) {
      const auto letter = [&](size_t at) { return (tex[at] | 0x20) >= 'a' && (tex[at] | 0x20) <= 'z'; };
      if (!letter(i)) {
        ++i;
      } else {
        while (i < tex.size() && letter(i)) {
          ++i;
        }
      }
    }
    const std::string token(tex.substr(begin, i - begin));
    if (token == " " || token == "\\left" || token == "\\right" || token == "\\,") {
      continue;
    }
    tokens.push_back(token == "\\rightarrow" ? "\\to" : token == "\\ast" ? "*" : token);
    // A group of one symbol.
    const size_t count = tokens.size();
    if (count >= 3 && tokens[count - 1] == "}" && tokens[count - 3] == "{" && tokens[count - 2] != "}" &&
        tokens[count - 2] != "{") {
      tokens.erase(tokens.end() - 1);
      tokens.erase(tokens.end() - 2);
    }
  }
  std::string out;
  for (const std::string& token : tokens) {
    out += token + " ";
  }
  return out;
}

inline std::string escape_html(std::string_view text) {
  std::string out;
  for (const char c : text) {
    out += c == '&' ? "&amp;" : c == '<' ? "&lt;" : c == '>' ? "&gt;" : c == '"' ? "&quot;" : std::string(1, c);
  }
  return out;
}

inline std::string percent_encode(std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')) {
      out += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out += {'%', kHex[byte >> 4], kHex[byte & 15]};
    }
  }
  return out;
}

// How a formula stands in a page.
enum class MathEncoding : uint8_t { kMathMlWithTex, kMathMl, kRendered, kImagesAndDelimiters };
constexpr int kMathEncodings = 4;

class PageGenerator {
 public:
  explicit PageGenerator(uint64_t number) : rng_(20240711, "generated page", number), formulas_(rng_) {}

  std::string sentence() {
    constexpr std::array<const char*, 8> kBegins = {
        "In this section we",       "The reader may",          "It is easy to",
        "From the above we",        "A careful author should", "For this reason they",
        "In most of the cases you", "Many of the students"};
    constexpr std::array<const char*, 8> kMiddles = {" show that the first part of the argument holds for",
                                                     " see why the second step does not depend on",
                                                     " look at the way in which the old proof deals with",
                                                     " think of the simplest example, which is about",
                                                     " use the same idea again, but this time it is applied to",
                                                     " find out how the method was made for",
                                                     " write down what we know, and then turn to",
                                                     " remember the long discussion about"};
    constexpr std::array<const char*, 8> kEnds = {" the numbers that were given at the beginning of the chapter.",
                                                  " a family of curves with a common point.",
                                                  " the motion of a body under a constant force, as everyone expects.",
                                                  " those sets that have no largest element.",
                                                  " every sequence which grows slowly, at least for a while.",
                                                  " the results of the experiment that was made last year.",
                                                  " a machine that reads its own tape, if there is one.",
                                                  " the shape of the surface near the origin, of course."};
    return std::string(kBegins[rng_.below(8)]) + kMiddles[rng_.below(8)] + kEnds[rng_.below(8)] + " ";
  }
  std::string paragraph() {
    std::string out;
    for (uint64_t i = 0, count = 3 + rng_.below(3); i < count; ++i) {
      out += sentence();
    }
    return out;
  }

  // A formula with its markup; `display`: on a line of its own, in a block of its own.
  std::string formula(MathEncoding encoding, bool display) {
    GeneratedFormula made = formulas_.make();
    formulas.push_back(made.tex);
    switch (encoding) {
      case MathEncoding::kMathMlWithTex:
        return annotated(made, display);
      case MathEncoding::kMathMl:
        return "<math xmlns='http://www.w3.org/1998/Math/MathML'" + std::string(display ? " display='block'" : "") +
               "><mrow>" + made.mathml + "</mrow></math>";
      case MathEncoding::kRendered:
        return rendered(made, display);
      case MathEncoding::kImagesAndDelimiters:
        break;
    }
    return image_or_text(made, display);
  }

  // Lines of code with their indentation, in one of the ways of highlighters.
  std::string code() {
    constexpr std::array<const char*, 6> kLines = {
        "total = total + values[i]",   "if total > limit:", "return  total",
        "print(\"a <b> & c\", total)", "# a remark",        "call(first, second)"};
    std::vector<std::string> lines = {"def compute_" + std::to_string(rng_.below(1000)) + "(values, limit):"};
    for (uint64_t i = 0, count = 3 + rng_.below(6); i < count; ++i) {
      lines.push_back(std::string(4 * (1 + rng_.below(4)), ' ') + kLines[rng_.below(kLines.size())]);
      if (rng_.below(5) == 0) {
        lines.emplace_back();
      }
    }
    lines.push_back("    return values");
    codes.emplace_back();
    for (const std::string& line : lines) {
      codes.back() += line + "\n";
    }
    return code_markup(lines);
  }

  // A page around its parts, with what belongs to no text.
  std::string page(const std::string& body, const std::string& title) {
    unwanted = {"We value your privacy", "Subscribe to our newsletter", "All rights reserved by the publisher"};
    return "<!DOCTYPE html><html lang=en><head><meta charset=utf-8><title>" + title +
           "</title><style>p { color: red }</style></head><body><nav class=navbar><ul><li><a href=/>Home</a><li><a "
           "href=/blog>Blog</a><li><a href=/about>About us</a></ul></nav><div id=cookie-banner "
           "class='cookie-consent'><p>We value your privacy. We and our partners use cookies to store and access "
           "information on a device.</p><button>Accept all</button><button>Reject</button></div><main><article><h1>" +
           title + "</h1>" + body +
           "</article></main><aside class=sidebar><h3>Newsletter</h3><p>Subscribe to our newsletter</p><form><input "
           "name=mail><button>Sign up</button></form></aside><footer><p>&copy; 2024 All rights reserved by the "
           "publisher</p><a href=/privacy>Privacy</a></footer></body></html>";
  }

  uint64_t below(uint64_t bound) { return rng_.below(bound); }

  std::vector<std::string> formulas;  // TeX of those written, in order
  std::vector<std::string> codes;
  std::vector<std::string> unwanted;

 private:
  static std::string annotated(const GeneratedFormula& made, bool display) {
    return "<math" + std::string(display ? " display='block'" : "") + "><semantics><mrow>" + made.mathml +
           "</mrow><annotation encoding='application/x-tex'>" + escape_html(made.tex) +
           "</annotation></semantics></math>";
  }

  std::string rendered(const GeneratedFormula& made, bool display) {
    switch (rng_.below(4)) {
      case 0: {
        const std::string katex =
            "<span class=\"katex\"><span class=\"katex-mathml\">" + annotated(made, display) +
            "</span><span class=\"katex-html\" aria-hidden=\"true\"><span class=\"base\"><span "
            "class=\"mord mathnormal\">q</span><span class=\"mrel\">=</span></span></span></span>";
        return display ? "<span class=\"katex-display\">" + katex + "</span>" : katex;
      }
      case 1:
        return "<span class=\"MathJax_Preview\">[math]</span><script type=\"math/tex" +
               std::string(display ? "; mode=display" : "") + "\">" + made.tex + "</script>";
      case 2:
        return "<span class=\"MathJax_Preview\" style=\"color: inherit;\"></span>" +
               std::string(display ? "<div class=\"MathJax_Display\">" : "") +
               "<span class=\"MathJax\" id=\"MathJax-Element-1-Frame\"><nobr aria-hidden=\"true\"><span "
               "class=\"math\">q=r</span></nobr><span class=\"MJX_Assistive_MathML\"><math>" +
               made.mathml + "</math></span></span>" + (display ? "</div>" : "") + "<script type=\"math/tex" +
               (display ? "; mode=display" : "") + "\" id=\"MathJax-Element-1\">" + made.tex + "</script>";
      default:
        return "<mjx-container class=\"MathJax\" jax=\"CHTML\"" + std::string(display ? " display=\"true\"" : "") +
               "><mjx-math aria-hidden=\"true\"><mjx-mi><mjx-c class=\"mjx-c1D465\">q</mjx-c></mjx-mi></mjx-math>"
               "<mjx-assistive-mml unselectable=\"on\"><math" +
               std::string(display ? " display='block'" : "") + ">" + made.mathml +
               "</math></mjx-assistive-mml></mjx-container>";
    }
  }

  std::string image_or_text(const GeneratedFormula& made, bool display) {
    const std::string escaped = escape_html(made.tex);
    switch (rng_.below(6)) {
      case 0:
        return "<img src='https://s0.wp.com/latex.php?latex=" + percent_encode(made.tex) +
               "&amp;bg=ffffff&amp;fg=000&amp;s=0' alt=\"" + escaped + "\" title=\"x\" class=\"latex\">";
      case 1:
        return "<img src=\"https://latex.codecogs.com/svg.latex?" + percent_encode(made.tex) + "\" alt=\"equation\">";
      case 2:
        return "<span class=\"mwe-math-element\"><img "
               "src=\"https://wikimedia.org/api/rest_v1/media/math/render/svg/ab\" "
               "class=\"mwe-math-fallback-image-" +
               std::string(display ? "display" : "inline") + "\" alt=\"{\\displaystyle " + escaped + "}\"></span>";
      case 3:
        return "<img class=\"tex\" alt=\"" + escaped + "\" src=\"/images/math/0/1.png\">";
      case 4:
        return display ? "\\[ " + escaped + " \\]" : "\\(" + escaped + "\\)";
      default:
        return display ? "$$" + escaped + "$$" : "$" + escaped + "$";
    }
  }

  std::string code_markup(const std::vector<std::string>& lines) {
    std::string plain;
    std::string numbers;
    std::string rows;
    std::string divisions;
    for (size_t i = 0; i < lines.size(); ++i) {
      const std::string line = escape_html(lines[i]);
      plain += line + "\n";
      numbers += std::to_string(i + 1) + "\n";
      rows += "<tr><td id='L" + std::to_string(i + 1) + "' class='blob-num js-line-number' data-line-number='" +
              std::to_string(i + 1) + "'></td><td class='blob-code blob-code-inner js-file-line'>" + line +
              "</td></tr>\n";
      std::string spaced;
      for (const char c : line) {
        spaced += c == ' ' ? "&nbsp;" : std::string(1, c);
      }
      divisions += "<div class=\"line number" + std::to_string(i + 1) + "\"><code class=\"python plain\">" + spaced +
                   "</code></div>";
    }
    switch (rng_.below(6)) {
      case 0:
        return "<pre><code class=\"language-python\">" + plain + "</code></pre>";
      case 1:
        return "<div class=\"highlight-python notranslate\"><div class=\"highlight\"><pre><span></span><span "
               "class=\"k\">" +
               plain.substr(0, 3) + "</span>" + plain.substr(3) + "</pre></div></div>";
      case 2:
        return "<table class=\"highlighttable\"><tr><td class=\"linenos\"><div class=\"linenodiv\"><pre>" + numbers +
               "</pre></div></td><td class=\"code\"><div class=\"highlight\"><pre lang=\"python\">" + plain +
               "</pre></div></td></tr></table>";
      case 3:
        return "<table class='highlight tab-size js-file-line-container' data-lang=python>\n" + rows + "</table>";
      case 4:
        return "<div class='syntaxhighlighter python'><table><tbody><tr><td class='gutter'><div class='line "
               "number1'>1</div><div class='line number2'>2</div></td><td class='code'><div class='container'>" +
               divisions + "</div></td></tr></tbody></table></div>";
      default:
        return "<figure class=\"highlight python\"><table><tr><td class=\"gutter\"><pre>" + numbers +
               "</pre></td><td class=\"code\"><pre>" + plain + "</pre></td></tr></table></figure>";
    }
  }

  Rng rng_;
  FormulaGenerator formulas_;
};

}  // namespace smelt
