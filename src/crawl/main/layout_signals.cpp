#include "crawl/main/layout_signals.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/hash.h"
#include "base/hash_table.h"
#include "crawl/main/measures.h"

namespace smelt {
namespace {

using enum HtmlTag;

constexpr std::array<const char*, kLayoutSignals> kNames = {
    "path_blocks", "path_share",    "path_mean",   "path_links", "path_long",  "path_first", "path_rank",
    "kin_blocks",  "kin_share",     "kin_mean",    "kin_links",  "kin_long",   "kin_first",  "kin_rank",
    "core_up",     "core_down",     "core_before", "core_after", "core_share", "core_near",  "core_depth",
    "picture_up",  "since_picture", "to_picture",  "pictures_1", "pictures_2"};

constexpr uint32_t kFar = 15;

uint64_t mix(uint64_t a, uint64_t b) {
  return (a ^ (b + 0x9E3779B97F4A7C15ULL + (a << 6) + (a >> 2))) * 0xD6E8FEB86659FD93ULL;
}

// Letters alone: numbers tell one item of a list from the next.
uint64_t hash_class(std::string_view css) {
  std::array<char, 96> letters;
  size_t size = 0;
  for (const char c : css.substr(0, letters.size())) {
    letters[size] = c;
    size += c >= '0' && c <= '9' ? 0 : 1;
  }
  return hash64(std::string_view(letters.data(), size));
}

// What blocks with the same way down to them have together.
struct Group {
  uint32_t blocks = 0;
  uint32_t first = 0;
  double length = 0;
  double links = 0;
  double in_long = 0;
};

class Layout {
 public:
  Layout(const HtmlTree& tree, const std::vector<TextBlock>& blocks)
      : tree_(tree), nodes_(tree.nodes()), blocks_(blocks), out_(blocks.size()) {}

  std::vector<LayoutSignals> run() {
    read_nodes();
    for (const TextBlock& block : blocks_) {
      total_ += static_cast<double>(block.length);
      total_long_ += is_prose_block(block) ? static_cast<double>(block.length) : 0;
    }
    group(paths_, 0);
    group(kin_, 7);
    find_core();
    for (size_t i = 0; i < blocks_.size(); ++i) {
      place(i);
      pictures(i);
    }
    return std::move(out_);
  }

 private:
  uint32_t block_parent(uint32_t node) const {
    while (node != 0 && !is_block_tag(nodes_[node].tag)) {
      node = nodes_[node].parent;
    }
    return node;
  }

  // Hashes of the way down to each node, by elements and by the classes of the nearest ones; depths; pictures.
  void read_nodes() {
    const size_t count = nodes_.size();
    tags_.assign(count, 0);
    own_.assign(count, 0);
    home_.assign(count, 0);
    depth_.assign(count, 0);
    pictures_.assign(count + 1, 0);
    for (uint32_t i = 1; i < count; ++i) {
      const HtmlNode& node = nodes_[i];
      const uint32_t parent = node.parent;
      pictures_[i + 1] = pictures_[i] + (node.tag == kImg ? 1 : 0);
      if (node.is_element() && is_block_tag(node.tag)) {
        home_[i] = i;
        depth_[i] = static_cast<uint16_t>(depth_[home_[parent]] + 1);
        tags_[i] = mix(tags_[parent], static_cast<uint64_t>(node.tag) + 1);
        own_[i] = mix(node.num_attributes > 0 ? hash_class(tree_.attribute(node, "class")) : 0,
                      static_cast<uint64_t>(node.tag));
      } else {
        home_[i] = home_[parent];
        tags_[i] = tags_[parent];
      }
    }
    for (const TextBlock& block : blocks_) {
      const uint32_t home = home_[block.node];
      const uint32_t above = home_[nodes_[home].parent];
      const uint32_t top = home_[nodes_[above].parent];
      kin_.push_back(mix(own_[home], own_[above]));
      paths_.push_back(mix(mix(kin_.back(), own_[top]), tags_[home]));
    }
  }

  void group(const std::vector<uint64_t>& keys, size_t at) {
    HashTable<Group> groups;
    groups.reset(blocks_.size());
    std::vector<std::pair<Group*, uint32_t>> of;
    for (size_t i = 0; i < blocks_.size(); ++i) {
      bool is_new = false;
      Group& group = groups.insert(keys[i], is_new);
      group.first = is_new ? static_cast<uint32_t>(i) : group.first;
      of.emplace_back(&group, group.blocks++);
      group.length += static_cast<double>(blocks_[i].length);
      group.links += static_cast<double>(blocks_[i].link_length);
      group.in_long += is_prose_block(blocks_[i]) ? static_cast<double>(blocks_[i].length) : 0;
    }
    for (size_t i = 0; i < blocks_.size(); ++i) {
      const auto [group, rank] = of[i];
      float* to = out_[i].data() + at;
      to[0] = log_of(group->blocks);
      to[1] = share(group->length, total_);
      to[2] = log_of(group->length / group->blocks);
      to[3] = share(group->links, group->length);
      to[4] = share(group->in_long, total_long_);
      to[5] = share(group->first, static_cast<double>(blocks_.size()));
      to[6] = share(rank + 1, group->blocks);
    }
  }

