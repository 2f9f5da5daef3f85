#include "crawl/main/features.h"

#include <algorithm>
#include <array>
#include <unordered_map>

#include "base/hash.h"
#include "base/hash_table.h"
#include "base/text.h"
#include "crawl/main/layout_signals.h"
#include "crawl/main/link_signals.h"
#include "crawl/main/measures.h"
#include "crawl/main/page_signals.h"
#include "crawl/main/signals.h"
#include "crawl/main/text_signals.h"
#include "crawl/main/topic_signals.h"

namespace smelt {
namespace {

using enum HtmlTag;

// Sums over blocks [0, i), so that any run of them is a difference.
struct Sums {
  double length = 0;
  double links = 0;
  double marks = 0;    // commas and ends of sentences
  double in_long = 0;  // characters of long blocks with few links
};

constexpr uint32_t kMostAlike = 30;

constexpr uint32_t phrase_bits(std::initializer_list<PhraseKind> kinds) {
  uint32_t bits = 0;
  for (const PhraseKind kind : kinds) {
    bits |= 1U << static_cast<uint32_t>(kind);
  }
  return bits;
}
// What a heading may announce.
constexpr uint32_t kHeadingPhrases[] = {
    phrase_bits({PhraseKind::kRelated, PhraseKind::kMore, PhraseKind::kReadAlso}),
    phrase_bits({PhraseKind::kComments, PhraseKind::kReactions}),
    phrase_bits({PhraseKind::kSharing, PhraseKind::kSignUp, PhraseKind::kAdvert, PhraseKind::kCookies}),
    phrase_bits({PhraseKind::kByline, PhraseKind::kContact, PhraseKind::kMenu}),
    phrase_bits({PhraseKind::kSorting, PhraseKind::kPurchase, PhraseKind::kMoney}),
};

class Measurer {
 public:
  Measurer(const HtmlTree& tree, const std::vector<TextBlock>& blocks, const PageContext& context)
      : tree_(tree), nodes_(tree.nodes()), blocks_(blocks), signals_(find_signals(tree)), topics_(context.title) {
    page_ = read_page_signals(tree, context.url);
    title_ = lower_ascii(context.title);
    const std::string address = lower_ascii(context.url);
    const std::string_view host = host_of(address);
    layout_ = measure_layout(tree, blocks);
    text_.reserve(blocks.size());
    sums_.resize(blocks.size() + 1);
    copy_counts_.reset(blocks.size());
    for (size_t i = 0; i < blocks.size(); ++i) {
      text_.push_back(measure_text(blocks[i].text, topics_.words()));
      links_.push_back(measure_links(tree, blocks[i], host));
      const TextBlock& block = blocks[i];
      const bool is_long = is_prose_block(block);
      topics_.end_block(is_long);
      sums_[i + 1] = {sums_[i].length + static_cast<double>(block.length),
                      sums_[i].links + static_cast<double>(block.link_length),
                      sums_[i].marks + text_.back().commas + text_.back().stops,
                      sums_[i].in_long + (is_long ? static_cast<double>(block.length) : 0.0)};
      copies_.push_back(&copy_counts_[hash64(block.text)]);
      ++*copies_.back();
    }
    first_block_.resize(nodes_.size() + 1);
    size_t block = 0;
    for (uint32_t node = 0; node <= nodes_.size(); ++node) {
      while (block < blocks.size() && blocks[block].node < node) {
        ++block;
      }
      first_block_[node] = static_cast<uint32_t>(block);
    }
    count_siblings();
    for (size_t i = 0; i < blocks.size(); ++i) {
      if (blocks[i].kind == TextBlock::Kind::kHeading && blocks[i].level == 1 && first_h1_ == blocks.size()) {
        first_h1_ = i;
      }
    }
  }

  template <class Put>
  void block(size_t i, Put&& put) {
    own(i, put);
    markup(i, put);
    containers(i, put);
    neighbours(i, put);
    position(i, put);
    layout(i, put);
    topic(i, put);
    page(put);
  }

