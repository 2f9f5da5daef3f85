// Main text by block classes: the jusText algorithm (Pomikalek, "Removing Boilerplate and Duplicate Content from Web
// Corpora", PhD thesis, Masaryk University 2011, chapter 5), with structure kept beside the text.
#pragma once

#include <cstdint>

#include "base/recipe.h"

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

}  // namespace smelt
