// FineWeb's own rules (Penedo et al., "The FineWeb Datasets: Decanting the Web for the Finest Text Data at Scale",
// arXiv 2406.17557, section 3.6). They stand last in its chain, behind C4's, on the text that C4's left.
//
// By TextRules::kPublished as datatrove 0.10.1's FineWebQualityFilter: lines are not trimmed, so a space behind the end
// mark hides it; blank lines count among the line ends. By kFixed: lines are trimmed, closing quotes and brackets may
// stand behind an end mark, and lines are counted where the published rule counts line feeds.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "corpus/filters/line_stats.h"
#include "corpus/filters/options.h"
#include "corpus/filters/rules.h"
#include "corpus/text_stats.h"

namespace smelt {

// Reusable buffers: one a thread.
class FinewebJudge {
 public:
  // `words` of the text: spaCy's tokens by the published rules, else TextStats' words.
  void judge(std::string_view text, int64_t words, const FinewebOptions& options, TextRules rules,
             std::vector<RuleResult>& results);

 private:
  DistinctPieces lines_;
};

}  // namespace smelt
