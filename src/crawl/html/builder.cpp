// Where a token goes: to the insertion mode of the moment, or to foreign content.
#include "crawl/html/builder.h"

#include "base/text.h"

namespace smelt {

using enum HtmlTag;

HtmlTreeBuilder::HtmlTreeBuilder(HtmlTree& tree, const HtmlOptions& options) : tree_(tree), options_(options) {
  const size_t expected = tree_.input_->size() / 48 + 16;
  tree_.nodes_.reserve(expected);
  links_.reserve(expected);
  new_node(HtmlNodeKind::kDocument, {});
  stack_.reserve(64);
}

HtmlContent HtmlTreeBuilder::begin_fragment(std::string_view context, HtmlNamespace space) {
  is_fragment_ = true;
  context_ = {0, html_tag_of(lower_ascii(context)), space};
  stack_.push_back({0, kHtml, HtmlNamespace::kHtml});  // the fragment's root stands for <html>
  ++open_count_[static_cast<size_t>(kHtml)];
  if (context_.is(kTemplate)) {
    template_modes_.push_back(Mode::kInTemplate);
  }
  reset_mode();
  constexpr HtmlTagSet kRawText = {kStyle, kXmp, kIframe, kNoembed, kNoframes};
  if (context_.is({kTitle, kTextarea})) {
    return HtmlContent::kRcdata;
  }
  if (context_.is(kRawText) || (context_.is(kNoscript) && options_.scripting)) {
    return HtmlContent::kRawText;
  }
  return context_.is(kScript)      ? HtmlContent::kScript
         : context_.is(kPlaintext) ? HtmlContent::kPlaintext
                                   : HtmlContent::kData;
}

// What every token but text begins with.
void HtmlTreeBuilder::begin_token() {
  skip_newline_ = false;
  if (mode_ == Mode::kInTableText) {
    flush_table_text();
  }
}

HtmlContent HtmlTreeBuilder::start_tag(const HtmlTagToken& token) {
  begin_token();
  content_ = HtmlContent::kData;
  attributes_used_ = false;
  process_start(token);
  if (!attributes_used_) {
    tree_.attributes_.resize(token.first_attribute);
  }
  return content_;
}

void HtmlTreeBuilder::end_tag(const HtmlTagToken& token) {
  begin_token();
  if (uint32_t& flattened = flattened_[static_cast<size_t>(token.tag)]; flattened > 0) {
    --flattened;
    return;
  }
  process_end(token);
}

void HtmlTreeBuilder::characters(std::string_view text, bool has_nul) {
  if (skip_newline_) {
    skip_newline_ = false;
    text.remove_prefix(text.front() == '\n' ? 1 : 0);
  }
  if (!text.empty()) {
    process_text(text, has_nul);
  }
}

void HtmlTreeBuilder::comment(std::string_view text) {
  begin_token();
  switch (mode_) {
    case Mode::kInitial:
    case Mode::kBeforeHtml:
    case Mode::kAfterAfterBody:
    case Mode::kAfterAfterFrameset:
      insert_comment(text, {0, 0});
      return;
    case Mode::kAfterBody:
      insert_comment(text, {stack_.front().node, 0});
      return;
    default:
      insert_comment(text, place());
  }
}

void HtmlTreeBuilder::process_start(const HtmlTagToken& token) {
  if (is_foreign_start(token)) {
    foreign_start(token);
  } else {
    start_in(mode_, token);
  }
}

void HtmlTreeBuilder::process_end(const HtmlTagToken& token) {
  if (!stack_.empty() && adjusted_top().space != HtmlNamespace::kHtml) {
    foreign_end(token);
  } else {
    end_in(mode_, token);
  }
}

void HtmlTreeBuilder::process_text(std::string_view text, bool has_nul) {
  if (is_foreign_text()) {
    foreign_text(text, has_nul);
  } else {
    text_in(mode_, text, has_nul);
  }
}

bool HtmlTreeBuilder::is_foreign_start(const HtmlTagToken& token) const {
  if (stack_.empty() || adjusted_top().space == HtmlNamespace::kHtml) {
    return false;
  }
  const Open& open = adjusted_top();
  const bool math_point = is_math_text_point(open) && token.tag != kMglyph && token.tag != kMalignmark;
  const bool svg_in_math = open.space == HtmlNamespace::kMathMl && open.tag == kAnnotationXml && token.tag == kSvg;
  return !math_point && !svg_in_math && !is_html_integration_point(open);
}

bool HtmlTreeBuilder::is_foreign_text() const {
  return !stack_.empty() && adjusted_top().space != HtmlNamespace::kHtml && !is_math_text_point(adjusted_top()) &&
         !is_html_integration_point(adjusted_top());
}

bool HtmlTreeBuilder::allows_cdata() const {
  return !stack_.empty() && adjusted_top().space != HtmlNamespace::kHtml;
}

void HtmlTreeBuilder::start_in(Mode mode, const HtmlTagToken& token) {
  switch (mode) {
    case Mode::kInitial:
      leave_initial();
      return process_start(token);
    case Mode::kBeforeHtml:
      return before_html_start(token);
    case Mode::kBeforeHead:
      return before_head_start(token);
    case Mode::kInHead:
      return in_head_start(token);
    case Mode::kInHeadNoscript:
      return in_head_noscript_start(token);
    case Mode::kAfterHead:
      return after_head_start(token);
    case Mode::kInBody:
    case Mode::kText:
      return in_body_start(token);
    case Mode::kInTable:
    case Mode::kInTableText:
      return in_table_start(token);
    case Mode::kInCaption:
      return in_caption_start(token);
    case Mode::kInColumnGroup:
      return in_column_group_start(token);
    case Mode::kInTableBody:
      return in_table_body_start(token);
    case Mode::kInRow:
      return in_row_start(token);
    case Mode::kInCell:
      return in_cell_start(token);
    case Mode::kInSelect:
      return in_select_start(token);
    case Mode::kInSelectInTable:
      return in_select_in_table_start(token);
    case Mode::kInTemplate:
      return in_template_start(token);
    case Mode::kInFrameset:
    case Mode::kAfterFrameset:
    case Mode::kAfterAfterFrameset:
      return in_frameset_start(token);
    case Mode::kAfterBody:
    case Mode::kAfterAfterBody:
      if (token.tag == kHtml) {
        return in_body_start(token);
      }
      mode_ = Mode::kInBody;
      return process_start(token);
  }
}

void HtmlTreeBuilder::end_in(Mode mode, const HtmlTagToken& token) {
  // Before the body only these end tags mean anything: they imply what is missing.
  const bool implies = token.tag == kHead || token.tag == kBody || token.tag == kHtml || token.tag == kBr;
  switch (mode) {
    case Mode::kInitial:
      leave_initial();
      return process_end(token);
    case Mode::kBeforeHtml:
      if (implies) {
        leave_before_html();
        process_end(token);
      }
      return;
    case Mode::kBeforeHead:
      if (implies) {
        leave_before_head();
        process_end(token);
      }
      return;
    case Mode::kInHead:
    case Mode::kInHeadNoscript:
    case Mode::kAfterHead:
      return in_head_end(token);
    case Mode::kInBody:
      return in_body_end(token);
    case Mode::kText:
      pop();
      mode_ = original_mode_;
      return;
    case Mode::kInTable:
    case Mode::kInTableText:
      return in_table_end(token);
    case Mode::kInCaption:
      return in_caption_end(token);
    case Mode::kInColumnGroup:
      return in_column_group_end(token);
    case Mode::kInTableBody:
      return in_table_body_end(token);
    case Mode::kInRow:
      return in_row_end(token);
    case Mode::kInCell:
      return in_cell_end(token);
    case Mode::kInSelect:
      return in_select_end(token);
    case Mode::kInSelectInTable:
      return in_select_in_table_end(token);
    case Mode::kInTemplate:
      if (token.tag == kTemplate) {
        end_template();
      }
      return;
    case Mode::kInFrameset:
    case Mode::kAfterFrameset:
    case Mode::kAfterAfterFrameset:
      return in_frameset_end(token);
    case Mode::kAfterBody:
    case Mode::kAfterAfterBody:
      return after_body_end(token);
  }
}

void HtmlTreeBuilder::text_in(Mode mode, std::string_view text, bool has_nul) {
  switch (mode) {
    case Mode::kInBody:
    case Mode::kInCaption:
    case Mode::kInCell:
    case Mode::kInTemplate:
      return in_body_text(text, has_nul);
    case Mode::kText:
      return insert_text(text);
    case Mode::kInTable:
    case Mode::kInTableBody:
    case Mode::kInRow:
      if (constexpr HtmlTagSet kCollects = {kTable, kTbody, kTemplate, kTfoot, kThead, kTr}; top().is(kCollects)) {
        table_text_.clear();
        original_mode_ = mode_;
        mode_ = Mode::kInTableText;
        table_text_.emplace_back(text, has_nul);
        return;
      }
      foster_parenting_ = true;
      in_body_text(text, has_nul);
      foster_parenting_ = false;
      return;
    case Mode::kInTableText:
      table_text_.emplace_back(text, has_nul);
      return;
    case Mode::kInColumnGroup:
      return in_column_group_text(text, has_nul);
    case Mode::kInSelect:
    case Mode::kInSelectInTable:
      return insert_without_nul(text, has_nul);
    case Mode::kInFrameset:
    case Mode::kAfterFrameset:
    case Mode::kAfterAfterFrameset:
      return text_in_frameset(text);
    default:
      return text_around_body(text, has_nul);
  }
}

void HtmlTreeBuilder::end_of_file() {
  begin_token();
  if (mode_ == Mode::kText) {
    pop();
    mode_ = original_mode_;
  }
  while (true) {
    if (leave_before_body()) {
      continue;
    }
    if (template_modes_.empty() || open_count(kTemplate) == 0) {
      return;
    }
    pop_through(kTemplate);
    clear_to_marker();
    template_modes_.pop_back();
    reset_mode();
  }
}

}  // namespace smelt
