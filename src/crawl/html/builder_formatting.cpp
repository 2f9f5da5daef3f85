// Active formatting elements, and what the standard calls the adoption agency: how <b>, <a> and the like go on across
// elements that were closed in the wrong order.
#include <algorithm>

#include "crawl/html/builder.h"

namespace smelt {
namespace {

using enum HtmlTag;

// More of them at once would make every paragraph that follows repeat them all; the oldest is forgotten.
constexpr size_t kMaxFormatting = 32;

}  // namespace

void HtmlTreeBuilder::clear_to_marker() {
  while (!formatting_.empty()) {
    const bool marker = formatting_.back() == kMarker;
    formatting_.pop_back();
    if (marker) {
      return;
    }
  }
}

bool HtmlTreeBuilder::same_element(uint32_t a, uint32_t b) const {
  const HtmlNode& left = tree_.nodes_[a];
  const HtmlNode& right = tree_.nodes_[b];
  if (left.tag != right.tag || left.num_attributes != right.num_attributes) {
    return false;
  }
  for (uint32_t i = 0; i < left.num_attributes; ++i) {
    const HtmlAttribute& attribute = tree_.attributes_[left.first_attribute + i];
    if (!tree_.has_attribute(right, attribute.name) || tree_.attribute(right, attribute.name) != attribute.value) {
      return false;
    }
  }
  return true;
}

// The element that was inserted last; of more than three equal ones since the last marker the oldest goes.
void HtmlTreeBuilder::push_formatting(const HtmlTagToken& token) {
  const uint32_t node = top().node;
  if (!top().is(token.tag) || node + 1 != tree_.nodes_.size()) {
    return;  // too deep to have been opened
  }
  size_t equal = 0;
  size_t oldest = 0;
  size_t first = formatting_.size();
  for (; first > 0 && formatting_[first - 1] != kMarker; --first) {
    if (same_element(formatting_[first - 1], node)) {
      ++equal;
      oldest = first - 1;
    }
  }
  if (equal >= 3) {
    formatting_.erase(formatting_.begin() + static_cast<ptrdiff_t>(oldest));
  } else if (formatting_.size() - first >= kMaxFormatting) {
    formatting_.erase(formatting_.begin() + static_cast<ptrdiff_t>(first));
    tree_.truncated_ = true;
  }
  formatting_.push_back(node);
}

uint32_t HtmlTreeBuilder::clone(uint32_t node) {
  const uint32_t copy = new_node(HtmlNodeKind::kElement, tree_.nodes_[node].text);
  tree_.nodes_[copy].tag = tree_.nodes_[node].tag;
  tree_.nodes_[copy].first_attribute = tree_.nodes_[node].first_attribute;
  tree_.nodes_[copy].num_attributes = tree_.nodes_[node].num_attributes;
  return copy;
}

// Opens those again that were closed with an element around them.
void HtmlTreeBuilder::reconstruct_formatting() {
  if (formatting_.empty() || formatting_.back() == kMarker || formatting_.back() == top().node) {
    return;
  }
  size_t first = formatting_.size();
  while (first > 0 && formatting_[first - 1] != kMarker && find_open(formatting_[first - 1]) == stack_.size()) {
    --first;
  }
  for (size_t i = first; i < formatting_.size() && !deep(); ++i) {
    const uint32_t copy = clone(formatting_[i]);
    insert(copy, place());
    push({copy, tree_.nodes_[copy].tag, HtmlNamespace::kHtml});
    formatting_[i] = copy;
  }
}

size_t HtmlTreeBuilder::find_formatting(HtmlTag tag) const {
  for (size_t i = formatting_.size(); i > 0 && formatting_[i - 1] != kMarker; --i) {
    if (tree_.nodes_[formatting_[i - 1]].tag == tag) {
      return i - 1;
    }
  }
  return formatting_.size();
}

void HtmlTreeBuilder::forget_formatting(uint32_t node) {
  std::erase(formatting_, node);
}

void HtmlTreeBuilder::adopt(const HtmlTagToken& token) {
  if (top().is(token.tag) && std::find(formatting_.begin(), formatting_.end(), top().node) == formatting_.end()) {
    return pop();
  }
  constexpr int kMaxRounds = 8;
  for (int round = 0; round < kMaxRounds && adopt_once(token); ++round) {
  }
}

// One round of the outer loop; false where it was the last.
bool HtmlTreeBuilder::adopt_once(const HtmlTagToken& token) {
  const size_t at = find_formatting(token.tag);
  if (at == formatting_.size()) {
    in_body_end_other(token);
    return false;
  }
  const uint32_t element = formatting_[at];
  const size_t open_at = find_open(element);
  if (open_at == stack_.size()) {
    forget_formatting(element);
    return false;
  }
  if (!node_in_scope(element)) {
    return false;
  }
  size_t block_at = open_at + 1;  // the furthest block: the outermost special element inside
  while (block_at < stack_.size() && !is_special(stack_[block_at])) {
    ++block_at;
  }
  if (block_at == stack_.size()) {
    pop_to(open_at);
    forget_formatting(element);
    return false;
  }
  const uint32_t block = stack_[block_at].node;
  const uint32_t ancestor = stack_[open_at - 1].node;
  size_t bookmark = at;
  const uint32_t last = clone_chain(element, block_at, bookmark);
  detach(last);
  insert(last, place_for(ancestor));
  const uint32_t copy = clone(element);
  move_children(block, copy);
  append(copy, block);
  const size_t now_at =
      static_cast<size_t>(std::find(formatting_.begin(), formatting_.end(), element) - formatting_.begin());
  formatting_.erase(formatting_.begin() + static_cast<ptrdiff_t>(now_at));
  bookmark -= now_at < bookmark ? 1 : 0;
  formatting_.insert(formatting_.begin() + static_cast<ptrdiff_t>(std::min(bookmark, formatting_.size())), copy);
  remove_open(find_open(element));
  const size_t below = find_open(block) + 1;
  stack_.insert(stack_.begin() + static_cast<ptrdiff_t>(below), {copy, token.tag, HtmlNamespace::kHtml});
  ++open_count_[static_cast<size_t>(token.tag)];
  return true;
}

// The inner loop: what lies between the formatting element and the block is repeated around the block. Gives the
// outermost of the repeated ones, or the block itself; `bookmark` moves behind the innermost repeated one.
uint32_t HtmlTreeBuilder::clone_chain(uint32_t element, size_t block_at, size_t& bookmark) {
  const uint32_t block = stack_[block_at].node;
  uint32_t last = block;
  int round = 0;
  for (size_t i = block_at; stack_[--i].node != element;) {
    ++round;
    const uint32_t node = stack_[i].node;
    auto in_list = std::find(formatting_.begin(), formatting_.end(), node);
    constexpr int kMaxRepeated = 3;
    if (round > kMaxRepeated && in_list != formatting_.end()) {
      const auto index = static_cast<size_t>(in_list - formatting_.begin());
      bookmark -= index < bookmark ? 1 : 0;
      formatting_.erase(in_list);
      in_list = formatting_.end();
    }
    if (in_list == formatting_.end()) {
      remove_open(i);
      continue;
    }
    const uint32_t copy = clone(node);
    *in_list = copy;
    stack_[i].node = copy;
    if (last == block) {
      bookmark = static_cast<size_t>(in_list - formatting_.begin()) + 1;
    }
    detach(last);
    append(last, copy);
    last = copy;
  }
  return last;
}

}  // namespace smelt
