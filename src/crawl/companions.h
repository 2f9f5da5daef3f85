// Blocks that say little by themselves and belong to the text they stand in.
#pragma once

#include <cstdint>
#include <vector>

#include "crawl/blocks.h"
#include "crawl/html/tree.h"

namespace smelt {

// Sets keep[i] for formulas and code between kept blocks, or behind one in the same element, and for the rows of a
// table most of which is kept: their words are judged like prose, and a text without them has holes.
void keep_companions(const HtmlTree& tree, const std::vector<TextBlock>& blocks, std::vector<uint8_t>& keep);

}  // namespace smelt
