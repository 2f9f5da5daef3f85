#include "crawl/main/main_text.h"

#include <algorithm>
#include <numeric>
#include <unordered_set>

#include "base/hash.h"
#include "crawl/main/boosted_trees.h"
#include "crawl/main/main_text_model.h"

namespace smelt {
namespace {

using enum HtmlTag;

constexpr HtmlTagSet kUnread = {kScript, kStyle,   kTemplate, kSvg,    kIframe,   kObject,   kEmbed,
                                kCanvas, kVideo,   kAudio,    kSelect, kHead,     kDatalist, kTextarea,
                                kInput,  kNoembed, kMap,      kApplet, kNoframes, kTitle,    kLink,
                                kMeta,   kRp,      kOption,   kFrame,  kFrameset};

// Shorter repeated texts are labels, which may be right twice.
constexpr int64_t kShortestCopy = 60;
// A page whose best choice promises less holds no text of its own.
constexpr double kLeastF1 = 0.2;
constexpr int64_t kShortBlock = 60;
constexpr int64_t kLongBlock = 150;
constexpr double kProseShare = 0.7;
// How far above the text its title may stand, in blocks: bylines, dates and pictures come between.
constexpr size_t kTitleReach = 12;

// The title is rarely marked as text by those who marked pages, but a text is read under its title.
void keep_title(const std::vector<TextBlock>& blocks, std::vector<uint8_t>& keep) {
  const size_t first = static_cast<size_t>(std::find(keep.begin(), keep.end(), 1) - keep.begin());
  if (first == keep.size()) {
    return;
  }
  for (size_t i = first; i-- > 0 && first - i <= kTitleReach;) {
    const bool linked = blocks[i].link_length * 2 > blocks[i].length;
    if (blocks[i].kind == TextBlock::Kind::kHeading && blocks[i].level == 1 && !linked) {
      keep[i] = 1;
      return;
    }
  }
}

// By block: 1 for the set that promises the best F1.
std::vector<uint8_t> best_set(const std::vector<TextBlock>& blocks, const std::vector<float>& scores) {
  std::vector<uint8_t> keep(blocks.size(), 0);
  std::vector<size_t> order(blocks.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return scores[a] > scores[b]; });
  double expected = 0;
  for (size_t i = 0; i < blocks.size(); ++i) {
    expected += static_cast<double>(blocks[i].length) * static_cast<double>(scores[i]);
  }
  double taken = 0;
  double right = 0;
  double best = 0;
  size_t best_count = 0;
  for (size_t i = 0; i < order.size(); ++i) {
    const auto length = static_cast<double>(blocks[order[i]].length);
    taken += length;
    right += length * static_cast<double>(scores[order[i]]);
    if (const double f1 = 2 * right / (taken + expected); f1 > best) {
      best = f1;
      best_count = i + 1;
    }
  }
  for (size_t i = 0; i < best_count && best >= kLeastF1; ++i) {
    keep[order[i]] = 1;
  }
  return keep;
}

// Most of the kept text stands in long blocks: an article rather than a list of things.
bool is_prose(const std::vector<TextBlock>& blocks, const std::vector<uint8_t>& keep) {
  int64_t all = 0;
  int64_t in_long = 0;
  for (size_t i = 0; i < blocks.size(); ++i) {
    const bool is_long = blocks[i].length >= kLongBlock && blocks[i].link_length * 3 < blocks[i].length;
    all += keep[i] != 0 ? blocks[i].length : 0;
    in_long += keep[i] != 0 && is_long ? blocks[i].length : 0;
  }
  return static_cast<double>(in_long) > kProseShare * static_cast<double>(all);
}

// In prose, short blocks are labels, notes and credits unless there is more to say for them: a wrong one hardly moves
// the F1 of words, but a reader stumbles over it. Headings of parts that are kept are the exception.
float least_score(const TextBlock& block) {
  const bool is_short = block.length < kShortBlock;
  if (block.length >= kLongBlock) {
    return 0;
  }
  switch (block.kind) {
    case TextBlock::Kind::kHeading:
      return is_short ? 0.35F : 0.5F;
    case TextBlock::Kind::kParagraph:
      return is_short ? 0.8F : 0.6F;
    default:
      return is_short ? 0.55F : 0.5F;
  }
}

// Headings and labels of lists behind the last text go: what they announce was not kept.
void trim_end(const std::vector<TextBlock>& blocks, std::vector<uint8_t>& keep) {
  const auto announces = [&](const TextBlock& block) {
    const bool label = block.length < kShortBlock && (block.text.ends_with(':') || block.text.ends_with('?'));
    return label || block.kind == TextBlock::Kind::kHeading;
  };
  for (size_t last = blocks.size(); last-- > 0;) {
    if (keep[last] != 0 && !announces(blocks[last])) {
      std::fill(keep.begin() + static_cast<ptrdiff_t>(last) + 1, keep.end(), uint8_t{0});
      return;
    }
  }
}

}  // namespace

std::vector<uint8_t> find_unread(const HtmlTree& tree) {
  std::vector<uint8_t> unread(tree.nodes().size());
  for (size_t i = 0; i < unread.size(); ++i) {
    unread[i] = tree.nodes()[i].is_element() && kUnread.has(tree.nodes()[i].tag) ? 1 : 0;
  }
  return unread;
}

std::vector<float> score_blocks(const HtmlTree& tree, const std::vector<TextBlock>& blocks,
                                const PageContext& context) {
  return predict(main_text_model(), block_features(tree, blocks, context));
}

std::vector<uint8_t> choose_blocks(const std::vector<TextBlock>& blocks, const std::vector<float>& scores) {
  std::vector<uint8_t> keep = best_set(blocks, scores);
  if (is_prose(blocks, keep)) {
    std::vector<float> sure = scores;
    for (size_t i = 0; i < blocks.size(); ++i) {
      sure[i] = scores[i] < least_score(blocks[i]) ? 0 : scores[i];
    }
    keep = best_set(blocks, sure);
    trim_end(blocks, keep);
  }
  keep_title(blocks, keep);
  std::unordered_set<uint64_t> seen;
  for (size_t i = 0; i < blocks.size(); ++i) {
    if (keep[i] != 0 && blocks[i].length >= kShortestCopy && !seen.insert(hash64(blocks[i].text)).second) {
      keep[i] = 0;
    }
  }
  return keep;
}

}  // namespace smelt
