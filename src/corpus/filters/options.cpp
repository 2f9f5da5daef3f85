#include "corpus/filters/options.h"

namespace smelt {

namespace {

const Range kShare{.min = 0, .max = 1};
constexpr const char* kTopCharacters = "share of characters in the most frequent word pair";
constexpr const char* kDuplicateCharacters = "share of characters in runs of five words seen before";

}  // namespace

void NgramLimits::fields(Fields& f, const char* top, const char* duplicate) {
  constexpr std::array<const char*, 9> kKeys = {"max_top_2gram",       "max_top_3gram",       "max_top_4gram",
                                                "max_duplicate_5gram", "max_duplicate_6gram", "max_duplicate_7gram",
                                                "max_duplicate_8gram", "max_duplicate_9gram", "max_duplicate_10gram"};
  const std::array<const char*, 9> docs = {top,
                                           "the same for three words",
                                           "the same for four words",
                                           duplicate,
                                           "the same for six words",
                                           "the same for seven words",
                                           "the same for eight words",
                                           "the same for nine words",
                                           "the same for ten words"};
  for (size_t i = 0; i < max.size(); ++i) {
    f(kKeys[i], max[i], docs[i], kShare);
  }
}

void NemotronCcOptions::fields(Fields& f) {
  const Range share = kShare;
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
  ngrams.fields(f, kTopCharacters, kDuplicateCharacters);
  f("max_bullet_lines", max_bullet_lines, "share of lines that start with a bullet", share);
}

void GopherOptions::fields(Fields& f) {
  const Range share = kShare;
  f("max_duplicate_paragraphs", max_duplicate_paragraphs, "share of paragraphs that were seen before", share);
  f("max_duplicate_paragraph_characters", max_duplicate_paragraph_characters, "the same by characters", share);
  f("max_duplicate_lines", max_duplicate_lines, "share of lines that were seen before", share);
  f("max_duplicate_line_characters", max_duplicate_line_characters, "the same by characters", share);
  ngrams.fields(f, kTopCharacters, kDuplicateCharacters);
  f("min_words", min_words, "words that are more than punctuation, at least", {.min = 0});
  f("max_words", max_words, "the same, at most", {.min = 1});
  f("min_mean_word_length", min_mean_word_length, "characters of such a word, at least", {.min = 0});
  f("max_mean_word_length", max_mean_word_length, "the same, at most", {.min = 1});
  f("max_hashes", max_hashes, "# a word", {.min = 0});
  f("max_ellipses", max_ellipses, "ellipses a word", {.min = 0});
  f("max_bullet_lines", max_bullet_lines, "share of lines that start with a bullet or a dash", share);
  f("max_ellipsis_lines", max_ellipsis_lines, "share of lines that end in an ellipsis", share);
  f("min_alphabetic_words", min_alphabetic_words, "share of words with a letter", share);
  f("min_stop_words", min_stop_words, "different stop words of the language", {.min = 0, .max = 8});
}

void C4Options::fields(Fields& f) {
  f("terminal_punctuation", terminal_punctuation, "remove lines without an end mark; never in the set fineweb");
  f("citations", citations, "take [1], [edit] and [citation needed] out of lines");
  f("javascript", javascript, "remove lines that name JavaScript");
  f("policies", policies, "remove lines that name cookies, privacy policies or terms of use");
  f("min_line_words", min_line_words, "remove lines of fewer words", {.min = 0});
  f("max_word_length", max_word_length, "remove lines with a longer word", {.min = 1});
  f("min_sentences", min_sentences, "sentences in the lines that are left, at least", {.min = 0});
}

void FinewebOptions::fields(Fields& f) {
  f("min_line_punctuation", min_line_punctuation, "share of lines with an end mark", kShare);
  f("max_short_lines", max_short_lines, "share of short lines", kShare);
  f("short_line", short_line, "characters of a short line, at most", {.min = 0});
  f("max_duplicate_line_characters", max_duplicate_line_characters, "share of characters in lines seen before", kShare);
  f("max_newlines", max_newlines, "line ends a word", {.min = 0});
}

void RedpajamaOptions::fields(Fields& f) {
  const Range share = kShare;
  f("judge", judge, "drop documents by the signals; false: only record them");
  f("min_words", min_words, "words after normalization, at least", {.min = 0});
  f("max_words", max_words, "the same, at most", {.min = 1});
  f("min_mean_word_length", min_mean_word_length, "characters of such a word, at least", {.min = 0});
  f("max_mean_word_length", max_mean_word_length, "the same, at most", {.min = 1});
  f("max_symbols", max_symbols, "# and ellipses a word", {.min = 0});
  f("max_ellipsis_lines", max_ellipsis_lines, "share of lines that end in an ellipsis", share);
  f("max_unlettered_words", max_unlettered_words, "English: share of words without a to z", share);
  f("max_curly_brackets", max_curly_brackets, "share of characters that are { or }", share);
  f("max_lorem_ipsum", max_lorem_ipsum, "\"lorem ipsum\" a character", share);
  f("max_bullet_lines", max_bullet_lines, "share of lines that start with a bullet or an en dash", share);
  f("min_unique_words", min_unique_words, "share of different words", share);
  f("min_entropy", min_entropy, "entropy of the words, nats", {.min = 0});
  f("min_stop_words", min_stop_words, "stop words of the language a word", share);
  ngrams.fields(f, "share of letters in the most frequent word pair",
                "share of letters in runs of five words that occur twice");
}

void FilterOptions::fields(Fields& f) {
  f("enabled", enabled, "judge documents at all");
  f("sets", sets,
    "rules to judge by, set after set: nemotron-cc, gopher, c4, fineweb, redpajama; the first rule that fails is the "
    "reason");
  f.choice("mode", mode, {"fixed", "published"},
           "fixed: what a rule means; published: what NeMo Curator 1.4 (nemotron-cc) and datatrove 0.10.1 (gopher, c4, "
           "fineweb) count, oddities included");
  f("off", off, "rules to leave out, by their names in the report, e.g. [\"punctuation\", \"bullet_lines\"]");
  f.choice("record", record, {"none", "rejects", "all"},
           "whose measured values are kept, by rule: of rejects as \"measured\", of the documents that stay in their "
           "metadata");
  f.table("nemotron_cc", nemotron_cc, "thresholds of the set nemotron-cc");
  f.table("gopher", gopher, "thresholds of the set gopher, and of fineweb's first two steps");
  f.table("c4", c4, "what the set c4 removes, and fineweb's third step");
  f.table("fineweb", fineweb, "thresholds of the set fineweb's last step");
  f.table("redpajama", redpajama, "thresholds of the set redpajama");
}

}  // namespace smelt
