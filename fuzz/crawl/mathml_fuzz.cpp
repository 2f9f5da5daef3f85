// Any bytes as a page with mathematics, and as TeX in text: braces that balance, no dollar that ends a formula early,
// output bounded by the input.
#include "base/text.h"
#include "bytes.h"
#include "crawl/math/formulas.h"
#include "crawl/math/mathml.h"
#include "crawl/math/pieces.h"
#include "crawl/math/tex.h"

namespace {

bool has_bare_dollar(std::string_view tex) {
  for (size_t i = 0; i < tex.size(); ++i) {
    if (tex[i] == '\\') {
      ++i;
    } else if (tex[i] == '$') {
      return true;
    }
  }
  return false;
}

void check_mathml(const smelt::HtmlTree& tree) {
  for (uint32_t i = 0; i < tree.nodes().size(); ++i) {
    if (tree.nodes()[i].is_element() && smelt::mathml_name(tree.nodes()[i]) == "math") {
      const std::string tex = smelt::mathml_to_tex(tree, i);
      SMELT_CHECK(smelt::has_balanced_braces(tex));
      SMELT_CHECK(!has_bare_dollar(tex));
      SMELT_CHECK(smelt::is_valid_utf8(tex));
      SMELT_CHECK(tex.find('\n') == std::string::npos);
      SMELT_CHECK(tex.size() <= smelt::kMaxTexBytes);
    }
  }
  uint32_t end = 0;
  for (const smelt::Formula& formula : smelt::find_formulas(tree)) {
    SMELT_CHECK(formula.node >= end && formula.node < tree.nodes().size());
    SMELT_CHECK(smelt::is_valid_utf8(formula.tex) && formula.tex.find('\n') == std::string::npos);
    end = tree.nodes()[formula.node].end;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text = smelt::replace_invalid_utf8(smelt::fuzz_bytes(data, size));
  check_mathml(smelt::parse_html(text, {.text_only = true}));
  check_mathml(smelt::parse_html("<math>" + text, {.text_only = true}));
  const smelt::TexSource source = smelt::clean_tex(text);
  SMELT_CHECK(smelt::is_valid_utf8(source.tex) && source.tex.size() <= text.size());
  size_t end = 0;
  for (const smelt::MathSpan& span : smelt::find_math_spans(text)) {
    SMELT_CHECK(span.begin >= end && span.end > span.begin && span.end <= text.size() && !span.source.tex.empty());
    end = span.end;
  }
  return 0;
}
