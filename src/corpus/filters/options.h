// Thresholds of the filter sets: what a recipe can set under [corpus.filters]. The defaults are the published ones.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "base/recipe.h"

namespace smelt {

// Shares that n-grams may take: the most frequent one of two, three and four words, and those of five to ten words that
// were seen before.
struct NgramLimits {
  std::array<double, 9> max = {0.20, 0.18, 0.16, 0.15, 0.14, 0.13, 0.12, 0.11, 0.10};
  // In the table of the set that has them: max_top_2gram to max_top_4gram, max_duplicate_5gram to max_duplicate_10gram.
  // `top` and `duplicate` say what the first of either is a share of.
  void fields(Fields& f, const char* top, const char* duplicate);
};

// NeMo Curator's filters for English text, which Nemotron-CC uses.
struct NemotronCcOptions {
  double max_non_alphanumeric = 0.25;
  double max_symbol_words = 0.1;
  double max_digits = 0.15;
  double max_url_characters = 0.2;
  double max_white_space = 0.25;
  double max_parentheses = 0.1;
  double max_boilerplate = 0.4;
  double min_unique_lines = 0.7;
  double min_unique_paragraphs = 0.7;
  double min_unique_line_characters = 0.8;
  double min_unique_paragraph_characters = 0.8;
  int64_t min_words = 50;
  int64_t max_words = 100000;
  double max_unfinished_lines = 0.85;
  double min_alphabetic_words = 0.8;
  int64_t min_common_english_words = 2;
  double min_mean_word_length = 3;
  double max_mean_word_length = 10;
  int64_t max_word_length = 1000;
  double max_ellipsis_lines = 0.3;
  NgramLimits ngrams;
  double max_bullet_lines = 0.9;
  void fields(Fields& f);
};

struct GopherOptions {
  double max_duplicate_paragraphs = 0.3;
  double max_duplicate_paragraph_characters = 0.2;
  double max_duplicate_lines = 0.3;
  double max_duplicate_line_characters = 0.2;
  NgramLimits ngrams;
  int64_t min_words = 50;
  int64_t max_words = 100000;
  double min_mean_word_length = 3;
  double max_mean_word_length = 10;
  double max_hashes = 0.1;
  double max_ellipses = 0.1;
  double max_bullet_lines = 0.9;
  double max_ellipsis_lines = 0.3;
  double min_alphabetic_words = 0.8;
  int64_t min_stop_words = 2;
  void fields(Fields& f);
};

struct C4Options {
  bool terminal_punctuation = true;
  bool citations = true;
  bool javascript = true;
  bool policies = true;
  int64_t min_line_words = 3;
  int64_t max_word_length = 1000;
  int64_t min_sentences = 5;
  void fields(Fields& f);
};

struct FinewebOptions {
  double min_line_punctuation = 0.12;
  double max_short_lines = 0.67;
  int64_t short_line = 30;
  double max_duplicate_line_characters = 0.01;
  double max_newlines = 0.3;
  void fields(Fields& f);
};

struct RedpajamaOptions {
  int64_t min_words = 50;
  int64_t max_words = 100000;
  double min_mean_word_length = 3;
  double max_mean_word_length = 10;
  double max_symbols = 0.1;
  double max_ellipsis_lines = 0.3;
  double max_unlettered_words = 0.2;
  double max_curly_brackets = 0.025;
  double max_lorem_ipsum = 0;
  double max_bullet_lines = 0.9;
  double min_unique_words = 0.1;
  double min_entropy = 3;
  double min_stop_words = 0.06;
  NgramLimits ngrams;
  bool judge = true;
  void fields(Fields& f);
};

struct FilterOptions {
  bool enabled = true;
  std::vector<std::string> sets = {"nemotron-cc"};
  std::string mode = "fixed";
  std::vector<std::string> off;
  std::string record = "none";
  NemotronCcOptions nemotron_cc;
  GopherOptions gopher;
  C4Options c4;
  FinewebOptions fineweb;
  RedpajamaOptions redpajama;

  bool published() const { return mode == "published"; }
  void fields(Fields& f);
};

}  // namespace smelt
