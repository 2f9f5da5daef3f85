// Builds an HtmlTree from tokens: the tree construction stage of the HTML standard, section 13.2.6. Internal to the
// parser. Its parts, in the order in which a page meets them:
//   builder.cpp             tokens to insertion modes or foreign content
//   builder_document.cpp    the modes around the body: doctype, head, after the body, framesets
//   builder_body.cpp        "in body"
//   builder_table.cpp       tables, selects and templates
//   builder_foreign.cpp     SVG and MathML
//   builder_formatting.cpp  active formatting elements and the adoption agency
//   builder_stack.cpp       the stack of open elements and its scopes
//   builder_nodes.cpp       nodes and where they go
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "crawl/html/tokenizer.h"
#include "crawl/html/tree.h"

namespace smelt {

class HtmlTreeBuilder final : public HtmlTokenSink {
 public:
  HtmlTreeBuilder(HtmlTree& tree, const HtmlOptions& options);

  // Reads what follows as the inner HTML of such an element; gives how the tokenizer is to begin.
  HtmlContent begin_fragment(std::string_view context, HtmlNamespace space);
  // After the last token: document order, ends of subtrees.
  void finish();

  HtmlContent start_tag(const HtmlTagToken& token) override;
  void end_tag(const HtmlTagToken& token) override;
  void characters(std::string_view text, bool has_nul) override;
  void comment(std::string_view text) override;
  void doctype(const HtmlDoctype& doctype) override;
  void end_of_file() override;
  bool allows_cdata() const override;
  bool full() const override { return tree_.truncated_ && tree_.nodes_.size() >= options_.limits.max_nodes; }

 private:
  enum class Mode : uint8_t {
    kInitial,
    kBeforeHtml,
    kBeforeHead,
    kInHead,
    kInHeadNoscript,
    kAfterHead,
    kInBody,
    kText,
    kInTable,
    kInTableText,
    kInCaption,
    kInColumnGroup,
    kInTableBody,
    kInRow,
    kInCell,
    kInSelect,
    kInSelectInTable,
    kInTemplate,
    kAfterBody,
    kInFrameset,
    kAfterFrameset,
    kAfterAfterBody,
    kAfterAfterFrameset,
  };
  enum class Scope : uint8_t { kDefault, kListItem, kButton, kTable, kSelect };

  struct Open {
    uint32_t node;
    HtmlTag tag;
    HtmlNamespace space;
    bool is(HtmlTag wanted) const { return tag == wanted && space == HtmlNamespace::kHtml; }
    bool is(const HtmlTagSet& wanted) const { return space == HtmlNamespace::kHtml && wanted.has(tag); }
  };
  struct Links {
    uint32_t last_child = 0;
    uint32_t prev = 0;
    uint32_t next = 0;
    bool attached = false;
    bool in_pieces = false;  // of a text node: the rest is in more_text_
  };
  struct Place {
    uint32_t parent;
    uint32_t before;  // 0: as the last child
  };
  static constexpr uint32_t kMarker = 0;  // an active formatting element that is none

  // Insertion modes. Each takes the token whole; a token that a mode hands on is processed again.
  void begin_token();
  void process_start(const HtmlTagToken& token);
  void process_end(const HtmlTagToken& token);
  void process_text(std::string_view text, bool has_nul);
  void start_in(Mode mode, const HtmlTagToken& token);
  void end_in(Mode mode, const HtmlTagToken& token);
  void text_in(Mode mode, std::string_view text, bool has_nul);
  bool is_foreign_start(const HtmlTagToken& token) const;
  bool is_foreign_text() const;

  void leave_initial();
  void leave_before_html();
  void leave_before_head();
  void leave_in_head();
  void leave_after_head();
  bool leave_before_body();
  void before_html_start(const HtmlTagToken& token);
  void before_head_start(const HtmlTagToken& token);
  void in_head_start(const HtmlTagToken& token);
  void in_head_end(const HtmlTagToken& token);
  void in_head_noscript_start(const HtmlTagToken& token);
  void after_head_start(const HtmlTagToken& token);
  void after_body_end(const HtmlTagToken& token);
  void in_frameset_start(const HtmlTagToken& token);
  void in_frameset_end(const HtmlTagToken& token);
  void text_around_body(std::string_view text, bool has_nul);
  void text_in_frameset(std::string_view text);
  void merge_attributes(uint32_t node, const HtmlTagToken& token);

  void in_body_start(const HtmlTagToken& token);
  void in_body_rare(const HtmlTagToken& token);
  void in_body_link(const HtmlTagToken& token);
  void in_body_list_item(const HtmlTagToken& token);
  void in_body_body(const HtmlTagToken& token);
  void in_body_frameset(const HtmlTagToken& token);
  void in_body_form(const HtmlTagToken& token);
  void in_body_void(const HtmlTagToken& token);
  bool is_hidden_input(const HtmlTagToken& token) const;
  void in_body_raw_text(const HtmlTagToken& token);
  void in_body_select(const HtmlTagToken& token);
  void in_body_end(const HtmlTagToken& token);
  void in_body_end_block(const HtmlTagToken& token);
  void in_body_end_form();
  void in_body_end_other(const HtmlTagToken& token);
  void in_body_text(std::string_view text, bool has_nul);

