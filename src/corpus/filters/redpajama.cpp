#include "corpus/filters/redpajama.h"

#include <algorithm>
#include <cmath>

#include <utf8proc.h>

#include "base/hash.h"
#include "base/text.h"
#include "corpus/filters/character_tables.h"
#include "corpus/filters/characters.h"
#include "corpus/filters/sentences.h"
#include "corpus/filters/stop_word_count.h"

namespace smelt {

const std::array<const char*, kNumSignals> kSignalNames = {
    "doc_word_count",
    "doc_mean_word_length",
    "doc_symbol_to_word_ratio",
    "doc_frac_lines_end_with_ellipsis",
    "doc_frac_no_alph_words",
    "doc_frac_all_caps_words",
    "doc_frac_unique_words",
    "doc_unigram_entropy",
    "doc_num_sentences",
    "doc_stop_word_fraction",
    "doc_lorem_ipsum",
    "doc_curly_bracket",
    "doc_frac_chars_top_2gram",
    "doc_frac_chars_top_3gram",
    "doc_frac_chars_top_4gram",
    "doc_frac_chars_dupe_5grams",
    "doc_frac_chars_dupe_6grams",
    "doc_frac_chars_dupe_7grams",
    "doc_frac_chars_dupe_8grams",
    "doc_frac_chars_dupe_9grams",
    "doc_frac_chars_dupe_10grams",
    "lines_ending_with_terminal_punctution_mark",
    "lines_start_with_bulletpoint",
    "lines_num_words",
    "lines_uppercase_letter_fraction",
    "lines_numerical_chars_fraction",
    "lines_javascript_counts",
};

struct SignalMeter::Counts {
  int64_t raw_words = 0;
  int64_t unlettered_words = 0;
  int64_t all_caps_words = 0;
  int64_t stop_words = 0;
  int64_t sentences = 0;
  int64_t lines = 0;
  int64_t terminal_lines = 0;
  int64_t bullet_lines = 0;
  int64_t ellipsis_lines = 0;
  int64_t javascript = 0;
  double uppercase = 0;  // sums of shares over the lines
  double numerical = 0;
};

namespace {

constexpr std::array<const char*, 9> kNgramReasons = {
    "redpajama_top_2gram",       "redpajama_top_3gram",       "redpajama_top_4gram",
    "redpajama_duplicate_5gram", "redpajama_duplicate_6gram", "redpajama_duplicate_7gram",
    "redpajama_duplicate_8gram", "redpajama_duplicate_9gram", "redpajama_duplicate_10gram"};

bool is_ascii_punctuation(uint32_t c) {
  return (c >= '!' && c <= '/') || (c >= ':' && c <= '@') || (c >= '[' && c <= '`') || (c >= '{' && c <= '~');
}

bool is_word_character(uint32_t c) {
  return c == '_' || has_class(c, kLetterCharacter | kNumberCharacter);
}

// Letters that are not capitals: with the property Lowercase, or of title case.
bool is_small(uint32_t c) {
  if (c < 0x80) {
    return c >= 'a' && c <= 'z';
  }
  constexpr std::array<CodeRange, 19> kModifiers = {{{0xAA, 0xAA},
                                                     {0xBA, 0xBA},
                                                     {0x2B0, 0x2B8},
                                                     {0x2C0, 0x2C1},
                                                     {0x2E0, 0x2E4},
                                                     {0x345, 0x345},
                                                     {0x37A, 0x37A},
                                                     {0x1D2C, 0x1D6A},
                                                     {0x1D78, 0x1D78},
                                                     {0x1D9B, 0x1DBF},
                                                     {0x2071, 0x2071},
                                                     {0x207F, 0x207F},
                                                     {0x2090, 0x209C},
                                                     {0x2170, 0x217F},
                                                     {0x24D0, 0x24E9},
                                                     {0x2C7C, 0x2C7D},
                                                     {0xA69C, 0xA69D},
                                                     {0xA770, 0xA770},
                                                     {0xAB5C, 0xAB5F}}};
  const utf8proc_category_t category = utf8proc_category(static_cast<utf8proc_int32_t>(c));
  return category == UTF8PROC_CATEGORY_LL || category == UTF8PROC_CATEGORY_LT ||
         std::any_of(kModifiers.begin(), kModifiers.end(),
                     [c](const CodeRange& range) { return c >= range.first && c <= range.last; });
}

bool is_bullet(uint32_t c) {
  constexpr std::array<uint32_t, 10> kBullets = {0x2022, 0x2023, 0x25B6, 0x25C0, 0x25E6,
                                                 0x25A0, 0x25A1, 0x25AA, 0x25AB, 0x2013};
  return std::find(kBullets.begin(), kBullets.end(), c) != kBullets.end();
}

int64_t count_places(std::string_view text, std::string_view phrase) {
  int64_t places = 0;
  for (size_t at = text.find(phrase); at != std::string_view::npos; at = text.find(phrase, at + phrase.size())) {
    ++places;
  }
  return places;
}

// Appends the code point in lower case and in NFD; returns how many code points that are.
uint32_t append_lower_decomposed(uint32_t c, std::string& out) {
  constexpr uint32_t kDottedI = 0x130;  // the one letter whose lower case is two code points
  if (c == kDottedI) {
    out += "i\u0307";
    return 2;
  }
  std::array<utf8proc_int32_t, 32> parts{};
  int boundary = 0;
  const utf8proc_ssize_t count =
      utf8proc_decompose_char(utf8proc_tolower(static_cast<utf8proc_int32_t>(c)), parts.data(),
                              static_cast<utf8proc_ssize_t>(parts.size()), UTF8PROC_DECOMPOSE, &boundary);
  for (utf8proc_ssize_t i = 0; i < count; ++i) {
    append_utf8(out, static_cast<uint32_t>(parts[static_cast<size_t>(i)]));
  }
  return static_cast<uint32_t>(std::max<utf8proc_ssize_t>(count, 0));
}

// Matches of a word boundary, one or more characters other than . ! ? and then as many of these as there are.
int64_t count_sentence_matches(std::string_view text) {
  int64_t sentences = 0;
  bool inside = false;  // a match
  bool ended = false;   // its end marks have begun
  bool word_before = false;
  for (size_t pos = 0; pos < text.size();) {
    const uint32_t c = take_code_point(text, pos);
    const bool mark = c == '.' || c == '!' || c == '?';
    const bool word = is_word_character(c);
    if (inside && ended && !mark) {
      inside = false;
    }
    if (inside) {
      ended = mark;
    } else if (!mark && word != word_before) {
      inside = true;
      ended = false;
      ++sentences;
    }
    word_before = word;
  }
  return sentences;
}

double value_of(const SignalMeter::Values& values, Signal signal) {
  return values[static_cast<size_t>(signal)];
}

}  // namespace

void SignalMeter::finish_word(uint32_t characters) {
  if (characters > 0) {
    const size_t begin = words_.empty() ? 0 : normalized_.rfind(' ') + 1;
    const std::string_view word = std::string_view(normalized_).substr(begin);
    words_.push_back({hash64(word), characters, static_cast<uint32_t>(begin)});
  }
}

void SignalMeter::normalize(std::string_view text) {
  normalized_.clear();
  words_.clear();
  uint32_t characters = 0;
  for (size_t pos = 0; pos < text.size();) {
    const uint32_t c = take_code_point(text, pos);
    if (has_class(c, kSpaceCharacter)) {
      finish_word(characters);
      characters = 0;
      continue;
    }
    if (is_ascii_punctuation(c)) {
      continue;
    }
    if (characters == 0 && !words_.empty()) {
      normalized_ += ' ';
    }
    if (c < 0x80) {
      normalized_ += static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
      ++characters;
      continue;
    }
    characters += append_lower_decomposed(c, normalized_);
  }
  finish_word(characters);
}

void SignalMeter::count_raw_words(std::string_view text, std::string_view language, Counts& counts) {
  const bool with_stop_words = knows_stop_words(language);
  size_t begin = 0;
  bool in_word = false;
  bool of_words = false;  // letters and digits, not other characters
  bool lettered = false;
  bool upper = false;
  bool lower = false;
  const auto finish = [&](size_t end) {
    if (in_word) {
      ++counts.raw_words;
      counts.unlettered_words += lettered ? 0 : 1;
      counts.all_caps_words += upper && !lower ? 1 : 0;
      counts.stop_words +=
          with_stop_words && of_words && is_stop_word(text.substr(begin, end - begin), language) ? 1 : 0;
    }
    in_word = lettered = upper = lower = false;
  };
  for (size_t pos = 0; pos < text.size();) {
    const size_t start = pos;
    const uint32_t c = take_code_point(text, pos);
    if (has_class(c, kSpaceCharacter)) {
      finish(start);
      continue;
    }
    const bool word = is_word_character(c);
    if (in_word && word != of_words) {
      finish(start);
    }
    begin = in_word ? begin : start;
    in_word = true;
    of_words = word;
    lettered = lettered || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    upper = upper || has_class(c, kUpperCharacter);
    lower = lower || is_small(c);
  }
  finish(text.size());
}

void SignalMeter::count_lines(std::string_view text, Counts& counts) {
  std::string_view rest = text;
  for (std::string_view line; next_plain_line(rest, line);) {
    const std::string_view tail = strip_trailing_spaces(line);
    const std::string_view head = strip_leading_spaces(line);
    ++counts.lines;
    const uint32_t last = last_code_point(tail);
    counts.terminal_lines += last == '.' || last == '!' || last == '?' || last == 0x201D ? 1 : 0;
    counts.ellipsis_lines += tail.ends_with("...") || tail.ends_with("\u2026") ? 1 : 0;
    size_t first = 0;
    counts.bullet_lines += !head.empty() && is_bullet(take_code_point(head, first)) ? 1 : 0;
    int64_t upper = 0;
    int64_t numerical = 0;
    int64_t characters = 0;
    for (size_t pos = 0; pos < line.size(); ++characters) {
      const uint32_t classes = character_classes(take_code_point(line, pos));
      upper += (classes & kUpperCharacter) != 0 ? 1 : 0;
      numerical += (classes & kNumberCharacter) != 0 ? 1 : 0;
    }
    // RedPajama-V2 divides by the length of the line with its line feed.
    const bool has_end = line.data() + line.size() < text.data() + text.size();
    counts.uppercase += ratio(upper, characters + (has_end ? 1 : 0));
    counts.numerical += ratio(numerical, characters + (has_end ? 1 : 0));
  }
}

void SignalMeter::add_word_signals(Values& values) {
  const auto set = [&](Signal signal, double value) { values[static_cast<size_t>(signal)] = value; };
  const auto words = static_cast<int64_t>(words_.size());
  int64_t characters = 0;
  int64_t javascript = 0;
  frequencies_.reset(words_.size());
  counted_.clear();
  for (const Word& word : words_) {
    characters += word.characters;
    bool is_new = false;
    uint32_t& count = frequencies_.insert(word.hash, is_new);
    ++count;
    if (is_new) {
      counted_.push_back(&count);
    }
    javascript += word.characters == 10 && std::string_view(normalized_).substr(word.begin, 10) == "javascript" ? 1 : 0;
  }
  double entropy = 0;
  for (const uint32_t* count : counted_) {
    const double share = static_cast<double>(*count) / static_cast<double>(words);
    entropy -= share * std::log(share);
  }
  set(Signal::kWordCount, static_cast<double>(words));
  set(Signal::kMeanWordLength, ratio(characters, words));
  set(Signal::kUniqueWords, ratio(static_cast<int64_t>(counted_.size()), words));
  set(Signal::kUnigramEntropy, entropy);
  set(Signal::kJavascript, static_cast<double>(javascript));
  TextStats unused;
  ngrams_.count(words_, unused);
  for (size_t i = 0; i < 3; ++i) {
    const FrequentNgram& frequent = ngrams_.frequent()[i];
    const auto n = static_cast<uint32_t>(kMinTopNgram + i);
    const int64_t top =
        frequent.count > 1 ? frequent.count * (ngram_characters(words_, frequent.place, n) - (n - 1)) : 0;
    values[static_cast<size_t>(Signal::kTop2gram) + i] = ratio(top, characters);
  }
  for (size_t i = 0; i < 6; ++i) {
    values[static_cast<size_t>(Signal::kDupe5grams) + i] = ratio(ngrams_.repeated_characters()[i], characters);
  }
}

SignalMeter::Values SignalMeter::measure(std::string_view text, std::string_view language) {
  Values values{};
  Counts counts;
  normalize(text);
  add_word_signals(values);
  count_raw_words(text, language, counts);
  count_lines(text, counts);
  const auto set = [&](Signal signal, double value) { values[static_cast<size_t>(signal)] = value; };
  const int64_t symbols =
      std::count(text.begin(), text.end(), '#') + count_places(text, "...") + count_places(text, "\u2026");
  const auto brackets = std::count_if(text.begin(), text.end(), [](char c) { return c == '{' || c == '}'; });
  const double lines = static_cast<double>(std::max<int64_t>(counts.lines, 1));
  set(Signal::kSymbolToWordRatio, ratio(symbols, counts.raw_words));
  set(Signal::kLinesEndWithEllipsis, ratio(counts.ellipsis_lines, counts.lines));
  set(Signal::kNoAlphaWords, ratio(counts.unlettered_words, counts.raw_words));
  set(Signal::kAllCapsWords, ratio(counts.all_caps_words, counts.raw_words));
  set(Signal::kNumSentences, static_cast<double>(count_sentence_matches(text)));
  set(Signal::kStopWordFraction, ratio(counts.stop_words, counts.raw_words));
  set(Signal::kLoremIpsum, ratio(count_places(normalized_, "lorem ipsum"), count_code_points(normalized_)));
  set(Signal::kCurlyBracket, ratio(brackets, count_code_points(text)));
  set(Signal::kTerminalMarkLines, ratio(counts.terminal_lines, counts.lines));
  set(Signal::kBulletLines, ratio(counts.bullet_lines, counts.lines));
  set(Signal::kLineWords, value_of(values, Signal::kWordCount) / lines);
  set(Signal::kLineUppercase, counts.uppercase / lines);
  set(Signal::kLineNumerical, counts.numerical / lines);
  return values;
}

void judge_redpajama(const SignalMeter::Values& values, std::string_view language, const RedpajamaOptions& o,
                     std::vector<RuleResult>& results) {
  const bool english = is_english(language);
  const bool spaced = !is_unspaced_language(language);
  const auto add = [&](const char* reason, Signal signal, double min, double max, bool applies = true) {
    results.push_back({reason, value_of(values, signal), min, max, applies && o.judge});
  };
  const auto words = [](int64_t count) { return static_cast<double>(count); };
  add("redpajama_words", Signal::kWordCount, words(o.min_words), words(o.max_words), spaced);
  add("redpajama_mean_word_length", Signal::kMeanWordLength, o.min_mean_word_length, o.max_mean_word_length, spaced);
  add("redpajama_symbols", Signal::kSymbolToWordRatio, 0, o.max_symbols);
  add("redpajama_ellipsis_lines", Signal::kLinesEndWithEllipsis, 0, o.max_ellipsis_lines);
  add("redpajama_unlettered_words", Signal::kNoAlphaWords, 0, o.max_unlettered_words, english);
  add("redpajama_curly_brackets", Signal::kCurlyBracket, 0, o.max_curly_brackets);
  add("redpajama_lorem_ipsum", Signal::kLoremIpsum, 0, o.max_lorem_ipsum);
  add("redpajama_bullet_lines", Signal::kBulletLines, 0, o.max_bullet_lines);
  add("redpajama_unique_words", Signal::kUniqueWords, o.min_unique_words, 1, spaced);
  add("redpajama_entropy", Signal::kUnigramEntropy, o.min_entropy, kNoLimit, spaced);
  add("redpajama_stop_words", Signal::kStopWordFraction, o.min_stop_words, 1, knows_stop_words(language));
  for (size_t i = 0; i < kNgramReasons.size(); ++i) {
    add(kNgramReasons[i], static_cast<Signal>(static_cast<size_t>(Signal::kTop2gram) + i), 0, o.ngrams.max[i], spaced);
  }
}

}  // namespace smelt
