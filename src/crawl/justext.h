// Main text by block classes: the jusText algorithm (Pomikalek, "Removing Boilerplate and Duplicate Content from Web
// Corpora", PhD thesis, Masaryk University 2011, chapter 5), with structure kept beside the text.
#pragma once

#include <cstdint>
#include <vector>

#include "base/recipe.h"
#include "crawl/blocks.h"
#include "crawl/stop_words.h"

namespace smelt {

struct JustextOptions {
  int64_t length_low = 70;
  int64_t length_high = 200;
  double stopwords_low = 0.30;
  double stopwords_high = 0.32;
  double max_link_density = 0.2;
  int64_t max_heading_distance = 200;
  void fields(Fields& f) {
    f("length_low", length_low, "characters; shorter blocks are judged by their neighbours", {.min = 0});
    f("length_high", length_high, "characters; longer blocks with enough stop words are good by themselves",
      {.min = 0});
    f("stopwords_low", stopwords_low, "share of stop words from which a block is nearly good", {.min = 0, .max = 1});
    f("stopwords_high", stopwords_high, "share of stop words from which a block is good", {.min = 0, .max = 1});
    f("max_link_density", max_link_density, "share of characters inside links above which a block is boilerplate",
      {.min = 0, .max = 1});
    f("max_heading_distance", max_heading_distance, "characters between a heading and the good block that keeps it",
      {.min = 0});
  }
};

enum class BlockClass : uint8_t { kBad, kShort, kNearGood, kGood };

// By block: kGood or kBad. Neighbouring rows of a table, items of a list and terms with their definitions are judged as
// one. `stop` is the list of the page's language; null leaves length and links to decide.
std::vector<BlockClass> classify_blocks(const std::vector<TextBlock>& blocks, const StopWords* stop,
                                        const JustextOptions& options);

}  // namespace smelt
