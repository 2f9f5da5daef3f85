#include "corpus/filters.h"

#include <algorithm>
#include <optional>
#include <set>

#include <fmt/format.h>

#include "base/did_you_mean.h"
#include "base/error.h"
#include "base/text.h"
#include "corpus/filters/c4.h"
#include "corpus/filters/english_tokenizer.h"
#include "corpus/filters/fineweb.h"
#include "corpus/filters/gopher.h"
#include "corpus/filters/nemotron_cc.h"
#include "corpus/filters/redpajama.h"

namespace smelt {

namespace {

enum class Step : uint8_t { kNemotronCc, kGopherRepetition, kGopherQuality, kC4, kFineweb, kRedpajama };

struct FilterSet {
  const char* name;
  std::vector<Step> steps;
};

const std::vector<FilterSet>& filter_sets() {
  static const std::vector<FilterSet> kSets = {
      {"nemotron-cc", {Step::kNemotronCc}},
      {"gopher", {Step::kGopherRepetition, Step::kGopherQuality}},
      {"c4", {Step::kC4}},
      {"fineweb", {Step::kGopherRepetition, Step::kGopherQuality, Step::kC4, Step::kFineweb}},
      {"redpajama", {Step::kRedpajama}},
  };
  return kSets;
}

[[noreturn]] void throw_unknown(const std::string& what, const std::string& name, const std::string& key,
                                const std::vector<std::string>& known) {
  throw usage_error(fmt::format("no {} is called '{}'", what, name), key,
                    did_you_mean(name, known, fmt::format("see corpus.{} of `smelt help recipe`", key)));
}

std::vector<Step> steps_of(const std::vector<std::string>& sets) {
  std::vector<Step> steps;
  std::vector<std::string> known;
  for (const FilterSet& set : filter_sets()) {
    known.emplace_back(set.name);
  }
  for (const std::string& name : sets) {
    const auto found = std::find(known.begin(), known.end(), name);
    if (found == known.end()) {
      throw_unknown("filter set", name, "filters.sets", known);
    }
    for (const Step step : filter_sets()[static_cast<size_t>(found - known.begin())].steps) {
      if (std::find(steps.begin(), steps.end(), step) == steps.end()) {
        steps.push_back(step);
      }
    }
  }
  return steps;
}

// In FineWeb's chain C4's rule on end marks is left out; the set c4 brings it back.
FilterOptions resolved(FilterOptions options) {
  const bool names_c4 = std::find(options.sets.begin(), options.sets.end(), "c4") != options.sets.end();
  options.c4.terminal_punctuation = options.c4.terminal_punctuation && names_c4;
  return options;
}

}  // namespace

struct FilterPipeline::State {
  FilterOptions options;
  TextRules rules;
  std::vector<Step> steps;
  std::vector<uint8_t> off;  // by place in the results; filled with the first text
  std::set<std::string> off_names;

  TextAnalyzer analyzer;
  EnglishTokenizer tokenizer;
  PublishedGopher gopher;
  FinewebJudge fineweb;
  SignalMeter meter;
  C4Cleaner cleaner;

  // Of the text at hand.
  std::string_view text;
  std::string_view language;
  bool edited = false;  // text is outcome.text
  std::optional<TextStats> stats;
  bool tokenized = false;
  std::vector<EnglishToken> tokens;
  C4Outcome outcome;
  SignalMeter::Values values{};
  std::vector<RuleResult> results;

  explicit State(FilterOptions given)
      : options(resolved(std::move(given))),
        rules(options.published() ? TextRules::kPublished : TextRules::kFixed),
        steps(steps_of(options.sets)),
        off_names(options.off.begin(), options.off.end()),
        cleaner(options.c4, rules) {}

