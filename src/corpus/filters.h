// Heuristic quality filters: sets of rules over the statistics of a text, each rule with a name, the measured value and
// the threshold.
//
//   nemotron-cc  the 28 rules of NeMo Curator for English text (filters/nemotron_cc.h)
//   gopher       Gopher's repetition and quality rules (filters/gopher.h)
//   c4           C4's rules; removes lines (filters/c4.h)
//   fineweb      FineWeb's chain: Gopher's repetition and quality rules, C4's without the one on end marks, its own
//                (filters/fineweb.h)
//   redpajama    signals of RedPajama-V2, kept in the metadata, and rules on them (filters/redpajama.h)
//
// Sets are judged in their order; a step that two sets share is taken once, where it is first. Every rule is measured
// on the text as its step finds it: only c4's rules change it, for the steps behind them. Mode "fixed" measures what a
// rule means and knows languages; "published" what NeMo Curator 1.4 and datatrove 0.10.1 measure, oddities included,
// with spaCy's English words in gopher, c4 and fineweb whatever the language. An empty or "und" language is judged as
// English.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "corpus/filters/options.h"
#include "corpus/filters/rules.h"
#include "corpus/text_stats.h"

namespace smelt {

// The outcome for one document. When dropped, `reason` is the first rule that failed.
struct Verdict {
  bool keep = true;
  std::string reason;
  double value = 0;
  double threshold = 0;
};

// Names of all rules of all sets.
const std::vector<std::string>& filter_rules();

// Judges single documents. One pipeline a thread; equal options give equal verdicts.
class FilterPipeline {
 public:
  // Throws UserError(kUsage) where `sets` or `off` name nothing that exists.
  explicit FilterPipeline(FilterOptions options);
  ~FilterPipeline();
  FilterPipeline(FilterPipeline&&) noexcept;

  // Judges the text, and where it is kept replaces it by what the rules of C4 leave of it.
  Verdict filter(std::string& text, std::string_view language);
  Verdict check(std::string_view text, std::string_view language);
  // Every rule's value in the order of judgement, for reports and for choosing thresholds. Valid until the next call.
  const std::vector<RuleResult>& measure(std::string_view text, std::string_view language);

  // True where kept texts may be changed.
  bool edits() const;
  // Of the text judged last: {rule: value} of the rules that apply; the signals of RedPajama-V2 by name, null where the
  // set is not chosen; lines removed by reason, and "citations", null where nothing was.
  Json measured() const;
  Json signals() const;
  Json removed() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace smelt
