#include "crawl/blocks.h"

#include <algorithm>
#include <charconv>
#include <string_view>

#include "base/text.h"
#include "crawl/block_text.h"
#include "crawl/code_blocks.h"
#include "crawl/html/scan.h"
#include "crawl/math/formulas.h"
#include "crawl/superscripts.h"

namespace smelt {
namespace {

using enum HtmlTag;

constexpr HtmlTagSet kVerbatim = {kPre, kListing, kXmp, kPlaintext};
constexpr HtmlTagSet kLists = {kUl, kOl, kDl, kMenu, kDir};
constexpr HtmlTagSet kItems = {kLi, kDt, kDd};
constexpr HtmlTagSet kMarked = {kB, kStrong, kI, kEm, kCode, kKbd, kSamp, kTt};

TextMark::Kind mark_kind(HtmlTag tag) {
  return tag == kB || tag == kStrong ? TextMark::Kind::kStrong
         : tag == kI || tag == kEm   ? TextMark::Kind::kEmphasis
                                     : TextMark::Kind::kCode;
}

class Splitter {
 public:
  Splitter(const HtmlTree& tree, const std::vector<uint8_t>& pruned)
      : tree_(tree),
        nodes_(tree.nodes()),
        pruned_(pruned),
        data_tables_(find_data_tables(tree, pruned)),
        formulas_(find_formulas(tree)) {}

  std::vector<TextBlock> run() {
    for (uint32_t i = 1; i < nodes_.size(); ++i) {
      while (!open_.empty() && i >= nodes_[open_.back().node].end) {
        leave();
      }
      if (const Formula* formula = formula_at(i); formula != nullptr) {
        add_formula(*formula);
        i = nodes_[i].end - 1;
      } else if (nodes_[i].is_text()) {
        add_text(i);
      } else if (pruned_[i] != 0 || !enter(i)) {
        i = nodes_[i].end - 1;
      }
    }
    while (!open_.empty()) {
      leave();
    }
    flush();
    return std::move(blocks_);
  }

 private:
  struct Open {
    uint32_t node;
    size_t text_size;  // of the block's text when it was entered
  };
  struct List {
    uint32_t node;
    bool ordered;
    int next;
  };
  struct Item {
    uint32_t node;
    TextBlock::Kind kind;
    int ordinal;
    bool used;  // its first block has been written
  };

  bool in_row() const { return table_ != 0; }

  const Formula* formula_at(uint32_t node) {
    while (next_formula_ < formulas_.size() && formulas_[next_formula_].node < node) {
      ++next_formula_;
    }
    const bool here = next_formula_ < formulas_.size() && formulas_[next_formula_].node == node;
    return here ? &formulas_[next_formula_] : nullptr;
  }

  void add_formula(const Formula& formula) {
    if (formula.tex.empty()) {
      return;
    }
    first_text_ = first_text_ == 0 ? formula.node : first_text_;
    text_.formula(formula.tex, formula.display, in_row() || heading_ > 0 || pre_ > 0, formula.node);
  }

  void add_text(uint32_t node) {
    const std::string_view text = nodes_[node].text;
    const bool blank = std::all_of(text.begin(), text.end(), is_html_space);
    if (first_text_ == 0 && !blank) {
      first_text_ = node;
    }
    // Between the elements of lines of code stands the layout of the markup.
    if (pre_ > 0 && !nodes_of_code_.empty() && blank && text.find('\n') != std::string_view::npos) {
      return;
    }
    text_.append(text, links_ > 0, pre_ > 0 && !in_row());
  }

