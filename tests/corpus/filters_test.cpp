#include "corpus/filters.h"

#include <cmath>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/files.h"
#include "base/rng.h"
#include "corpus/testing.h"

namespace smelt {
namespace {

const std::string kGoodText =
    "The committee met on Tuesday to review the budget and the plans that were sent by the regional offices.\n"
    "Several members asked whether the new schedule would leave enough time for repairs, and they were told that it "
    "would.\n"
    "A longer report, with figures for every district, is to be printed before the end of the month.\n"
    "Nobody objected to the proposal, so the chair closed the discussion and moved on to other business.\n";

TextStats stats_of(const std::string& text, const std::string& language = "en") {
  TextAnalyzer analyzer;
  return analyzer.analyze(text, language);
}

Verdict check(const std::string& text, const std::string& language = "en", FilterOptions options = {}) {
  return FilterPipeline(std::move(options)).check(text, language);
}

std::string repeat(const std::string& text, int times) {
  std::string out;
  for (int i = 0; i < times; ++i) {
    out += text;
  }
  return out;
}

TEST(TextStats, CountsByHand) {
  const std::string text =
      "Hello, World! #### 42\n"
      "\n"
      "  \u2022 see (https://x.org/a?b=1) \u2026\n"
      "Hello, World! #### 42\n"
      "\n\n"
      "naïve \u0664 [read more]\n"
      "Use of Cookies is to be noted";
  const TextStats s = stats_of(text);
  EXPECT_EQ(s.words, 4 + 4 + 4 + 4 + 7);
  EXPECT_EQ(s.digits, 2 + 1 + 2 + 1);
  EXPECT_EQ(s.parentheses, 4);
  EXPECT_EQ(s.url_characters, 20);  // up to the closing bracket, which addresses may hold
  EXPECT_EQ(s.symbol_words, 3);
  EXPECT_EQ(s.alphabetic_words, 2 + 2 + 2 + 3 + 7);
  EXPECT_EQ(s.common_english_words, 3);  // of, to, be
  EXPECT_EQ(s.longest_word, 21);
  EXPECT_EQ(s.lines, 5);
  EXPECT_EQ(s.unique_lines, 4);
  EXPECT_EQ(s.bullet_lines, 1);
  EXPECT_EQ(s.ellipsis_lines, 1);
  EXPECT_EQ(s.unfinished_lines, 5);
  EXPECT_EQ(s.paragraphs, 3);
  EXPECT_EQ(s.unique_paragraphs, 3);
  EXPECT_EQ(s.boilerplate_paragraphs, 1);
  EXPECT_EQ(s.characters, static_cast<int64_t>(text.size()) - 2 - 2 - 1 - 1);
}

TEST(TextStats, EmptyAndBlankTextsAreAllZero) {
  for (const char* text : {"", " \n \u00A0\n"}) {
    const TextStats s = stats_of(text);
    EXPECT_EQ(s.words, 0);
    EXPECT_EQ(s.lines - s.unique_lines, 0);
    EXPECT_EQ(s.paragraphs, s.unique_paragraphs);
  }
}

TEST(TextStats, LanguagesWithoutSpacesCountLettersAsWords) {
  EXPECT_EQ(stats_of("我们 go 去。", "zh").words, 5);
  EXPECT_EQ(stats_of("我们 go 去。", "en").words, 3);
  EXPECT_TRUE(is_unspaced_language("zh-Hant"));
  EXPECT_FALSE(is_unspaced_language("ko"));
}

// The n-gram measures written out with plain maps and a mark a word.
struct SlowNgrams {
  std::vector<std::string> words;

