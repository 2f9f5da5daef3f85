#include "crawl/math/formulas.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "base/text.h"
#include "crawl/math/formula_images.h"
#include "crawl/math/mathml.h"
#include "crawl/math/tex.h"

namespace smelt {
namespace {

using enum HtmlTag;

bool is_space(std::string_view text) {
  return text.find_first_not_of(" \t\r\n\f") == std::string_view::npos;
}

bool names_tex(std::string_view encoding) {
  const std::string lower = lower_ascii(encoding);
  return lower.find("tex") != std::string::npos && lower != "text/html" && lower != "text/plain";
}

bool has_word(std::string_view words, std::string_view word) {
  for (size_t at = words.find(word); at != std::string_view::npos; at = words.find(word, at + 1)) {
    const bool begins = at == 0 || words[at - 1] == ' ';
    const size_t end = at + word.size();
    if (begins && (end == words.size() || words[end] == ' ')) {
      return true;
    }
  }
  return false;
}

class Finder {
 public:
  // `in_markup`: the tree was made of an attribute, whose own attributes are not read as markup again.
  Finder(const HtmlTree& tree, bool in_markup) : tree_(tree), nodes_(tree.nodes()), in_markup_(in_markup) {}

  std::vector<Formula> run() {
    uint32_t i = 1;
    while (i < nodes_.size()) {
      i = nodes_[i].is_element() && look_at(i) ? nodes_[i].end : i + 1;
    }
    return std::move(found_);
  }

 private:
  // Whether the element is a formula, or repeats one.
  bool look_at(uint32_t node) {
    switch (nodes_[node].tag) {
      case kMath:
        return add(node, math_source(node), false);
      case kScript:
        return script(node);
      case kImg:
        return image(node);
      case kSpan:
      case kDiv:
      case kP:
        return nodes_[node].num_attributes > 0 && by_attributes(node);
      case kUnknown:
        return by_name(node);
      default:
        return false;
    }
  }

  bool add(uint32_t node, TexSource source, bool display) {
    if (source.tex.empty()) {
      return false;
    }
    found_.push_back({node, std::move(source.tex), display || source.display || node < display_end_});
    return true;
  }

  bool drop(uint32_t node) {
    found_.push_back({node, {}, false});
    return true;
  }

  std::string text_below(uint32_t node) const {
    std::string out;
    for (uint32_t i = node + 1; i < nodes_[node].end && out.size() <= kMaxTexBytes; ++i) {
      if (nodes_[i].is_text()) {
        out += nodes_[i].text;
      }
    }
    return out;
  }

  uint32_t math_below(uint32_t node) const {
    for (uint32_t i = node + 1; i < nodes_[node].end; ++i) {
      if (nodes_[i].is_element() && (nodes_[i].tag == kMath || nodes_[i].text.ends_with(":math"))) {
        return i;
      }
    }
    return 0;
  }

  // What a <math> element carries or says.
  TexSource math_source(uint32_t math) const {
    TexSource out;
    for (uint32_t i = math + 1; i < nodes_[math].end && out.tex.empty(); ++i) {
      if (nodes_[i].is_element() && mathml_name(nodes_[i]) == "annotation" &&
          names_tex(tree_.attribute(nodes_[i], "encoding"))) {
        out = clean_tex(text_below(i));
      }
    }
    for (const char* name : {"alttext", "data-latex"}) {
      const std::string_view value = tree_.attribute(nodes_[math], name);
      if (out.tex.empty() && !value.empty() && looks_like_tex(value)) {
        out = clean_tex(value);
      }
    }
    // A style switch says how the formula looks, MathML where it stands.
    out.display =
        tree_.attribute(nodes_[math], "display") == "block" || tree_.attribute(nodes_[math], "mode") == "display";
    if (out.tex.empty()) {
      out.tex = mathml_to_tex(tree_, math);
    }
    return out;
  }

