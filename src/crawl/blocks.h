// The visible text of a page as a sequence of blocks: paragraphs, headings, list items, table rows, code.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "crawl/html/tree.h"

namespace smelt {

// What a part of a block's text is. Marks nest or lie apart; they stand in the order of their begins, outer ones first.
struct TextMark {
  enum class Kind : uint8_t { kFormula, kCode, kStrong, kEmphasis, kLink, kCell, kHeaderCell };
  Kind kind = Kind::kFormula;
  uint32_t begin = 0;  // bytes of the text
  uint32_t end = 0;    // not above begin only for cells, which may be empty
  uint32_t node = 0;   // the element
};

struct TextBlock {
  enum class Kind { kParagraph, kHeading, kListItem, kTerm, kDefinition, kTableRow, kCaption, kPre };
  Kind kind = Kind::kParagraph;
  int level = 0;         // heading: 1 to 6; else how many lists it is nested in
  int ordinal = 0;       // of an item of an ordered list, from 1; 0: a bullet
  int quotes = 0;        // quotations that it stands in
  int outer_quotes = 0;  // of them around the lists that it stands in
  uint32_t node = 0;     // of its first text
  uint32_t group = 0;    // node of the outermost list, or of the table, that it belongs to; 0: none
  uint32_t item = 0;     // node of the list item or definition that it belongs to; 0: none
  // White space collapsed, single line breaks where the page has <br> and around displayed formulas; formulas between
  // dollars; of kPre as written, without the numbers of lines.
  std::string text;
  std::string language;         // of kPre where the page names it
  std::vector<TextMark> marks;  // none of kPre
  int64_t length = 0;           // code points
  int64_t link_length = 0;      // of them inside links
};

// `pruned` as find_pruned() gives it. Rows of data tables become one block each with cells joined by " | "; tables used
// for layout are read cell by cell, tables and lines of markup that hold code as code. Linear in the page.
std::vector<TextBlock> split_blocks(const HtmlTree& tree, const std::vector<uint8_t>& pruned);

// By node: 1 for <table> elements that hold data rather than the page's layout.
std::vector<uint8_t> find_data_tables(const HtmlTree& tree, const std::vector<uint8_t>& pruned);

// Whether all of its text is formulas.
bool is_formula_block(const TextBlock& block);

}  // namespace smelt
