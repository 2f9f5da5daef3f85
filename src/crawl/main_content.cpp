#include "crawl/main_content.h"

namespace smelt {
namespace {

// A parent that adds at most this share of good text is not climbed to.
constexpr double kMaxLost = 0.1;

// The deepest element that holds nearly all good text.
uint32_t find_container(const HtmlTree& tree, const std::vector<TextBlock>& blocks,
                        const std::vector<BlockClass>& classes) {
  const std::vector<HtmlNode>& nodes = tree.nodes();
  std::vector<int64_t> sums(nodes.size() + 1, 0);
  for (size_t i = 0; i < blocks.size(); ++i) {
    const bool counts = classes[i] == BlockClass::kGood && blocks[i].kind != TextBlock::Kind::kHeading;
    sums[blocks[i].node + 1] += counts ? blocks[i].length - blocks[i].link_length : 0;
  }
  for (size_t i = 0; i < nodes.size(); ++i) {
    sums[i + 1] += sums[i];
  }
  const auto weight = [&](uint32_t node) { return static_cast<double>(sums[nodes[node].end] - sums[node]); };
  uint32_t container = 0;
  while (true) {
    uint32_t best = 0;
    for (uint32_t child = container + 1; child < nodes[container].end; child = nodes[child].end) {
      if (!nodes[child].is_text() && weight(child) >= (1 - kMaxLost) * weight(container)) {
        best = child;
        break;
      }
    }
    if (best == 0 || !is_block_tag(nodes[best].tag) || weight(best) <= 0) {
      return container;
    }
    container = best;
  }
}

}  // namespace

std::vector<uint8_t> find_main_content(const HtmlTree& tree, const std::vector<TextBlock>& blocks,
                                       const StopWords* stop, const JustextOptions& options) {
  const std::vector<BlockClass> classes = classify_blocks(blocks, stop, options);
  const uint32_t container = find_container(tree, blocks, classes);
  std::vector<uint8_t> keep(blocks.size(), 0);
  for (size_t i = 0; i < blocks.size(); ++i) {
    const bool inside = blocks[i].node >= container && blocks[i].node < tree.nodes()[container].end;
    keep[i] = inside && classes[i] == BlockClass::kGood ? 1 : 0;
  }
  return keep;
}

}  // namespace smelt
