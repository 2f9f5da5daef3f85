// The part of a page that is its own text: an ensemble of trees judges each block by what it says, by the
// markup around it and by its neighbours, and those blocks are kept that promise the best F1 of words.
//
// The ensemble was fitted to pages whose text people marked (tools/extractor); its coefficients are
// main_text_model.cpp.
#pragma once

#include <cstdint>
#include <vector>

#include "crawl/blocks.h"
#include "crawl/html/tree.h"
#include "crawl/main/features.h"

namespace smelt {

// By node: 1 where text is none of a page's: scripts, drawings, fields of forms. Elements that a style hides stay:
// much text is hidden behind tabs and switches.
std::vector<uint8_t> find_unread(const HtmlTree& tree);

// By block of split_blocks(tree, find_unread(tree)): the probability that it belongs to the page's own text.
std::vector<float> score_blocks(const HtmlTree& tree, const std::vector<TextBlock>& blocks, const PageContext& context);

// By block: 1 for those to keep. With p the probabilities and n the words of blocks, the F1 that a set of blocks can
// expect is about 2 sum(p n over the set) / (sum(n over the set) + sum(p n over all)); the best set is a prefix of the
// blocks in descending order of p (Nan et al., "Optimizing F-measure: A Tale of Two Approaches", 2012). Where most of
// it stands in long blocks, short paragraphs must be rather sure, and nothing announces what was left out behind the
// last text. Repeated text is kept once; the title above the text stays; nothing is kept where no set promises an F1
// of 0.2.
std::vector<uint8_t> choose_blocks(const std::vector<TextBlock>& blocks, const std::vector<float>& scores);

}  // namespace smelt
