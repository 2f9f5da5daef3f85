#include "crawl/html_tag.h"

#include <array>

namespace smelt {
namespace {

constexpr std::array<std::string_view, kNumHtmlTags - 1> kNames = {
    "a",       "abbr",     "address",    "applet",    "area",     "article",  "aside",    "audio",    "b",
    "base",    "big",      "blockquote", "body",      "br",       "button",   "canvas",   "caption",  "center",
    "cite",    "code",     "col",        "colgroup",  "datalist", "dd",       "del",      "details",  "dfn",
    "dialog",  "dir",      "div",        "dl",        "dt",       "em",       "embed",    "fieldset", "figcaption",
    "figure",  "font",     "footer",     "form",      "frame",    "frameset", "h1",       "h2",       "h3",
    "h4",      "h5",       "h6",         "head",      "header",   "hgroup",   "hr",       "html",     "i",
    "iframe",  "img",      "input",      "ins",       "kbd",      "label",    "legend",   "li",       "link",
    "listing", "main",     "map",        "mark",      "marquee",  "math",     "menu",     "meta",     "nav",
    "nobr",    "noembed",  "noframes",   "noscript",  "object",   "ol",       "optgroup", "option",   "output",
    "p",       "param",    "picture",    "plaintext", "pre",      "q",        "rp",       "rt",       "ruby",
    "s",       "samp",     "script",     "search",    "section",  "select",   "small",    "source",   "span",
    "strike",  "strong",   "style",      "sub",       "summary",  "sup",      "svg",      "table",    "tbody",
    "td",      "template", "textarea",   "tfoot",     "th",       "thead",    "time",     "title",    "tr",
    "track",   "tt",       "u",          "ul",        "var",      "video",    "wbr",      "xmp",
};

using enum HtmlTag;

constexpr HtmlTagSet kVoid = {kArea,  kBase, kBr,   kCol,   kEmbed,  kFrame, kHr, kImg,
                              kInput, kLink, kMeta, kParam, kSource, kTrack, kWbr};
constexpr HtmlTagSet kRawText = {kScript, kStyle, kTextarea, kTitle, kXmp, kIframe, kNoembed, kNoframes};
constexpr HtmlTagSet kBlock = {
    kAddress,   kArticle, kAside,  kBlockquote, kBody,   kButton,  kCaption,  kCenter,     kCol,      kColgroup, kDd,
    kDetails,   kDialog,  kDir,    kDiv,        kDl,     kDt,      kFieldset, kFigcaption, kFigure,   kFooter,   kForm,
    kFrameset,  kH1,      kH2,     kH3,         kH4,     kH5,      kH6,       kHead,       kHeader,   kHgroup,   kHr,
    kHtml,      kLegend,  kLi,     kListing,    kMain,   kMenu,    kNav,      kOl,         kOptgroup, kOption,   kP,
    kPlaintext, kPre,     kSearch, kSection,    kSelect, kSummary, kTable,    kTbody,      kTd,       kTextarea, kTfoot,
    kTh,        kThead,   kTitle,  kTr,         kUl,     kXmp};

// Where the names of each first letter begin, so that a lookup compares a dozen names at most.
constexpr std::array<uint8_t, 27> make_starts() {
  std::array<uint8_t, 27> starts{};
  for (size_t letter = 0; letter <= 26; ++letter) {
    size_t at = 0;
    while (at < kNames.size() && static_cast<size_t>(kNames[at][0] - 'a') < letter) {
      ++at;
    }
    starts[letter] = static_cast<uint8_t>(at);
  }
  return starts;
}
constexpr std::array<uint8_t, 27> kStarts = make_starts();

}  // namespace

HtmlTag html_tag_of(std::string_view lower_case_name) {
  if (lower_case_name.empty() || lower_case_name[0] < 'a' || lower_case_name[0] > 'z') {
    return kUnknown;
  }
  const auto letter = static_cast<size_t>(lower_case_name[0] - 'a');
  for (size_t at = kStarts[letter]; at < kStarts[letter + 1]; ++at) {
    if (kNames[at] == lower_case_name) {
      return static_cast<HtmlTag>(at);
    }
  }
  return kUnknown;
}

std::string_view html_tag_name(HtmlTag tag) {
  return tag == kUnknown ? std::string_view{} : kNames[static_cast<size_t>(tag)];
}
bool is_void_tag(HtmlTag tag) {
  return kVoid.has(tag);
}
bool is_raw_text_tag(HtmlTag tag) {
  return kRawText.has(tag);
}
bool is_block_tag(HtmlTag tag) {
  return kBlock.has(tag);
}
bool is_heading_tag(HtmlTag tag) {
  return tag >= kH1 && tag <= kH6;
}
int heading_level(HtmlTag tag) {
  return is_heading_tag(tag) ? static_cast<int>(tag) - static_cast<int>(kH1) + 1 : 0;
}

}  // namespace smelt
