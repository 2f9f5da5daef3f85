// A page as a tree, as the HTML standard builds it (https://html.spec.whatwg.org/multipage/parsing.html).
//
// parse_html takes any bytes that are valid UTF-8 and follows the standard's tokenizer and tree construction whole:
// implied elements, adoption agency, foster parenting, templates, foreign content. Time and memory are linear in the
// input; three limits, which no page written by people reaches, keep them so (HtmlLimits).
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "crawl/html/tag.h"

namespace smelt {

struct HtmlAttribute {
  std::string_view name;   // lower case; of foreign elements in the standard's case ("viewBox")
  std::string_view value;  // character references resolved
};

enum class HtmlNodeKind : uint8_t {
  kDocument,
  kElement,
  kText,
  kComment,
  kDoctype,
  kContent,  // what holds the children of a <template>, and is its only child
};

enum class HtmlNamespace : uint8_t { kHtml, kSvg, kMathMl };

struct HtmlNode {
  HtmlTag tag = HtmlTag::kUnknown;  // of elements in any namespace; foreign ones by their lower-case name
  HtmlNodeKind kind = HtmlNodeKind::kDocument;
  HtmlNamespace space = HtmlNamespace::kHtml;
  uint16_t num_attributes = 0;
  uint32_t first_attribute = 0;
  uint32_t parent = 0;
  uint32_t end = 0;  // one past the last node of the subtree; a node's first child, if any, is the node after it
  // An element's name; the text of texts and comments, character references resolved; a doctype's name.
  std::string_view text;

  bool is_text() const { return kind == HtmlNodeKind::kText; }
  bool is_element() const { return kind == HtmlNodeKind::kElement; }
};

struct HtmlLimits {
  uint32_t max_depth = 512;        // elements nested deeper become children of the element at that depth
  uint32_t max_nodes = 8'000'000;  // what follows is dropped
  uint32_t max_attributes = 256;   // of one element; further ones are dropped
};

struct HtmlOptions {
  HtmlLimits limits = {};
  // Keep what extraction needs: no comments, and scripts and styles without their content (but those of data:
  // application/ld+json and math/...).
  bool text_only = false;
  // Read <noscript> as browsers that run scripts do: as text.
  bool scripting = false;
};

struct HtmlDoctype {
  bool present = false;
  bool force_quirks = false;
  bool has_public_id = false;
  bool has_system_id = false;
  std::string_view name;
  std::string_view public_id;
  std::string_view system_id;
};

class HtmlTree {
 public:
  // In document order (pre-order). Node 0 is the document. The children of node n are n + 1, nodes[n + 1].end, ...
  // while below nodes[n].end.
  const std::vector<HtmlNode>& nodes() const { return nodes_; }
  const std::vector<HtmlAttribute>& attributes() const { return attributes_; }
  // The first attribute of that name; empty where absent or empty.
  std::string_view attribute(const HtmlNode& node, std::string_view name) const;
  bool has_attribute(const HtmlNode& node, std::string_view name) const;
  const HtmlDoctype& doctype() const { return doctype_; }
  bool quirks() const { return quirks_; }
  bool truncated() const { return truncated_; }  // a limit was reached

 private:
  friend class HtmlTreeBuilder;
  friend HtmlTree parse_html(std::string utf8, const HtmlOptions& options);
  friend HtmlTree parse_html_fragment(std::string utf8, std::string_view context, HtmlNamespace space,
                                      const HtmlOptions& options);
  std::vector<HtmlNode> nodes_;
  std::vector<HtmlAttribute> attributes_;
  std::unique_ptr<std::string> input_;  // what the views point into, beside made_
  std::deque<std::string> made_;
  HtmlDoctype doctype_;
  bool quirks_ = false;
  bool truncated_ = false;
};

HtmlTree parse_html(std::string utf8, const HtmlOptions& options = {});

// As an element of that name would read its inner HTML. The children of node 0 are the fragment's.
HtmlTree parse_html_fragment(std::string utf8, std::string_view context, HtmlNamespace space,
                             const HtmlOptions& options = {});

}  // namespace smelt