 private:
  template <class Put>
  void topic(size_t i, Put& put) {
    const TopicSignals signals = topics_.of(i);
    put("topic", signals.in_prose);
    put("topic_often", signals.often_in_prose);
    put("topic_title", signals.in_title);
  }

  template <class Put>
  void layout(size_t i, Put& put) {
    for (size_t k = 0; k < kLayoutSignals; ++k) {
      put(layout_signal_name(k), layout_[i][k]);
    }
    const LinkSignals& links = links_[i];
    put("links", log_of(links.links));
    put("strong", share(links.strong_length, static_cast<double>(blocks_[i].text.size())));
    for (size_t k = 0; k < kLinkTargets; ++k) {
      put("link_target", static_cast<float>(links.targets >> k & 1U));
    }
    put("begins_with", static_cast<float>(text_[i].begin));
  }

  // How many elements of the same kind and class stand beside each block element.
  void count_siblings() {
    alike_.resize(nodes_.size(), 0);
    std::vector<std::pair<uint32_t, uint32_t*>> siblings;  // node and count
    for (uint32_t i = 1; i < nodes_.size(); ++i) {
      if (is_block_tag(nodes_[i].tag)) {
        siblings.emplace_back(i, nullptr);
      }
    }
    HashTable<uint32_t> counts;
    counts.reset(siblings.size());
    for (auto& [node, count] : siblings) {
      const std::string_view css = nodes_[node].num_attributes > 0 ? tree_.attribute(nodes_[node], "class") : "";
      count = &counts[hash64(css) ^ (static_cast<uint64_t>(nodes_[node].parent) << 20) ^
                      static_cast<uint64_t>(nodes_[node].tag)];
      ++*count;
    }
    for (const auto& [node, count] : siblings) {
      alike_[node] = static_cast<uint8_t>(std::min(*count, kMostAlike));
    }
  }

  template <class Put>
  void own(size_t i, Put& put) {
    const TextBlock& block = blocks_[i];
    const TextSignals& text = text_[i];
    put("length", log_of(static_cast<double>(block.length)));
    put("words", log_of(text.words));
    put("link_density", share(static_cast<double>(block.link_length), static_cast<double>(block.length)));
    put("kind", static_cast<float>(block.kind));
    put("level", static_cast<float>(block.level));
    put("ordinal", static_cast<float>(std::min(block.ordinal, 20)));
    put("word_length", share(text.letters, text.words));
    put("commas", share(text.commas, text.words));
    put("stops", share(text.stops, text.words));
    put("ends_sentence", static_cast<float>(text.end));
    put("digits", share(text.digits, static_cast<double>(block.length)));
    put("capitals", share(text.capitals, text.letters));
    put("title_case", share(text.capital_words, text.words));
    put("function_words", share(text.function_words, text.words));
    put("separators", static_cast<float>(std::min(text.separators, 5)));
    put("is_title", block.text.size() > title_.size()
                        ? 0.0F
                        : static_cast<float>(title_.find(lower_ascii(block.text)) != std::string::npos));
    put("copies", static_cast<float>(std::min<uint32_t>(*copies_[i], 10)));
    for (size_t k = 0; k < kPhraseKinds; ++k) {
      put(phrase_kind_name(k), static_cast<float>(text.phrases >> k & 1U));
    }
  }

  template <class Put>
  void markup(size_t i, Put& put) {
    const MarkupSignals& signals = signals_[blocks_[i].node];
    for (size_t k = 0; k < kMarkupWords; ++k) {
      put("word", static_cast<float>(signals.distance[k]));
    }
    for (size_t k = 0; k < kMarkupElements; ++k) {
      put("element", static_cast<float>(signals.distance[kMarkupWords + k]));
    }
    put("depth", static_cast<float>(signals.depth));
  }

