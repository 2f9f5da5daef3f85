// The elements that parsing and extraction treat by name.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string_view>

namespace smelt {

// clang-format off
#define SMELT_HTML_TAGS(X) \
  X(kA, "a") X(kAbbr, "abbr") X(kAddress, "address") X(kAnnotation, "annotation") X(kAnnotationXml, "annotation-xml") X(kApplet, "applet") \
  X(kArea, "area") X(kArticle, "article") X(kAside, "aside") X(kAudio, "audio") X(kB, "b") X(kBase, "base") X(kBasefont, "basefont") \
  X(kBgsound, "bgsound") X(kBig, "big") X(kBlockquote, "blockquote") X(kBody, "body") X(kBr, "br") X(kButton, "button") X(kCanvas, "canvas") \
  X(kCaption, "caption") X(kCenter, "center") X(kCite, "cite") X(kCode, "code") X(kCol, "col") X(kColgroup, "colgroup") \
  X(kDatalist, "datalist") X(kDd, "dd") X(kDel, "del") X(kDesc, "desc") X(kDetails, "details") X(kDfn, "dfn") X(kDialog, "dialog") \
  X(kDir, "dir") X(kDiv, "div") X(kDl, "dl") X(kDt, "dt") X(kEm, "em") X(kEmbed, "embed") X(kFieldset, "fieldset") \
  X(kFigcaption, "figcaption") X(kFigure, "figure") X(kFont, "font") X(kFooter, "footer") X(kForeignObject, "foreignobject") X(kForm, "form") \
  X(kFrame, "frame") X(kFrameset, "frameset") X(kH1, "h1") X(kH2, "h2") X(kH3, "h3") X(kH4, "h4") X(kH5, "h5") X(kH6, "h6") X(kHead, "head") \
  X(kHeader, "header") X(kHgroup, "hgroup") X(kHr, "hr") X(kHtml, "html") X(kI, "i") X(kIframe, "iframe") X(kImage, "image") X(kImg, "img") \
  X(kInput, "input") X(kIns, "ins") X(kKbd, "kbd") X(kKeygen, "keygen") X(kLabel, "label") X(kLegend, "legend") X(kLi, "li") X(kLink, "link") \
  X(kListing, "listing") X(kMain, "main") X(kMalignmark, "malignmark") X(kMap, "map") X(kMark, "mark") X(kMarquee, "marquee") \
  X(kMath, "math") X(kMenu, "menu") X(kMeta, "meta") X(kMglyph, "mglyph") X(kMi, "mi") X(kMn, "mn") X(kMo, "mo") X(kMs, "ms") \
  X(kMtext, "mtext") X(kNav, "nav") X(kNobr, "nobr") X(kNoembed, "noembed") X(kNoframes, "noframes") X(kNoscript, "noscript") \
  X(kObject, "object") X(kOl, "ol") X(kOptgroup, "optgroup") X(kOption, "option") X(kOutput, "output") X(kP, "p") X(kParam, "param") \
  X(kPicture, "picture") X(kPlaintext, "plaintext") X(kPre, "pre") X(kQ, "q") X(kRb, "rb") X(kRp, "rp") X(kRt, "rt") X(kRtc, "rtc") \
  X(kRuby, "ruby") X(kS, "s") X(kSamp, "samp") X(kScript, "script") X(kSearch, "search") X(kSection, "section") X(kSelect, "select") \
  X(kSmall, "small") X(kSource, "source") X(kSpan, "span") X(kStrike, "strike") X(kStrong, "strong") X(kStyle, "style") X(kSub, "sub") \
  X(kSummary, "summary") X(kSup, "sup") X(kSvg, "svg") X(kTable, "table") X(kTbody, "tbody") X(kTd, "td") X(kTemplate, "template") \
  X(kTextarea, "textarea") X(kTfoot, "tfoot") X(kTh, "th") X(kThead, "thead") X(kTime, "time") X(kTitle, "title") X(kTr, "tr") \
  X(kTrack, "track") X(kTt, "tt") X(kU, "u") X(kUl, "ul") X(kVar, "var") X(kVideo, "video") X(kWbr, "wbr") X(kXmp, "xmp")
// clang-format on

enum class HtmlTag : uint8_t {
#define SMELT_HTML_TAG(tag, name) tag,
  SMELT_HTML_TAGS(SMELT_HTML_TAG)
#undef SMELT_HTML_TAG
      kUnknown,
};

constexpr int kNumHtmlTags = static_cast<int>(HtmlTag::kUnknown) + 1;

HtmlTag html_tag_of(std::string_view lower_case_name);
std::string_view html_tag_name(HtmlTag tag);  // "" for kUnknown

class HtmlTagSet {
 public:
  constexpr HtmlTagSet(std::initializer_list<HtmlTag> tags) {
    for (const HtmlTag tag : tags) {
      has_[static_cast<size_t>(tag)] = true;
    }
  }
  constexpr bool has(HtmlTag tag) const { return has_[static_cast<size_t>(tag)]; }

 private:
  std::array<bool, kNumHtmlTags> has_{};
};

// What a tag is to the text. Constant tables.
bool is_block_tag(HtmlTag tag);    // starts and ends a paragraph of text
bool is_heading_tag(HtmlTag tag);  // h1 to h6
int heading_level(HtmlTag tag);    // 1 to 6, else 0

}  // namespace smelt
