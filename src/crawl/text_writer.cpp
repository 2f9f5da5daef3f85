#include "crawl/text_writer.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "base/text.h"
#include "crawl/inline_writer.h"
#include "crawl/table_writer.h"

namespace smelt {
namespace {

using Kind = TextBlock::Kind;

constexpr int kDeepest = 9;  // lists; deeper ones are written as that deep

bool is_cell(const TextMark& mark) {
  return mark.kind == TextMark::Kind::kCell || mark.kind == TextMark::Kind::kHeaderCell;
}

// Items of one list and a definition under its term follow without a blank line.
bool follows_closely(const TextBlock& previous, const TextBlock& block) {
  if (previous.group == 0 || previous.group != block.group || previous.quotes != block.quotes) {
    return false;
  }
  if (block.kind == Kind::kTableRow) {
    return previous.kind == Kind::kCaption;
  }
  if (previous.kind == Kind::kTerm) {
    return block.kind == Kind::kTerm || block.kind == Kind::kDefinition;
  }
  return block.kind == Kind::kListItem && previous.kind == Kind::kListItem;
}

class Writer {
 public:
  Writer(const HtmlTree& tree, const std::vector<TextBlock>& blocks, const std::vector<uint8_t>& keep,
         const WriteOptions& options)
      : tree_(tree), blocks_(blocks), keep_(keep), options_(options), inline_(tree, options) {
    widths_.fill(2);
  }

  std::string run() {
    size_t i = 0;
    while (i < blocks_.size()) {
      if (keep_[i] == 0) {
        ++i;
      } else if (blocks_[i].kind == Kind::kTableRow) {
        i = table(i);
      } else {
        block(blocks_[i++]);
      }
    }
    return std::move(out_);
  }

 private:
  // What stands between two blocks; in Markdown a quotation goes on over its blank lines.
  void separate(const TextBlock& block) {
    if (previous_ != nullptr) {
      const bool close =
          follows_closely(*previous_, block) && !(options_.markdown && previous_->kind == Kind::kCaption);
      const int shared = options_.markdown ? std::min(previous_->outer_quotes, block.outer_quotes) : 0;
      out_ += "\n";
      if (!close) {
        out_ += std::string(trim(quote_marks(shared))) + "\n";
      }
    }
    previous_ = &block;
  }

  static std::string quote_marks(int count) {
    constexpr int kMostQuotes = 20;
    std::string out;
    for (int i = 0; i < std::min(count, kMostQuotes); ++i) {
      out += "> ";
    }
    return out;
  }

  // Under the markers of the items that it stands in.
  std::string indent(const TextBlock& block) const {
    if (block.item == 0 || block.kind == Kind::kHeading || block.kind == Kind::kTableRow ||
        block.kind == Kind::kCaption) {
      return {};
    }
    const bool inside = block.kind == Kind::kParagraph || block.kind == Kind::kPre;
    const int levels = std::clamp(block.level - (inside ? 0 : 1), 0, kDeepest);
    size_t width = 0;
    for (int i = 0; i < levels; ++i) {
      width += options_.markdown ? widths_[static_cast<size_t>(i)] : 2;
    }
    return std::string(width, ' ');
  }

  static std::string marker(const TextBlock& block) {
    switch (block.kind) {
      case Kind::kHeading:
        return std::string(static_cast<size_t>(block.level), '#') + " ";
      case Kind::kListItem:
        return block.ordinal > 0 ? std::to_string(block.ordinal) + ". " : "- ";
      case Kind::kDefinition:
        return ": ";
      default:
        return {};
    }
  }

  void block(const TextBlock& block) {
    separate(block);
    const std::string before = quote_marks(block.outer_quotes) + indent(block);
    const std::string quotes = quote_marks(block.quotes - block.outer_quotes);
    if (block.kind == Kind::kPre || is_code_paragraph(block)) {
      code(block, before + quotes);
      return;
    }
    const std::string mark = marker(block);
    const bool hangs = block.kind == Kind::kListItem || block.kind == Kind::kDefinition;
    if (hangs && block.level > 0) {
      widths_[static_cast<size_t>(std::min(block.level, kDeepest) - 1)] = mark.size();
    }
    // A quotation inside an item stands behind its marker.
    const std::string later = before + (hangs ? std::string(mark.size(), ' ') : "") + quotes;
    const std::string first = hangs ? before + mark + quotes : before + quotes + mark;
    lines(options_.markdown ? inline_.write(block) : block.text, first, later, block.kind != Kind::kHeading);
  }

