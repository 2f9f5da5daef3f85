// SVG and MathML inside a page.
#include <algorithm>
#include <array>

#include "base/text.h"
#include "crawl/html/builder.h"

namespace smelt {
namespace {

using enum HtmlTag;

// HTML that cannot be part of a drawing or a formula: it was left open.
constexpr HtmlTagSet kBreakout = {
    kB,   kBig,  kBlockquote, kBody,  kBr,   kCenter, kCode,   kDd,  kDiv, kDl,      kDt,   kEm,   kEmbed, kH1, kH2,
    kH3,  kH4,   kH5,         kH6,    kHead, kHr,     kI,      kImg, kLi,  kListing, kMenu, kMeta, kNobr,  kOl, kP,
    kPre, kRuby, kS,          kSmall, kSpan, kStrong, kStrike, kSub, kSup, kTable,   kTt,   kU,    kUl,    kVar};

// Names that the standard writes with capitals, in the byte order of their lower-case forms.
constexpr std::array<std::string_view, 37> kSvgTags = {"altGlyph",
                                                       "altGlyphDef",
                                                       "altGlyphItem",
                                                       "animateColor",
                                                       "animateMotion",
                                                       "animateTransform",
                                                       "clipPath",
                                                       "feBlend",
                                                       "feColorMatrix",
                                                       "feComponentTransfer",
                                                       "feComposite",
                                                       "feConvolveMatrix",
                                                       "feDiffuseLighting",
                                                       "feDisplacementMap",
                                                       "feDistantLight",
                                                       "feDropShadow",
                                                       "feFlood",
                                                       "feFuncA",
                                                       "feFuncB",
                                                       "feFuncG",
                                                       "feFuncR",
                                                       "feGaussianBlur",
                                                       "feImage",
                                                       "feMerge",
                                                       "feMergeNode",
                                                       "feMorphology",
                                                       "feOffset",
                                                       "fePointLight",
                                                       "feSpecularLighting",
                                                       "feSpotLight",
                                                       "feTile",
                                                       "feTurbulence",
                                                       "foreignObject",
                                                       "glyphRef",
                                                       "linearGradient",
                                                       "radialGradient",
                                                       "textPath"};
constexpr std::array<std::string_view, 58> kSvgAttributes = {"attributeName",
                                                             "attributeType",
                                                             "baseFrequency",
                                                             "baseProfile",
                                                             "calcMode",
                                                             "clipPathUnits",
                                                             "diffuseConstant",
                                                             "edgeMode",
                                                             "filterUnits",
                                                             "glyphRef",
                                                             "gradientTransform",
                                                             "gradientUnits",
                                                             "kernelMatrix",
                                                             "kernelUnitLength",
                                                             "keyPoints",
                                                             "keySplines",
                                                             "keyTimes",
                                                             "lengthAdjust",
                                                             "limitingConeAngle",
                                                             "markerHeight",
                                                             "markerUnits",
                                                             "markerWidth",
                                                             "maskContentUnits",
                                                             "maskUnits",
                                                             "numOctaves",
                                                             "pathLength",
                                                             "patternContentUnits",
                                                             "patternTransform",
                                                             "patternUnits",
                                                             "pointsAtX",
                                                             "pointsAtY",
                                                             "pointsAtZ",
                                                             "preserveAlpha",
                                                             "preserveAspectRatio",
                                                             "primitiveUnits",
                                                             "refX",
                                                             "refY",
                                                             "repeatCount",
                                                             "repeatDur",
                                                             "requiredExtensions",
                                                             "requiredFeatures",
                                                             "specularConstant",
                                                             "specularExponent",
                                                             "spreadMethod",
                                                             "startOffset",
                                                             "stdDeviation",
                                                             "stitchTiles",
                                                             "surfaceScale",
                                                             "systemLanguage",
                                                             "tableValues",
                                                             "targetX",
                                                             "targetY",
                                                             "textLength",
                                                             "viewBox",
                                                             "viewTarget",
                                                             "xChannelSelector",
                                                             "yChannelSelector",
                                                             "zoomAndPan"};

template <size_t N>
std::string_view with_capitals(const std::array<std::string_view, N>& names, std::string_view lower) {
  const auto lower_of = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; };
  const auto less = [&](std::string_view a, std::string_view b) {
    return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end(),
                                        [&](char x, char y) { return lower_of(x) < lower_of(y); });
  };
  const auto at = std::lower_bound(names.begin(), names.end(), lower, less);
  return at != names.end() && at->size() == lower.size() && starts_with_ignoring_case(*at, lower) ? *at : lower;
}

}  // namespace

