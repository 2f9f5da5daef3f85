#include "crawl/companions.h"

#include <algorithm>

namespace smelt {
namespace {

using Kind = TextBlock::Kind;

bool is_mute(const TextBlock& block) {
  return block.kind == Kind::kPre || is_formula_block(block);
}

// The element that holds the block's own.
uint32_t home_of(const HtmlTree& tree, const TextBlock& block) {
  uint32_t node = tree.nodes()[block.node].parent;
  while (node != 0 && !is_block_tag(tree.nodes()[node].tag)) {
    node = tree.nodes()[node].parent;
  }
  return tree.nodes()[node].parent;
}

void keep_mute(const HtmlTree& tree, const std::vector<TextBlock>& blocks, std::vector<uint8_t>& keep) {
  size_t i = 0;
  while (i < blocks.size()) {
    size_t end = i;
    while (end < blocks.size() && is_mute(blocks[end])) {
      ++end;
    }
    if (end == i) {
      ++i;
      continue;
    }
    const bool before = i > 0 && keep[i - 1] != 0;
    const bool after = end < blocks.size() && keep[end] != 0;
    const bool together = before && home_of(tree, blocks[i - 1]) == home_of(tree, blocks[end - 1]);
    if (before && (after || together)) {
      std::fill(keep.begin() + static_cast<std::ptrdiff_t>(i), keep.begin() + static_cast<std::ptrdiff_t>(end), 1);
    }
    i = end;
  }
}

void keep_whole_tables(const std::vector<TextBlock>& blocks, std::vector<uint8_t>& keep) {
  size_t i = 0;
  while (i < blocks.size()) {
    size_t end = i;
    int64_t length = 0;
    int64_t kept = 0;
    while (end < blocks.size() && blocks[end].kind == Kind::kTableRow && blocks[end].group == blocks[i].group) {
      length += blocks[end].length;
      kept += keep[end] != 0 ? blocks[end].length : 0;
      ++end;
    }
    if (end == i) {
      ++i;
      continue;
    }
    if (2 * kept > length) {
      std::fill(keep.begin() + static_cast<std::ptrdiff_t>(i), keep.begin() + static_cast<std::ptrdiff_t>(end), 1);
    }
    i = end;
  }
}

}  // namespace

void keep_companions(const HtmlTree& tree, const std::vector<TextBlock>& blocks, std::vector<uint8_t>& keep) {
  keep_whole_tables(blocks, keep);
  keep_mute(tree, blocks, keep);
}

}  // namespace smelt