  void in_table_start(const HtmlTagToken& token);
  void in_table_end(const HtmlTagToken& token);
  void flush_table_text();
  void in_caption_start(const HtmlTagToken& token);
  void in_caption_end(const HtmlTagToken& token);
  bool close_caption();
  void in_column_group_start(const HtmlTagToken& token);
  void in_column_group_end(const HtmlTagToken& token);
  bool close_column_group();
  void in_column_group_text(std::string_view text, bool has_nul);
  void in_table_body_start(const HtmlTagToken& token);
  void in_table_body_end(const HtmlTagToken& token);
  bool close_table_body();
  void in_row_start(const HtmlTagToken& token);
  void in_row_end(const HtmlTagToken& token);
  bool close_row();
  void in_cell_start(const HtmlTagToken& token);
  void in_cell_end(const HtmlTagToken& token);
  void close_cell();
  void in_select_start(const HtmlTagToken& token);
  void in_select_end(const HtmlTagToken& token);
  void in_select_in_table_start(const HtmlTagToken& token);
  void in_select_in_table_end(const HtmlTagToken& token);
  void in_template_start(const HtmlTagToken& token);
  void end_template();

  void foreign_start(const HtmlTagToken& token);
  void foreign_end(const HtmlTagToken& token);
  void foreign_text(std::string_view text, bool has_nul);
  bool breaks_out(const HtmlTagToken& token) const;
  void leave_foreign();
  void insert_foreign(const HtmlTagToken& token, HtmlNamespace space);
  bool is_html_integration_point(const Open& open) const;
  static bool is_math_text_point(const Open& open);

  // Stack of open elements.
  const Open& top() const { return stack_.back(); }
  const Open& adjusted_top() const { return stack_.size() == 1 && is_fragment_ ? context_ : stack_.back(); }
  int open_count(HtmlTag tag) const { return open_count_[static_cast<size_t>(tag)]; }
  bool deep() const { return stack_.size() >= options_.limits.max_depth; }
  void push(Open open);
  void pop();
  void pop_to(size_t size);
  void pop_through(HtmlTag tag);
  void pop_until(const HtmlTagSet& tags);
  void remove_open(size_t at);
  size_t find_open(uint32_t node) const;  // its index, or the stack's size
  bool in_scope(HtmlTag tag, Scope scope = Scope::kDefault) const;
  bool in_scope(const HtmlTagSet& tags, Scope scope = Scope::kDefault) const;
  bool node_in_scope(uint32_t node) const;
  template <class Is>
  bool finds_in_scope(Is is, Scope scope) const;
  bool ends_scope(const Open& open, Scope scope) const;
  static bool is_special(const Open& open);
  void imply_end_tags(HtmlTag except = HtmlTag::kUnknown);
  void imply_all_end_tags();
  void close_p();
  void reset_mode();

  // Active formatting elements.
  void push_formatting(const HtmlTagToken& token);
  void push_marker() { formatting_.push_back(kMarker); }
  void clear_to_marker();
  void reconstruct_formatting();
  size_t find_formatting(HtmlTag tag) const;  // since the last marker; else the list's size
  bool same_element(uint32_t a, uint32_t b) const;
  void adopt(const HtmlTagToken& token);
  bool adopt_once(const HtmlTagToken& token);
  uint32_t clone_chain(uint32_t element, size_t block_at, size_t& bookmark);
  void forget_formatting(uint32_t node);
  uint32_t clone(uint32_t node);

  // Nodes.
  uint32_t new_node(HtmlNodeKind kind, std::string_view text);
  uint32_t new_element(const HtmlTagToken& token, HtmlNamespace space);
  Place place_for(uint32_t target) const;
  Place place() const { return place_for(stack_.back().node); }
  void insert(uint32_t node, Place place);
  void append(uint32_t node, uint32_t parent) { insert(node, {parent, 0}); }
  void detach(uint32_t node);
  void move_children(uint32_t from, uint32_t to);
  uint32_t insert_element(const HtmlTagToken& token);
  void insert_childless(const HtmlTagToken& token);
  void insert_raw(const HtmlTagToken& token, HtmlContent content);
  bool is_data_script(const HtmlTagToken& token) const;
  void insert_text(std::string_view text);
  void insert_without_nul(std::string_view text, bool has_nul);
  void insert_comment(std::string_view text, Place place);
  HtmlTagToken implied(HtmlTag tag) const;
  void join_texts();
  bool set_ends();
  void renumber();

  HtmlTree& tree_;
  HtmlOptions options_;
  std::vector<Links> links_;
  std::vector<Open> stack_;
  std::vector<uint32_t> formatting_;
  std::vector<Mode> template_modes_;
  std::vector<std::pair<std::string_view, bool>> table_text_;     // text, has U+0000
  std::vector<std::pair<uint32_t, std::string_view>> more_text_;  // of text nodes that are not one piece
  std::array<int, kNumHtmlTags> open_count_{};
  std::array<uint32_t, kNumHtmlTags> flattened_{};  // elements below max_depth that wait for their end tags
  Mode mode_ = Mode::kInitial;
  Mode original_mode_ = Mode::kInitial;
  HtmlContent content_ = HtmlContent::kData;  // what the start tag in hand asks for
  Open context_{0, HtmlTag::kUnknown, HtmlNamespace::kHtml};
  bool is_fragment_ = false;
  bool frameset_ok_ = true;
  bool foster_parenting_ = false;
  bool skip_newline_ = false;     // the text that follows at once loses its first line end
  bool attributes_used_ = false;  // of the start tag in hand
  bool reordered_ = false;
  uint32_t head_ = 0;
  uint32_t form_ = 0;
};

}  // namespace smelt
