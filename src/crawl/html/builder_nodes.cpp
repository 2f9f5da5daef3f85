// Nodes: how they are made, where they go, and the document order at the end.
#include <algorithm>

#include "base/text.h"
#include "crawl/html/builder.h"

namespace smelt {
namespace {

using enum HtmlTag;

constexpr HtmlTagSet kFosters = {kTable, kTbody, kTfoot, kThead, kTr};

}  // namespace

uint32_t HtmlTreeBuilder::new_node(HtmlNodeKind kind, std::string_view text) {
  const auto index = static_cast<uint32_t>(tree_.nodes_.size());
  HtmlNode& node = tree_.nodes_.emplace_back();
  node.kind = kind;
  node.text = text;
  links_.emplace_back();
  tree_.truncated_ = tree_.truncated_ || index + 1 >= options_.limits.max_nodes;
  return index;
}

uint32_t HtmlTreeBuilder::new_element(const HtmlTagToken& token, HtmlNamespace space) {
  const uint32_t index = new_node(HtmlNodeKind::kElement, token.name);
  HtmlNode& node = tree_.nodes_[index];
  node.tag = token.tag;
  node.space = space;
  node.first_attribute = token.first_attribute;
  node.num_attributes = token.num_attributes;
  attributes_used_ = attributes_used_ || token.num_attributes > 0;
  return index;
}

HtmlTagToken HtmlTreeBuilder::implied(HtmlTag tag) const {
  HtmlTagToken token;
  token.tag = tag;
  token.name = html_tag_name(tag);
  token.first_attribute = static_cast<uint32_t>(tree_.attributes_.size());
  return token;
}

// "The appropriate place for inserting a node", with foster parenting: in front of the table.
HtmlTreeBuilder::Place HtmlTreeBuilder::place_for(uint32_t target) const {
  const HtmlNode& node = tree_.nodes_[target];
  const bool html = node.space == HtmlNamespace::kHtml && node.kind == HtmlNodeKind::kElement;
  if (foster_parenting_ && html && kFosters.has(node.tag)) {
    size_t at = stack_.size() - 1;
    while (at > 0 && !stack_[at].is(kTable) && !stack_[at].is(kTemplate)) {
      --at;
    }
    if (stack_[at].is(kTemplate)) {
      return {stack_[at].node + 1, 0};
    }
    if (at == 0) {
      return {stack_[0].node, 0};
    }
    const uint32_t table = stack_[at].node;
    if (links_[table].attached) {
      return {tree_.nodes_[table].parent, table};
    }
    target = stack_[at - 1].node;
  }
  const bool is_template = tree_.nodes_[target].tag == kTemplate && tree_.nodes_[target].space == HtmlNamespace::kHtml;
  return {is_template ? target + 1 : target, 0};
}

void HtmlTreeBuilder::insert(uint32_t node, Place place) {
  Links& links = links_[node];
  links.attached = true;
  tree_.nodes_[node].parent = place.parent;
  if (place.before == 0) {
    uint32_t& last = links_[place.parent].last_child;
    links.prev = last;
    if (last != 0) {
      links_[last].next = node;
    }
    last = node;
    return;
  }
  reordered_ = true;
  links.next = place.before;
  links.prev = links_[place.before].prev;
  links_[place.before].prev = node;
  if (links.prev != 0) {
    links_[links.prev].next = node;
  }
}

void HtmlTreeBuilder::detach(uint32_t node) {
  Links& links = links_[node];
  if (!links.attached) {
    return;
  }
  reordered_ = true;
  if (links.next != 0) {
    links_[links.next].prev = links.prev;
  } else {
    links_[tree_.nodes_[node].parent].last_child = links.prev;
  }
  if (links.prev != 0) {
    links_[links.prev].next = links.next;
  }
  links.prev = links.next = 0;
  links.attached = false;
}

void HtmlTreeBuilder::move_children(uint32_t from, uint32_t to) {
  reordered_ = true;
  links_[to].last_child = links_[from].last_child;
  links_[from].last_child = 0;
  for (uint32_t child = links_[to].last_child; child != 0; child = links_[child].prev) {
    tree_.nodes_[child].parent = to;
  }
}

uint32_t HtmlTreeBuilder::insert_element(const HtmlTagToken& token) {
  const Place where = place();
  const uint32_t node = new_element(token, HtmlNamespace::kHtml);
  insert(node, where);
  push({node, token.tag, HtmlNamespace::kHtml});
  return node;
}

void HtmlTreeBuilder::insert_childless(const HtmlTagToken& token) {
  const Place where = place();
  insert(new_element(token, HtmlNamespace::kHtml), where);
}

void HtmlTreeBuilder::insert_raw(const HtmlTagToken& token, HtmlContent content) {
  insert_element(token);
  original_mode_ = mode_;
  mode_ = Mode::kText;
  content_ = content;
  if (options_.text_only && content == HtmlContent::kScript && !is_data_script(token)) {
    content_ = HtmlContent::kSkippedScript;
  } else if (options_.text_only && content == HtmlContent::kRawText) {
    content_ = HtmlContent::kSkippedRawText;
  }
}

// Scripts that are none: what a page says of itself, and formulas.
bool HtmlTreeBuilder::is_data_script(const HtmlTagToken& token) const {
  const std::string_view type = tree_.attribute(tree_.nodes_[top().node], "type");
  return top().is(token.tag) &&
         (starts_with_ignoring_case(type, "application/ld+json") || starts_with_ignoring_case(type, "math/"));
}

void HtmlTreeBuilder::insert_text(std::string_view text) {
  const Place where = place();
  if (where.parent == 0 && !is_fragment_) {
    return;
  }
  const uint32_t before = where.before == 0 ? links_[where.parent].last_child : links_[where.before].prev;
  if (before == 0 || tree_.nodes_[before].kind != HtmlNodeKind::kText) {
    insert(new_node(HtmlNodeKind::kText, text), where);
    return;
  }
  std::string_view& whole = tree_.nodes_[before].text;
  if (whole.data() + whole.size() == text.data() && !links_[before].in_pieces) {
    whole = {whole.data(), whole.size() + text.size()};
  } else {
    links_[before].in_pieces = true;
    more_text_.emplace_back(before, text);
  }
}

void HtmlTreeBuilder::insert_without_nul(std::string_view text, bool has_nul) {
  if (!has_nul) {
    return insert_text(text);
  }
  for (size_t begin = 0; begin < text.size();) {
    const size_t nul = std::min(text.find('\0', begin), text.size());
    if (nul > begin) {
      insert_text(text.substr(begin, nul - begin));
    }
    begin = nul + 1;
  }
}

void HtmlTreeBuilder::insert_comment(std::string_view text, Place where) {
  insert(new_node(HtmlNodeKind::kComment, text), where);
}

// Texts that came in pieces become whole.
void HtmlTreeBuilder::join_texts() {
  std::stable_sort(more_text_.begin(), more_text_.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  for (size_t i = 0; i < more_text_.size();) {
    const uint32_t node = more_text_[i].first;
    std::string whole(tree_.nodes_[node].text);
    for (; i < more_text_.size() && more_text_[i].first == node; ++i) {
      whole += more_text_[i].second;
    }
    tree_.nodes_[node].text = tree_.made_.emplace_back(std::move(whole));
  }
}

// Nodes stand in document order unless one was put before or under an earlier one; then this gives false.
bool HtmlTreeBuilder::set_ends() {
  std::vector<HtmlNode>& nodes = tree_.nodes_;
  const auto size = static_cast<uint32_t>(nodes.size());
  for (uint32_t i = 1; i < size; ++i) {
    for (uint32_t open = i - 1; open != nodes[i].parent; open = nodes[open].parent) {
      if (open == 0) {
        return false;
      }
      nodes[open].end = i;
    }
  }
  for (uint32_t open = size - 1; open != 0; open = nodes[open].parent) {
    nodes[open].end = size;
  }
  nodes[0].end = size;
  return true;
}

// Puts the nodes into document order; what hangs nowhere is dropped.
void HtmlTreeBuilder::renumber() {
  std::vector<HtmlNode> ordered;
  ordered.reserve(tree_.nodes_.size());
  std::vector<uint32_t> first_child(tree_.nodes_.size(), 0);
  for (uint32_t i = 0; i < tree_.nodes_.size(); ++i) {
    for (uint32_t child = links_[i].last_child; child != 0; child = links_[child].prev) {
      first_child[i] = child;
    }
  }
  std::vector<std::pair<uint32_t, uint32_t>> path;  // the node to visit next, and its parent's new index
  path.emplace_back(0, 0);
  while (!path.empty()) {
    auto& [node, parent] = path.back();
    if (node == 0 && !ordered.empty()) {
      ordered[parent].end = static_cast<uint32_t>(ordered.size());
      path.pop_back();
      continue;
    }
    const auto index = static_cast<uint32_t>(ordered.size());
    ordered.push_back(tree_.nodes_[node]);
    ordered.back().parent = parent;
    const uint32_t below = first_child[node];
    node = links_[node].next;
    path.emplace_back(below, index);
  }
  tree_.nodes_ = std::move(ordered);
}

void HtmlTreeBuilder::finish() {
  join_texts();
  if (reordered_ || !set_ends()) {
    renumber();
  }
}

}  // namespace smelt
