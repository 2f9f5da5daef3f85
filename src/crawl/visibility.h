// Which parts of a page a reader does not see as its text: scripts, hidden elements, navigation.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "crawl/html/tree.h"

namespace smelt {

enum class Pruning {
  kInvisible,    // what no browser shows as text: scripts, styles, hidden elements, controls, drawings
  kBoilerplate,  // also nav, footer, aside, and elements whose role, class or id says so, where they hold little of the
                 // page's text
};

// By node: 1 where the node is the root of a part to leave out. Linear in the page.
std::vector<uint8_t> find_pruned(const HtmlTree& tree, Pruning pruning);

// Whether a style attribute takes its element out of sight.
bool style_hides(std::string_view style);

}  // namespace smelt
