// Everything the heuristic filters measure of a text, computed in one go.
//
// Units: characters are code points. A word is a maximal run without white space (Unicode's White_Space and the control
// characters U+001C to U+001F); in languages written without spaces every letter outside ASCII is a word by itself. A
// line is a non-blank line, trimmed of white space. A paragraph is a maximal run of non-blank lines.
//
// By TextRules::kPublished the same members hold what NeMo Curator 1.4's filters count: lines are not trimmed, a
// paragraph is what stands between two line feeds in a row (an empty one too), and the comments marked * do not hold.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string_view>

namespace smelt {

constexpr int kMinTopNgram = 2;
constexpr int kMaxTopNgram = 4;
constexpr int kMinDuplicateNgram = 5;
constexpr int kMaxDuplicateNgram = 10;

enum class TextRules : uint8_t { kFixed, kPublished };

struct TextStats {
  int64_t bytes = 0;
  int64_t characters = 0;
  // Characters by kind.
  int64_t plain_characters = 0;  // ASCII letters and digits, newline, and ? ! , .
  int64_t digits = 0;            // Unicode category Nd (* 0 to 9)
  int64_t white_space = 0;       // tab, newline, carriage return, backspace, space
  int64_t parentheses = 0;       // ( ) [ ] { } and U+27E8, U+27E9
  int64_t url_characters = 0;    // of http:// and https:// addresses (* without ; and % that starts no escape)
  int64_t hashes = 0;            // #
  int64_t ellipses = 0;          // runs of three or more full stops, and U+2026
  // Words.
  int64_t words = 0;
  int64_t word_characters = 0;
  int64_t longest_word = 0;
  int64_t symbol_words = 0;      // ellipses, and words of more than half '#' (* and '#' alone)
  int64_t alphabetic_words = 0;  // with at least one alphabetic character (Unicode's property)
  int64_t plain_words = 0;       // with at least one letter or number
  int64_t plain_word_characters = 0;
  int64_t common_english_words = 0;  // the, be, to, of, and, that, have, with (lower case only)
  // Lines and paragraphs.
  int64_t lines = 0;
  int64_t line_characters = 0;
  int64_t unique_lines = 0;
  int64_t unique_line_characters = 0;
  int64_t ellipsis_lines = 0;    // end in ..., the character U+2026, either in brackets, or "read more"
  int64_t unfinished_lines = 0;  // do not end in . ? ! " ' or, outside English, another script's mark
  int64_t bullet_lines = 0;      // start with a bullet character
  int64_t dash_lines = 0;        // start with - or * and a space
  int64_t paragraphs = 0;
  int64_t paragraph_characters = 0;
  int64_t unique_paragraphs = 0;
  int64_t unique_paragraph_characters = 0;
  int64_t boilerplate_paragraphs = 0;  // name cookie and privacy policies or terms of use
  bool lorem_ipsum = false;
  // Word n-grams. Characters include one space between neighbouring words.
  // [n - 2]: the n-gram with the most non-overlapping occurrences (of several, the longest): occurrences x characters,
  // 0 where nothing occurs twice. * The n-gram with the most occurrences (of several, the first): characters of the
  // places where its words, joined by spaces, stand in the text, be it inside other words; all of the text where there
  // are fewer than n words. Curator itself takes any of several.
  std::array<int64_t, 3> top_ngram_characters{};
  // [n - 5]: characters of words inside an n-gram that occurred before; no character counts twice.
  std::array<int64_t, 6> duplicate_ngram_characters{};
};

// True for "", "und", "en" and its variants ("en-GB").
bool is_english(std::string_view language);

// True for zh, ja, th, lo, km, my, bo, yue and their variants ("zh-Hant").
bool is_unspaced_language(std::string_view language);

// Reusable buffers: one analyzer a thread.
class TextAnalyzer {
 public:
  TextAnalyzer();
  ~TextAnalyzer();
  TextAnalyzer(TextAnalyzer&&) noexcept;
  TextAnalyzer& operator=(TextAnalyzer&&) noexcept;

  // Linear in the text, which should be UTF-8 and shorter than 4 GiB: other bytes are safe but counted by their lead
  // bytes alone.
  TextStats analyze(std::string_view text, std::string_view language, TextRules rules = TextRules::kFixed);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace smelt
