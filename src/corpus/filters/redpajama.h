// The quality signals of RedPajama-V2 that need no list or model of others (Weber et al., "RedPajama: an Open Dataset
// for Training Large Language Models", arXiv 2411.12372, table 5; togethercomputer/RedPajama-Data, quality_signals),
// under their names without the prefix "rps_". Signals of lines are given as means over the lines.
//
// Raw words are runs of letters, digits and underscores, or of other characters but spaces. Normalized words are what
// stands between spaces once ASCII punctuation is taken out and the rest is lower-case and in NFD. RedPajama-V2 itself
// drops nothing; the default thresholds follow its example of Gopher's rules, and min_entropy, min_unique_words,
// min_stop_words, max_curly_brackets and max_lorem_ipsum are ours. Stop words are those of crawl/stop_words.h in any
// case. Left out: perplexity, importance weights, classifiers, block lists of words and addresses.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/hash_table.h"
#include "corpus/filters/options.h"
#include "corpus/filters/rules.h"
#include "corpus/ngram_stats.h"

namespace smelt {

enum class Signal : uint8_t {
  kWordCount,
  kMeanWordLength,
  kSymbolToWordRatio,
  kLinesEndWithEllipsis,
  kNoAlphaWords,
  kAllCapsWords,
  kUniqueWords,
  kUnigramEntropy,
  kNumSentences,
  kStopWordFraction,
  kLoremIpsum,
  kCurlyBracket,
  kTop2gram,
  kTop3gram,
  kTop4gram,
  kDupe5grams,
  kDupe6grams,
  kDupe7grams,
  kDupe8grams,
  kDupe9grams,
  kDupe10grams,
  kTerminalMarkLines,
  kBulletLines,
  kLineWords,
  kLineUppercase,
  kLineNumerical,
  kJavascript,
  kCount,
};
constexpr size_t kNumSignals = static_cast<size_t>(Signal::kCount);
extern const std::array<const char*, kNumSignals> kSignalNames;

// Reusable buffers: one a thread.
class SignalMeter {
 public:
  using Values = std::array<double, kNumSignals>;
  Values measure(std::string_view text, std::string_view language);

 private:
  void normalize(std::string_view text);
  void finish_word(uint32_t characters);
  void add_word_signals(Values& values);

  std::string normalized_;  // one space between words
  std::vector<Word> words_;
  NgramCounter ngrams_;
  HashTable<uint32_t> frequencies_;
  std::vector<uint32_t*> counted_;
};

// Appends the rules on signals; none applies where options.judge is false.
void judge_redpajama(const SignalMeter::Values& values, std::string_view language, const RedpajamaOptions& options,
                     std::vector<RuleResult>& results);

}  // namespace smelt
