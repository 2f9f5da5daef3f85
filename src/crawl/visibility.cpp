#include "crawl/visibility.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "base/text.h"

namespace smelt {
namespace {

using enum HtmlTag;

constexpr HtmlTagSet kInvisible = {kScript, kStyle,   kNoscript, kTemplate, kSvg,      kIframe,   kObject,   kEmbed,
                                   kCanvas, kVideo,   kAudio,    kSelect,   kHead,     kDatalist, kTextarea, kButton,
                                   kInput,  kNoembed, kMap,      kApplet,   kNoframes, kTitle,    kLink,     kMeta,
                                   kRp,     kDialog,  kOption,   kFrame,    kFrameset};

// Boilerplate holds at most this share of the page's text outside links; a part with more is kept whatever it is
// called.
constexpr double kMaxPrunedShare = 0.3;

// Words of class and id attributes that name what is around the text.
constexpr std::array<std::string_view, 62> kBoilerplateWords = {
    "ad",          "addthis",     "ads",       "advert",     "advertisement", "advertising", "banner",
    "breadcrumb",  "breadcrumbs", "byline",    "comment",    "commentlist",   "comments",    "consent",
    "cookie",      "cookies",     "copyright", "disclaimer", "disqus",        "feedback",    "footer",
    "footnav",     "gdpr",        "gutter",    "headerlink", "linenos",       "login",       "masthead",
    "menu",        "menubar",     "metadata",  "mobilenav",  "modal",         "newsletter",  "overlay",
    "pager",       "pagination",  "popup",     "postmeta",   "print",         "promo",       "quickview",
    "recommended", "register",    "related",   "reply",      "respond",       "rss",         "search",
    "share",       "sharedaddy",  "sharing",   "sidebar",    "signup",        "social",      "sphinxsidebar",
    "subscribe",   "tags",        "teaser",    "toolbar",    "topbar",        "widget"};

bool is_boilerplate_word(std::string_view word) {
  return std::binary_search(kBoilerplateWords.begin(), kBoilerplateWords.end(), word) ||
         (word.starts_with("nav") && word != "naval" && word != "navy");
}

// Words end at anything but letters and digits, and before a capital that follows a small letter.
bool names_boilerplate(std::string_view attribute) {
  std::string word;
  for (size_t i = 0; i <= attribute.size(); ++i) {
    const char c = i < attribute.size() ? attribute[i] : ' ';
    const bool upper = c >= 'A' && c <= 'Z';
    const bool part = upper || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    const bool camel = upper && i > 0 && attribute[i - 1] >= 'a' && attribute[i - 1] <= 'z';
    if (!part || camel) {
      if (is_boilerplate_word(word)) {
        return true;
      }
      word.clear();
    }
    if (part) {
      word += upper ? static_cast<char>(c | 0x20) : c;
    }
  }
  return false;
}

// Most styles say neither "none" nor "hidden": they are not worth a copy.
bool mentions(std::string_view style, std::string_view lower_case_word) {
  const auto same = [](char a, char b) { return (a | 0x20) == b; };
  return std::search(style.begin(), style.end(), lower_case_word.begin(), lower_case_word.end(), same) != style.end();
}

bool is_invisible(const HtmlTree& tree, const HtmlNode& node) {
  if (kInvisible.has(node.tag)) {
    return true;
  }
  if (node.num_attributes == 0) {
    return false;
  }
  if (tree.has_attribute(node, "hidden") || style_hides(tree.attribute(node, "style"))) {
    return true;
  }
  const std::string_view css_class = tree.attribute(node, "class");
  return tree.attribute(node, "aria-hidden") == "true" || css_class == "headerlink" ||
         (node.tag == kSup && css_class.find("reference") != std::string_view::npos);
}

bool is_boilerplate(const HtmlTree& tree, const HtmlNode& node) {
  constexpr HtmlTagSet kAround = {kNav, kFooter, kAside, kMenu};
  if (kAround.has(node.tag)) {
    return true;
  }
  if (node.num_attributes == 0 || node.tag == kBody || node.tag == kHtml || node.tag == kMain || node.tag == kArticle ||
      is_heading_tag(node.tag) || node.tag == kA || node.tag == kPre || node.tag == kCode) {
    return false;
  }
  const std::string_view role = tree.attribute(node, "role");
  if (role == "navigation" || role == "banner" || role == "contentinfo" || role == "complementary" ||
      role == "search" || role == "dialog" || role == "alert") {
    return true;
  }
  return names_boilerplate(tree.attribute(node, "class")) || names_boilerplate(tree.attribute(node, "id"));
}

size_t count_visible(std::string_view text) {
  return static_cast<size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) > ' '; }));
}

}  // namespace

bool style_hides(std::string_view style) {
  if (!mentions(style, "none") && !mentions(style, "hidden")) {
    return false;
  }
  std::string flat = lower_ascii(style);
  std::erase_if(flat, [](char c) { return c == ' ' || c == '\t' || c == '\n'; });
  return flat.find("display:none") != std::string::npos || flat.find("visibility:hidden") != std::string::npos;
}

std::vector<uint8_t> find_pruned(const HtmlTree& tree, Pruning pruning) {
  const std::vector<HtmlNode>& nodes = tree.nodes();
  std::vector<uint8_t> pruned(nodes.size(), 0);
  // sums[i]: bytes of text outside links and invisible parts before node i.
  std::vector<size_t> sums(nodes.size() + 1, 0);
  uint32_t link_end = 0;
  uint32_t hidden_end = 0;
  for (uint32_t i = 0; i < nodes.size(); ++i) {
    const HtmlNode& node = nodes[i];
    const bool counts = node.is_text() && i >= link_end && i >= hidden_end;
    sums[i + 1] = sums[i] + (counts ? count_visible(node.text) : 0);
    if (node.is_text() || i < hidden_end) {
      continue;
    }
    if (is_invisible(tree, node)) {
      pruned[i] = 1;
      hidden_end = node.end;
    } else if (node.tag == kA) {
      link_end = std::max(link_end, node.end);
    }
  }
  if (pruning == Pruning::kInvisible) {
    return pruned;
  }
  const double limit = kMaxPrunedShare * static_cast<double>(sums.back());
  for (uint32_t i = 1; i < nodes.size(); ++i) {
    const HtmlNode& node = nodes[i];
    if (pruned[i] == 0 && !node.is_text() && static_cast<double>(sums[node.end] - sums[i]) <= limit &&
        is_boilerplate(tree, node)) {
      pruned[i] = 1;
    }
    if (pruned[i] != 0) {
      i = node.end - 1;
    }
  }
  return pruned;
}

}  // namespace smelt
