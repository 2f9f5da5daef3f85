// Blocks as text that keeps their structure: plain, or Markdown (CommonMark 0.31 with tables as GitHub writes them).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "crawl/blocks.h"
#include "crawl/html/tree.h"

namespace smelt {

struct WriteOptions {
  bool markdown = false;
  bool emphasis = true;  // Markdown: ** and * around what the page stresses
  bool links = false;    // Markdown: [text](address), else the text alone
  std::string base;      // what links are relative to, where the page names no <base>
};

// The blocks whose `keep` is not 0, in order, apart by a blank line. Headings start with "# " to "###### ", items with
// "- " or their number (deeper for each list around them), definitions with ": " under their term, quotations with
// "> ", code stands between ``` lines with its indentation and language, rows of tables on lines of their own with
// cells joined by " | " in the columns they have on the page. Formulas stand between dollars.
//
// Markdown also escapes what would be read as its own marks, marks code inside lines, ends broken lines with two
// spaces and gives tables their head and outer bars.
std::string write_text(const HtmlTree& tree, const std::vector<TextBlock>& blocks, const std::vector<uint8_t>& keep,
                       const WriteOptions& options = {});

}  // namespace smelt