  bool has(Step step) const { return std::find(steps.begin(), steps.end(), step) != steps.end(); }
  const TextStats& text_stats();
  const std::vector<EnglishToken>& text_tokens();
  void take(Step step);
  void edit();
  int64_t text_words();
  void measure(std::string_view new_text, std::string_view new_language);
  Verdict verdict() const;
};

const TextStats& FilterPipeline::State::text_stats() {
  if (!stats) {
    stats = analyzer.analyze(text, language, rules);
  }
  return *stats;
}

const std::vector<EnglishToken>& FilterPipeline::State::text_tokens() {
  if (!tokenized) {
    tokenizer.tokenize(text, tokens);
    tokenized = true;
  }
  return tokens;
}

// C4's rules fail before they are done with the text, which then stays as it is.
void FilterPipeline::State::edit() {
  const bool published = rules == TextRules::kPublished;
  cleaner.clean(text, language, published ? std::span(text_tokens()) : std::span<const EnglishToken>(), outcome);
  judge_c4(outcome, options.c4, results);
  if (!outcome.lorem_ipsum && !outcome.curly_bracket && outcome.text != text) {
    text = outcome.text;
    edited = true;
    stats.reset();
    tokenized = false;
  }
}

int64_t FilterPipeline::State::text_words() {
  if (edited) {
    return outcome.words;
  }
  if (rules == TextRules::kFixed) {
    return text_stats().words;
  }
  return std::count_if(text_tokens().begin(), text_tokens().end(),
                       [](const EnglishToken& token) { return (token.kind & EnglishToken::kSpace) == 0; });
}

void FilterPipeline::State::take(Step step) {
  const bool published = rules == TextRules::kPublished;
  switch (step) {
    case Step::kNemotronCc:
      judge_nemotron_cc(text_stats(), language, options.nemotron_cc, rules, results);
      break;
    case Step::kGopherRepetition:
      if (published) {
        gopher.judge_repetition(text, text_tokens(), options.gopher, results);
      } else {
        judge_gopher_repetition(text_stats(), language, options.gopher, results);
      }
      break;
    case Step::kGopherQuality:
      if (published) {
        PublishedGopher::judge_quality(text, text_tokens(), options.gopher, results);
      } else {
        judge_gopher_quality(text_stats(), text, language, options.gopher, results);
      }
      break;
    case Step::kC4:
      edit();
      break;
    case Step::kFineweb:
      fineweb.judge(text, text_words(), options.fineweb, rules, results);
      break;
    case Step::kRedpajama:
      values = meter.measure(text, language);
      judge_redpajama(values, language, options.redpajama, results);
      break;
  }
}

void FilterPipeline::State::measure(std::string_view new_text, std::string_view new_language) {
  text = new_text;
  language = new_language;
  edited = false;
  tokenized = false;
  stats.reset();
  outcome.removed = {};
  outcome.citations = 0;
  results.clear();
  for (const Step step : steps) {
    take(step);
  }
  if (off.size() != results.size()) {
    off.clear();
    for (const RuleResult& result : results) {
      off.push_back(off_names.contains(result.reason) ? 1 : 0);
    }
  }
  for (size_t i = 0; i < results.size(); ++i) {
    results[i].applies = results[i].applies && off[i] == 0;
  }
}

Verdict FilterPipeline::State::verdict() const {
  for (const RuleResult& result : results) {
    if (!result.passes()) {
      return {false, result.reason, result.value, result.value < result.min ? result.min : result.max};
    }
  }
  return {};
}

const std::vector<std::string>& filter_rules() {
  static const std::vector<std::string> kRules = [] {
    FilterOptions options;
    options.sets.clear();
    for (const FilterSet& set : filter_sets()) {
      options.sets.emplace_back(set.name);
    }
    FilterPipeline pipeline(std::move(options));
    std::vector<std::string> names;
    for (const RuleResult& result : pipeline.measure("", "en")) {
      names.emplace_back(result.reason);
    }
    return names;
  }();
  return kRules;
}

FilterPipeline::FilterPipeline(FilterOptions options) {
  for (const std::string& name : options.off) {
    if (std::find(filter_rules().begin(), filter_rules().end(), name) == filter_rules().end()) {
      throw_unknown("filter", name, "filters.off", filter_rules());
    }
  }
  state_ = std::make_unique<State>(std::move(options));
}

FilterPipeline::~FilterPipeline() = default;
FilterPipeline::FilterPipeline(FilterPipeline&&) noexcept = default;

const std::vector<RuleResult>& FilterPipeline::measure(std::string_view text, std::string_view language) {
  state_->measure(text, language);
  return state_->results;
}

Verdict FilterPipeline::check(std::string_view text, std::string_view language) {
  if (!state_->options.enabled) {
    return {};
  }
  state_->measure(text, language);
  return state_->verdict();
}

Verdict FilterPipeline::filter(std::string& text, std::string_view language) {
  Verdict verdict = check(text, language);
  if (verdict.keep && state_->options.enabled && state_->edited) {
    text = state_->outcome.text;
  }
  return verdict;
}

bool FilterPipeline::edits() const {
  return state_->options.enabled && state_->has(Step::kC4);
}

Json FilterPipeline::measured() const {
  Json values = Json::object();
  for (const RuleResult& result : state_->results) {
    if (result.applies) {
      values[result.reason] = result.value;
    }
  }
  return values;
}

Json FilterPipeline::signals() const {
  if (!state_->options.enabled || !state_->has(Step::kRedpajama)) {
    return {};
  }
  Json values = Json::object();
  for (size_t i = 0; i < kNumSignals; ++i) {
    values[kSignalNames[i]] = state_->values[i];
  }
  return values;
}

Json FilterPipeline::removed() const {
  Json lines = Json::object();
  const C4Outcome& outcome = state_->outcome;
  for (size_t i = 0; i < kC4LineReasons.size(); ++i) {
    if (outcome.removed[i] > 0) {
      lines[kC4LineReasons[i]] = outcome.removed[i];
    }
  }
  if (outcome.citations > 0) {
    lines["citations"] = outcome.citations;
  }
  return lines.size() > 0 ? lines : Json();
}

}  // namespace smelt
