#include <algorithm>

#include "crawl/blocks.h"

namespace smelt {
namespace {

using enum HtmlTag;

struct TableShape {
  uint32_t node = 0;
  uint32_t end = 0;
  int rows = 0;
  int cells = 0;
  int headers = 0;  // th, caption, thead
  int row_cells = 0;
  int widest = 0;
  size_t bytes = 0;
  size_t cell_bytes = 0;
  size_t longest = 0;
  bool layout = false;
};

// Many cells a row and little text a cell; headings, forms or further tables inside speak for layout.
bool is_data(const TableShape& shape) {
  constexpr size_t kLongCell = 600;
  constexpr size_t kLongCellWithHeaders = 3000;
  if (shape.layout || shape.rows == 0 || shape.widest < 2) {
    return false;
  }
  if (shape.headers > 0) {
    return shape.longest <= kLongCellWithHeaders;
  }
  return shape.rows >= 2 && shape.longest <= kLongCell;
}

void count_element(const HtmlNode& node, TableShape& shape) {
  constexpr HtmlTagSet kLayoutContent = {kH1,      kH2,   kH3,         kH4,  kPre,  kArticle,
                                         kSection, kForm, kBlockquote, kNav, kAside};
  if (node.tag == kTr) {
    ++shape.rows;
    shape.row_cells = 0;
  } else if (node.tag == kTd || node.tag == kTh) {
    ++shape.cells;
    shape.widest = std::max(shape.widest, ++shape.row_cells);
    shape.cell_bytes = 0;
  }
  shape.headers += node.tag == kTh || node.tag == kCaption || node.tag == kThead ? 1 : 0;
  shape.layout = shape.layout || kLayoutContent.has(node.tag);
}

}  // namespace

std::vector<uint8_t> find_data_tables(const HtmlTree& tree, const std::vector<uint8_t>& pruned) {
  const std::vector<HtmlNode>& nodes = tree.nodes();
  std::vector<uint8_t> data(nodes.size(), 0);
  std::vector<TableShape> open;
  const auto close = [&] {
    data[open.back().node] = is_data(open.back()) ? 1 : 0;
    open.pop_back();
  };
  for (uint32_t i = 1; i < nodes.size(); ++i) {
    while (!open.empty() && i >= open.back().end) {
      close();
    }
    if (pruned[i] != 0) {
      i = nodes[i].end - 1;
    } else if (nodes[i].tag == kTable) {
      if (!open.empty()) {
        open.back().layout = true;
      }
      TableShape shape;
      shape.node = i;
      shape.end = nodes[i].end;
      open.push_back(shape);
    } else if (!open.empty() && nodes[i].is_text()) {
      open.back().cell_bytes += nodes[i].text.size();
      open.back().longest = std::max(open.back().longest, open.back().cell_bytes);
    } else if (!open.empty()) {
      count_element(nodes[i], open.back());
    }
  }
  while (!open.empty()) {
    close();
  }
  return data;
}

}  // namespace smelt