bool HtmlTreeBuilder::is_math_text_point(const Open& open) {
  constexpr HtmlTagSet kPoints = {kMi, kMo, kMn, kMs, kMtext};
  return open.space == HtmlNamespace::kMathMl && kPoints.has(open.tag);
}

bool HtmlTreeBuilder::is_html_integration_point(const Open& open) const {
  if (open.space == HtmlNamespace::kSvg) {
    return open.tag == kForeignObject || open.tag == kDesc || open.tag == kTitle;
  }
  if (open.space != HtmlNamespace::kMathMl || open.tag != kAnnotationXml || open.node == 0) {
    return false;
  }
  const std::string encoding = lower_ascii(tree_.attribute(tree_.nodes_[open.node], "encoding"));
  return encoding == "text/html" || encoding == "application/xhtml+xml";
}

bool HtmlTreeBuilder::breaks_out(const HtmlTagToken& token) const {
  if (token.tag != kFont) {
    return kBreakout.has(token.tag);
  }
  for (uint32_t i = 0; i < token.num_attributes; ++i) {
    const std::string_view name = tree_.attributes_[token.first_attribute + i].name;
    if (name == "color" || name == "face" || name == "size") {
      return true;
    }
  }
  return false;
}

void HtmlTreeBuilder::leave_foreign() {
  while (stack_.size() > 1 && top().space != HtmlNamespace::kHtml && !is_math_text_point(top()) &&
         !is_html_integration_point(top())) {
    pop();
  }
}

void HtmlTreeBuilder::foreign_start(const HtmlTagToken& token) {
  if (breaks_out(token)) {
    leave_foreign();
    return start_in(mode_, token);
  }
  insert_foreign(token, adjusted_top().space);
}

void HtmlTreeBuilder::insert_foreign(const HtmlTagToken& token, HtmlNamespace space) {
  HtmlTagToken adjusted = token;
  if (space == HtmlNamespace::kSvg) {
    adjusted.name = with_capitals(kSvgTags, token.name);
  }
  for (uint32_t i = 0; i < token.num_attributes; ++i) {
    std::string_view& name = tree_.attributes_[token.first_attribute + i].name;
    if (space == HtmlNamespace::kSvg) {
      name = with_capitals(kSvgAttributes, name);
    } else if (name == "definitionurl") {
      name = "definitionURL";
    }
  }
  const uint32_t node = new_element(adjusted, space);
  insert(node, place());
  if (!token.self_closing && !deep()) {
    push({node, token.tag, space});
  }
}

void HtmlTreeBuilder::foreign_text(std::string_view text, bool has_nul) {
  if (has_nul && text.find('\0') != std::string_view::npos) {
    std::string replaced;
    for (const char c : text) {
      replaced += c == '\0' ? "\xEF\xBF\xBD" : std::string_view(&c, 1);
    }
    text = tree_.made_.emplace_back(std::move(replaced));
  }
  insert_text(text);
  // U+FFFD that stands for U+0000 counts as nothing written.
  frameset_ok_ = frameset_ok_ && text.find_first_not_of(" \t\n\f\r\xEF\xBF\xBD") == std::string_view::npos;
}

void HtmlTreeBuilder::foreign_end(const HtmlTagToken& token) {
  if (token.tag == kBr || token.tag == kP) {
    leave_foreign();
    return end_in(mode_, token);
  }
  for (size_t i = stack_.size() - 1; i > 0; --i) {
    const Open& open = stack_[i];
    if (open.space == HtmlNamespace::kHtml) {
      return end_in(mode_, token);
    }
    if (open.tag == token.tag && (token.tag != kUnknown || lower_ascii(tree_.nodes_[open.node].text) == token.name)) {
      return pop_to(i);
    }
  }
}

}  // namespace smelt
