#include "crawl/visibility.h"

#include <algorithm>
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

}  // namespace

bool style_hides(std::string_view style) {
  if (!mentions(style, "none") && !mentions(style, "hidden")) {
    return false;
  }
  std::string flat = lower_ascii(style);
  std::erase_if(flat, [](char c) { return c == ' ' || c == '\t' || c == '\n'; });
  return flat.find("display:none") != std::string::npos || flat.find("visibility:hidden") != std::string::npos;
}

std::vector<uint8_t> find_pruned(const HtmlTree& tree) {
  const std::vector<HtmlNode>& nodes = tree.nodes();
  std::vector<uint8_t> pruned(nodes.size(), 0);
  for (uint32_t i = 0; i < nodes.size(); ++i) {
    if (!nodes[i].is_text() && is_invisible(tree, nodes[i])) {
      pruned[i] = 1;
      i = nodes[i].end - 1;
    }
  }
  return pruned;
}

}  // namespace smelt