  // The element whose own paragraphs, and half of them its parent's, hold most prose (as Readability finds it).
  void find_core() {
    std::vector<double> prose(nodes_.size(), 0);
    for (const TextBlock& block : blocks_) {
      if (is_prose_block(block)) {
        const uint32_t above = home_[nodes_[home_[block.node]].parent];
        prose[above] += static_cast<double>(block.length);
        prose[home_[nodes_[above].parent]] += static_cast<double>(block.length) / 2;
      }
    }
    core_ = static_cast<uint32_t>(std::max_element(prose.begin(), prose.end()) - prose.begin());
    core_share_ = share(prose[core_], total_long_);
    for (size_t i = 0; i < blocks_.size(); ++i) {
      if (blocks_[i].node >= core_ && blocks_[i].node < nodes_[core_].end) {
        core_begin_ = std::min(core_begin_, i);
        core_end_ = i + 1;
        last_long_ = is_prose_block(blocks_[i]) ? i : last_long_;
      }
    }
    core_begin_ = std::min(core_begin_, core_end_);
  }

  void place(size_t i) {
    uint32_t meeting = home_[blocks_[i].node];
    const uint32_t depth = depth_[meeting];
    while (meeting != 0 && (core_ < meeting || core_ >= nodes_[meeting].end)) {
      meeting = home_[nodes_[meeting].parent];
    }
    const bool inside = i >= core_begin_ && i < core_end_;
    if (inside) {
      meeting = core_;
    }
    const auto step = [](size_t a, size_t b) {
      return std::clamp(static_cast<float>(a) - static_cast<float>(b), -100.0F, 100.0F);
    };
    float* to = out_[i].data() + 14;
    to[0] = static_cast<float>(std::min(depth - depth_[meeting], kFar));
    to[1] = static_cast<float>(
        std::min<uint32_t>(depth_[home_[core_]] - std::min(depth_[meeting], depth_[home_[core_]]), kFar));
    to[2] = step(i, core_begin_);
    to[3] = step(i + 1, core_end_);
    to[4] = core_share_;
    to[5] = step(i, last_long_);
    to[6] = static_cast<float>(std::min<uint32_t>(depth_[home_[core_]], 40));
  }

  void pictures(size_t i) {
    const uint32_t node = blocks_[i].node;
    uint32_t at = home_[node];
    float* to = out_[i].data() + 21;
    uint32_t up = 0;
    while (at != 0 && up < 5 && pictures_[nodes_[at].end] == pictures_[at]) {
      at = home_[nodes_[at].parent];
      ++up;
    }
    to[0] = static_cast<float>(at == 0 ? 5 : up);
    const uint32_t from = i > 0 ? std::min(blocks_[i - 1].node, node) : 0;
    const uint32_t until =
        i + 1 < blocks_.size() ? std::max(blocks_[i + 1].node, node) : static_cast<uint32_t>(nodes_.size());
    to[1] = static_cast<float>(std::min(pictures_[node] - pictures_[from], 3U));
    to[2] = static_cast<float>(std::min(pictures_[until] - pictures_[node], 3U));
    uint32_t above = home_[nodes_[home_[node]].parent];
    to[3] = log_of(pictures_[nodes_[above].end] - pictures_[above]);
    above = home_[nodes_[above].parent];
    above = home_[nodes_[above].parent];
    to[4] = log_of(pictures_[nodes_[above].end] - pictures_[above]);
  }

  const HtmlTree& tree_;
  const std::vector<HtmlNode>& nodes_;
  const std::vector<TextBlock>& blocks_;
  std::vector<LayoutSignals> out_;
  std::vector<uint64_t> tags_;  // by node
  std::vector<uint64_t> own_;
  std::vector<uint32_t> home_;  // the nearest block element, itself if it is one
  std::vector<uint16_t> depth_;
  std::vector<uint32_t> pictures_;  // before each node
  std::vector<uint64_t> paths_;     // by block
  std::vector<uint64_t> kin_;
  double total_ = 0;
  double total_long_ = 0;
  uint32_t core_ = 0;
  float core_share_ = 0;
  size_t core_begin_ = SIZE_MAX;
  size_t core_end_ = 0;
  size_t last_long_ = 0;
};

}  // namespace

const char* layout_signal_name(size_t signal) {
  return kNames[signal];
}

std::vector<LayoutSignals> measure_layout(const HtmlTree& tree, const std::vector<TextBlock>& blocks) {
  return Layout(tree, blocks).run();
}

}  // namespace smelt