  // False where the element is to be left out with all that is inside.
  bool enter(uint32_t node) {
    const HtmlTag tag = nodes_[node].tag;
    if (tag == kBr) {
      line_break();
      return true;
    }
    const bool has_attributes = nodes_[node].num_attributes > 0;
    if (has_attributes && may_number_lines(tag) && is_line_number(tree_, node)) {
      return false;
    }
    if (is_block_tag(tag)) {
      boundary(tag);
    }
    if (tag == kSup && pre_ == 0 && !raise(node)) {
      return false;
    }
    if (nodes_[node].end == node + 1) {
      if (in_row() && (tag == kTd || tag == kTh)) {
        end_cell(node);
      } else if (pre_ > 0 && is_block_tag(tag)) {
        end_code_line(node, text_.size());
      }
      return true;
    }
    open_.push_back({node, text_.size()});
    open_element(node, tag, has_attributes);
    return true;
  }

  // Writes what tells raised text from the text before it. False where it is to be left out.
  bool raise(uint32_t node) {
    const Superscript role = read_superscript(tree_, node, text_.glued());
    if (role == Superscript::kNoteLink) {
      return false;
    }
    if (role == Superscript::kFraction) {
      text_.space();
    } else if (role != Superscript::kPlain) {
      text_.append(role == Superscript::kExponent ? "^" : "[", links_ > 0, false);
      open_note_ = role == Superscript::kNote ? node : 0;
    }
    return true;
  }

  bool may_number_lines(HtmlTag tag) const {
    return pre_ > 0 ? tag != kCode && tag != kPre : tag == kTd || tag == kPre || tag == kDiv;
  }

  void open_element(uint32_t node, HtmlTag tag, bool has_attributes) {
    if (kLists.has(tag)) {
      open_list(node);
    } else if (kItems.has(tag)) {
      open_item(node);
    } else if (kVerbatim.has(tag)) {
      open_code(node);
    } else if (kMarked.has(tag)) {
      text_.open_mark(mark_kind(tag), node);
    } else if (is_heading_tag(tag)) {
      heading_ = heading_level(tag);
    } else if (tag == kA) {
      links_ += tree_.has_attribute(nodes_[node], "href") ? 1 : 0;
      text_.open_mark(TextMark::Kind::kLink, node);
    } else if (tag == kQ) {
      text_.append("\"", false, false);
    } else if (tag == kBlockquote) {
      ++quotes_;
    } else if ((tag == kTable || tag == kDiv) && has_attributes && pre_ == 0 && !in_row() &&
               is_code_container(tree_, node)) {
      nodes_of_code_.push_back(node);
      open_code(node);
    } else if (tag == kTable) {
      table_ = table_ == 0 && pre_ == 0 && data_tables_[node] != 0 ? node : table_;
    }
  }

  void open_code(uint32_t node) {
    if (pre_++ == 0) {
      pre_node_ = node;
    }
  }

  void leave() {
    const auto [node, text_size] = open_.back();
    const HtmlTag tag = nodes_[node].tag;
    open_.pop_back();
    if (is_block_tag(tag)) {
      if (pre_ > 0 && !kVerbatim.has(tag) && !in_row()) {
        end_code_line(node, text_size);
      } else {
        boundary(tag);
      }
    }
    if (!nodes_of_code_.empty() && nodes_of_code_.back() == node) {
      flush();
      nodes_of_code_.pop_back();
      --pre_;
    } else if (kLists.has(tag)) {
      lists_.pop_back();
    } else if (kItems.has(tag)) {
      items_.pop_back();
    } else if (kVerbatim.has(tag)) {
      --pre_;
    } else if (kMarked.has(tag)) {
      text_.close_mark(node);
    } else if (tag == kSup && open_note_ == node) {
      text_.append("]", links_ > 0, false);
      open_note_ = 0;
    } else if (is_heading_tag(tag)) {
      heading_ = 0;
    } else if (tag == kA) {
      links_ -= tree_.has_attribute(nodes_[node], "href") ? 1 : 0;
      text_.close_mark(node);
    } else if (tag == kQ) {
      text_.append("\"", false, false);
    } else if (tag == kBlockquote) {
      --quotes_;
    } else if (in_row()) {
      leave_in_table(node, tag);
    }
  }