  TexSource markup_source(std::string_view markup) const {
    if (in_markup_) {
      return {};
    }
    const HtmlTree tree = parse_html_fragment(std::string(markup), "div", HtmlNamespace::kHtml, {.text_only = true});
    const std::vector<Formula> inside = Finder(tree, true).run();
    return inside.empty() ? TexSource{} : TexSource{inside.front().tex, inside.front().display};
  }

  bool script(uint32_t node) {
    const std::string_view type = tree_.attribute(nodes_[node], "type");
    if (!starts_with_ignoring_case(type, "math/")) {
      return false;
    }
    const bool display = type.find("display") != std::string_view::npos;
    if (starts_with_ignoring_case(type, "math/mml")) {
      return add(node, markup_source(text_below(node)), display);
    }
    TexSource source = clean_tex(text_below(node));
    source.display = false;
    return add(node, std::move(source), display);
  }

  bool image(uint32_t node) {
    if (nodes_[node].num_attributes == 0) {
      return false;
    }
    TexSource source = image_tex(tree_, nodes_[node]);
    const bool alone = !source.tex.empty() && stands_alone(node);
    return add(node, std::move(source), alone);
  }

  // No text beside it in its paragraph.
  bool stands_alone(uint32_t node) const {
    constexpr HtmlTagSet kParagraph = {kP, kDiv, kCenter, kDd, kFigure, kBlockquote};
    const uint32_t parent = nodes_[node].parent;
    if (!kParagraph.has(nodes_[parent].tag)) {
      return false;
    }
    constexpr uint32_t kLooked = 16;
    if (nodes_[parent].end - parent > kLooked) {
      return false;
    }
    for (uint32_t i = parent + 1; i < nodes_[parent].end; ++i) {
      if (i != node && (nodes_[i].is_text() ? !is_space(nodes_[i].text) : nodes_[i].tag == kImg)) {
        return false;
      }
    }
    return true;
  }

  // A rendering whose source, a script, comes behind it.
  bool script_follows(uint32_t node) const {
    constexpr int kLooked = 6;
    uint32_t i = nodes_[node].end;
    for (int step = 0; step < kLooked && i < nodes_[nodes_[node].parent].end; ++step, i = nodes_[i].end) {
      if (nodes_[i].is_text()) {
        if (!is_space(nodes_[i].text)) {
          return false;
        }
      } else if (nodes_[i].tag == kScript) {
        return starts_with_ignoring_case(tree_.attribute(nodes_[i], "type"), "math/");
      } else if (tree_.attribute(nodes_[i], "class").find("MathJax") == std::string_view::npos) {
        return false;
      }
    }
    return false;
  }

  bool rendered(uint32_t node, std::string_view css_class) {
    if (script_follows(node)) {
      return drop(node);
    }
    const bool display = css_class.find("isplay") != std::string_view::npos;
    if (const uint32_t math = math_below(node); math != 0) {
      return add(node, math_source(math), display);
    }
    for (uint32_t i = node; i < nodes_[node].end; ++i) {
      if (const std::string_view markup = nodes_[i].is_element() ? tree_.attribute(nodes_[i], "data-mathml") : "";
          !markup.empty()) {
        return add(node, markup_source(markup), display);
      }
    }
    return false;
  }

  bool by_attributes(uint32_t node) {
    std::string_view css_class;
    for (uint32_t i = 0; i < nodes_[node].num_attributes; ++i) {
      const HtmlAttribute& attribute = tree_.attributes()[nodes_[node].first_attribute + i];
      if (attribute.name == "class") {
        css_class = attribute.value;
      } else if (attribute.name.starts_with("data-") &&
                 (attribute.name == "data-tex" || attribute.name == "data-latex" || attribute.name == "data-katex")) {
        return looks_like_tex(attribute.value) && add(node, clean_tex(attribute.value), false);
      }
    }
    return !css_class.empty() && by_class(node, css_class);
  }