  bool is_code_paragraph(const TextBlock& block) const {
    return options_.markdown && block.kind == Kind::kParagraph && block.text.find('\n') != std::string::npos &&
           block.marks.size() == 1 && block.marks[0].kind == TextMark::Kind::kCode && block.marks[0].begin == 0 &&
           block.marks[0].end == block.text.size();
  }

  void lines(std::string_view text, const std::string& first, const std::string& later, bool may_start_blocks) {
    size_t begin = 0;
    while (true) {
      const size_t end = std::min(text.find('\n', begin), text.size());
      const std::string_view line = text.substr(begin, end - begin);
      out_ += begin == 0 ? first : line.empty() ? std::string(trim(later)) : later;
      out_ += options_.markdown && may_start_blocks ? escape_line_start(line) : std::string(line);
      if (end == text.size()) {
        return;
      }
      // Displayed formulas stand on lines of their own anyway.
      const bool breaks = options_.markdown && !line.ends_with("$$") && !text.substr(end + 1).starts_with("$$");
      out_ += breaks ? "  \n" : "\n";
      begin = end + 1;
    }
  }

  void code(const TextBlock& block, const std::string& before) {
    const std::string fence = backticks_around(block.text, 3);
    out_ += before + fence + block.language + "\n";
    for (const std::string_view line : split(block.text, '\n')) {
      out_ += (line.empty() ? std::string(trim(before)) : before + std::string(line)) + "\n";
    }
    out_ += before + fence;
  }

  std::vector<TableCell> cells(const TextBlock& row) const {
    std::vector<TableCell> out;
    const std::span<const TextMark> marks = row.marks;
    for (size_t i = 0; i < marks.size(); ++i) {
      if (!is_cell(marks[i])) {
        continue;
      }
      size_t end = i + 1;
      while (end < marks.size() && !is_cell(marks[end])) {
        ++end;
      }
      const TextMark& cell = marks[i];
      out.push_back({options_.markdown
                         ? inline_.write(row, marks.subspan(i + 1, end - i - 1), cell.begin, cell.end, true)
                         : row.text.substr(cell.begin, cell.end - cell.begin),
                     cell.node});
    }
    return out;
  }

  // The rows of one table from `begin` on; returns what follows them.
  size_t table(size_t begin) {
    separate(blocks_[begin]);
    std::vector<std::vector<TableCell>> rows;
    size_t i = begin;
    for (; i < blocks_.size(); ++i) {
      const bool same = blocks_[i].kind == Kind::kTableRow && blocks_[i].group == blocks_[begin].group;
      if (keep_[i] != 0 && !same) {
        break;
      }
      if (keep_[i] != 0) {
        rows.push_back(cells(blocks_[i]));
        previous_ = &blocks_[i];
      }
    }
    const std::vector<std::vector<std::string>> placed = place_cells(tree_, rows);
    std::string text;
    for (const std::vector<std::string>& row : placed) {
      text += (text.empty() ? "" : "\n") + plain_row(row);
    }
    if (options_.markdown) {
      text = markdown_table(placed);
    }
    const std::string before = quote_marks(blocks_[begin].quotes);
    bool first = true;
    for (const std::string_view line : split(text, '\n')) {
      out_ += (first ? "" : "\n") + before + std::string(line);
      first = false;
    }
    return i;
  }

  const HtmlTree& tree_;
  const std::vector<TextBlock>& blocks_;
  const std::vector<uint8_t>& keep_;
  const WriteOptions& options_;
  InlineWriter inline_;
  const TextBlock* previous_ = nullptr;
  std::array<size_t, kDeepest> widths_{};  // of the marker of the last item at each depth
  std::string out_;
};

}  // namespace

std::string write_text(const HtmlTree& tree, const std::vector<TextBlock>& blocks, const std::vector<uint8_t>& keep,
                       const WriteOptions& options) {
  return Writer(tree, blocks, keep, options).run();
}

}  // namespace smelt
