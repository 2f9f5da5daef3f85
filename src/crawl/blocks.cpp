#include "crawl/blocks.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <string_view>

#include "base/byte_block.h"
#include "base/text.h"
#include "crawl/html/scan.h"

namespace smelt {
namespace {

using enum HtmlTag;

bool is_wide_space(uint32_t code) {
  return code == 0xA0 || (code >= 0x2000 && code <= 0x200A) || code == 0x2028 || code == 0x2029 || code == 0x202F ||
         code == 0x205F || code == 0x3000;
}

// Soft hyphens, zero-width marks and controls: they are no text. The zero-width joiners of Indic and Arabic scripts
// stay.
bool is_no_text(uint32_t code) {
  return code == 0xAD || code == 0x200B || code == 0x2060 || code == 0xFEFF || (code >= 0x7F && code < 0xA0);
}

bool is_visible_ascii(char c) {
  return c > ' ' && c < 0x7F;
}

// What can be written as it stands: visible ASCII characters with single spaces between them.
struct PlainRun {
  size_t size = 0;
  size_t spaces = 0;
};

// The one that the text begins with, or at least its beginning.
PlainRun plain_run(std::string_view text) {
  if (text.size() >= ByteBlock::kSize) {
    const ByteBlock block(text.data());
    const uint64_t visible = block.in_range('!', '~' - ' ');
    const uint64_t spaces = block.equal(' ') & visible << 1 & visible >> 1;
    const auto size = static_cast<size_t>(std::countr_one(visible | spaces));
    const uint64_t inside = size < 64 ? (uint64_t{1} << size) - 1 : ~uint64_t{0};
    return {size, static_cast<size_t>(std::popcount(spaces & inside))};
  }
  PlainRun run;
  while (run.size < text.size() && is_visible_ascii(text[run.size])) {
    ++run.size;
    if (run.size + 1 < text.size() && text[run.size] == ' ' && is_visible_ascii(text[run.size + 1])) {
      ++run.size;
      ++run.spaces;
    }
  }
  return run;
}

// The text of one block as it grows.
class TextBuffer {
 public:
  bool empty() const { return text_.empty(); }
  int64_t length() const { return length_; }
  int64_t link_length() const { return link_length_; }

  void append(std::string_view text, bool in_link, bool verbatim) {
    size_t pos = 0;
    while (pos < text.size()) {
      const size_t begin = pos;
      if (is_visible_ascii(text[pos])) {
        const PlainRun run = plain_run(text.substr(pos));
        pos += run.size;
        put(text.substr(begin, run.size), static_cast<int64_t>(run.size),
            in_link ? static_cast<int64_t>(run.size - run.spaces) : 0);
        continue;
      }
      if (!verbatim && is_html_space(text[pos])) {
        space_ = true;
        while (pos < text.size() && is_html_space(text[pos])) {
          ++pos;
        }
        continue;
      }
      const uint32_t code = next_code_point(text, pos);
      if (verbatim && (code == '\n' || code == '\t' || code == ' ' || is_wide_space(code))) {
        text_ += code == '\n' || code == '\t' ? static_cast<char>(code) : ' ';
        ++length_;
      } else if (verbatim && code == '\r') {
        continue;
      } else if (code <= ' ' || is_wide_space(code)) {
        space_ = space_ || code == ' ' || (code >= '\t' && code <= '\r') || code > 0x7F;
      } else if (!is_no_text(code)) {
        put(text.substr(begin, pos - begin), 1, in_link ? 1 : 0);
      }
    }
  }

  void space() { space_ = true; }

  // A line break of the page; two of them in a row are for the caller, who asks ends_line() first.
  void line_break() {
    if (!text_.empty()) {
      text_ += '\n';
    }
    space_ = false;
  }
  bool ends_line() const { return !text_.empty() && text_.back() == '\n'; }

  std::string take() {
    std::string out = std::move(text_);
    *this = TextBuffer{};
    return out;
  }

 private:
  // `linked`: how many of its characters stand in a link; spaces do not count.
  void put(std::string_view run, int64_t length, int64_t linked) {
    if (space_ && !text_.empty() && text_.back() != '\n' && text_.back() != ' ') {
      text_ += ' ';
      ++length_;
    }
    space_ = false;
    text_ += run;
    length_ += length;
    link_length_ += linked;
  }