  explicit SlowNgrams(const std::string& text) {
    std::string word;
    for (const char c : text + " ") {
      if (c == ' ' || c == '\n') {
        if (!word.empty()) {
          words.push_back(word);
        }
        word.clear();
      } else {
        word += c;
      }
    }
  }
  std::string joined(size_t at, size_t n) const {
    std::string out;
    for (size_t i = at; i < at + n; ++i) {
      out += (i == at ? "" : " ") + words[i];
    }
    return out;
  }
  int64_t top(size_t n) const {
    std::map<std::string, std::pair<int64_t, size_t>> seen;  // occurrences, end of the last one
    for (size_t i = 0; i + n <= words.size(); ++i) {
      auto& [count, end] = seen[joined(i, n)];
      if (count == 0 || i >= end) {
        ++count;
        end = i + n;
      }
    }
    int64_t best = 0;
    int64_t best_count = 1;
    for (const auto& [gram, entry] : seen) {
      const auto characters = static_cast<int64_t>(gram.size()) * entry.first;
      if (entry.first > best_count || (entry.first == best_count && entry.first > 1)) {
        best = entry.first > best_count ? characters : std::max(best, characters);
        best_count = entry.first;
      }
    }
    return best;
  }
  int64_t duplicates(size_t n) const {
    std::set<std::string> seen;
    std::vector<bool> marked(words.size());
    std::vector<bool> joined_to_next(words.size());
    for (size_t i = 0; i + n <= words.size(); ++i) {
      if (!seen.insert(joined(i, n)).second) {
        for (size_t k = i; k < i + n; ++k) {
          marked[k] = true;
          joined_to_next[k] = joined_to_next[k] || k + 1 < i + n;
        }
      }
    }
    int64_t characters = 0;
    for (size_t i = 0; i < words.size(); ++i) {
      characters += marked[i] ? static_cast<int64_t>(words[i].size()) : 0;
      characters += joined_to_next[i] ? 1 : 0;
    }
    return characters;
  }
};

TEST(TextStats, NgramsEqualASlowCountOnRandomTexts) {
  TextAnalyzer analyzer;
  for (uint64_t seed = 0; seed < 300; ++seed) {
    Rng rng(seed, "filters_test");
    const uint64_t vocabulary = 1 + rng.below(12);
    std::string text;
    const uint64_t length = rng.below(120);
    for (uint64_t i = 0; i < length; ++i) {
      const uint64_t word = rng.below(vocabulary);
      text += std::string(1 + word % 4, static_cast<char>('a' + word)) + (rng.below(8) == 0 ? "\n" : " ");
    }
    const TextStats fast = analyzer.analyze(text, "en");
    const SlowNgrams slow(text);
    for (size_t n = 2; n <= 4; ++n) {
      EXPECT_EQ(fast.top_ngram_characters[n - 2], slow.top(n)) << n << ": " << text;
    }
    for (size_t n = 5; n <= 10; ++n) {
      EXPECT_EQ(fast.duplicate_ngram_characters[n - 5], slow.duplicates(n)) << n << ": " << text;
    }
  }
}

TEST(Filters, KeepOrdinaryProse) {
  const Verdict verdict = check(kGoodText);
  EXPECT_TRUE(verdict.keep) << verdict.reason << " " << verdict.value;
}

struct Bad {
  const char* reason;
  std::string text;
  double value;  // by hand; negative: only the reason is checked
};

TEST(Filters, EachRuleDropsWhatItIsFor) {
  const std::string line = "One more line about the state of the roads and bridges that the town has to keep.\n";
  std::vector<Bad> cases = {
      {"non_alphanumeric", kGoodText + repeat("\u00E9 - ", 100), -1},
      {"symbol_words", kGoodText + repeat("...\n", 20), -1},
      {"digits", kGoodText + repeat("1234567890", 10), -1},
      {"url_characters", kGoodText + "http://" + std::string(300, 'a'), 307.0 / (kGoodText.size() + 307)},
      {"parentheses", kGoodText + repeat("()", 30) + std::string(60, 'a'), 60.0 / (kGoodText.size() + 120)},
      {"boilerplate", kGoodText + "\nlorem ipsum dolor", 1},
      {"boilerplate", kGoodText + "\nSee the Privacy Policy.\n\nTerms of use apply.", 2.0 / 3},
      {"repeated_lines", kGoodText + repeat("ok now.\n", 4), 5.0 / 8},
      {"repeated_paragraphs", kGoodText + "\n\nabc\n\nabc", 2.0 / 3},
      {"word_count", "The words of this text are too few to be kept with others.", 13},
      {"common_english_words",
       "Members asked whether schedule leaves enough time, " + repeat("plenty of repairs are due soon here. ", 1) +
           "members were told it would leave enough, said chairman Smith yesterday evening, "
           "adding nobody objected when proposals were read aloud before other business began, "
           "so discussion closed early, after which everyone went home through heavy rain, "
           "taking small printed reports along, since copies remained available until midnight.",
       1},
      {"longest_word", kGoodText + repeat(kGoodText.substr(0, 0), 1) + std::string(1001, 'x'), 1001},
  };
  FilterOptions relaxed;
  for (const Bad& bad : cases) {
    FilterOptions options = relaxed;
    if (std::string(bad.reason) == "longest_word") {
      options.off = {"mean_word_length"};
    }
    const Verdict verdict = check(bad.text, "en", options);
    EXPECT_FALSE(verdict.keep) << bad.reason;
    EXPECT_EQ(verdict.reason, bad.reason) << verdict.value;
    if (bad.value >= 0) {
      EXPECT_NEAR(verdict.value, bad.value, 1e-12) << bad.reason;
    }
  }
}

// Rules that others usually hide are looked at one by one through measure().
TEST(Filters, MeasureGivesEveryRulesValue) {
  FilterPipeline pipeline{FilterOptions{}};
  const auto value = [&](const std::string& text, const std::string& reason) {
    for (const RuleResult& result : pipeline.measure(text, "en")) {
      if (reason == result.reason) {
        return result.value;
      }
    }
    ADD_FAILURE() << reason;
    return -1.0;
  };
  EXPECT_DOUBLE_EQ(value("a b c", "white_space"), 2.0 / 5);
  EXPECT_DOUBLE_EQ(value("ab.\nab\nab?", "punctuation"), 1.0 / 3);
  EXPECT_DOUBLE_EQ(value("ab...\nab\nread more", "ellipsis_lines"), 2.0 / 3);
  EXPECT_DOUBLE_EQ(value("\u2022 a\nb", "bullet_lines"), 1.0 / 2);
  EXPECT_DOUBLE_EQ(value("abc 12 3 x", "alphabetic_words"), 2.0 / 4);
  EXPECT_DOUBLE_EQ(value("ab abcd", "mean_word_length"), 3);
  EXPECT_DOUBLE_EQ(value("abcd\nab\nab", "repeated_line_characters"), 6.0 / 8);
  EXPECT_DOUBLE_EQ(value("abcd\n\nab\n\nab", "repeated_paragraph_characters"), 6.0 / 8);
  EXPECT_DOUBLE_EQ(value("x y z x y q", "top_2gram"), 6.0 / 11);
  EXPECT_DOUBLE_EQ(value("a b c d e f a b c d e", "duplicate_5gram"), 9.0 / 21);
  std::set<std::string> names;
  for (const RuleResult& result : pipeline.measure(kGoodText, "en")) {
    names.insert(result.reason);
    EXPECT_TRUE(result.passes()) << result.reason << " " << result.value;
  }
  EXPECT_EQ(names.size(), 28U);
}

TEST(Filters, OtherLanguagesSkipEnglishRules) {
  const std::string data = test_data("langid");
  if (data.empty()) {
    GTEST_SKIP();
  }
  for (const char* language : {"de", "fr", "ru", "el", "ar", "hi", "zh", "ja", "th", "fi"}) {
    std::string text = read_file(data + "/" + language + ".txt");
    FilterPipeline pipeline{FilterOptions{}};
    const Verdict verdict = pipeline.check(text, language);
    EXPECT_TRUE(verdict.keep) << language << " " << verdict.reason << " " << verdict.value;
  }
  const std::string russian = read_file(data + "/ru.txt");
  EXPECT_EQ(check(russian, "en").reason, "non_alphanumeric");
}

TEST(Filters, BooksOfTheDataAreKept) {
  const std::string data = test_data("text/wikitext-2.valid.txt");
  if (data.empty()) {
    GTEST_SKIP();
  }
  FilterOptions options;
  options.nemotron_cc.max_words = 1 << 30;
  options.nemotron_cc.max_non_alphanumeric = 0.3;  // this text sets spaces around punctuation
  const Verdict verdict = check(read_file(data), "en", options);
  EXPECT_TRUE(verdict.keep) << verdict.reason << " " << verdict.value;
}

TEST(Filters, RulesCanBeSwitchedOffByName) {
  FilterOptions options;
  options.off = {"word_count", "mean_word_length"};
  EXPECT_TRUE(check("The end of the day.", "en", options).keep);
  options.off = {"word_cuont"};
  try {
    FilterPipeline pipeline(options);
    FAIL();
  } catch (const UserError& error) {
    EXPECT_EQ(error.code(), ExitCode::kUsage);
    EXPECT_NE(std::string(error.what()).find("word_count"), std::string::npos);
  }
  options.off.clear();
  options.enabled = false;
  EXPECT_TRUE(check("", "en", options).keep);
}

}  // namespace
}  // namespace smelt
