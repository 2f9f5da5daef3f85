#include "crawl/comments.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "base/text.h"

namespace smelt {
namespace {

using enum HtmlTag;

// An element with a larger share of the kept text is the text's own.
constexpr double kMostKept = 0.3;
constexpr int64_t kShortest = 25;  // characters of a comment

bool has_word_beginning(std::string_view names, std::string_view begin) {
  for (size_t at = names.find(begin); at != std::string_view::npos; at = names.find(begin, at + 1)) {
    const bool letter_before = at > 0 && names[at - 1] >= 'a' && names[at - 1] <= 'z';
    if (!letter_before) {
      return true;
    }
  }
  return false;
}

std::string names_of(const HtmlTree& tree, const HtmlNode& node) {
  return lower_ascii(tree.attribute(node, "class")) + " " + lower_ascii(tree.attribute(node, "id"));
}

// What stands around comments: where to write one, who wrote it and when, how to answer.
bool is_chrome(const HtmlTree& tree, const HtmlNode& node) {
  constexpr HtmlTagSet kForms = {kForm, kButton, kLabel, kFieldset, kTextarea, kNav, kTime};
  if (kForms.has(node.tag)) {
    return true;
  }
  if (node.num_attributes == 0) {
    return false;
  }
  constexpr std::array<std::string_view, 9> kWords = {"respond",      "comment-meta",   "comment-author",
                                                      "comment-form", "comments-title", "reply",
                                                      "metadata",     "byline",         "says"};
  const std::string names = names_of(tree, node);
  return std::any_of(kWords.begin(), kWords.end(),
                     [&](std::string_view word) { return names.find(word) != std::string::npos; });
}

}  // namespace

void keep_comments(const HtmlTree& tree, const std::vector<TextBlock>& blocks, std::vector<uint8_t>& keep) {
  const std::vector<HtmlNode>& nodes = tree.nodes();
  std::vector<double> kept(nodes.size() + 1, 0);  // characters of kept blocks before each node
  for (size_t i = 0; i < blocks.size(); ++i) {
    kept[blocks[i].node + 1] += keep[i] != 0 ? static_cast<double>(blocks[i].length) : 0;
  }
  for (size_t i = 0; i < nodes.size(); ++i) {
    kept[i + 1] += kept[i];
  }
  uint32_t thread_end = 0;
  uint32_t chrome_end = 0;
  size_t block = 0;
  for (uint32_t i = 1; i < nodes.size(); ++i) {
    const HtmlNode& node = nodes[i];
    if (node.is_element() && node.tag != kBody && node.tag != kHtml && node.tag != kMain) {
      const bool inside = i < thread_end;
      if (!inside && node.num_attributes > 0 && has_word_beginning(names_of(tree, node), "comment") &&
          kept[node.end] - kept[i] <= kMostKept * kept.back()) {
        thread_end = node.end;
      } else if (inside && is_chrome(tree, node)) {
        chrome_end = std::max(chrome_end, node.end);
      }
    }
    while (block < blocks.size() && blocks[block].node <= i) {
      const TextBlock& each = blocks[block];
      const bool sentence =
          each.length >= kShortest && each.link_length * 3 < each.length && each.kind != TextBlock::Kind::kHeading;
      if (each.node == i && i < thread_end && i >= chrome_end && sentence) {
        keep[block] = 1;
      }
      ++block;
    }
  }
}

}  // namespace smelt
