#include "crawl/table_writer.h"

#include <algorithm>
#include <charconv>
#include <string_view>

namespace smelt {
namespace {

constexpr size_t kMaxColumns = 1000;
constexpr int kMaxColumnSpan = 100;
constexpr int kMaxRowSpan = 1000;

int span_of(std::string_view value, int largest) {
  int span = 1;
  std::from_chars(value.data(), value.data() + value.size(), span);
  return span < 1 || span > largest ? 1 : span;
}

}  // namespace

std::vector<std::vector<std::string>> place_cells(const HtmlTree& tree, std::span<const std::vector<TableCell>> rows) {
  std::vector<std::vector<std::string>> out;
  std::vector<int> taken;  // by column: further rows that a cell above it spans
  for (const std::vector<TableCell>& row : rows) {
    std::vector<std::string> placed;
    size_t column = 0;
    const auto skip_taken = [&] {
      while (column < taken.size() && taken[column] > 0) {
        --taken[column++];
      }
    };
    for (const TableCell& cell : row) {
      skip_taken();
      if (column >= kMaxColumns) {
        break;
      }
      const HtmlNode& node = tree.nodes()[cell.node];
      const int wide = span_of(tree.attribute(node, "colspan"), kMaxColumnSpan);
      const int high = span_of(tree.attribute(node, "rowspan"), kMaxRowSpan);
      placed.resize(std::max(placed.size(), column + 1));
      placed[column] = cell.text;
      taken.resize(std::max(taken.size(), column + static_cast<size_t>(wide)), 0);
      for (int i = 0; i < wide; ++i) {
        taken[column++] = high - 1;
      }
    }
    for (; column < taken.size(); ++column) {
      taken[column] -= taken[column] > 0 ? 1 : 0;
    }
    out.push_back(std::move(placed));
  }
  return out;
}

std::string plain_row(const std::vector<std::string>& cells) {
  std::string out;
  size_t count = cells.size();
  while (count > 0 && cells[count - 1].empty()) {
    --count;
  }
  for (size_t i = 0; i < count; ++i) {
    out += i > 0 ? " | " : "";
    out += cells[i];
  }
  return out;
}

std::string markdown_table(const std::vector<std::vector<std::string>>& rows) {
  size_t columns = 1;
  for (const std::vector<std::string>& row : rows) {
    columns = std::max(columns, row.size());
  }
  std::string out;
  for (size_t r = 0; r < rows.size(); ++r) {
    out += r > 0 ? "\n|" : "|";
    // Short rows end early, as the format allows, but the head and its rule are whole.
    const size_t width = r == 0 ? columns : std::max<size_t>(rows[r].size(), 1);
    for (size_t c = 0; c < width; ++c) {
      out += " " + (c < rows[r].size() ? rows[r][c] : std::string()) + " |";
    }
    if (r == 0) {
      out += "\n|";
      for (size_t c = 0; c < columns; ++c) {
        out += " --- |";
      }
    }
  }
  return out;
}

}  // namespace smelt