  Sums between(size_t begin, size_t end) const {
    const Sums& a = sums_[begin];
    const Sums& b = sums_[end];
    return {b.length - a.length, b.links - a.links, b.marks - a.marks, b.in_long - a.in_long};
  }

  // The block elements around the block, from the inside.
  template <class Put>
  void containers(size_t i, Put& put) {
    constexpr int kLevels = 5;
    uint32_t node = nodes_[blocks_[i].node].parent;
    for (int level = 0; level < kLevels; ++level) {
      while (node != 0 && !is_block_tag(nodes_[node].tag)) {
        node = nodes_[node].parent;
      }
      const size_t begin = first_block_[node];
      const size_t end = std::max<size_t>(first_block_[nodes_[node].end], begin + 1);
      const Sums sums = between(begin, std::min(end, blocks_.size()));
      const auto count = static_cast<double>(end - begin);
      put("around_length", log_of(sums.length));
      put("around_links", share(sums.links, sums.length));
      put("around_blocks", log_of(count));
      put("around_mean", log_of(sums.length / count));
      put("around_share", share(sums.length, sums_.back().length));
      put("around_marks", share(sums.marks, sums.length));
      put("around_long", share(sums.in_long, sums.length));
      put("around_long_share", share(sums.in_long, sums_.back().in_long));
      put("around_tag", static_cast<float>(nodes_[node].tag));
      put("around_alike", static_cast<float>(alike_[node]));
      put("around_before", log_of(static_cast<double>(i - std::min<size_t>(begin, i))));
      node = nodes_[node].parent;
    }
  }

  template <class Put>
  void neighbours(size_t i, Put& put) {
    for (const int step : {-1, 1, -2, 2, -3, 3}) {
      const auto at = static_cast<int64_t>(i) + step;
      const bool there = at >= 0 && at < static_cast<int64_t>(blocks_.size());
      const TextBlock* block = there ? &blocks_[static_cast<size_t>(at)] : nullptr;
      put("near_length", there ? log_of(static_cast<double>(block->length)) : -1.0F);
      put("near_links",
          there ? share(static_cast<double>(block->link_length), static_cast<double>(block->length)) : -1.0F);
      put("near_kind", there ? static_cast<float>(block->kind) : -1.0F);
      put("near_stops",
          there ? share(text_[static_cast<size_t>(at)].stops, text_[static_cast<size_t>(at)].words) : -1.0F);
      put("near_depth",
          there ? static_cast<float>(signals_[block->node].depth) - static_cast<float>(signals_[blocks_[i].node].depth)
                : 20.0F);
    }
    for (const size_t reach : {4, 10}) {
      const size_t begin = i > reach ? i - reach : 0;
      const size_t end = std::min(i + reach + 1, blocks_.size());
      for (const auto& [from, to] : {std::pair(begin, i), std::pair(i + 1, end)}) {
        const Sums sums = from < to ? between(from, to) : Sums{};
        put("window_length", log_of(sums.length));
        put("window_links", share(sums.links, sums.length));
        put("window_long", share(sums.in_long, sums.length));
        put("window_marks", share(sums.marks, sums.length));
      }
    }
  }

