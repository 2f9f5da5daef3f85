// The formulas of a page, whatever carries them: MathML, KaTeX, MathJax, images with their TeX, wikis' fallback images.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "crawl/html/tree.h"

namespace smelt {

struct Formula {
  uint32_t node = 0;     // of the element that it stands for, with all that is inside
  std::string tex;       // on one line; empty: the element repeats another formula and is to be left out
  bool display = false;  // stands on a line of its own
};

// In document order, none inside another. Formulas between delimiters in text are no part of it (find_math_spans). The
// TeX is, in this order, the page's own (annotation, alttext, script, alt, address of the image), else what MathML
// converts to. Linear in the page.
std::vector<Formula> find_formulas(const HtmlTree& tree);

}  // namespace smelt
