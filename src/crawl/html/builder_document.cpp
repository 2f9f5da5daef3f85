// The modes around the body: doctype, <html>, <head>, what follows the body, framesets.
#include <algorithm>

#include "base/text.h"
#include "crawl/html/builder.h"
#include "crawl/html/scan.h"

namespace smelt {
namespace {

using enum HtmlTag;

constexpr HtmlTagSet kHeadContent = {kBase,     kBasefont, kBgsound, kLink,     kMeta,
                                     kNoframes, kScript,   kStyle,   kTemplate, kTitle};

// Public identifiers of the time before standards mode begin so (HTML standard, section 13.2.6.4.1).
constexpr std::array<std::string_view, 55> kQuirkyPublicIds = {
    "+//silmaril//dtd html pro v0r11 19970101//",
    "-//as//dtd html 3.0 aswedit + extensions//",
    "-//advasoft ltd//dtd html 3.0 aswedit + extensions//",
    "-//ietf//dtd html 2.0 level 1//",
    "-//ietf//dtd html 2.0 level 2//",
    "-//ietf//dtd html 2.0 strict level 1//",
    "-//ietf//dtd html 2.0 strict level 2//",
    "-//ietf//dtd html 2.0 strict//",
    "-//ietf//dtd html 2.0//",
    "-//ietf//dtd html 2.1e//",
    "-//ietf//dtd html 3.0//",
    "-//ietf//dtd html 3.2 final//",
    "-//ietf//dtd html 3.2//",
    "-//ietf//dtd html 3//",
    "-//ietf//dtd html level 0//",
    "-//ietf//dtd html level 1//",
    "-//ietf//dtd html level 2//",
    "-//ietf//dtd html level 3//",
    "-//ietf//dtd html strict level 0//",
    "-//ietf//dtd html strict level 1//",
    "-//ietf//dtd html strict level 2//",
    "-//ietf//dtd html strict level 3//",
    "-//ietf//dtd html strict//",
    "-//ietf//dtd html//",
    "-//metrius//dtd metrius presentational//",
    "-//microsoft//dtd internet explorer 2.0 html strict//",
    "-//microsoft//dtd internet explorer 2.0 html//",
    "-//microsoft//dtd internet explorer 2.0 tables//",
    "-//microsoft//dtd internet explorer 3.0 html strict//",
    "-//microsoft//dtd internet explorer 3.0 html//",
    "-//microsoft//dtd internet explorer 3.0 tables//",
    "-//netscape comm. corp.//dtd html//",
    "-//netscape comm. corp.//dtd strict html//",
    "-//o'reilly and associates//dtd html 2.0//",
    "-//o'reilly and associates//dtd html extended 1.0//",
    "-//o'reilly and associates//dtd html extended relaxed 1.0//",
    "-//sq//dtd html 2.0 hotmetal + extensions//",
    "-//softquad software//dtd hotmetal pro 6.0::19990601::extensions to html 4.0//",
    "-//softquad//dtd hotmetal pro 4.0::19971010::extensions to html 4.0//",
    "-//spyglass//dtd html 2.0 extended//",
    "-//sun microsystems corp.//dtd hotjava html//",
    "-//sun microsystems corp.//dtd hotjava strict html//",
    "-//w3c//dtd html 3 1995-03-24//",
    "-//w3c//dtd html 3.2 draft//",
    "-//w3c//dtd html 3.2 final//",
    "-//w3c//dtd html 3.2//",
    "-//w3c//dtd html 3.2s draft//",
    "-//w3c//dtd html 4.0 frameset//",
    "-//w3c//dtd html 4.0 transitional//",
    "-//w3c//dtd html experimental 19960712//",
    "-//w3c//dtd html experimental 970421//",
    "-//w3c//dtd w3 html//",
    "-//w3o//dtd w3 html 3.0//",
    "-//webtechs//dtd mozilla html 2.0//",
    "-//webtechs//dtd mozilla html//",
};

bool is_quirky(const HtmlDoctype& doctype) {
  const std::string public_id = lower_ascii(doctype.public_id);
  const std::string system_id = lower_ascii(doctype.system_id);
  if (doctype.force_quirks || doctype.name != "html" || public_id == "-//w3o//dtd w3 html strict 3.0//en//" ||
      public_id == "-/w3c/dtd html 4.0 transitional/en" || public_id == "html" ||
      system_id == "http://www.ibm.com/data/dtd/v11/ibmxhtml1-transitional.dtd") {
    return true;
  }
  if (!doctype.has_system_id && (public_id.starts_with("-//w3c//dtd html 4.01 frameset//") ||
                                 public_id.starts_with("-//w3c//dtd html 4.01 transitional//"))) {
    return true;
  }
  return std::any_of(kQuirkyPublicIds.begin(), kQuirkyPublicIds.end(),
                     [&](std::string_view prefix) { return public_id.starts_with(prefix); });
}

size_t leading_space(std::string_view text) {
  return std::min(text.find_first_not_of(" \t\n\f\r"), text.size());
}

}  // namespace

void HtmlTreeBuilder::doctype(const HtmlDoctype& doctype) {
  begin_token();
  if (mode_ != Mode::kInitial) {
    return;
  }
  append(new_node(HtmlNodeKind::kDoctype, doctype.name), 0);
  tree_.doctype_ = doctype;
  tree_.quirks_ = is_quirky(doctype);
  mode_ = Mode::kBeforeHtml;
}

void HtmlTreeBuilder::leave_initial() {
  tree_.quirks_ = true;
  mode_ = Mode::kBeforeHtml;
}
void HtmlTreeBuilder::leave_before_html() {
  const uint32_t node = new_element(implied(kHtml), HtmlNamespace::kHtml);
  append(node, 0);
  push({node, kHtml, HtmlNamespace::kHtml});
  mode_ = Mode::kBeforeHead;
}
void HtmlTreeBuilder::leave_before_head() {
  head_ = insert_element(implied(kHead));
  mode_ = Mode::kInHead;
}
void HtmlTreeBuilder::leave_in_head() {  // or "in head noscript": one level up
  pop();
  mode_ = mode_ == Mode::kInHead ? Mode::kAfterHead : Mode::kInHead;
}
void HtmlTreeBuilder::leave_after_head() {
  insert_element(implied(kBody));
  mode_ = Mode::kInBody;
}

// One mode nearer to the body, with what is missing; false where the body has begun.
bool HtmlTreeBuilder::leave_before_body() {
  switch (mode_) {
    case Mode::kInitial:
      leave_initial();
      return true;
    case Mode::kBeforeHtml:
      leave_before_html();
      return true;
    case Mode::kBeforeHead:
      leave_before_head();
      return true;
    case Mode::kInHead:
    case Mode::kInHeadNoscript:
      leave_in_head();
      return true;
    case Mode::kAfterHead:
      leave_after_head();
      return true;
    default:
      return false;
  }
}

void HtmlTreeBuilder::before_html_start(const HtmlTagToken& token) {
  if (token.tag != kHtml) {
    leave_before_html();
    return process_start(token);
  }
  const uint32_t node = new_element(token, HtmlNamespace::kHtml);
  append(node, 0);
  push({node, kHtml, HtmlNamespace::kHtml});
  mode_ = Mode::kBeforeHead;
}

void HtmlTreeBuilder::before_head_start(const HtmlTagToken& token) {
  if (token.tag == kHtml) {
    return in_body_start(token);
  }
  if (token.tag == kHead) {
    head_ = insert_element(token);
    mode_ = Mode::kInHead;
    return;
  }
  leave_before_head();
  process_start(token);
}

void HtmlTreeBuilder::in_head_start(const HtmlTagToken& token) {
  switch (token.tag) {
    case kHtml:
      return in_body_start(token);
    case kBase:
    case kBasefont:
    case kBgsound:
    case kLink:
    case kMeta:
      return insert_childless(token);
    case kTitle:
      return insert_raw(token, HtmlContent::kRcdata);
    case kNoframes:
    case kStyle:
      return insert_raw(token, HtmlContent::kRawText);
    case kScript:
      return insert_raw(token, HtmlContent::kScript);
    case kNoscript:
      if (options_.scripting) {
        return insert_raw(token, HtmlContent::kRawText);
      }
      insert_element(token);
      mode_ = Mode::kInHeadNoscript;
      return;
    case kTemplate:
      if (deep()) {
        return;
      }
      insert_element(token);
      append(new_node(HtmlNodeKind::kContent, {}), top().node);
      push_marker();
      frameset_ok_ = false;
      mode_ = Mode::kInTemplate;
      template_modes_.push_back(mode_);
      return;
    case kHead:
      return;
    default:
      leave_in_head();
      process_start(token);
  }
}

void HtmlTreeBuilder::in_head_noscript_start(const HtmlTagToken& token) {
  constexpr HtmlTagSet kAllowed = {kBasefont, kBgsound, kLink, kMeta, kNoframes, kStyle};
  if (token.tag == kHtml) {
    in_body_start(token);
  } else if (kAllowed.has(token.tag)) {
    in_head_start(token);
  } else if (token.tag != kHead && token.tag != kNoscript) {
    leave_in_head();
    process_start(token);
  }
}

// "In head", "in head noscript" and "after head".
void HtmlTreeBuilder::in_head_end(const HtmlTagToken& token) {
  if ((mode_ == Mode::kInHead && token.tag == kHead) || (mode_ == Mode::kInHeadNoscript && token.tag == kNoscript)) {
    leave_in_head();
  } else if (token.tag == kTemplate && mode_ != Mode::kInHeadNoscript) {
    end_template();
  } else if (token.tag == kBr || (mode_ != Mode::kInHeadNoscript && (token.tag == kBody || token.tag == kHtml))) {
    if (mode_ == Mode::kAfterHead) {
      leave_after_head();
    } else {
      leave_in_head();
    }
    process_end(token);
  }
}

void HtmlTreeBuilder::after_head_start(const HtmlTagToken& token) {
  if (token.tag == kHtml) {
    return in_body_start(token);
  }
  if (token.tag == kBody || token.tag == kFrameset) {
    insert_element(token);
    frameset_ok_ = frameset_ok_ && token.tag != kBody;
    mode_ = token.tag == kBody ? Mode::kInBody : Mode::kInFrameset;
    return;
  }
  if (token.tag == kHead) {
    return;
  }
  if (!kHeadContent.has(token.tag)) {
    leave_after_head();
    return process_start(token);
  }
  push({head_, kHead, HtmlNamespace::kHtml});
  in_head_start(token);
  remove_open(find_open(head_));
}

// White space counts only where something is there to hold it.
void HtmlTreeBuilder::text_around_body(std::string_view text, bool has_nul) {
  const size_t space = leading_space(text);
  if (space > 0) {
    if (mode_ == Mode::kAfterBody || mode_ == Mode::kAfterAfterBody) {
      in_body_text(text.substr(0, space), false);
    } else if (mode_ == Mode::kInHead || mode_ == Mode::kInHeadNoscript || mode_ == Mode::kAfterHead) {
      insert_text(text.substr(0, space));
    }
    text.remove_prefix(space);
  }
  if (text.empty()) {
    return;
  }
  if (!leave_before_body()) {
    mode_ = Mode::kInBody;
  }
  process_text(text, has_nul);
}

void HtmlTreeBuilder::after_body_end(const HtmlTagToken& token) {
  if (token.tag == kHtml && mode_ == Mode::kAfterBody) {
    mode_ = is_fragment_ ? mode_ : Mode::kAfterAfterBody;
    return;
  }
  mode_ = Mode::kInBody;
  process_end(token);
}

void HtmlTreeBuilder::in_frameset_start(const HtmlTagToken& token) {
  if (token.tag == kHtml) {
    in_body_start(token);
  } else if (token.tag == kNoframes) {
    in_head_start(token);
  } else if (mode_ == Mode::kInFrameset && token.tag == kFrameset && !deep()) {
    insert_element(token);
  } else if (mode_ == Mode::kInFrameset && token.tag == kFrame) {
    insert_childless(token);
  }
}

void HtmlTreeBuilder::in_frameset_end(const HtmlTagToken& token) {
  if (mode_ == Mode::kInFrameset && token.tag == kFrameset && stack_.size() > 1) {
    pop();
    if (!is_fragment_ && !top().is(kFrameset)) {
      mode_ = Mode::kAfterFrameset;
    }
  } else if (mode_ == Mode::kAfterFrameset && token.tag == kHtml) {
    mode_ = Mode::kAfterAfterFrameset;
  }
}

void HtmlTreeBuilder::text_in_frameset(std::string_view text) {
  for (size_t begin = 0; begin < text.size();) {
    const size_t space = leading_space(text.substr(begin));
    if (space > 0) {
      insert_text(text.substr(begin, space));
    }
    begin += space;
    while (begin < text.size() && !is_html_space(text[begin])) {
      ++begin;
    }
  }
}

// The attributes of a second <html> or <body> that the element has not yet.
void HtmlTreeBuilder::merge_attributes(uint32_t node, const HtmlTagToken& token) {
  HtmlNode& element = tree_.nodes_[node];
  std::vector<HtmlAttribute>& all = tree_.attributes_;
  const std::vector<HtmlAttribute> added(all.begin() + token.first_attribute,
                                         all.begin() + token.first_attribute + token.num_attributes);
  all.resize(token.first_attribute);
  std::vector<HtmlAttribute> missing;
  for (const HtmlAttribute& attribute : added) {
    const bool fits = element.num_attributes + missing.size() < options_.limits.max_attributes;
    if (fits && !tree_.has_attribute(element, attribute.name)) {
      missing.push_back(attribute);
    }
  }
  if (missing.empty()) {
    return;
  }
  const auto first = static_cast<uint32_t>(all.size());
  for (uint32_t i = 0; i < element.num_attributes; ++i) {
    all.push_back(HtmlAttribute(all[element.first_attribute + i]));
  }
  all.insert(all.end(), missing.begin(), missing.end());
  element.first_attribute = first;
  element.num_attributes = static_cast<uint16_t>(all.size() - first);
  attributes_used_ = true;
}

}  // namespace smelt
