// The stack of open elements: what is in scope, what an end tag implies.
#include <algorithm>

#include "crawl/html/builder.h"

namespace smelt {
namespace {

using enum HtmlTag;

constexpr HtmlTagSet kSpecialHtml = {
    kAddress,   kApplet, kArea,     kArticle,  kAside,      kBase,     kBasefont, kBgsound, kBlockquote, kBody,
    kBr,        kButton, kCaption,  kCenter,   kCol,        kColgroup, kDd,       kDetails, kDir,        kDiv,
    kDl,        kDt,     kEmbed,    kFieldset, kFigcaption, kFigure,   kFooter,   kForm,    kFrame,      kFrameset,
    kH1,        kH2,     kH3,       kH4,       kH5,         kH6,       kHead,     kHeader,  kHgroup,     kHr,
    kHtml,      kIframe, kImg,      kInput,    kKeygen,     kLi,       kLink,     kListing, kMain,       kMarquee,
    kMenu,      kMeta,   kNav,      kNoembed,  kNoframes,   kNoscript, kObject,   kOl,      kP,          kParam,
    kPlaintext, kPre,    kScript,   kSearch,   kSection,    kSelect,   kSource,   kStyle,   kSummary,    kTable,
    kTbody,     kTd,     kTemplate, kTextarea, kTfoot,      kTh,       kThead,    kTitle,   kTr,         kTrack,
    kUl,        kWbr,    kXmp};
constexpr HtmlTagSet kSpecialMathMl = {kMi, kMo, kMn, kMs, kMtext, kAnnotationXml};
constexpr HtmlTagSet kSpecialSvg = {kForeignObject, kDesc, kTitle};
constexpr HtmlTagSet kScopeHtml = {kApplet, kCaption, kHtml, kTable, kTd, kTh, kMarquee, kObject, kTemplate};
constexpr HtmlTagSet kTableScope = {kHtml, kTable, kTemplate};
constexpr HtmlTagSet kImplied = {kDd, kDt, kLi, kOptgroup, kOption, kP, kRb, kRp, kRt, kRtc};
constexpr HtmlTagSet kImpliedThoroughly = {kDd,  kDt,      kLi,       kOptgroup, kOption, kP,     kRb, kRp,    kRt,
                                           kRtc, kCaption, kColgroup, kTbody,    kTd,     kTfoot, kTh, kThead, kTr};
// Beyond max_depth these are still nested: others rely on finding them, or their text is read in a mode of its own.
constexpr HtmlTagSet kNeverFlat = {kHtml,     kHead,   kBody,   kFrameset, kTable,    kCaption,  kColgroup,
                                   kTbody,    kThead,  kTfoot,  kTr,       kTd,       kTh,       kSelect,
                                   kTemplate, kApplet, kObject, kMarquee,  kTitle,    kTextarea, kStyle,
                                   kScript,   kXmp,    kIframe, kNoembed,  kNoframes, kNoscript};

}  // namespace

void HtmlTreeBuilder::push(Open open) {
  if (deep() && open.space == HtmlNamespace::kHtml && !kNeverFlat.has(open.tag)) {
    ++flattened_[static_cast<size_t>(open.tag)];
    tree_.truncated_ = true;
    return;
  }
  stack_.push_back(open);
  if (open.space == HtmlNamespace::kHtml) {
    ++open_count_[static_cast<size_t>(open.tag)];
  }
}

void HtmlTreeBuilder::pop() {
  const Open open = stack_.back();
  stack_.pop_back();
  if (open.space == HtmlNamespace::kHtml) {
    --open_count_[static_cast<size_t>(open.tag)];
  }
}

void HtmlTreeBuilder::pop_to(size_t size) {
  while (stack_.size() > size) {
    pop();
  }
}

// Up to and with the innermost element of that name; at least the outermost stays.
void HtmlTreeBuilder::pop_through(HtmlTag tag) {
  while (stack_.size() > 1) {
    const bool last = top().is(tag);
    pop();
    if (last) {
      return;
    }
  }
}

void HtmlTreeBuilder::pop_until(const HtmlTagSet& tags) {
  while (stack_.size() > 1 && !top().is(tags)) {
    pop();
  }
}

void HtmlTreeBuilder::remove_open(size_t at) {
  if (stack_[at].space == HtmlNamespace::kHtml) {
    --open_count_[static_cast<size_t>(stack_[at].tag)];
  }
  stack_.erase(stack_.begin() + static_cast<ptrdiff_t>(at));
}

size_t HtmlTreeBuilder::find_open(uint32_t node) const {
  for (size_t i = stack_.size(); i-- > 0;) {
    if (stack_[i].node == node) {
      return i;
    }
  }
  return stack_.size();
}

bool HtmlTreeBuilder::is_special(const Open& open) {
  switch (open.space) {
    case HtmlNamespace::kHtml:
      return kSpecialHtml.has(open.tag);
    case HtmlNamespace::kSvg:
      return kSpecialSvg.has(open.tag);
    case HtmlNamespace::kMathMl:
      return kSpecialMathMl.has(open.tag);
  }
  return false;
}

bool HtmlTreeBuilder::ends_scope(const Open& open, Scope scope) const {
  switch (scope) {
    case Scope::kTable:
      return open.is(kTableScope);
    case Scope::kSelect:
      return !open.is(kOptgroup) && !open.is(kOption);
    case Scope::kListItem:
      if (open.is(kOl) || open.is(kUl)) {
        return true;
      }
      break;
    case Scope::kButton:
      if (open.is(kButton)) {
        return true;
      }
      break;
    case Scope::kDefault:
      break;
  }
  return open.space == HtmlNamespace::kHtml ? kScopeHtml.has(open.tag) : is_special(open);
}

template <class Is>
bool HtmlTreeBuilder::finds_in_scope(Is is, Scope scope) const {
  for (size_t i = stack_.size(); i-- > 0;) {
    if (is(stack_[i])) {
      return true;
    }
    if (ends_scope(stack_[i], scope)) {
      return false;
    }
  }
  return false;
}

bool HtmlTreeBuilder::in_scope(HtmlTag tag, Scope scope) const {
  return open_count(tag) > 0 && finds_in_scope([tag](const Open& open) { return open.is(tag); }, scope);
}

bool HtmlTreeBuilder::in_scope(const HtmlTagSet& tags, Scope scope) const {
  return finds_in_scope([&tags](const Open& open) { return open.is(tags); }, scope);
}

bool HtmlTreeBuilder::node_in_scope(uint32_t node) const {
  return finds_in_scope([node](const Open& open) { return open.node == node; }, Scope::kDefault);
}

void HtmlTreeBuilder::imply_end_tags(HtmlTag except) {
  while (top().is(kImplied) && top().tag != except) {
    pop();
  }
}

void HtmlTreeBuilder::imply_all_end_tags() {
  while (top().is(kImpliedThoroughly)) {
    pop();
  }
}

void HtmlTreeBuilder::close_p() {
  if (in_scope(kP, Scope::kButton)) {
    imply_end_tags(kP);
    pop_through(kP);
  }
}

// "Reset the insertion mode appropriately".
void HtmlTreeBuilder::reset_mode() {
  for (size_t i = stack_.size(); i-- > 0;) {
    const bool last = i == 0;
    const Open& open = last && is_fragment_ ? context_ : stack_[i];
    if (open.space != HtmlNamespace::kHtml) {
      continue;
    }
    switch (open.tag) {
      case kSelect:
        mode_ = Mode::kInSelect;
        for (size_t above = i; above > 0 && !last; --above) {
          if (stack_[above - 1].is(kTemplate)) {
            break;
          }
          if (stack_[above - 1].is(kTable)) {
            mode_ = Mode::kInSelectInTable;
          }
        }
        return;
      case kTd:
      case kTh:
        if (!last) {
          mode_ = Mode::kInCell;
          return;
        }
        break;
      case kTr:
        mode_ = Mode::kInRow;
        return;
      case kTbody:
      case kThead:
      case kTfoot:
        mode_ = Mode::kInTableBody;
        return;
      case kCaption:
        mode_ = Mode::kInCaption;
        return;
      case kColgroup:
        mode_ = Mode::kInColumnGroup;
        return;
      case kTable:
        mode_ = Mode::kInTable;
        return;
      case kTemplate:
        mode_ = template_modes_.back();
        return;
      case kHead:
        if (!last) {
          mode_ = Mode::kInHead;
          return;
        }
        break;
      case kBody:
        mode_ = Mode::kInBody;
        return;
      case kFrameset:
        mode_ = Mode::kInFrameset;
        return;
      case kHtml:
        mode_ = head_ == 0 ? Mode::kBeforeHead : Mode::kAfterHead;
        return;
      default:
        break;
    }
  }
  mode_ = Mode::kInBody;
}

}  // namespace smelt
