// MathML (Core and Presentation, https://www.w3.org/TR/mathml4/) as LaTeX.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "crawl/html/tree.h"

namespace smelt {

constexpr size_t kMaxTexBytes = 100'000;  // of one formula

// The formula below `math` (the element itself or a part of one; names may carry a prefix, "mml:math"), written as a
// person would: "\\frac{a}{b}", "x_i^2", spaces around relations and binary operators. Braces are balanced, no "$"
// stands without a backslash. What nests deeper than 100 levels is read as text. Empty where the formula is, and where
// it would be longer than kMaxTexBytes. Linear in the elements times their depth.
std::string mathml_to_tex(const HtmlTree& tree, uint32_t math);

// The name of an element without its prefix: "mfrac" of "mml:mfrac".
std::string_view mathml_name(const HtmlNode& node);

}  // namespace smelt