  std::string text_;
  bool space_ = false;
  int64_t length_ = 0;
  int64_t link_length_ = 0;
};

std::string code_language(const HtmlTree& tree, const HtmlNode& node) {
  for (std::string_view word : split(tree.attribute(node, "class"), ' ')) {
    for (const std::string_view prefix : {"language-", "lang-", "highlight-source-", "highlight-"}) {
      if (word.starts_with(prefix)) {
        word.remove_prefix(prefix.size());
        const bool plain = std::all_of(word.begin(), word.end(), [](char c) {
          return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '+' || c == '#' ||
                 c == '-';
        });
        return plain && word.size() < 20 && word != "default" && word != "none" ? std::string(word) : "";
      }
    }
  }
  return {};
}

class Splitter {
 public:
  Splitter(const HtmlTree& tree, const std::vector<uint8_t>& pruned)
      : tree_(tree), nodes_(tree.nodes()), pruned_(pruned), data_tables_(find_data_tables(tree, pruned)) {}

  std::vector<TextBlock> run() {
    for (uint32_t i = 1; i < nodes_.size(); ++i) {
      while (!open_.empty() && i >= nodes_[open_.back()].end) {
        leave();
      }
      if (pruned_[i] != 0) {
        i = nodes_[i].end - 1;
      } else if (nodes_[i].is_text()) {
        add_text(i);
      } else if (nodes_[i].tag == kMath) {
        add_math(i);
        i = nodes_[i].end - 1;
      } else {
        enter(i);
      }
    }
    while (!open_.empty()) {
      leave();
    }
    flush();
    return std::move(blocks_);
  }

 private:
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

  void add_text(uint32_t node) {
    if (first_text_ == 0 && nodes_[node].text.find_first_not_of(" \t\r\n\f") != std::string_view::npos) {
      first_text_ = node;
    }
    text_.append(nodes_[node].text, links_ > 0, pre_ > 0 && !in_row());
  }

  // TeX where the page carries it, else what the formula says in letters.
  void add_math(uint32_t math) {
    for (uint32_t i = math + 1; i < nodes_[math].end; ++i) {
      if (nodes_[i].text == "annotation" && tree_.attribute(nodes_[i], "encoding") == "application/x-tex" &&
          i + 1 < nodes_[i].end) {
        add_formula(math, nodes_[i + 1].text);
        return;
      }
    }
    if (const std::string_view alt = tree_.attribute(nodes_[math], "alttext"); !alt.empty()) {
      add_formula(math, alt);
      return;
    }
    for (uint32_t i = math + 1; i < nodes_[math].end; ++i) {
      if (nodes_[i].is_text()) {
        add_text(i);
      }
    }
  }

  void add_formula(uint32_t node, std::string_view tex) {
    first_text_ = first_text_ == 0 ? node : first_text_;
    text_.append("$", false, false);
    text_.append(trim(tex), false, false);
    text_.append("$", false, false);
  }

  void enter(uint32_t node) {
    const HtmlTag tag = nodes_[node].tag;
    if (tag == kBr) {
      line_break();
      return;
    }
    if (is_block_tag(tag)) {
      boundary(tag);
    }
    if (nodes_[node].end == node + 1) {
      if (in_row() && (tag == kTd || tag == kTh)) {
        end_cell(tag);
      }
      return;
    }
    open_.push_back(node);
    switch (tag) {
      case kUl:
      case kOl:
      case kDl:
      case kMenu:
      case kDir:
        open_list(node);
        break;
      case kLi:
      case kDt:
      case kDd:
        open_item(node);
        break;
      case kTable:
        table_ = table_ == 0 && data_tables_[node] != 0 ? node : table_;
        break;
      case kPre:
      case kListing:
      case kXmp:
      case kPlaintext:
        ++pre_;
        pre_node_ = node;
        break;
      case kA:
        links_ += tree_.has_attribute(nodes_[node], "href") ? 1 : 0;
        break;
      case kQ:
        text_.append("\"", false, false);
        break;
      default:
        if (is_heading_tag(tag)) {
          heading_ = heading_level(tag);
        }
        break;
    }
  }

