// Images that show a formula.
#pragma once

#include "crawl/html/tree.h"
#include "crawl/math/tex.h"

namespace smelt {

// The TeX of an <img>: its `alt` where class, address or the alt's own delimiters say that it is TeX, else what its
// address asks a renderer for (WordPress, CodeCogs, mimeTeX, MathTeX, GitHub, Google Charts, Zhihu). Empty where it is
// no formula; displayed where the class says so.
TexSource image_tex(const HtmlTree& tree, const HtmlNode& image);

}  // namespace smelt
