#include "corpus/filters/redpajama.h"

#include <algorithm>
#include <cmath>

#include <utf8proc.h>

#include "base/hash.h"
#include "base/text.h"
#include "corpus/filters/characters.h"
#include "corpus/filters/redpajama_counts.h"
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

namespace {

constexpr std::array<const char*, 9> kNgramReasons = {
    "redpajama_top_2gram",       "redpajama_top_3gram",       "redpajama_top_4gram",
    "redpajama_duplicate_5gram", "redpajama_duplicate_6gram", "redpajama_duplicate_7gram",
    "redpajama_duplicate_8gram", "redpajama_duplicate_9gram", "redpajama_duplicate_10gram"};

bool is_ascii_punctuation(uint32_t c) {
  return (c >= '!' && c <= '/') || (c >= ':' && c <= '@') || (c >= '[' && c <= '`') || (c >= '{' && c <= '~');
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
  normalize(text);
  add_word_signals(values);
  const RawCounts counts = count_raw_text(text, language);
  const auto set = [&](Signal signal, double value) { values[static_cast<size_t>(signal)] = value; };
  const int64_t symbols =
      std::count(text.begin(), text.end(), '#') + count_phrase(text, "...") + count_phrase(text, "\u2026");
  const auto brackets = std::count_if(text.begin(), text.end(), [](char c) { return c == '{' || c == '}'; });
  const double lines = static_cast<double>(std::max<int64_t>(counts.lines, 1));
  set(Signal::kSymbolToWordRatio, ratio(symbols, counts.raw_words));
  set(Signal::kLinesEndWithEllipsis, ratio(counts.ellipsis_lines, counts.lines));
  set(Signal::kNoAlphaWords, ratio(counts.unlettered_words, counts.raw_words));
  set(Signal::kAllCapsWords, ratio(counts.all_caps_words, counts.raw_words));
  set(Signal::kNumSentences, static_cast<double>(counts.sentences));
  set(Signal::kStopWordFraction, ratio(counts.stop_words, counts.raw_words));
  set(Signal::kLoremIpsum, ratio(count_phrase(normalized_, "lorem ipsum"), count_code_points(normalized_)));
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
