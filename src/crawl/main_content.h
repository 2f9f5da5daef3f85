// The part of a page that is its own text.
#pragma once

#include <cstdint>
#include <vector>

#include "crawl/blocks.h"
#include "crawl/html/tree.h"
#include "crawl/justext.h"

namespace smelt {

// By block: 1 for those to keep. The block classes of jusText pick the smallest element that holds nearly all good
// text; what lies outside goes.
std::vector<uint8_t> find_main_content(const HtmlTree& tree, const std::vector<TextBlock>& blocks,
                                       const StopWords* stop, const JustextOptions& options);

}  // namespace smelt
