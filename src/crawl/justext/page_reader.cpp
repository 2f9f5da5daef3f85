#include "crawl/justext/page_reader.h"

#include <algorithm>

#include "base/text.h"
#include "crawl/html/scan.h"

namespace smelt {
namespace {

using enum HtmlTag;

// Start tags that close the innermost element of each name (HTML 4's rules, as libxml2 has them).
struct CloserRow {
  HtmlTag open;
  HtmlTagSet closers;
};

constexpr HtmlTagSet kAfterHeading = {kFieldset, kForm, kLi, kP, kTable};
constexpr HtmlTagSet kAfterListing = {kDd, kDl, kDt, kFieldset, kForm, kLi, kTable, kUl};
constexpr HtmlTagSet kAfterMenu = {kDd, kDl, kDt, kForm, kUl};

constexpr CloserRow kClosers[] = {
    {kA, {kA, kFieldset, kTable, kTd, kTh}},
    {kAddress, {kDd, kDl, kDt, kForm, kLi, kUl}},
    {kB, {kCenter, kP, kTd, kTh}},
    {kBig, {kP}},
    {kCaption, {kCol, kColgroup, kTbody, kTfoot, kThead, kTr}},
    {kCol, {kCol, kColgroup, kTbody, kTfoot, kThead, kTr}},
    {kColgroup, {kColgroup, kTbody, kTfoot, kThead, kTr}},
    {kDd, {kDt}},
    {kDir, kAfterMenu},
    {kDl, {kForm, kLi}},
    {kDt, {kDd, kDl}},
    {kFont, {kCenter, kTd, kTh}},
    {kForm, {kForm}},
    {kH1, kAfterHeading},
    {kH2, kAfterHeading},
    {kH3, kAfterHeading},
    {kH4, kAfterHeading},
    {kH5, kAfterHeading},
    {kH6, kAfterHeading},
    {kHead, {kA,    kAbbr,    kAddress, kB,    kBig, kBlockquote, kBody, kBr,       kCenter, kCite, kCode,
             kDd,   kDfn,     kDir,     kDiv,  kDl,  kDt,         kEm,   kFieldset, kFont,   kForm, kFrameset,
             kH1,   kH2,      kH3,      kH4,   kH5,  kH6,         kHr,   kI,        kIframe, kImg,  kKbd,
             kLi,   kListing, kMap,     kMenu, kOl,  kP,          kPre,  kQ,        kS,      kSamp, kSmall,
             kSpan, kStrike,  kStrong,  kSub,  kSup, kTable,      kTt,   kU,        kUl,     kVar,  kXmp}},
    {kHr, {kForm}},
    {kI, {kCenter, kP, kTd, kTh}},
    {kLegend, {kFieldset}},
    {kLi, {kLi}},
    {kLink, {kBody, kFrameset}},
    {kListing, kAfterListing},
    {kMenu, kAfterMenu},
    {kOl, {kForm}},
    {kOption, {kOptgroup, kOption}},
    {kP, {kAddress, kBlockquote, kBody, kCaption, kCenter, kCol, kColgroup, kDd, kDir,   kDiv, kDl, kDt,      kFieldset,
          kForm,    kFrameset,   kH1,   kH2,      kH3,     kH4,  kH5,       kH6, kHead,  kHr,  kLi, kListing, kMenu,
          kOl,      kP,          kPre,  kTable,   kTbody,  kTd,  kTfoot,    kTh, kTitle, kTr,  kUl, kXmp}},
    {kPre, kAfterListing},
    {kS, {kP}},
    {kScript, {kNoscript}},
    {kSmall, {kP}},
    {kSpan, {kTd, kTh}},
    {kStrike, {kP}},
    {kStyle, {kBody, kFrameset}},
    {kTbody, {kTbody, kTfoot}},
    {kTd, {kTbody, kTd, kTfoot, kTh, kTr}},
    {kTfoot, {kTbody}},
    {kTh, {kTbody, kTd, kTfoot, kTh, kTr}},
    {kThead, {kTbody, kTfoot}},
    {kTitle, {kBody, kFrameset}},
    {kTr, {kTbody, kTfoot, kTr}},
    {kTt, {kP}},
    {kU, {kP, kTd, kTh}},
    {kUl, {kAddress, kForm, kMenu, kPre}},
    {kXmp, kAfterListing},
};

bool closes(HtmlTag tag, std::string_view name, HtmlTag open) {
  static const std::array<const HtmlTagSet*, kNumHtmlTags> closers = [] {
    std::array<const HtmlTagSet*, kNumHtmlTags> out{};
    for (const CloserRow& row : kClosers) {
      out[static_cast<size_t>(row.open)] = &row.closers;
    }
    return out;
  }();
  if (tag == kUnknown) {
    return open == kHead && (name == "acronym" || name == "bdo");
  }
  const HtmlTagSet* row = closers[static_cast<size_t>(open)];
  return open != kUnknown && row != nullptr && row->has(tag);
}

// An end tag closes no element of greater weight on its way to its own.
int weight(HtmlTag tag) {
  switch (tag) {
    case kDiv:
      return 1;
    case kTd:
    case kTh:
      return 2;
    case kTr:
      return 3;
    case kThead:
    case kTbody:
    case kTfoot:
      return 4;
    case kTable:
      return 5;
    case kHead:
    case kBody:
      return 6;
    case kHtml:
      return 7;
    default:
      return 0;
  }
}

constexpr HtmlTagSet kVoid = {kArea, kBase, kBasefont, kBr, kCol, kFrame, kHr, kImg, kInput, kLink, kMeta, kParam};

bool is_void(HtmlTag tag, std::string_view name) {
  return kVoid.has(tag) || (tag == kUnknown && name == "isindex");
}

HtmlContent content_of(HtmlTag tag) {
  switch (tag) {
    case kScript:
      return HtmlContent::kSkippedScript;
    case kStyle:
      return HtmlContent::kSkippedRawText;
    case kIframe:
    case kNoembed:
    case kNoframes:
    case kXmp:
      return HtmlContent::kRawText;
    case kTextarea:
    case kTitle:
      return HtmlContent::kRcdata;
    case kPlaintext:
      return HtmlContent::kPlaintext;
    default:
      return HtmlContent::kData;
  }
}

}  // namespace

ParagraphMaker::Extent JustextPageReader::extent() const {
  if (is_document_) {
    return ParagraphMaker::Extent::kPage;
  }
  return body_children_ == 1 && !body_text_ ? ParagraphMaker::Extent::kBody : ParagraphMaker::Extent::kBodyAndTail;
}

void JustextPageReader::comment(std::string_view /*text*/) {
  body_children_ += top() == kBody ? 1 : 0;
  maker_.comment();
}

void JustextPageReader::push(HtmlTag tag, std::string_view name, bool style_sheet_link) {
  body_children_ += top() == kBody ? 1 : 0;
  stack_.push_back({tag, name});
  ++open_[static_cast<size_t>(tag)];
  seen_head_ = seen_head_ || tag == kHead || tag == kBody;
  seen_body_ = seen_body_ || tag == kBody;
  is_document_ = is_document_ || tag == kHead;
  maker_.start(tag, name, style_sheet_link);
}

void JustextPageReader::pop() {
  const Open closed = stack_.back();
  stack_.pop_back();
  --open_[static_cast<size_t>(closed.tag)];
  maker_.end(closed.tag, closed.name);
  if (stack_.empty()) {
    maker_.end_of_page();
  } else if (closed.tag == kBody) {
    maker_.end_of_body();
  }
}

void JustextPageReader::close_for(HtmlTag tag, std::string_view name) {
  while (!stack_.empty() && closes(tag, name, top())) {
    pop();
  }
}

// The elements that a start tag or text needs around it.
void JustextPageReader::imply_for(HtmlTag tag) {
  constexpr HtmlTagSet kOfHead = {kScript, kStyle, kMeta, kLink, kTitle, kBase};
  constexpr HtmlTagSet kOfFrames = {kNoframes, kFrame, kFrameset};
  if (tag == kHtml) {
    return;
  }
  if (stack_.empty()) {
    push(kHtml, "html");
  }
  if (tag == kBody || tag == kHead) {
    return;
  }
  if (stack_.size() == 1 && kOfHead.has(tag)) {
    if (!seen_head_) {
      push(kHead, "head");
    }
  } else if (!kOfFrames.has(tag) && !seen_body_ && open_[static_cast<size_t>(kHead)] == 0) {
    push(kBody, "body");
  }
}

bool JustextPageReader::is_misplaced(HtmlTag tag) const {
  return (tag == kHtml && !stack_.empty()) || (tag == kHead && stack_.size() != 1) ||
         (tag == kBody && open_[static_cast<size_t>(kBody)] > 0);
}

bool JustextPageReader::is_style_sheet_link(const HtmlTagToken& token) const {
  if (token.tag != kLink) {
    return false;
  }
  for (uint32_t i = 0; i < token.num_attributes; ++i) {
    const HtmlAttribute& attribute = attributes_[token.first_attribute + i];
    if (attribute.name == "rel") {
      return lower_ascii(attribute.value).find("stylesheet") != std::string::npos;
    }
  }
  return false;
}

HtmlContent JustextPageReader::start_tag(const HtmlTagToken& token) {
  close_for(token.tag, token.name);
  imply_for(token.tag);
  if (is_misplaced(token.tag)) {
    ++misplaced_;
    if (token.self_closing) {
      pop();
    }
    return HtmlContent::kData;
  }
  if (stack_.size() >= kMaxDepth) {
    maker_.start(token.tag, token.name, false);
    maker_.end(token.tag, token.name);
    const bool waits = !token.self_closing && !is_void(token.tag, token.name);
    too_deep_[static_cast<size_t>(token.tag)] += waits ? 1 : 0;
    return waits ? content_of(token.tag) : HtmlContent::kData;
  }
  push(token.tag, token.name, is_style_sheet_link(token));
  if (token.self_closing || is_void(token.tag, token.name)) {
    pop();
    return HtmlContent::kData;
  }
  return content_of(token.tag);
}

void JustextPageReader::end_tag(const HtmlTagToken& token) {
  if (misplaced_ > 0 && (token.tag == kHtml || token.tag == kBody || token.tag == kHead)) {
    --misplaced_;
    return;
  }
  if (int& waiting = too_deep_[static_cast<size_t>(token.tag)]; waiting > 0) {
    --waiting;
    return;
  }
  if (open_[static_cast<size_t>(token.tag)] == 0) {
    return;
  }
  size_t at = stack_.size();
  while (at > 0 && !stack_[at - 1].is(token.tag, token.name)) {
    if (weight(stack_[at - 1].tag) > weight(token.tag)) {
      return;
    }
    --at;
  }
  while (at > 0 && stack_.size() >= at) {
    pop();
  }
}

// Text other than white space needs a body around it.
void JustextPageReader::start_text() {
  if (top() == kHead) {
    close_for(kP, "p");
  }
  imply_for(kP);
}

void JustextPageReader::characters(std::string_view text, bool has_nul) {
  if (stack_.empty() || top() == kHtml || top() == kHead) {
    size_t begin = 0;
    while (begin < text.size() && is_html_space(text[begin])) {
      ++begin;
    }
    if (begin > 0 && !stack_.empty()) {
      maker_.characters(text.substr(0, begin));
    }
    text.remove_prefix(begin);
    if (text.empty()) {
      return;
    }
    start_text();
  }
  if (top() == kBody && !std::all_of(text.begin(), text.end(), is_html_space)) {
    body_text_ = true;
  }
  put(text, has_nul);
}

void JustextPageReader::put(std::string_view text, bool has_nul) {
  if (!has_nul) {
    maker_.characters(text);
    return;
  }
  while (!text.empty()) {
    const size_t nul = text.find('\0');
    maker_.characters(text.substr(0, nul));
    if (nul == std::string_view::npos) {
      return;
    }
    maker_.characters("\xEF\xBF\xBD");
    text.remove_prefix(nul + 1);
  }
}

void JustextPageReader::end_of_file() {
  while (!stack_.empty()) {
    pop();
  }
}

}  // namespace smelt
