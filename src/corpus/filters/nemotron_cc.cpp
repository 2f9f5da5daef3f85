#include "corpus/filters/nemotron_cc.h"

#include <algorithm>
#include <array>

namespace smelt {

namespace {

constexpr std::array<const char*, 9> kNgramReasons = {"top_2gram",       "top_3gram",       "top_4gram",
                                                      "duplicate_5gram", "duplicate_6gram", "duplicate_7gram",
                                                      "duplicate_8gram", "duplicate_9gram", "duplicate_10gram"};

// What is left after removing repeats; nothing repeats in an empty text.
double unique_ratio(int64_t unique, int64_t all) {
  return all == 0 ? 1 : static_cast<double>(unique) / static_cast<double>(all);
}

// The rules in their order, appended one by one.
class Judge {
 public:
  Judge(const TextStats& stats, std::string_view language, const NemotronCcOptions& options, TextRules rules,
        std::vector<RuleResult>& results)
      : s_(stats),
        o_(options),
        rules_(rules),
        english_(is_english(language)),
        spaced_(!is_unspaced_language(language)),
        results_(results) {}

  void judge() {
    judge_characters();
    judge_repeats();
    judge_words();
    judge_ngrams();
    at_most("bullet_lines", ratio(s_.bullet_lines, s_.lines), o_.max_bullet_lines);
  }

 private:
  void at_most(const char* reason, double value, double limit, bool applies = true) {
    results_.push_back({reason, value, 0, limit, applies});
  }
  void between(const char* reason, double value, double min, double max, bool applies = true) {
    results_.push_back({reason, value, min, max, applies});
  }
  // Of all characters; Curator drops empty texts by it.
  double of_characters(int64_t part) const {
    return s_.characters == 0 && rules_ == TextRules::kPublished ? 1 : ratio(part, s_.characters);
  }

  void judge_characters() {
    at_most("non_alphanumeric", of_characters(s_.characters - s_.plain_characters), o_.max_non_alphanumeric, english_);
    at_most("symbol_words", ratio(s_.symbol_words, s_.words), o_.max_symbol_words);
    at_most("digits", of_characters(s_.digits), o_.max_digits);
    at_most("url_characters", of_characters(s_.url_characters), o_.max_url_characters);
    at_most("white_space", of_characters(s_.white_space), o_.max_white_space);
    at_most("parentheses", of_characters(s_.parentheses), o_.max_parentheses);
    at_most("boilerplate", s_.lorem_ipsum ? 1 : ratio(s_.boilerplate_paragraphs, s_.paragraphs), o_.max_boilerplate);
  }

  void judge_repeats() {
    between("repeated_lines", unique_ratio(s_.unique_lines, s_.lines), o_.min_unique_lines, 1);
    between("repeated_paragraphs", unique_ratio(s_.unique_paragraphs, s_.paragraphs), o_.min_unique_paragraphs, 1);
    between("repeated_line_characters", unique_ratio(s_.unique_line_characters, s_.line_characters),
            o_.min_unique_line_characters, 1);
    between("repeated_paragraph_characters", unique_ratio(s_.unique_paragraph_characters, s_.paragraph_characters),
            o_.min_unique_paragraph_characters, 1);
  }

  void judge_words() {
    between("word_count", static_cast<double>(s_.words), static_cast<double>(o_.min_words),
            static_cast<double>(o_.max_words));
    at_most("punctuation", ratio(s_.unfinished_lines, s_.lines), o_.max_unfinished_lines);
    between("alphabetic_words", ratio(s_.alphabetic_words, s_.words), o_.min_alphabetic_words, 1, english_);
    // Curator stops counting once there are enough.
    const int64_t common = rules_ == TextRules::kPublished
                               ? std::min(s_.common_english_words, o_.min_common_english_words)
                               : s_.common_english_words;
    between("common_english_words", static_cast<double>(common), static_cast<double>(o_.min_common_english_words),
            kNoLimit, english_);
    between("mean_word_length", ratio(s_.word_characters, s_.words), o_.min_mean_word_length, o_.max_mean_word_length,
            spaced_);
    at_most("longest_word", static_cast<double>(s_.longest_word), static_cast<double>(o_.max_word_length), spaced_);
    at_most("ellipsis_lines", ratio(s_.ellipsis_lines, s_.lines), o_.max_ellipsis_lines);
  }

  void judge_ngrams() {
    for (size_t i = 0; i < kNgramReasons.size(); ++i) {
      const int64_t characters = i < 3 ? s_.top_ngram_characters[i] : s_.duplicate_ngram_characters[i - 3];
      at_most(kNgramReasons[i], of_characters(characters), o_.ngrams.max[i], spaced_);
    }
  }

  const TextStats& s_;
  const NemotronCcOptions& o_;
  TextRules rules_;
  bool english_;
  bool spaced_;
  std::vector<RuleResult>& results_;
};

}  // namespace

void judge_nemotron_cc(const TextStats& stats, std::string_view language, const NemotronCcOptions& options,
                       TextRules rules, std::vector<RuleResult>& results) {
  Judge(stats, language, options, rules, results).judge();
}

}  // namespace smelt
