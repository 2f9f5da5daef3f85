// Where a block stands in the layout of its page: among the blocks that the page lays out the same way, beside the
// element that holds the bulk of its prose, and near pictures.
#pragma once

#include <array>
#include <cstddef>
#include <vector>

#include "crawl/blocks.h"
#include "crawl/html/tree.h"

namespace smelt {

constexpr size_t kLayoutSignals = 26;
const char* layout_signal_name(size_t signal);

using LayoutSignals = std::array<float, kLayoutSignals>;

// By block. Linear in the page.
std::vector<LayoutSignals> measure_layout(const HtmlTree& tree, const std::vector<TextBlock>& blocks);

}  // namespace smelt