  bool by_class(uint32_t node, std::string_view css_class) {
    constexpr std::array<std::string_view, 6> kMarks = {"katex", "atex", "ath", "tex", "ql-formula", "mjx"};
    if (std::none_of(kMarks.begin(), kMarks.end(),
                     [&](std::string_view mark) { return css_class.find(mark) != std::string_view::npos; })) {
      return false;
    }
    if (has_word(css_class, "katex-display")) {
      display_end_ = std::max(display_end_, nodes_[node].end);
      return false;
    }
    if (has_word(css_class, "MathJax_Preview")) {
      return script_follows(node) && drop(node);
    }
    if (css_class.starts_with("MathJax") || has_word(css_class, "MathJax") || has_word(css_class, "mjx-chtml")) {
      return rendered(node, css_class);
    }
    if (has_word(css_class, "mwe-math-element") || has_word(css_class, "katex") ||
        has_word(css_class, "katex-mathml")) {
      return wrapped(node, css_class);
    }
    if (has_word(css_class, "ql-formula")) {
      return add(node, clean_tex(tree_.attribute(nodes_[node], "data-value")), false);
    }
    const bool display = tree_.attribute(nodes_[node], "data-display") == "true" ||
                         tree_.attribute(nodes_[node], "data-katex-display") == "true";
    if (has_word(css_class, "wp-katex-eq") || has_word(css_class, "katex-eq") || has_word(css_class, "katex-error")) {
      return add(node, clean_tex(text_below(node)), display);
    }
    return bare(node, css_class);
  }

  // The formula is inside, as MathML, an image or its source alone.
  bool wrapped(uint32_t node, std::string_view css_class) {
    if (const uint32_t math = math_below(node); math != 0) {
      const bool display = css_class.find("display") != std::string_view::npos;
      return add(node, math_source(math), display);
    }
    for (uint32_t i = node + 1; i < nodes_[node].end; ++i) {
      if (nodes_[i].tag == kImg) {
        return add(node, image_tex(tree_, nodes_[i]), false);
      }
    }
    return bare(node, css_class);
  }

  // TeX that a script is to render, with neither delimiters nor elements: <span class="math inline">x^2</span>.
  bool bare(uint32_t node, std::string_view css_class) {
    constexpr std::array<std::string_view, 7> kWords = {"math",       "latex",    "tex",    "katex",
                                                        "arithmatex", "math-tex", "mathjax"};
    const bool named =
        std::any_of(kWords.begin(), kWords.end(), [&](std::string_view word) { return has_word(css_class, word); });
    if (!named || nodes_[node].end != node + 2 || !nodes_[node + 1].is_text()) {
      return false;
    }
    const std::string_view text = nodes_[node + 1].text;
    const bool marked = text.find("\\(") != std::string_view::npos || text.find("\\[") != std::string_view::npos ||
                        text.find('$') != std::string_view::npos;
    if (marked || !looks_like_tex(text)) {
      return false;
    }
    return add(node, clean_tex(text), has_word(css_class, "display") || nodes_[node].tag == kDiv);
  }

  bool by_name(uint32_t node) {
    const std::string_view name = nodes_[node].text;
    if (name == "mjx-container" || name == "mjx-assistive-mml") {
      const uint32_t math = math_below(node);
      const bool display = tree_.attribute(nodes_[node], "display") == "true";
      return math != 0 && add(node, math_source(math), display);
    }
    if (name.ends_with(":math")) {
      return add(node, math_source(node), false);
    }
    if (name == "d-math" || name == "tex-math") {
      return add(node, clean_tex(text_below(node)), tree_.has_attribute(nodes_[node], "block"));
    }
    return name == "amp-mathml" && add(node, clean_tex(tree_.attribute(nodes_[node], "data-formula")), false);
  }

  const HtmlTree& tree_;
  const std::vector<HtmlNode>& nodes_;
  std::vector<Formula> found_;
  bool in_markup_;
  uint32_t display_end_ = 0;  // nodes before it stand inside an element that displays formulas
};

}  // namespace

std::vector<Formula> find_formulas(const HtmlTree& tree) {
  return Finder(tree, false).run();
}

}  // namespace smelt