  void leave() {
    const uint32_t node = open_.back();
    const HtmlTag tag = nodes_[node].tag;
    open_.pop_back();
    if (is_block_tag(tag)) {
      boundary(tag);
    }
    switch (tag) {
      case kUl:
      case kOl:
      case kDl:
      case kMenu:
      case kDir:
        lists_.pop_back();
        break;
      case kLi:
      case kDt:
      case kDd:
        items_.pop_back();
        break;
      case kTd:
      case kTh:
      case kCaption:
        if (in_row()) {
          end_cell(tag);
        }
        break;
      case kTr:
        if (in_row()) {
          end_row();
        }
        break;
      case kTable:
        if (table_ == node) {
          if (!text_.empty()) {
            end_cell(kTd);
          }
          end_row();
          table_ = 0;
        }
        break;
      case kPre:
      case kListing:
      case kXmp:
      case kPlaintext:
        --pre_;
        break;
      case kA:
        links_ -= tree_.has_attribute(nodes_[node], "href") ? 1 : 0;
        break;
      case kQ:
        text_.append("\"", false, false);
        break;
      default:
        if (is_heading_tag(tag)) {
          heading_ = 0;
        }
        break;
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
    constexpr HtmlTagSet kVerbatim = {kPre, kListing, kXmp, kPlaintext};
    if (in_row()) {
      text_.space();
    } else if (pre_ == 0 || kVerbatim.has(tag)) {
      flush();
    } else if (!text_.empty() && !text_.ends_line()) {
      text_.append("\n", false, true);
    }
  }

  void open_list(uint32_t node) {
    int start = 1;
    const std::string_view text = tree_.attribute(nodes_[node], "start");
    std::from_chars(text.data(), text.data() + text.size(), start);
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

  void end_cell(HtmlTag tag) {
    TextBlock measure;
    measure_into(measure);
    std::string text = std::string(trim(text_.take()));
    if (tag == kCaption) {
      if (!text.empty()) {
        measure.kind = TextBlock::Kind::kCaption;
        measure.text = std::move(text);
        emit(std::move(measure));
      }
      return;
    }
    row_.node = row_.node == 0 ? measure.node : row_.node;
    row_.length += measure.length;
    row_.link_length += measure.link_length;
    row_.text += row_cells_ > 0 ? " | " : "";
    row_.text += text;
    ++row_cells_;
  }

  void end_row() {
    const bool blank = row_.text.find_first_not_of(" |") == std::string::npos;
    if (!blank) {
      while (row_.text.ends_with(" | ")) {
        row_.text.resize(row_.text.size() - 3);
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
    const bool verbatim = pre_ > 0;
    std::string text = text_.take();
    if (verbatim) {
      block.kind = TextBlock::Kind::kPre;
      block.language = code_language(tree_, nodes_[pre_node_]);
      if (block.language.empty() && pre_node_ > 0) {
        block.language = code_language(tree_, nodes_[nodes_[pre_node_].parent]);
      }
      const size_t first = text.find_first_not_of(" \t\n");
      if (first == std::string::npos) {
        return;
      }
      // Indentation of the first line counts, blank lines before it do not.
      const size_t line = text.rfind('\n', first);
      text.erase(0, line == std::string::npos ? 0 : line + 1);
      text.erase(text.find_last_not_of(" \t\n") + 1);
      block.text = std::move(text);
    } else {
      block.text = text.size() == trim(text).size() ? std::move(text) : std::string(trim(text));
      if (block.text.empty()) {
        return;
      }
    }
    emit(std::move(block));
  }

  void emit(TextBlock block) {
    block.level = static_cast<int>(lists_.size());
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
  std::vector<uint32_t> open_;
  std::vector<List> lists_;
  std::vector<Item> items_;
  std::vector<TextBlock> blocks_;
  TextBuffer text_;
  TextBlock row_;
  int row_cells_ = 0;
  uint32_t table_ = 0;       // the data table being read
  uint32_t first_text_ = 0;  // node of the first text in text_
  uint32_t pre_node_ = 0;
  int pre_ = 0;
  int links_ = 0;
  int heading_ = 0;
};

}  // namespace

std::vector<TextBlock> split_blocks(const HtmlTree& tree, const std::vector<uint8_t>& pruned) {
  return Splitter(tree, pruned).run();
}

}  // namespace smelt
