// Tables, selects and templates.
#include <algorithm>

#include "crawl/html/builder.h"

namespace smelt {
namespace {

using enum HtmlTag;

constexpr HtmlTagSet kTableContext = {kTable, kTemplate, kHtml};
constexpr HtmlTagSet kTableBodyContext = {kTbody, kTfoot, kThead, kTemplate, kHtml};
constexpr HtmlTagSet kRowContext = {kTr, kTemplate, kHtml};
constexpr HtmlTagSet kTableBodies = {kTbody, kTfoot, kThead};
constexpr HtmlTagSet kCells = {kTd, kTh};
// Start tags that end a caption, a cell or a row (with a little more or less).
constexpr HtmlTagSet kTableParts = {kCaption, kCol, kColgroup, kTbody, kTd, kTfoot, kTh, kThead, kTr};

}  // namespace

void HtmlTreeBuilder::in_table_start(const HtmlTagToken& token) {
  switch (token.tag) {
    case kCaption:
      pop_until(kTableContext);
      push_marker();
      insert_element(token);
      mode_ = Mode::kInCaption;
      return;
    case kColgroup:
      pop_until(kTableContext);
      insert_element(token);
      mode_ = Mode::kInColumnGroup;
      return;
    case kCol:
      pop_until(kTableContext);
      insert_element(implied(kColgroup));
      mode_ = Mode::kInColumnGroup;
      return process_start(token);
    case kTbody:
    case kTfoot:
    case kThead:
      pop_until(kTableContext);
      insert_element(token);
      mode_ = Mode::kInTableBody;
      return;
    case kTd:
    case kTh:
    case kTr:
      pop_until(kTableContext);
      insert_element(implied(kTbody));
      mode_ = Mode::kInTableBody;
      return process_start(token);
    case kTable:
      if (in_scope(kTable, Scope::kTable)) {
        pop_through(kTable);
        reset_mode();
        process_start(token);
      }
      return;
    case kStyle:
    case kScript:
    case kTemplate:
      return in_head_start(token);
    case kInput:
      if (is_hidden_input(token)) {
        return insert_childless(token);
      }
      break;
    case kForm:
      if (form_ == 0 && open_count(kTemplate) == 0) {
        form_ = insert_element(token);
        if (top().node == form_) {
          pop();
        }
      }
      return;
    default:
      break;
  }
  foster_parenting_ = true;
  in_body_start(token);
  foster_parenting_ = false;
}

void HtmlTreeBuilder::in_table_end(const HtmlTagToken& token) {
  if (token.tag == kTable) {
    if (in_scope(kTable, Scope::kTable)) {
      pop_through(kTable);
      reset_mode();
    }
    return;
  }
  if (token.tag == kTemplate) {
    return end_template();
  }
  if (token.tag == kBody || token.tag == kHtml || kTableParts.has(token.tag)) {
    return;
  }
  foster_parenting_ = true;
  in_body_end(token);
  foster_parenting_ = false;
}

// The text that a table collected: between its parts if it is white space, else in front of it.
void HtmlTreeBuilder::flush_table_text() {
  mode_ = original_mode_;
  const bool blank = std::all_of(table_text_.begin(), table_text_.end(), [](const auto& piece) {
    return piece.first.find_first_not_of(std::string_view(" \t\n\f\r\0", 6)) == std::string_view::npos;
  });
  for (const auto& [text, has_nul] : table_text_) {
    if (blank) {
      insert_without_nul(text, has_nul);
    } else {
      foster_parenting_ = true;
      in_body_text(text, has_nul);
      foster_parenting_ = false;
    }
  }
  table_text_.clear();
}

bool HtmlTreeBuilder::close_caption() {
  if (!in_scope(kCaption, Scope::kTable)) {
    return false;
  }
  imply_end_tags();
  pop_through(kCaption);
  clear_to_marker();
  mode_ = Mode::kInTable;
  return true;
}

void HtmlTreeBuilder::in_caption_start(const HtmlTagToken& token) {
  if (!kTableParts.has(token.tag)) {
    in_body_start(token);
  } else if (close_caption()) {
    process_start(token);
  }
}

void HtmlTreeBuilder::in_caption_end(const HtmlTagToken& token) {
  if (token.tag == kCaption) {
    close_caption();
  } else if (token.tag == kTable) {
    if (close_caption()) {
      process_end(token);
    }
  } else if (token.tag != kBody && token.tag != kHtml && !kTableParts.has(token.tag)) {
    in_body_end(token);
  }
}

bool HtmlTreeBuilder::close_column_group() {
  if (!top().is(kColgroup)) {
    return false;
  }
  pop();
  mode_ = Mode::kInTable;
  return true;
}

void HtmlTreeBuilder::in_column_group_start(const HtmlTagToken& token) {
  if (token.tag == kHtml) {
    in_body_start(token);
  } else if (token.tag == kCol) {
    insert_childless(token);
  } else if (token.tag == kTemplate) {
    in_head_start(token);
  } else if (close_column_group()) {
    process_start(token);
  }
}

void HtmlTreeBuilder::in_column_group_end(const HtmlTagToken& token) {
  if (token.tag == kColgroup) {
    close_column_group();
  } else if (token.tag == kTemplate) {
    end_template();
  } else if (token.tag != kCol && close_column_group()) {
    process_end(token);
  }
}

void HtmlTreeBuilder::in_column_group_text(std::string_view text, bool has_nul) {
  const size_t space = std::min(text.find_first_not_of(" \t\n\f\r"), text.size());
  if (space > 0) {
    insert_text(text.substr(0, space));
  }
  if (space < text.size() && close_column_group()) {
    process_text(text.substr(space), has_nul);
  } else if (space < text.size()) {
    // Not in a column group but in its fragment: only white space stays.
    for (size_t i = space; i < text.size(); ++i) {
      if (text.find_first_of(" \t\n\f\r", i) == i) {
        insert_text(text.substr(i, 1));
      }
    }
  }
}

bool HtmlTreeBuilder::close_table_body() {
  if (!in_scope(kTableBodies, Scope::kTable)) {
    return false;
  }
  pop_until(kTableBodyContext);
  pop();
  mode_ = Mode::kInTable;
  return true;
}

void HtmlTreeBuilder::in_table_body_start(const HtmlTagToken& token) {
  if (token.tag == kTr) {
    pop_until(kTableBodyContext);
    insert_element(token);
    mode_ = Mode::kInRow;
  } else if (kCells.has(token.tag)) {
    pop_until(kTableBodyContext);
    insert_element(implied(kTr));
    mode_ = Mode::kInRow;
    process_start(token);
  } else if (kTableParts.has(token.tag)) {
    if (close_table_body()) {
      process_start(token);
    }
  } else {
    in_table_start(token);
  }
}

void HtmlTreeBuilder::in_table_body_end(const HtmlTagToken& token) {
  if (kTableBodies.has(token.tag)) {
    if (in_scope(token.tag, Scope::kTable)) {
      close_table_body();
    }
  } else if (token.tag == kTable) {
    if (close_table_body()) {
      process_end(token);
    }
  } else {
    in_table_end(token);
  }
}

bool HtmlTreeBuilder::close_row() {
  if (!in_scope(kTr, Scope::kTable)) {
    return false;
  }
  pop_until(kRowContext);
  pop();
  mode_ = Mode::kInTableBody;
  return true;
}

void HtmlTreeBuilder::in_row_start(const HtmlTagToken& token) {
  if (kCells.has(token.tag)) {
    pop_until(kRowContext);
    insert_element(token);
    mode_ = Mode::kInCell;
    push_marker();
  } else if (kTableParts.has(token.tag)) {
    if (close_row()) {
      process_start(token);
    }
  } else {
    in_table_start(token);
  }
}

void HtmlTreeBuilder::in_row_end(const HtmlTagToken& token) {
  if (token.tag == kTr) {
    close_row();
  } else if (token.tag == kTable || (kTableBodies.has(token.tag) && in_scope(token.tag, Scope::kTable))) {
    if (close_row()) {
      process_end(token);
    }
  } else {
    in_table_end(token);
  }
}

void HtmlTreeBuilder::close_cell() {
  imply_end_tags();
  while (stack_.size() > 1 && !top().is(kCells)) {
    pop();
  }
  pop();
  clear_to_marker();
  mode_ = Mode::kInRow;
}

void HtmlTreeBuilder::in_cell_start(const HtmlTagToken& token) {
  if (!kTableParts.has(token.tag)) {
    in_body_start(token);
  } else if (in_scope(kCells, Scope::kTable)) {
    close_cell();
    process_start(token);
  }
}

void HtmlTreeBuilder::in_cell_end(const HtmlTagToken& token) {
  if (kCells.has(token.tag)) {
    if (in_scope(token.tag, Scope::kTable)) {
      imply_end_tags();
      pop_through(token.tag);
      clear_to_marker();
      mode_ = Mode::kInRow;
    }
  } else if (token.tag == kTable || token.tag == kTr || kTableBodies.has(token.tag)) {
    if (in_scope(token.tag, Scope::kTable)) {
      close_cell();
      process_end(token);
    }
  } else if (token.tag != kBody && token.tag != kHtml && !kTableParts.has(token.tag)) {
    in_body_end(token);
  }
}

void HtmlTreeBuilder::in_select_start(const HtmlTagToken& token) {
  switch (token.tag) {
    case kHtml:
      return in_body_start(token);
    case kOption:
    case kOptgroup:
    case kHr:
      if (top().is(kOption)) {
        pop();
      }
      if (token.tag != kOption && top().is(kOptgroup)) {
        pop();
      }
      if (token.tag == kHr) {
        insert_childless(token);
      } else {
        insert_element(token);
      }
      return;
    case kSelect:
    case kInput:
    case kKeygen:
    case kTextarea:
      if (in_scope(kSelect, Scope::kSelect)) {
        pop_through(kSelect);
        reset_mode();
        if (token.tag != kSelect) {
          process_start(token);
        }
      }
      return;
    case kScript:
    case kTemplate:
      return in_head_start(token);
    default:
      return;
  }
}

void HtmlTreeBuilder::in_select_end(const HtmlTagToken& token) {
  switch (token.tag) {
    case kOptgroup:
      if (top().is(kOption) && stack_.size() > 1 && stack_[stack_.size() - 2].is(kOptgroup)) {
        pop();
      }
      if (top().is(kOptgroup)) {
        pop();
      }
      return;
    case kOption:
      if (top().is(kOption)) {
        pop();
      }
      return;
    case kSelect:
      if (in_scope(kSelect, Scope::kSelect)) {
        pop_through(kSelect);
        reset_mode();
      }
      return;
    case kTemplate:
      return end_template();
    default:
      return;
  }
}

void HtmlTreeBuilder::in_select_in_table_start(const HtmlTagToken& token) {
  constexpr HtmlTagSet kEnds = {kCaption, kTable, kTbody, kTfoot, kThead, kTr, kTd, kTh};
  if (!kEnds.has(token.tag)) {
    return in_select_start(token);
  }
  pop_through(kSelect);
  reset_mode();
  process_start(token);
}

void HtmlTreeBuilder::in_select_in_table_end(const HtmlTagToken& token) {
  constexpr HtmlTagSet kEnds = {kCaption, kTable, kTbody, kTfoot, kThead, kTr, kTd, kTh};
  if (!kEnds.has(token.tag)) {
    return in_select_end(token);
  }
  if (in_scope(token.tag, Scope::kTable)) {
    pop_through(kSelect);
    reset_mode();
    process_end(token);
  }
}

// What a template begins with says what it is a template of.
void HtmlTreeBuilder::in_template_start(const HtmlTagToken& token) {
  constexpr HtmlTagSet kHeadContent = {kBase,     kBasefont, kBgsound, kLink,     kMeta,
                                       kNoframes, kScript,   kStyle,   kTemplate, kTitle};
  constexpr HtmlTagSet kOfTable = {kCaption, kColgroup, kTbody, kTfoot, kThead};
  if (kHeadContent.has(token.tag)) {
    return in_head_start(token);
  }
  mode_ = kOfTable.has(token.tag) ? Mode::kInTable
          : token.tag == kCol     ? Mode::kInColumnGroup
          : token.tag == kTr      ? Mode::kInTableBody
          : kCells.has(token.tag) ? Mode::kInRow
                                  : Mode::kInBody;
  template_modes_.back() = mode_;
  process_start(token);
}

void HtmlTreeBuilder::end_template() {
  if (open_count(kTemplate) == 0) {
    return;
  }
  imply_all_end_tags();
  pop_through(kTemplate);
  clear_to_marker();
  template_modes_.pop_back();
  reset_mode();
}

}  // namespace smelt
