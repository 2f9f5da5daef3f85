#include "corpus/filters/redpajama_counts.h"

#include <algorithm>
#include <array>

#include <utf8proc.h>

#include "corpus/filters/character_tables.h"
#include "corpus/filters/characters.h"
#include "corpus/filters/rules.h"
#include "corpus/filters/sentences.h"
#include "corpus/filters/stop_word_count.h"

namespace smelt {

namespace {

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

void count_raw_words(std::string_view text, std::string_view language, RawCounts& counts) {
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

void count_lines(std::string_view text, RawCounts& counts) {
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

}  // namespace

RawCounts count_raw_text(std::string_view text, std::string_view language) {
  RawCounts counts;
  count_raw_words(text, language, counts);
  count_lines(text, counts);
  counts.sentences = count_sentence_matches(text);
  return counts;
}

}  // namespace smelt
