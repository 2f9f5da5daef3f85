#include "crawl/main/layout_signals.h"

#include <algorithm>
#include <cstdint>
#include <map>
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

constexpr uint32_t kFar = 15;         // levels
constexpr uint32_t kMostLevels = 40;  // that are climbed, so that deep pages take linear time

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

// Of a node: the nearest block element, itself if it is one.
struct Place {
  uint64_t tags = 0;  // a hash of the block elements on the way down
  uint32_t home = 0;
  uint32_t pictures = 0;  // before the node
  uint16_t depth = 0;     // block elements on the way down
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
  // The way down to each node, and what lies on it.
  void read_nodes() {
    places_.resize(nodes_.size() + 1);
    for (uint32_t i = 1; i < nodes_.size(); ++i) {
      const HtmlNode& node = nodes_[i];
      places_[i] = places_[node.parent];
      places_[i].pictures = pictures_;
      pictures_ += node.tag == kImg ? 1 : 0;
      if (node.is_element() && is_block_tag(node.tag)) {
        places_[i].home = i;
        ++places_[i].depth;
        places_[i].tags = mix(places_[i].tags, static_cast<uint64_t>(node.tag) + 1);
      }
    }
    places_.back().pictures = pictures_;
    looks_.reset(3 * blocks_.size());
    for (const TextBlock& block : blocks_) {
      const uint32_t home = home_of(block.node);
      const uint32_t above = parent_of(home);
      kin_.push_back(mix(look_of(home), look_of(above)));
      paths_.push_back(mix(mix(kin_.back(), look_of(parent_of(above))), places_[home].tags));
    }
  }

  uint32_t home_of(uint32_t node) const { return places_[node].home; }
  // Of a block element: the one around it.
  uint32_t parent_of(uint32_t element) const { return home_of(nodes_[element].parent); }
  uint32_t pictures_before(uint32_t node) const { return places_[node].pictures; }
  uint32_t pictures_in(uint32_t node) const { return pictures_before(nodes_[node].end) - pictures_before(node); }

  // A hash of a block element by itself.
  uint64_t look_of(uint32_t element) {
    if (element == 0) {
      return 0;
    }
    bool is_new = false;
    uint64_t& look = looks_.insert(element, is_new);
    if (is_new) {
      const HtmlNode& node = nodes_[element];
      look = mix(node.num_attributes > 0 ? hash_class(tree_.attribute(node, "class")) : 0,
                 static_cast<uint64_t>(node.tag));
    }
    return look;
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
    std::map<uint32_t, double> prose;
    for (const TextBlock& block : blocks_) {
      if (is_prose_block(block)) {
        const uint32_t above = parent_of(home_of(block.node));
        prose[above] += static_cast<double>(block.length);
        prose[parent_of(above)] += static_cast<double>(block.length) / 2;
      }
    }
    double most = 0;
    for (const auto& [element, length] : prose) {
      core_ = length > most ? element : core_;
      most = std::max(most, length);
    }
    core_share_ = share(most, total_long_);
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
    uint32_t meeting = home_of(blocks_[i].node);
    const uint32_t depth = places_[meeting].depth;
    const auto holds_core = [&](uint32_t node) { return core_ >= node && core_ < nodes_[node].end; };
    for (uint32_t up = 0; up < kMostLevels && !holds_core(meeting); ++up) {
      meeting = parent_of(meeting);
    }
    meeting = holds_core(meeting) ? meeting : 0;
    const bool inside = i >= core_begin_ && i < core_end_;
    if (inside) {
      meeting = core_;
    }
    const auto step = [](size_t a, size_t b) {
      return std::clamp(static_cast<float>(a) - static_cast<float>(b), -100.0F, 100.0F);
    };
    float* to = out_[i].data() + 14;
    to[0] = static_cast<float>(std::min(depth - places_[meeting].depth, kFar));
    to[1] = static_cast<float>(
        std::min<uint32_t>(places_[core_].depth - std::min(places_[meeting].depth, places_[core_].depth), kFar));
    to[2] = step(i, core_begin_);
    to[3] = step(i + 1, core_end_);
    to[4] = core_share_;
    to[5] = step(i, last_long_);
    to[6] = static_cast<float>(std::min<uint32_t>(places_[core_].depth, 40));
  }

  void pictures(size_t i) {
    const uint32_t node = blocks_[i].node;
    uint32_t at = home_of(node);
    float* to = out_[i].data() + 21;
    uint32_t up = 0;
    while (at != 0 && up < 5 && pictures_in(at) == 0) {
      at = parent_of(at);
      ++up;
    }
    to[0] = static_cast<float>(at == 0 ? 5 : up);
    const uint32_t from = i > 0 ? std::min(blocks_[i - 1].node, node) : 0;
    const uint32_t until =
        i + 1 < blocks_.size() ? std::max(blocks_[i + 1].node, node) : static_cast<uint32_t>(nodes_.size());
    to[1] = static_cast<float>(std::min(pictures_before(node) - pictures_before(from), 3U));
    to[2] = static_cast<float>(std::min(pictures_before(until) - pictures_before(node), 3U));
    uint32_t above = parent_of(home_of(node));
    to[3] = log_of(pictures_in(above));
    above = parent_of(above);
    above = parent_of(above);
    to[4] = log_of(pictures_in(above));
  }

  const HtmlTree& tree_;
  const std::vector<HtmlNode>& nodes_;
  const std::vector<TextBlock>& blocks_;
  std::vector<LayoutSignals> out_;
  std::vector<Place> places_;  // by node, and one behind the last
  HashTable<uint64_t> looks_;
  uint32_t pictures_ = 0;
  std::vector<uint64_t> paths_;  // by block
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
