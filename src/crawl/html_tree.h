// A page as a tree: elements and text in document order.
//
// parse_html takes any bytes that are valid UTF-8. It follows the HTML standard's tokenizer and its rules for implied
// end tags, raw text, lists, tables and character references; html, head and body are in the tree only where the page
// writes them, misnested formatting elements are not duplicated, and content that a browser would move out of a table
// stays where it is. Time and memory are linear in the input: elements nested deeper than HtmlLimits::max_depth become
// children of the element at that depth, and after max_nodes nodes the rest of the page is dropped.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "crawl/html_tag.h"

namespace smelt {

struct HtmlAttribute {
  std::string_view name;   // lower case
  std::string_view value;  // character references resolved
};

struct HtmlNode {
  HtmlTag tag = HtmlTag::kUnknown;
  bool is_text = false;
  uint16_t num_attributes = 0;
  uint32_t first_attribute = 0;
  uint32_t parent = 0;
  uint32_t end = 0;       // one past the last node of the subtree; a node's first child, if any, is the node after it
  std::string_view text;  // of a text node, character references resolved; of an element its lower-case name
};

struct HtmlLimits {
  uint32_t max_depth = 400;
  uint32_t max_nodes = 4'000'000;
};

class HtmlTree {
 public:
  // In document order (pre-order). Node 0 is the document itself: an unknown element without a name. The children of
  // node n are n + 1, nodes[n + 1].end, ... while below nodes[n].end.
  const std::vector<HtmlNode>& nodes() const { return nodes_; }
  // The first attribute of that name; empty where absent or empty.
  std::string_view attribute(const HtmlNode& node, std::string_view name) const;
  bool has_attribute(const HtmlNode& node, std::string_view name) const;
  bool truncated() const { return truncated_; }

 private:
  friend class HtmlTreeBuilder;
  std::vector<HtmlNode> nodes_;
  std::vector<HtmlAttribute> attributes_;
  std::unique_ptr<std::string> input_;  // what the views point into, beside made_
  std::deque<std::string> made_;
  bool truncated_ = false;
};

HtmlTree parse_html(std::string utf8, const HtmlLimits& limits = {});

}  // namespace smelt
