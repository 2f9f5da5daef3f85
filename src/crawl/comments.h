// What readers wrote under a text.
#pragma once

#include <cstdint>
#include <vector>

#include "crawl/blocks.h"
#include "crawl/html/tree.h"

namespace smelt {

// Sets keep[i] for the blocks of comment threads: sentences inside elements whose class or id speaks of comments, but
// not their forms, bylines and links. An element that holds much of the text that is kept already is no thread.
void keep_comments(const HtmlTree& tree, const std::vector<TextBlock>& blocks, std::vector<uint8_t>& keep);

}  // namespace smelt
