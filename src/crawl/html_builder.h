// Builds an HtmlTree from the tags of a page; internal to the parser.
#pragma once

#include <array>
#include <string_view>
#include <utility>
#include <vector>

#include "crawl/html_tree.h"

namespace smelt {

class HtmlTreeBuilder {
 public:
  HtmlTreeBuilder(std::string utf8, const HtmlLimits& limits);

  std::string_view input() const { return *tree_.input_; }
  bool full() const { return tree_.truncated_; }
  // Inside <svg> or <math>, where "/>" closes an element.
  bool in_foreign() const { return count(HtmlTag::kSvg) + count(HtmlTag::kMath) > 0; }

  // A string that lives as long as the tree.
  std::string_view keep(std::string text);
  void attribute(std::string_view name, std::string_view value);  // of the start tag to come
  void start_tag(HtmlTag tag, std::string_view name, bool self_closing);
  void end_tag(HtmlTag tag, std::string_view name);
  void text(std::string_view text);
  HtmlTree finish();

 private:
  struct Open {
    HtmlTag tag;
    uint32_t node;
  };

  int count(HtmlTag tag) const { return open_count_[static_cast<size_t>(tag)]; }
  uint32_t add_node(HtmlTag tag, bool is_text, std::string_view text);
  void push(HtmlTag tag, std::string_view name);
  void pop();
  void pop_to(size_t depth);
  bool close_implied(HtmlTag tag);
  void close_p();
  void close_list_item(HtmlTag tag);
  bool open_table_part(HtmlTag tag);
  void leave_foreign(HtmlTag tag);
  void close_formatting(HtmlTag tag, size_t at);
  size_t find_open(HtmlTag tag, std::string_view name) const;

  HtmlTree tree_;
  HtmlLimits limits_;
  std::vector<Open> stack_;
  std::array<int, kNumHtmlTags> open_count_{};
  std::array<uint32_t, kNumHtmlTags> flattened_{};  // elements below max_depth that wait for their end tags
  uint32_t first_attribute_ = 0;
};

}  // namespace smelt