  void leave_in_table(uint32_t node, HtmlTag tag) {
    if (tag == kTd || tag == kTh || tag == kCaption) {
      end_cell(node);
    } else if (tag == kTr) {
      end_row();
    } else if (table_ == node) {
      if (!text_.empty()) {
        end_cell(node);
      }
      end_row();
      table_ = 0;
    }
  }

  // An element of code ends: a row, or one that holds no others, is a line, also where it is empty.
  void end_code_line(uint32_t node, size_t text_size) {
    const HtmlTag tag = nodes_[node].tag;
    if (tag == kTd || tag == kTh) {
      return;
    }
    const bool is_line = tag == kTr || last_block_ <= node;
    const bool wrote_line = text_.size() > text_size && text_.ends_line();
    last_block_ = std::max(last_block_, node);
    if (!text_.empty() && (is_line ? !wrote_line : !text_.ends_line())) {
      text_.append("\n", false, true);
    }
  }

  void line_break() {
    if (in_row()) {
      text_.space();
    } else if (pre_ > 0) {
      text_.append("\n", false, true);
    } else if (text_.ends_line()) {
      flush();
    } else {
      text_.line_break();
    }
  }

  // A block's edge ends the text before it; inside a row's cell text runs on, inside code it is a line of its own.
  void boundary(HtmlTag tag) {
    if (in_row()) {
      text_.space();
    } else if (pre_ == 0 || kVerbatim.has(tag)) {
      flush();
    } else if (!text_.empty() && !text_.ends_line() && tag != kTd && tag != kTh) {
      text_.append("\n", false, true);
    }
  }

  void open_list(uint32_t node) {
    int start = 1;
    const std::string_view text = tree_.attribute(nodes_[node], "start");
    std::from_chars(text.data(), text.data() + text.size(), start);
    outer_quotes_ = lists_.empty() ? quotes_ : outer_quotes_;
    lists_.push_back({node, nodes_[node].tag == kOl, std::clamp(start, 0, 1'000'000)});
  }

  void open_item(uint32_t node) {
    const HtmlTag tag = nodes_[node].tag;
    Item item{node, TextBlock::Kind::kListItem, 0, false};
    if (tag == kDt || tag == kDd) {
      item.kind = tag == kDt ? TextBlock::Kind::kTerm : TextBlock::Kind::kDefinition;
    } else if (!lists_.empty() && lists_.back().ordered) {
      item.ordinal = lists_.back().next++;
    }
    items_.push_back(item);
  }

  void end_cell(uint32_t node) {
    TextBlock cell;
    measure_into(cell);
    cell.text = text_.take(cell.marks);
    cell.length += convert_math_spans(cell.text, cell.marks, true);
    if (nodes_[node].tag == kCaption) {
      if (!cell.text.empty()) {
        cell.kind = TextBlock::Kind::kCaption;
        emit(std::move(cell));
      }
      return;
    }
    row_.node = row_.node == 0 ? cell.node : row_.node;
    row_.length += cell.length;
    row_.link_length += cell.link_length;
    row_.text += row_cells_++ > 0 ? " | " : "";
    const auto begin = static_cast<uint32_t>(row_.text.size());
    row_.text += cell.text;
    const auto kind = nodes_[node].tag == kTh ? TextMark::Kind::kHeaderCell : TextMark::Kind::kCell;
    row_.marks.push_back({kind, begin, static_cast<uint32_t>(row_.text.size()), node});
    for (TextMark mark : cell.marks) {
      mark.begin += begin;
      mark.end += begin;
      row_.marks.push_back(mark);
    }
  }

  void end_row() {
    const bool blank = row_.text.find_first_not_of(" |") == std::string::npos;
    if (!blank) {
      while (row_.text.ends_with(" | ")) {
        row_.text.resize(row_.text.size() - 3);
      }
      for (TextMark& mark : row_.marks) {
        mark.begin = std::min(mark.begin, static_cast<uint32_t>(row_.text.size()));
        mark.end = std::min(mark.end, static_cast<uint32_t>(row_.text.size()));
      }
      row_.kind = TextBlock::Kind::kTableRow;
      emit(std::move(row_));
    }
    row_ = TextBlock{};
    row_cells_ = 0;
  }