  template <class Put>
  void position(size_t i, Put& put) {
    const auto count = static_cast<double>(blocks_.size());
    put("index", static_cast<float>(std::min<size_t>(i, 1000)));
    put("place", share(static_cast<double>(i), count));
    put("from_end", static_cast<float>(std::min<size_t>(blocks_.size() - i, 1000)));
    put("text_before", share(sums_[i].length, sums_.back().length));
    put("long_before", share(sums_[i].in_long, sums_.back().in_long));
    put("long_after", share(sums_.back().in_long - sums_[i + 1].in_long, sums_.back().in_long));
    const auto from_h1 = static_cast<float>(static_cast<int64_t>(i) - static_cast<int64_t>(first_h1_));
    put("from_h1", first_h1_ == blocks_.size() ? -1000.0F : std::clamp(from_h1, -500.0F, 500.0F));
    size_t heading = i;
    while (heading > 0 && i - heading < 40 && blocks_[heading].kind != TextBlock::Kind::kHeading) {
      --heading;
    }
    const bool found = blocks_[heading].kind == TextBlock::Kind::kHeading;
    put("heading_level", found ? static_cast<float>(blocks_[heading].level) : 0.0F);
    put("from_heading", found ? static_cast<float>(i - heading) : 50.0F);
    put("heading_phrases", found ? static_cast<float>(text_[heading].phrases != 0) : -1.0F);
    for (const uint32_t kinds : kHeadingPhrases) {
      put("heading_of", static_cast<float>(found && (text_[heading].phrases & kinds) != 0));
    }
    put("heading_links",
        found ? share(static_cast<double>(blocks_[heading].link_length), static_cast<double>(blocks_[heading].length))
              : -1.0F);
    size_t ahead = i + 1;
    while (ahead < blocks_.size() && ahead - i < 40 && between(ahead, ahead + 1).in_long <= 0) {
      ++ahead;
    }
    put("to_long", static_cast<float>(ahead - i));
    size_t behind = i;
    while (behind > 0 && i - behind < 40 && between(behind - 1, behind).in_long <= 0) {
      --behind;
    }
    put("since_long", static_cast<float>(i - behind));
  }

  template <class Put>
  void page(Put& put) {
    const auto count = static_cast<double>(blocks_.size());
    put("page_length", log_of(sums_.back().length));
    put("page_links", share(sums_.back().links, sums_.back().length));
    put("page_blocks", log_of(count));
    put("page_mean", log_of(sums_.back().length / std::max(count, 1.0)));
    put("page_long", share(sums_.back().in_long, sums_.back().length));
    put("page_marks", share(sums_.back().marks, sums_.back().length));
    for (const float value : page_.values) {
      put("page_signal", value);
    }
  }

  const HtmlTree& tree_;
  const std::vector<HtmlNode>& nodes_;
  const std::vector<TextBlock>& blocks_;
  std::vector<MarkupSignals> signals_;
  PageSignals page_;
  std::string title_;
  std::vector<TextSignals> text_;
  std::vector<LinkSignals> links_;
  std::vector<LayoutSignals> layout_;
  TopicMeasurer topics_;
  std::vector<Sums> sums_;
  std::vector<uint32_t> first_block_;  // by node: the first block that starts at it or later
  std::vector<uint8_t> alike_;
  HashTable<uint32_t> copy_counts_;  // by hash of a block's text
  std::vector<uint32_t*> copies_;    // by block, its count there
  size_t first_h1_ = blocks_.size();
};

}  // namespace

FeatureTable block_features(const HtmlTree& tree, const std::vector<TextBlock>& blocks, const PageContext& context) {
  Measurer measurer(tree, blocks, context);
  FeatureTable table(blocks.size(), block_feature_names().size());
  for (size_t i = 0; i < blocks.size(); ++i) {
    float* next = table.row(i);
    measurer.block(i, [&](std::string_view, float value) {
      *next = value;
      next += FeatureTable::kChunk;
    });
  }
  return table;
}

const std::vector<std::string>& block_feature_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> out;
    const HtmlTree tree = parse_html("<p>x");
    TextBlock block;
    block.node = static_cast<uint32_t>(tree.nodes().size() - 1);
    block.text = "x";
    block.length = 1;
    std::unordered_map<std::string, int> seen;
    const std::vector<TextBlock> blocks = {block};
    Measurer(tree, blocks, {}).block(0, [&](std::string_view name, float) {
      const int number = seen[std::string(name)]++;
      out.push_back(std::string(name) + (number > 0 ? "_" + std::to_string(number) : ""));
    });
    return out;
  }();
  return names;
}

}  // namespace smelt
