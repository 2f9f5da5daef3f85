// The visible text of a page as a sequence of blocks: paragraphs, headings, list items, table rows, code.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "crawl/html/tree.h"

namespace smelt {

struct TextBlock {
  enum class Kind { kParagraph, kHeading, kListItem, kTerm, kDefinition, kTableRow, kCaption, kPre };
  Kind kind = Kind::kParagraph;
  int level = 0;         // heading: 1 to 6; else how many lists it is nested in
  int ordinal = 0;       // of an item of an ordered list, from 1; 0: a bullet
  uint32_t node = 0;     // of its first text
  uint32_t group = 0;    // node of the outermost list, or of the table, that it belongs to; 0: none
  uint32_t item = 0;     // node of the list item or definition that it belongs to; 0: none
  std::string text;      // white space collapsed, single line breaks only where the page has <br>; of kPre as written
  std::string language;  // of kPre where the page names it
  int64_t length = 0;    // code points
  int64_t link_length = 0;  // of them inside links
};

// `pruned` as find_pruned() gives it. Rows of data tables become one block each with cells joined by " | "; tables used
// for layout are read cell by cell. Linear in the page.
std::vector<TextBlock> split_blocks(const HtmlTree& tree, const std::vector<uint8_t>& pruned);

// By node: 1 for <table> elements that hold data rather than the page's layout.
std::vector<uint8_t> find_data_tables(const HtmlTree& tree, const std::vector<uint8_t>& pruned);

}  // namespace smelt