  void measure_into(TextBlock& block) {
    block.node = first_text_;
    block.length = text_.length();
    block.link_length = text_.link_length();
    first_text_ = 0;
  }

  void flush() {
    TextBlock block;
    measure_into(block);
    if (pre_ > 0) {
      block.text = text_.take_verbatim();
      finish_code(block);
    } else {
      block.text = text_.take(block.marks);
      block.length += convert_math_spans(block.text, block.marks, heading_ > 0);
    }
    if (!block.text.empty()) {
      emit(std::move(block));
    }
  }

  // Indentation of the first line counts, blank lines before it do not.
  void finish_code(TextBlock& block) const {
    block.kind = TextBlock::Kind::kPre;
    const size_t first = block.text.find_first_not_of(" \t\n");
    if (first == std::string::npos) {
      block.text.clear();
      return;
    }
    const size_t line = block.text.rfind('\n', first);
    block.text.erase(0, line == std::string::npos ? 0 : line + 1);
    block.text.erase(block.text.find_last_not_of(" \t\n") + 1);
    drop_line_numbers(block.text);
    block.language = code_language(tree_, pre_node_);
  }

  void emit(TextBlock block) {
    block.level = static_cast<int>(lists_.size());
    block.quotes = quotes_;
    block.outer_quotes = lists_.empty() ? quotes_ : outer_quotes_;
    if (table_ != 0) {
      block.group = table_;
    } else if (!lists_.empty()) {
      block.group = lists_.front().node;
    }
    if (!items_.empty()) {
      Item& item = items_.back();
      block.item = item.node;
      if (!item.used && block.kind == TextBlock::Kind::kParagraph && heading_ == 0) {
        block.kind = item.kind;
        block.ordinal = item.ordinal;
        item.used = true;
      }
    }
    if (heading_ > 0 && block.kind == TextBlock::Kind::kParagraph) {
      block.kind = TextBlock::Kind::kHeading;
      block.level = heading_;
      std::replace(block.text.begin(), block.text.end(), '\n', ' ');
    }
    blocks_.push_back(std::move(block));
  }

  const HtmlTree& tree_;
  const std::vector<HtmlNode>& nodes_;
  const std::vector<uint8_t>& pruned_;
  std::vector<uint8_t> data_tables_;
  std::vector<Formula> formulas_;
  size_t next_formula_ = 0;
  std::vector<Open> open_;
  std::vector<List> lists_;
  std::vector<Item> items_;
  std::vector<TextBlock> blocks_;
  BlockText text_;
  TextBlock row_;
  int row_cells_ = 0;
  uint32_t table_ = 0;       // the data table being read
  uint32_t first_text_ = 0;  // node of the first text in text_
  uint32_t pre_node_ = 0;
  std::vector<uint32_t> nodes_of_code_;  // elements without <pre> that hold lines of code
  uint32_t last_block_ = 0;              // the block element inside code that was left last
  uint32_t open_note_ = 0;               // the <sup> of a footnote's number
  int pre_ = 0;
  int quotes_ = 0;
  int outer_quotes_ = 0;
  int links_ = 0;
  int heading_ = 0;
};

}  // namespace

bool is_formula_block(const TextBlock& block) {
  size_t at = 0;
  for (const TextMark& mark : block.marks) {
    if (mark.kind == TextMark::Kind::kFormula) {
      if (block.text.find_first_not_of(" \n.,;:()[]0123456789", at) < mark.begin) {
        return false;
      }
      at = mark.end;
    }
  }
  return at > 0 && block.text.find_first_not_of(" \n.,;:()[]0123456789", at) == std::string::npos;
}

std::vector<TextBlock> split_blocks(const HtmlTree& tree, const std::vector<uint8_t>& pruned) {
  return Splitter(tree, pruned).run();
}

}  // namespace smelt
