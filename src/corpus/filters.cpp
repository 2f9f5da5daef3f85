#include "corpus/filters.h"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

#include "base/text.h"

namespace smelt {

namespace {

constexpr double kNoLimit = std::numeric_limits<double>::infinity();

enum RuleIndex : size_t {
  kNonAlphanumeric,
  kSymbolWords,
  kDigits,
  kUrlCharacters,
  kWhiteSpace,
  kParentheses,
  kBoilerplate,
  kRepeatedLines,
  kRepeatedParagraphs,
  kRepeatedLineCharacters,
  kRepeatedParagraphCharacters,
  kWordCount,
  kPunctuation,
  kAlphabeticWords,
  kCommonEnglishWords,
  kMeanWordLength,
  kLongestWord,
  kEllipsis,
  kTop2gram,
  kDuplicate5gram = kTop2gram + 3,
  kBullets = kDuplicate5gram + 6,
};
static_assert(kBullets + 1 == kFilterRules);

double ratio(int64_t part, int64_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

// What is left after removing repeats; nothing repeats in an empty text.
double unique_ratio(int64_t unique, int64_t all) {
  return all == 0 ? 1 : static_cast<double>(unique) / static_cast<double>(all);
}

using Results = std::array<RuleResult, kFilterRules>;

void judge_characters(const TextStats& s, const FilterOptions& o, Results& results) {
  const int64_t n = s.characters;
  results[kNonAlphanumeric] = {"non_alphanumeric", ratio(n - s.plain_characters, n), 0, o.max_non_alphanumeric};
  results[kSymbolWords] = {"symbol_words", ratio(s.symbol_words, s.words), 0, o.max_symbol_words};
  results[kDigits] = {"digits", ratio(s.digits, n), 0, o.max_digits};
  results[kUrlCharacters] = {"url_characters", ratio(s.url_characters, n), 0, o.max_url_characters};
  results[kWhiteSpace] = {"white_space", ratio(s.white_space, n), 0, o.max_white_space};
  results[kParentheses] = {"parentheses", ratio(s.parentheses, n), 0, o.max_parentheses};
  const double boilerplate = s.lorem_ipsum ? 1 : ratio(s.boilerplate_paragraphs, s.paragraphs);
  results[kBoilerplate] = {"boilerplate", boilerplate, 0, o.max_boilerplate};
}

void judge_lines(const TextStats& s, const FilterOptions& o, Results& results) {
  results[kRepeatedLines] = {"repeated_lines", unique_ratio(s.unique_lines, s.lines), o.min_unique_lines, 1};
  results[kRepeatedParagraphs] = {"repeated_paragraphs", unique_ratio(s.unique_paragraphs, s.paragraphs),
                                  o.min_unique_paragraphs, 1};
  results[kRepeatedLineCharacters] = {"repeated_line_characters",
                                      unique_ratio(s.unique_line_characters, s.line_characters),
                                      o.min_unique_line_characters, 1};
  results[kRepeatedParagraphCharacters] = {"repeated_paragraph_characters",
                                           unique_ratio(s.unique_paragraph_characters, s.paragraph_characters),
                                           o.min_unique_paragraph_characters, 1};
  results[kPunctuation] = {"punctuation", ratio(s.unfinished_lines, s.lines), 0, o.max_unfinished_lines};
  results[kEllipsis] = {"ellipsis_lines", ratio(s.ellipsis_lines, s.lines), 0, o.max_ellipsis_lines};
  results[kBullets] = {"bullet_lines", ratio(s.bullet_lines, s.lines), 0, o.max_bullet_lines};
}

void judge_words(const TextStats& s, const FilterOptions& o, Results& results) {
  results[kWordCount] = {"word_count", static_cast<double>(s.words), static_cast<double>(o.min_words),
                         static_cast<double>(o.max_words)};
  results[kAlphabeticWords] = {"alphabetic_words", ratio(s.alphabetic_words, s.words), o.min_alphabetic_words, 1};
  results[kCommonEnglishWords] = {"common_english_words", static_cast<double>(s.common_english_words),
                                  static_cast<double>(o.min_common_english_words), kNoLimit};
  results[kMeanWordLength] = {"mean_word_length", ratio(s.word_characters, s.words), o.min_mean_word_length,
                              o.max_mean_word_length};
  results[kLongestWord] = {"longest_word", static_cast<double>(s.longest_word), 0,
                           static_cast<double>(o.max_word_length)};
}

void judge_ngrams(const TextStats& s, const FilterOptions& o, Results& results) {
  const std::array<double, 3> top_limits = {o.max_top_2gram, o.max_top_3gram, o.max_top_4gram};
  for (size_t i = 0; i < top_limits.size(); ++i) {
    results[kTop2gram + i] = {filter_reasons()[kTop2gram + i], ratio(s.top_ngram_characters[i], s.characters), 0,
                              top_limits[i]};
  }
  const std::array<double, 6> duplicate_limits = {o.max_duplicate_5gram, o.max_duplicate_6gram, o.max_duplicate_7gram,
                                                  o.max_duplicate_8gram, o.max_duplicate_9gram, o.max_duplicate_10gram};
  for (size_t i = 0; i < duplicate_limits.size(); ++i) {
    results[kDuplicate5gram + i] = {filter_reasons()[kDuplicate5gram + i],
                                    ratio(s.duplicate_ngram_characters[i], s.characters), 0, duplicate_limits[i]};
  }
}

}  // namespace

void FilterOptions::fields(Fields& f) {
  const Range share{.min = 0, .max = 1};
  f("enabled", enabled, "judge documents at all");
  f("off", off, "rules to leave out, by their names in the report, e.g. [\"punctuation\", \"bullet_lines\"]");
  f("max_non_alphanumeric", max_non_alphanumeric, "English: share of characters other than a-z, 0-9, newline, ? ! , .",
    share);
  f("max_symbol_words", max_symbol_words, "share of words that are ellipses or mostly #", share);
  f("max_digits", max_digits, "share of characters that are digits", share);
  f("max_url_characters", max_url_characters, "share of characters inside web addresses", share);
  f("max_white_space", max_white_space, "share of white space", share);
  f("max_parentheses", max_parentheses, "share of brackets of any kind", share);
  f("max_boilerplate", max_boilerplate, "share of paragraphs that name cookies, privacy policies or terms of use",
    share);
  f("min_unique_lines", min_unique_lines, "share of lines left when repeats are removed", share);
  f("min_unique_paragraphs", min_unique_paragraphs, "share of paragraphs left when repeats are removed", share);
  f("min_unique_line_characters", min_unique_line_characters, "the same by characters of lines", share);
  f("min_unique_paragraph_characters", min_unique_paragraph_characters, "the same by characters of paragraphs", share);
  f("min_words", min_words, "words in a document, at least", {.min = 0});
  f("max_words", max_words, "words in a document, at most", {.min = 1});
  f("max_unfinished_lines", max_unfinished_lines, "share of lines without an end mark", share);
  f("min_alphabetic_words", min_alphabetic_words, "English: share of words with a letter", share);
  f("min_common_english_words", min_common_english_words, "English: count of the, be, to, of, and, that, have, with",
    {.min = 0});
  f("min_mean_word_length", min_mean_word_length, "characters a word, at least", {.min = 0});
  f("max_mean_word_length", max_mean_word_length, "characters a word, at most", {.min = 1});
  f("max_word_length", max_word_length, "characters of the longest word", {.min = 1});
  f("max_ellipsis_lines", max_ellipsis_lines, "share of lines that end in an ellipsis", share);
  f("max_top_2gram", max_top_2gram, "share of characters in the most frequent word pair", share);
  f("max_top_3gram", max_top_3gram, "the same for three words", share);
  f("max_top_4gram", max_top_4gram, "the same for four words", share);
  f("max_duplicate_5gram", max_duplicate_5gram, "share of characters in runs of five words seen before", share);
  f("max_duplicate_6gram", max_duplicate_6gram, "the same for six words", share);
  f("max_duplicate_7gram", max_duplicate_7gram, "the same for seven words", share);
  f("max_duplicate_8gram", max_duplicate_8gram, "the same for eight words", share);
  f("max_duplicate_9gram", max_duplicate_9gram, "the same for nine words", share);
  f("max_duplicate_10gram", max_duplicate_10gram, "the same for ten words", share);
  f("max_bullet_lines", max_bullet_lines, "share of lines that start with a bullet", share);
}

const std::array<const char*, kFilterRules>& filter_reasons() {
  static constexpr std::array<const char*, kFilterRules> kReasons = {"non_alphanumeric",
                                                                     "symbol_words",
                                                                     "digits",
                                                                     "url_characters",
                                                                     "white_space",
                                                                     "parentheses",
                                                                     "boilerplate",
                                                                     "repeated_lines",
                                                                     "repeated_paragraphs",
                                                                     "repeated_line_characters",
                                                                     "repeated_paragraph_characters",
                                                                     "word_count",
                                                                     "punctuation",
                                                                     "alphabetic_words",
                                                                     "common_english_words",
                                                                     "mean_word_length",
                                                                     "longest_word",
                                                                     "ellipsis_lines",
                                                                     "top_2gram",
                                                                     "top_3gram",
                                                                     "top_4gram",
                                                                     "duplicate_5gram",
                                                                     "duplicate_6gram",
                                                                     "duplicate_7gram",
                                                                     "duplicate_8gram",
                                                                     "duplicate_9gram",
                                                                     "duplicate_10gram",
                                                                     "bullet_lines"};
  return kReasons;
}

FilterPipeline::FilterPipeline(FilterOptions options) : options_(std::move(options)) {
  const auto& reasons = filter_reasons();
  for (const std::string& name : options_.off) {
    const auto found = std::find(reasons.begin(), reasons.end(), name);
    if (found == reasons.end()) {
      const std::string nearest = nearest_name(name, {reasons.begin(), reasons.end()});
      throw usage_error(fmt::format("no filter is called \"{}\"", name), "filters.off",
                        nearest.empty() ? "" : fmt::format("did you mean \"{}\"?", nearest));
    }
    off_[static_cast<size_t>(found - reasons.begin())] = true;
  }
}

std::array<RuleResult, kFilterRules> FilterPipeline::measure(std::string_view text, std::string_view language) {
  const TextStats stats = analyzer_.analyze(text, language);
  Results results;
  judge_characters(stats, options_, results);
  judge_lines(stats, options_, results);
  judge_words(stats, options_, results);
  judge_ngrams(stats, options_, results);
  const bool english =
      language.empty() || language == "und" || language.substr(0, language.find_first_of("-_")) == "en";
  const bool unspaced = is_unspaced_language(language);
  for (const RuleIndex rule : {kNonAlphanumeric, kAlphabeticWords, kCommonEnglishWords}) {
    results[rule].applies = english;
  }
  for (const RuleIndex rule : {kMeanWordLength, kLongestWord}) {
    results[rule].applies = !unspaced;
  }
  for (size_t rule = kTop2gram; rule < kBullets; ++rule) {
    results[rule].applies = !unspaced;
  }
  for (size_t i = 0; i < kFilterRules; ++i) {
    results[i].applies = results[i].applies && !off_[i];
  }
  return results;
}

Verdict FilterPipeline::check(std::string_view text, std::string_view language) {
  if (!options_.enabled) {
    return {};
  }
  for (const RuleResult& result : measure(text, language)) {
    if (!result.passes()) {
      return {false, result.reason, result.value, result.value < result.min ? result.min : result.max};
    }
  }
  return {};
}

}  // namespace smelt
