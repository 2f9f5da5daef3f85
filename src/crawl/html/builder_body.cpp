// "In body", where most of a page is.
#include "base/text.h"
#include "crawl/html/builder.h"
#include "crawl/html/scan.h"

namespace smelt {
namespace {

using enum HtmlTag;

// What these tags do when they start.
enum class Start : uint8_t {
  kOther,
  kBlock,  // ends a paragraph
  kHeading,
  kPre,
  kListItem,
  kFormatting,
  kObject,  // opens a scope of formatting elements
  kVoid,    // has no content
  kHead,    // belongs to the head, where it works as well
  kRuby,
  kRawText,
  kIgnored,  // means nothing here
  kRare,     // has rules of its own
};

constexpr std::array<Start, kNumHtmlTags> make_starts() {
  std::array<Start, kNumHtmlTags> starts{};
  const auto set = [&starts](Start start, std::initializer_list<HtmlTag> tags) {
    for (const HtmlTag tag : tags) {
      starts[static_cast<size_t>(tag)] = start;
    }
  };
  set(Start::kBlock, {kAddress, kArticle,  kAside,      kBlockquote, kCenter,  kDetails, kDialog, kDir,  kDiv,
                      kDl,      kFieldset, kFigcaption, kFigure,     kFooter,  kHeader,  kHgroup, kMain, kMenu,
                      kNav,     kOl,       kP,          kSearch,     kSection, kSummary, kUl});
  set(Start::kHeading, {kH1, kH2, kH3, kH4, kH5, kH6});
  set(Start::kPre, {kPre, kListing});
  set(Start::kListItem, {kLi, kDd, kDt});
  set(Start::kFormatting, {kB, kBig, kCode, kEm, kFont, kI, kS, kSmall, kStrike, kStrong, kTt, kU});
  set(Start::kObject, {kApplet, kMarquee, kObject});
  set(Start::kVoid, {kArea, kBr, kEmbed, kImg, kKeygen, kWbr, kImage, kInput, kParam, kSource, kTrack, kHr});
  set(Start::kHead, {kBase, kBasefont, kBgsound, kLink, kMeta, kNoframes, kScript, kStyle, kTemplate, kTitle});
  set(Start::kRuby, {kRb, kRtc, kRp, kRt});
  set(Start::kRawText, {kXmp, kIframe, kNoembed, kNoscript, kTextarea});
  set(Start::kIgnored, {kCaption, kCol, kColgroup, kFrame, kHead, kTbody, kTd, kTfoot, kTh, kThead, kTr});
  set(Start::kRare, {kHtml, kBody, kFrameset, kForm, kPlaintext, kButton, kA, kNobr, kTable, kSelect, kOptgroup,
                     kOption, kMath, kSvg});
  return starts;
}
constexpr std::array<Start, kNumHtmlTags> kStarts = make_starts();

constexpr HtmlTagSet kHeadings = {kH1, kH2, kH3, kH4, kH5, kH6};

}  // namespace

void HtmlTreeBuilder::in_body_start(const HtmlTagToken& token) {
  switch (kStarts[static_cast<size_t>(token.tag)]) {
    case Start::kOther:
      reconstruct_formatting();
      insert_element(token);
      return;
    case Start::kBlock:
      close_p();
      insert_element(token);
      return;
    case Start::kHeading:
      close_p();
      if (top().is(kHeadings)) {
        pop();
      }
      insert_element(token);
      return;
    case Start::kPre:
      close_p();
      insert_element(token);
      skip_newline_ = true;
      frameset_ok_ = false;
      return;
    case Start::kListItem:
      return in_body_list_item(token);
    case Start::kFormatting:
      reconstruct_formatting();
      insert_element(token);
      push_formatting(token);
      return;
    case Start::kObject:
      reconstruct_formatting();
      if (!deep()) {
        insert_element(token);
        push_marker();
      }
      frameset_ok_ = false;
      return;
    case Start::kVoid:
      return in_body_void(token);
    case Start::kHead:
      return in_head_start(token);
    case Start::kRuby:
      if (in_scope(kRuby)) {
        imply_end_tags(token.tag == kRp || token.tag == kRt ? kRtc : kUnknown);
      }
      insert_element(token);
      return;
    case Start::kRawText:
      return in_body_raw_text(token);
    case Start::kIgnored:
      return;
    case Start::kRare:
      return in_body_rare(token);
  }
}

void HtmlTreeBuilder::in_body_rare(const HtmlTagToken& token) {
  switch (token.tag) {
    case kHtml:
      if (open_count(kTemplate) == 0) {
        merge_attributes(stack_.front().node, token);
      }
      return;
    case kBody:
      return in_body_body(token);
    case kFrameset:
      return in_body_frameset(token);
    case kForm:
      return in_body_form(token);
    case kPlaintext:
      close_p();
      insert_element(token);
      content_ = HtmlContent::kPlaintext;
      return;
    case kButton:
      if (in_scope(kButton)) {
        imply_end_tags();
        pop_through(kButton);
      }
      reconstruct_formatting();
      insert_element(token);
      frameset_ok_ = false;
      return;
    case kA:
    case kNobr:
      return in_body_link(token);
    case kTable:
      if (!tree_.quirks_) {
        close_p();
      }
      if (!deep()) {
        insert_element(token);
        mode_ = Mode::kInTable;
      }
      frameset_ok_ = false;
      return;
    case kSelect:
      return in_body_select(token);
    case kOptgroup:
    case kOption:
      if (top().is(kOption)) {
        pop();
      }
      reconstruct_formatting();
      insert_element(token);
      return;
    default:  // math, svg
      reconstruct_formatting();
      insert_foreign(token, token.tag == kSvg ? HtmlNamespace::kSvg : HtmlNamespace::kMathMl);
      return;
  }
}

// <a> and <nobr> end an open one of their kind.
void HtmlTreeBuilder::in_body_link(const HtmlTagToken& token) {
  if (token.tag == kA) {
    if (const size_t at = find_formatting(kA); at < formatting_.size()) {
      const uint32_t node = formatting_[at];
      adopt(token);
      forget_formatting(node);
      if (const size_t open = find_open(node); open < stack_.size()) {
        remove_open(open);
      }
    }
    reconstruct_formatting();
  } else {
    reconstruct_formatting();
    if (in_scope(kNobr)) {
      adopt(token);
      reconstruct_formatting();
    }
  }
  insert_element(token);
  push_formatting(token);
}

void HtmlTreeBuilder::in_body_list_item(const HtmlTagToken& token) {
  frameset_ok_ = false;
  const bool definition = token.tag != kLi;
  if (definition ? open_count(kDd) + open_count(kDt) > 0 : open_count(kLi) > 0) {
    constexpr HtmlTagSet kLooksThrough = {kAddress, kDiv, kP};
    for (size_t i = stack_.size(); i-- > 0;) {
      const Open& open = stack_[i];
      if (definition ? open.is(kDd) || open.is(kDt) : open.is(kLi)) {
        const HtmlTag tag = open.tag;
        imply_end_tags(tag);
        pop_through(tag);
        break;
      }
      if (is_special(open) && !open.is(kLooksThrough)) {
        break;
      }
    }
  }
  close_p();
  insert_element(token);
}

void HtmlTreeBuilder::in_body_body(const HtmlTagToken& token) {
  if (stack_.size() > 1 && stack_[1].is(kBody) && open_count(kTemplate) == 0) {
    frameset_ok_ = false;
    merge_attributes(stack_[1].node, token);
  }
}

void HtmlTreeBuilder::in_body_frameset(const HtmlTagToken& token) {
  if (stack_.size() > 1 && stack_[1].is(kBody) && frameset_ok_) {
    detach(stack_[1].node);
    pop_to(1);
    insert_element(token);
    mode_ = Mode::kInFrameset;
  }
}

void HtmlTreeBuilder::in_body_form(const HtmlTagToken& token) {
  const bool in_template = open_count(kTemplate) > 0;
  if (form_ != 0 && !in_template) {
    return;
  }
  close_p();
  const uint32_t node = insert_element(token);
  if (!in_template) {
    form_ = node;
  }
}

void HtmlTreeBuilder::in_body_void(const HtmlTagToken& token) {
  switch (token.tag) {
    case kHr:
      close_p();
      insert_childless(token);
      frameset_ok_ = false;
      return;
    case kParam:
    case kSource:
    case kTrack:
      return insert_childless(token);
    case kImage: {
      HtmlTagToken img = token;
      img.tag = kImg;
      img.name = html_tag_name(kImg);
      return in_body_void(img);
    }
    default:
      reconstruct_formatting();
      insert_childless(token);
      frameset_ok_ = frameset_ok_ && token.tag == kInput && is_hidden_input(token);
  }
}

bool HtmlTreeBuilder::is_hidden_input(const HtmlTagToken& token) const {
  for (uint32_t i = 0; i < token.num_attributes; ++i) {
    const HtmlAttribute& attribute = tree_.attributes_[token.first_attribute + i];
    if (attribute.name == "type") {
      return lower_ascii(attribute.value) == "hidden";
    }
  }
  return false;
}

void HtmlTreeBuilder::in_body_raw_text(const HtmlTagToken& token) {
  switch (token.tag) {
    case kTextarea:
      insert_raw(token, HtmlContent::kRcdata);
      skip_newline_ = true;
      frameset_ok_ = false;
      return;
    case kXmp:
      close_p();
      reconstruct_formatting();
      frameset_ok_ = false;
      break;
    case kIframe:
      frameset_ok_ = false;
      break;
    case kNoscript:
      if (!options_.scripting) {
        reconstruct_formatting();
        insert_element(token);
        return;
      }
      break;
    default:
      break;
  }
  insert_raw(token, HtmlContent::kRawText);
}

void HtmlTreeBuilder::in_body_select(const HtmlTagToken& token) {
  reconstruct_formatting();
  frameset_ok_ = false;
  if (deep()) {
    return;
  }
  insert_element(token);
  const bool in_table = mode_ == Mode::kInTable || mode_ == Mode::kInCaption || mode_ == Mode::kInTableBody ||
                        mode_ == Mode::kInRow || mode_ == Mode::kInCell;
  mode_ = in_table ? Mode::kInSelectInTable : Mode::kInSelect;
}

void HtmlTreeBuilder::in_body_text(std::string_view text, bool has_nul) {
  if (has_nul && text.find('\0') != std::string_view::npos) {
    for (size_t begin = 0; begin < text.size();) {
      const size_t nul = std::min(text.find('\0', begin), text.size());
      if (nul > begin) {
        in_body_text(text.substr(begin, nul - begin), false);
      }
      begin = nul + 1;
    }
    return;
  }
  reconstruct_formatting();
  insert_text(text);
  frameset_ok_ = frameset_ok_ && text.find_first_not_of(" \t\n\f\r") == std::string_view::npos;
}

void HtmlTreeBuilder::in_body_end(const HtmlTagToken& token) {
  constexpr HtmlTagSet kFormatting = {kA, kB,    kBig,   kCode,   kEm,     kFont, kI,
                                      kS, kNobr, kSmall, kStrike, kStrong, kTt,   kU};
  constexpr HtmlTagSet kBlocks = {
      kAddress,  kArticle,    kAside,   kBlockquote, kButton, kCenter, kDetails, kDialog, kDir,    kDiv,     kDl,
      kFieldset, kFigcaption, kFigure,  kFooter,     kHeader, kHgroup, kListing, kMain,   kMenu,   kNav,     kOl,
      kPre,      kSearch,     kSection, kSummary,    kUl,     kLi,     kDd,      kDt,     kApplet, kMarquee, kObject};
  if (kFormatting.has(token.tag)) {
    return adopt(token);
  }
  if (kBlocks.has(token.tag)) {
    return in_body_end_block(token);
  }
  switch (token.tag) {
    case kTemplate:
      return end_template();
    case kBody:
    case kHtml:
      if (in_scope(kBody)) {
        mode_ = Mode::kAfterBody;
        if (token.tag == kHtml) {
          process_end(token);
        }
      }
      return;
    case kForm:
      return in_body_end_form();
    case kP:
      if (!in_scope(kP, Scope::kButton)) {
        insert_element(implied(kP));
      }
      return close_p();
    case kH1:
    case kH2:
    case kH3:
    case kH4:
    case kH5:
    case kH6:
      if (in_scope(kHeadings)) {
        imply_end_tags();
        while (!top().is(kHeadings)) {
          pop();
        }
        pop();
      }
      return;
    case kBr:
      return in_body_void(implied(kBr));
    default:
      return in_body_end_other(token);
  }
}

void HtmlTreeBuilder::in_body_end_block(const HtmlTagToken& token) {
  const bool item = token.tag == kLi || token.tag == kDd || token.tag == kDt;
  if (!in_scope(token.tag, token.tag == kLi ? Scope::kListItem : Scope::kDefault)) {
    return;
  }
  imply_end_tags(item ? token.tag : kUnknown);
  pop_through(token.tag);
  if (token.tag == kApplet || token.tag == kMarquee || token.tag == kObject) {
    clear_to_marker();
  }
}

void HtmlTreeBuilder::in_body_end_form() {
  if (open_count(kTemplate) > 0) {
    if (in_scope(kForm)) {
      imply_end_tags();
      pop_through(kForm);
    }
    return;
  }
  const uint32_t node = form_;
  form_ = 0;
  if (node != 0 && node_in_scope(node)) {
    imply_end_tags();
    remove_open(find_open(node));
  }
}

void HtmlTreeBuilder::in_body_end_other(const HtmlTagToken& token) {
  if (token.tag != kUnknown && open_count(token.tag) == 0) {
    return;
  }
  for (size_t i = stack_.size(); i-- > 0;) {
    const Open open = stack_[i];
    if (open.is(token.tag) && (token.tag != kUnknown || tree_.nodes_[open.node].text == token.name)) {
      imply_end_tags(token.tag);
      return pop_to(std::min(i, stack_.size()));
    }
    if (is_special(open)) {
      return;
    }
  }
}

}  // namespace smelt
