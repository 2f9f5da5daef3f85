// The elements that parsing and extraction treat by name.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string_view>

namespace smelt {

// In the byte order of the names, which html_tag_name() and html_tag_of() rely on.
// clang-format off
enum class HtmlTag : uint8_t {
  kA, kAbbr, kAddress, kApplet, kArea, kArticle, kAside, kAudio, kB, kBase, kBig, kBlockquote, kBody, kBr, kButton, kCanvas, kCaption, kCenter,
  kCite, kCode, kCol, kColgroup, kDatalist, kDd, kDel, kDetails, kDfn, kDialog, kDir, kDiv, kDl, kDt, kEm, kEmbed, kFieldset, kFigcaption, kFigure,
  kFont, kFooter, kForm, kFrame, kFrameset, kH1, kH2, kH3, kH4, kH5, kH6, kHead, kHeader, kHgroup, kHr, kHtml, kI, kIframe, kImg, kInput, kIns, kKbd,
  kLabel, kLegend, kLi, kLink, kListing, kMain, kMap, kMark, kMarquee, kMath, kMenu, kMeta, kNav, kNobr, kNoembed, kNoframes, kNoscript, kObject, kOl,
  kOptgroup, kOption, kOutput, kP, kParam, kPicture, kPlaintext, kPre, kQ, kRp, kRt, kRuby, kS, kSamp, kScript, kSearch, kSection, kSelect, kSmall,
  kSource, kSpan, kStrike, kStrong, kStyle, kSub, kSummary, kSup, kSvg, kTable, kTbody, kTd, kTemplate, kTextarea, kTfoot, kTh, kThead, kTime, kTitle,
  kTr, kTrack, kTt, kU, kUl, kVar, kVideo, kWbr, kXmp,
  kUnknown,
};

// clang-format on
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

// What a tag is to the tree and to the text. Constant tables.
bool is_void_tag(HtmlTag tag);      // has no content: br, img, ...
bool is_raw_text_tag(HtmlTag tag);  // its content is text up to its own end tag: script, style, textarea, ...
bool is_block_tag(HtmlTag tag);     // starts and ends a paragraph of text
bool is_heading_tag(HtmlTag tag);   // h1 to h6
int heading_level(HtmlTag tag);     // 1 to 6, else 0

}  // namespace smelt
