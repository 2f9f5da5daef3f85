// Rows of cells in the columns that they have on the page.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "crawl/html/tree.h"

namespace smelt {

struct TableCell {
  std::string text;
  uint32_t node = 0;  // of its <td> or <th>, whose colspan and rowspan count
};

// Row by row: every cell in its first column and row, what it spans beyond empty; rows as wide as their last cell. At
// most 1,000 columns; spans of more than 100 columns or 1,000 rows count as one.
std::vector<std::vector<std::string>> place_cells(const HtmlTree& tree, std::span<const std::vector<TableCell>> rows);

// "a | b", without the empty cells at its end.
std::string plain_row(const std::vector<std::string>& cells);

// A table of GitHub's Markdown: its first row is the head.
std::string markdown_table(const std::vector<std::vector<std::string>>& rows);

}  // namespace smelt
