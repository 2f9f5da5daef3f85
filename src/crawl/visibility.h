// Which parts of a page no browser shows as text: scripts, styles, hidden elements, controls, drawings.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "crawl/html/tree.h"

namespace smelt {

// By node: 1 where the node is the root of a part to leave out. Linear in the page.
std::vector<uint8_t> find_pruned(const HtmlTree& tree);

// Whether a style attribute takes its element out of sight.
bool style_hides(std::string_view style);

}  // namespace smelt
