// Pages whose own text people marked, and which of their blocks belong to it.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "crawl/blocks.h"
#include "crawl/html/tree.h"

namespace smelt {

using WordBag = std::unordered_map<std::string, int>;

struct GoldPage {
  std::string id;
  std::string kind;
  std::string site;  // the last two labels of the host: folds of a cross-validation share no site
  std::string url;
  std::string title;
  HtmlTree tree;
  std::vector<TextBlock> blocks;
  std::vector<std::vector<std::string>> words;  // of each block
  WordBag gold;
  double gold_words = 0;
  // Of each block: the share of its words that stand in the marked text in this order; below 0: nobody said.
  std::vector<float> inside;
  std::vector<std::string> with;     // of pages without a marked text: what it holds,
  std::vector<std::string> without;  // and what it does not
};

// Lines of JSON with id, url, page_type, main_content; the pages are FOLDER/ID.html.
std::vector<GoldPage> read_gold(const std::string& gold_path, const std::string& folder);

// A list of objects with file, with, without: pages of which only some snippets are known.
std::vector<GoldPage> read_snippets(const std::string& gold_path, const std::string& folder);

// Snippets of `with` and of `without` that stand in the kept blocks.
std::pair<int, int> count_snippets(const GoldPage& page, const std::vector<uint8_t>& keep);

// F1 of the bag of words of the kept blocks against the marked text; 1 where both are empty.
double word_f1(const GoldPage& page, const std::vector<uint8_t>& keep);

}  // namespace smelt
