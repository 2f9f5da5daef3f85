// The steps that turn a text into words before BPE, each cutting what the step before it left.
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "tokens/split/regex_splitter.h"
#include "tokens/split/split_scanner.h"
#include "tokens/split/word_scanner.h"

namespace smelt {

class PreTokenizer {
 public:
  // What becomes of the matches of a splitting step.
  enum class Keep { kAll, kMatchesOnly, kGapsOnly };

  void add_rule(const SplitRule& rule) { steps_.emplace_back(RuleStep{rule}); }
  void add_regex(RegexSplitter regex, Keep keep) { steps_.emplace_back(RegexStep{std::move(regex), keep}); }
  void add_literal(std::string text, Keep keep) { steps_.emplace_back(LiteralStep{std::move(text), keep}); }
  // Numbers (\p{N}) apart from the rest: each digit by itself, or runs of them.
  void add_digits(bool individual) { steps_.emplace_back(DigitsStep{individual}); }
  void set_add_prefix_space(bool on) { add_prefix_space_ = on; }

  // A space is put before a text that does not begin with one.
  bool add_prefix_space() const { return add_prefix_space_; }
  // The rule of the only step, null where there are other steps or none: then the caller may scan directly.
  const SplitRule* only_rule() const;
  // The words of a text, appended; they point into it. No step: the text is one word.
  void split(std::string_view text, std::vector<std::string_view>& words) const;

 private:
  struct RuleStep {
    SplitRule rule;
  };
  struct RegexStep {
    RegexSplitter regex;
    Keep keep;
  };
  struct LiteralStep {
    std::string text;
    Keep keep;
  };
  struct DigitsStep {
    bool individual;
  };
  using Step = std::variant<RuleStep, RegexStep, LiteralStep, DigitsStep>;

  static void apply(const RuleStep& step, std::string_view text, std::vector<std::string_view>& words);
  static void apply(const RegexStep& step, std::string_view text, std::vector<std::string_view>& words);
  static void apply(const LiteralStep& step, std::string_view text, std::vector<std::string_view>& words);
  static void apply(const DigitsStep& step, std::string_view text, std::vector<std::string_view>& words);

  std::vector<Step> steps_;
  bool add_prefix_space_ = false;
};

// Calls word(std::string_view) for every word of a text under a known rule.
template <class F>
void for_each_word(const SplitRule& rule, std::string_view text, F&& word) {
  const WordScanner scanner(rule);
  constexpr size_t kWords = 256;
  const char* ends[kWords + WordScanner::kSlack];
  const char* p = text.data();
  const char* const end = p + text.size();
  while (p < end) {
    const size_t count = scanner.next(p, end, ends, kWords);
    for (size_t i = 0; i < count; ++i) {
      word(std::string_view(p, static_cast<size_t>(ends[i] - p)));
      p = ends[i];
    }
  }
}

}  // namespace smelt
