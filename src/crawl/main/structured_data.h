// The text that a page carries as structured data (JSON-LD, schema.org) for machines: some pages have it only there and
// draw it by scripts.
#pragma once

#include <string>

#include "crawl/html/tree.h"

namespace smelt {

// The longest articleBody, text of a posting, or description of a product; plain text, empty where there is none.
std::string find_structured_text(const HtmlTree& tree);

}  // namespace smelt
