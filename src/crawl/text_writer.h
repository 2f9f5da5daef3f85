// Blocks as plain text that keeps their structure.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "crawl/blocks.h"

namespace smelt {

// The blocks whose `keep` is not 0, in order, apart by a blank line. Headings start with "# " to "###### ", items with
// "- " or their number (two spaces deeper for each list around them), definitions with ": " under their term, table
// rows stand on lines of their own with cells joined by " | ", code stands between ``` lines with its indentation.
std::string write_text(const std::vector<TextBlock>& blocks, const std::vector<uint8_t>& keep);

}  // namespace smelt
