#include "crawl/html_builder.h"

#include <algorithm>

#include "base/error.h"

namespace smelt {
namespace {

using enum HtmlTag;

constexpr size_t kNotOpen = static_cast<size_t>(-1);

constexpr HtmlTagSet kFormatting = {kA,    kAbbr,   kB,      kBig,   kCite, kCode, kDel, kDfn, kEm,   kFont,
                                    kI,    kIns,    kKbd,    kLabel, kMark, kNobr, kQ,   kS,   kSamp, kSmall,
                                    kSpan, kStrike, kStrong, kSub,   kSup,  kTime, kTt,  kU,   kVar};
// The search for an open element does not look through these ("has an element in scope").
constexpr HtmlTagSet kScope = {kApplet, kCaption, kHtml, kTable, kTd, kTh, kMarquee, kObject, kTemplate, kSvg, kMath};
constexpr HtmlTagSet kTablePart = {kCaption, kCol, kColgroup, kTbody, kTd, kTfoot, kTh, kThead, kTr};
constexpr HtmlTagSet kHeadContent = {kBase,  kLink,     kMeta,  kNoscript, kScript,
                                     kStyle, kTemplate, kTitle, kHead,     kNoframes};

bool is_blank(std::string_view text) {
  return text.find_first_not_of(" \t\r\n\f") == std::string_view::npos;
}

}  // namespace

HtmlTreeBuilder::HtmlTreeBuilder(std::string utf8, const HtmlLimits& limits) : limits_(limits) {
  tree_.input_ = std::make_unique<std::string>(std::move(utf8));
  tree_.nodes_.reserve(tree_.input_->size() / 32 + 16);
  tree_.nodes_.push_back({});
  stack_.push_back({kUnknown, 0});
}

std::string_view HtmlTreeBuilder::keep(std::string text) {
  return tree_.made_.emplace_back(std::move(text));
}

void HtmlTreeBuilder::attribute(std::string_view name, std::string_view value) {
  constexpr size_t kMaxAttributes = 200;
  if (tree_.attributes_.size() - first_attribute_ < kMaxAttributes) {
    tree_.attributes_.push_back({name, value});
  }
}

uint32_t HtmlTreeBuilder::add_node(HtmlTag tag, bool is_text, std::string_view text) {
  const auto index = static_cast<uint32_t>(tree_.nodes_.size());
  if (index >= limits_.max_nodes) {
    tree_.truncated_ = true;
  }
  HtmlNode node;
  node.tag = tag;
  node.is_text = is_text;
  node.parent = stack_.back().node;
  node.end = index + 1;
  node.text = text;
  if (!is_text) {
    node.first_attribute = first_attribute_;
    node.num_attributes = static_cast<uint16_t>(tree_.attributes_.size() - first_attribute_);
    first_attribute_ = static_cast<uint32_t>(tree_.attributes_.size());
  }
  tree_.nodes_.push_back(node);
  return index;
}

void HtmlTreeBuilder::push(HtmlTag tag, std::string_view name) {
  const uint32_t node = add_node(tag, false, name);
  if (stack_.size() >= limits_.max_depth && !is_raw_text_tag(tag)) {
    ++flattened_[static_cast<size_t>(tag)];
    return;
  }
  stack_.push_back({tag, node});
  ++open_count_[static_cast<size_t>(tag)];
}

void HtmlTreeBuilder::pop() {
  const Open top = stack_.back();
  stack_.pop_back();
  --open_count_[static_cast<size_t>(top.tag)];
  tree_.nodes_[top.node].end = static_cast<uint32_t>(tree_.nodes_.size());
}

void HtmlTreeBuilder::pop_to(size_t depth) {
  while (stack_.size() > depth) {
    pop();
  }
}

size_t HtmlTreeBuilder::find_open(HtmlTag tag, std::string_view name) const {
  if (count(tag) == 0) {
    return kNotOpen;
  }
  const bool crosses_cells = tag == kTable || kTablePart.has(tag) || tag == kTemplate;
  for (size_t i = stack_.size(); i-- > 1;) {
    if (stack_[i].tag == tag && (tag != kUnknown || tree_.nodes_[stack_[i].node].text == name)) {
      return i;
    }
    if (crosses_cells ? stack_[i].tag == kTable || stack_[i].tag == kTemplate : kScope.has(stack_[i].tag)) {
      return kNotOpen;
    }
  }
  return kNotOpen;
}

void HtmlTreeBuilder::close_p() {
  if (const size_t at = find_open(kP, {}); at != kNotOpen) {
    pop_to(at);
  }
}

// li, dt and dd end their open sibling unless another list or container was opened since.
void HtmlTreeBuilder::close_list_item(HtmlTag tag) {
  const bool definition = tag != kLi;
  if (definition ? count(kDt) + count(kDd) == 0 : count(kLi) == 0) {
    return;
  }
  for (size_t i = stack_.size(); i-- > 1;) {
    const HtmlTag open = stack_[i].tag;
    if (definition ? open == kDt || open == kDd : open == kLi) {
      pop_to(i);
      return;
    }
    if (kScope.has(open) || (is_block_tag(open) && open != kAddress && open != kDiv && open != kP)) {
      return;
    }
  }
}

// Makes room for a part of a table; false where no table is open, so that the tag means nothing.
bool HtmlTreeBuilder::open_table_part(HtmlTag tag) {
  if (count(kTable) == 0) {
    return false;
  }
  size_t table = stack_.size() - 1;
  while (table > 0 && stack_[table].tag != kTable) {
    if (stack_[table].tag == kTemplate) {
      return false;
    }
    --table;
  }
  size_t keep_open = table + 1;
  const auto keep_if = [&](auto wanted) {
    while (keep_open < stack_.size() && wanted(stack_[keep_open].tag)) {
      ++keep_open;
    }
  };
  if (tag == kTd || tag == kTh) {
    keep_if([](HtmlTag open) { return open == kTbody || open == kThead || open == kTfoot || open == kTr; });
  } else if (tag == kTr) {
    keep_if([](HtmlTag open) { return open == kTbody || open == kThead || open == kTfoot; });
  } else if (tag == kCol) {
    keep_if([](HtmlTag open) { return open == kColgroup; });
  }
  pop_to(keep_open);
  return true;
}

// An HTML block inside <svg> or <math> ends the drawing: it was left open by mistake.
void HtmlTreeBuilder::leave_foreign(HtmlTag tag) {
  if (!is_block_tag(tag) || tag == kTitle) {
    return;
  }
  for (size_t i = 1; i < stack_.size(); ++i) {
    if (stack_[i].tag == kSvg || stack_[i].tag == kMath) {
      pop_to(i);
      return;
    }
  }
}

// Ends what the start of `tag` ends; false where the tag is to be ignored.
bool HtmlTreeBuilder::close_implied(HtmlTag tag) {
  if (count(kHead) > 0 && !kHeadContent.has(tag)) {
    pop_to(find_open(kHead, {}));
  }
  switch (tag) {
    case kHtml:
    case kHead:
    case kBody:
      return count(tag) == 0 && (tag != kHead || count(kBody) == 0);
    case kLi:
    case kDt:
    case kDd:
      close_list_item(tag);
      close_p();
      return true;
    case kA:
      if (const size_t at = find_open(kA, {}); at != kNotOpen) {
        close_formatting(kA, at);
      }
      return true;
    case kOption:
    case kOptgroup:
      if (stack_.back().tag == kOption || (tag == kOptgroup && stack_.back().tag == kOptgroup)) {
        pop();
      }
      return true;
    case kButton:
      if (const size_t at = find_open(kButton, {}); at != kNotOpen) {
        pop_to(at);
      }
      return true;
    case kTable: {
      const HtmlTag top = stack_.back().tag;
      if (top == kTable || top == kTbody || top == kThead || top == kTfoot || top == kTr) {
        pop_to(find_open(kTable, {}));
      }
      close_p();
      return true;
    }
    default:
      break;
  }
  if (kTablePart.has(tag)) {
    return open_table_part(tag);
  }
  if (is_heading_tag(tag)) {
    close_p();
    if (is_heading_tag(stack_.back().tag)) {
      pop();
    }
  } else if (is_block_tag(tag) && tag != kSelect && tag != kTextarea && tag != kTitle) {
    close_p();
  }
  return true;
}

void HtmlTreeBuilder::start_tag(HtmlTag tag, std::string_view name, bool self_closing) {
  if (in_foreign()) {
    leave_foreign(tag);
  }
  const bool foreign = in_foreign() || tag == kSvg || tag == kMath;
  if ((!foreign && !close_implied(tag)) || full()) {
    tree_.attributes_.resize(first_attribute_);
    return;
  }
  // A form's end tag does not follow the nesting of other elements, so it cannot hold them.
  if (is_void_tag(tag) || tag == kForm || (foreign && self_closing)) {
    add_node(tag, false, name);
  } else {
    push(tag, name);
  }
}

// The end tag of an inline element ends it where only inline elements are open inside; else it stays, a link as a mere
// span: its blocks go on.
void HtmlTreeBuilder::close_formatting(HtmlTag tag, size_t at) {
  const bool blocks_inside = std::any_of(stack_.begin() + static_cast<ptrdiff_t>(at) + 1, stack_.end(),
                                         [](const Open& open) { return is_block_tag(open.tag); });
  if (!blocks_inside) {
    pop_to(at);
  } else if (tag == kA) {
    --open_count_[static_cast<size_t>(kA)];
    ++open_count_[static_cast<size_t>(kSpan)];
    stack_[at].tag = kSpan;
    HtmlNode& node = tree_.nodes_[stack_[at].node];
    node.tag = kSpan;
    node.text = html_tag_name(kSpan);
  }
}

void HtmlTreeBuilder::end_tag(HtmlTag tag, std::string_view name) {
  if (tag == kBody || tag == kHtml || tag == kForm) {
    return;
  }
  if (uint32_t& flattened = flattened_[static_cast<size_t>(tag)]; flattened > 0) {
    --flattened;
    return;
  }
  if (is_heading_tag(tag)) {
    for (size_t i = stack_.size() - 1; i > 0 && !kScope.has(stack_[i].tag); --i) {
      if (is_heading_tag(stack_[i].tag)) {
        pop_to(i);
        return;
      }
    }
    return;
  }
  if (tag == kBr) {
    start_tag(kBr, html_tag_name(kBr), false);
    return;
  }
  const size_t at = find_open(tag, name);
  if (at == kNotOpen) {
    return;
  }
  if (kFormatting.has(tag)) {
    close_formatting(tag, at);
  } else {
    pop_to(at);
  }
}

void HtmlTreeBuilder::text(std::string_view text) {
  if (text.empty() || full()) {
    return;
  }
  if (stack_.back().tag == kHead && !is_blank(text)) {
    pop();
  }
  add_node(kUnknown, true, text);
}

HtmlTree HtmlTreeBuilder::finish() {
  pop_to(1);
  tree_.nodes_[0].end = static_cast<uint32_t>(tree_.nodes_.size());
  return std::move(tree_);
}

}  // namespace smelt
