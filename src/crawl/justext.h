// Main text by the jusText algorithm (Pomikalek, "Removing Boilerplate and Duplicate Content from Web Corpora", PhD
// thesis, Masaryk University 2011, chapter 5), as the Python package jusText 3.0.2 computes it.
//
// Given a page and a list of stop words, justext_paragraphs() and classify_paragraphs() give the package's paragraphs
// and classes, its oddities included: whitespace between inline elements joins words; headings wait in vain for their
// first chance, since classes below them are not known yet at that time.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/recipe.h"
#include "crawl/stop_words.h"

namespace smelt {

struct JustextOptions {
  int64_t length_low = 70;
  int64_t length_high = 200;
  double stopwords_low = 0.30;
  double stopwords_high = 0.32;
  double max_link_density = 0.2;
  int64_t max_heading_distance = 200;
  bool no_headings = false;
  std::string stop_words;
  void fields(Fields& f) {
    f("length_low", length_low, "characters; shorter paragraphs are judged by their neighbours", {.min = 0});
    f("length_high", length_high, "characters; longer paragraphs with enough stop words are good by themselves",
      {.min = 0});
    f("stopwords_low", stopwords_low, "share of stop words from which a paragraph is nearly good",
      {.min = 0, .max = 1});
    f("stopwords_high", stopwords_high, "share of stop words from which a paragraph is good", {.min = 0, .max = 1});
    f("max_link_density", max_link_density, "share of characters inside links above which a paragraph is boilerplate",
      {.min = 0, .max = 1});
    f("max_heading_distance", max_heading_distance, "characters between a heading and the good paragraph that keeps it",
      {.min = 0});
    f("no_headings", no_headings, "treat headings like other paragraphs");
    f("stop_words", stop_words,
      "a file with a word a line, used for every page, or a folder of such files named by language (en.txt), used "
      "before the built-in lists; empty: the built-in lists. Pages in a language without a list are judged by length "
      "and links alone");
  }
};

enum class BlockClass : uint8_t { kBad, kShort, kNearGood, kGood };

struct JustextParagraph {
  std::string text;         // runs of white space are one blank, or one line end where they hold one; never empty
  int64_t length = 0;       // code points of the text
  int64_t link_length = 0;  // of them inside links, and of blanks between
  bool heading = false;     // inside h1 to h9
  bool select = false;      // inside an element with "select" in its name
  BlockClass context_free = BlockClass::kBad;
  BlockClass final = BlockClass::kBad;  // kGood or kBad once classified
};

// The paragraphs of a page, unclassified: text between the edges of block elements and double line breaks, without
// <head>, scripts, styles and fields of forms. `html` is valid UTF-8. Elements nest as libxml2 2.14 nests them, by HTML
// 4's rules of tags that may be left out, to a depth of 512. Linear in the page.
std::vector<JustextParagraph> justext_paragraphs(std::string html);

// Sets the classes. `stop` is the list of the page's language; null leaves length and links to decide. Linear.
void classify_paragraphs(std::vector<JustextParagraph>& paragraphs, const StopWords* stop,
                         const JustextOptions& options);

}  // namespace smelt
