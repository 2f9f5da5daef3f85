#include "corpus/filters/gopher.h"

#include <algorithm>
#include <array>
#include <bitset>
#include <string>

#include "base/text.h"
#include "corpus/filters/characters.h"
#include "corpus/filters/stop_word_count.h"

namespace smelt {

namespace {

constexpr std::array<const char*, 9> kNgramReasons = {
    "gopher_top_2gram",       "gopher_top_3gram",       "gopher_top_4gram",
    "gopher_duplicate_5gram", "gopher_duplicate_6gram", "gopher_duplicate_7gram",
    "gopher_duplicate_8gram", "gopher_duplicate_9gram", "gopher_duplicate_10gram"};

// Shares of what Gopher's repetition rules look at.
struct Repetition {
  double paragraphs = 0;
  double paragraph_characters = 0;
  double lines = 0;
  double line_characters = 0;
};

void add_repetition(int64_t characters, const Repetition& r, const GopherOptions& o, std::vector<RuleResult>& results) {
  results.push_back({"gopher_empty", static_cast<double>(characters), 1, kNoLimit});
  results.push_back({"gopher_duplicate_paragraphs", r.paragraphs, 0, o.max_duplicate_paragraphs});
  results.push_back(
      {"gopher_duplicate_paragraph_characters", r.paragraph_characters, 0, o.max_duplicate_paragraph_characters});
  results.push_back({"gopher_duplicate_lines", r.lines, 0, o.max_duplicate_lines});
  results.push_back({"gopher_duplicate_line_characters", r.line_characters, 0, o.max_duplicate_line_characters});
}

// What Gopher's quality rules look at.
struct Quality {
  int64_t words = 0;        // all
  int64_t plain_words = 0;  // more than punctuation
  int64_t plain_characters = 0;
  int64_t alphabetic_words = 0;
  int64_t hashes = 0;
  int64_t ellipses = 0;
  int64_t lines = 0;
  int64_t bullet_lines = 0;
  int64_t ellipsis_lines = 0;
  int64_t stop_words = 0;
};

void add_quality(const Quality& q, bool spaced, bool has_stop_words, const GopherOptions& o,
                 std::vector<RuleResult>& results) {
  results.push_back({"gopher_words", static_cast<double>(q.plain_words), static_cast<double>(o.min_words),
                     static_cast<double>(o.max_words)});
  results.push_back({"gopher_mean_word_length", ratio(q.plain_characters, q.plain_words), o.min_mean_word_length,
                     o.max_mean_word_length, spaced});
  results.push_back({"gopher_hashes", ratio(q.hashes, q.words), 0, o.max_hashes});
  results.push_back({"gopher_ellipses", ratio(q.ellipses, q.words), 0, o.max_ellipses});
  results.push_back({"gopher_bullet_lines", ratio(q.bullet_lines, q.lines), 0, o.max_bullet_lines});
  results.push_back({"gopher_ellipsis_lines", ratio(q.ellipsis_lines, q.lines), 0, o.max_ellipsis_lines});
  results.push_back({"gopher_alphabetic_words", ratio(q.alphabetic_words, q.words), o.min_alphabetic_words, 1});
  results.push_back({"gopher_stop_words", static_cast<double>(q.stop_words), static_cast<double>(o.min_stop_words),
                     kNoLimit, has_stop_words});
}

}  // namespace

void judge_gopher_repetition(const TextStats& s, std::string_view language, const GopherOptions& options,
                             std::vector<RuleResult>& results) {
  const Repetition repetition = {ratio(s.paragraphs - s.unique_paragraphs, s.paragraphs),
                                 ratio(s.paragraph_characters - s.unique_paragraph_characters, s.characters),
                                 ratio(s.lines - s.unique_lines, s.lines),
                                 ratio(s.line_characters - s.unique_line_characters, s.characters)};
  add_repetition(s.characters, repetition, options, results);
  const bool spaced = !is_unspaced_language(language);
  for (size_t i = 0; i < kNgramReasons.size(); ++i) {
    const int64_t characters = i < 3 ? s.top_ngram_characters[i] : s.duplicate_ngram_characters[i - 3];
    results.push_back({kNgramReasons[i], ratio(characters, s.characters), 0, options.ngrams.max[i], spaced});
  }
}

void judge_gopher_quality(const TextStats& s, std::string_view text, std::string_view language,
                          const GopherOptions& options, std::vector<RuleResult>& results) {
  Quality quality;
  quality.words = s.words;
  quality.plain_words = s.plain_words;
  quality.plain_characters = s.plain_word_characters;
  quality.alphabetic_words = s.alphabetic_words;
  quality.hashes = s.hashes;
  quality.ellipses = s.ellipses;
  quality.lines = s.lines;
  quality.bullet_lines = s.bullet_lines + s.dash_lines;
  quality.ellipsis_lines = s.ellipsis_lines;
  const bool has_stop_words = knows_stop_words(language);
  quality.stop_words = has_stop_words ? count_stop_words(text, language, options.min_stop_words) : 0;
  add_quality(quality, !is_unspaced_language(language), has_stop_words, options, results);
}

PublishedGopher::Repeats PublishedGopher::count_repeats(std::string_view text, size_t newlines) {
  pieces_.reset(static_cast<size_t>(std::count(text.begin(), text.end(), '\n')) + 1);
  Repeats repeats;
  for (size_t begin = 0; begin <= text.size();) {
    size_t end = text.find('\n', begin);
    size_t after = std::min(text.find_first_not_of('\n', std::min(end, text.size())), text.size());
    while (end != std::string_view::npos && after - end < newlines) {
      end = text.find('\n', after);
      after = std::min(text.find_first_not_of('\n', std::min(end, text.size())), text.size());
    }
    const std::string_view piece = text.substr(begin, std::min(end, text.size()) - begin);
    ++repeats.pieces;
    if (!pieces_.add(piece)) {
      ++repeats.duplicates;
      repeats.duplicate_characters += count_code_points(piece);
    }
    begin = end == std::string_view::npos ? text.size() + 1 : after;
  }
  return repeats;
}

int64_t PublishedGopher::duplicate_characters(size_t n) {
  if (words_.size() < n) {
    return 0;
  }
  // Runs whose few bits of the hash are alone occur once; only the others go into the table.
  const size_t places = words_.size() - n + 1;
  size_t capacity = 256;
  int shift = 56;
  while (capacity < 4 * places) {
    capacity *= 2;
    --shift;
  }
  sketch_.assign(capacity, 0);
  const auto cell = [&](uint64_t hash) -> uint8_t& { return sketch_[(hash * 0x9E3779B97F4A7C15u) >> shift]; };
  size_t shared = 0;
  for (size_t i = 0; i < places; ++i) {
    uint8_t& count = cell(hashes_[i]);
    shared += count > 0 ? 1 : 0;
    count = static_cast<uint8_t>(count == 0 ? 1 : 2);
  }
  if (shared == 0) {
    return 0;
  }
  seen_.reset(2 * shared);
  int64_t characters = 0;
  size_t next = 0;
  for (size_t i = 0; i < places; ++i) {
    if (i < next || cell(hashes_[i]) < 2) {
      continue;
    }
    bool is_new = false;
    seen_.insert(hashes_[i], is_new);
    if (!is_new) {
      for (size_t k = i; k < i + n; ++k) {
        characters += words_[k].characters;
      }
      next = i + n;
    }
  }
  return characters;
}

void PublishedGopher::judge_repetition(std::string_view text, std::span<const EnglishToken> tokens,
                                       const GopherOptions& options, std::vector<RuleResult>& results) {
  const int64_t characters = count_code_points(text);
  const Repeats paragraphs = count_repeats(strip_spaces(text), 2);
  const Repeats lines = count_repeats(text, 1);
  add_repetition(characters,
                 {ratio(paragraphs.duplicates, paragraphs.pieces), ratio(paragraphs.duplicate_characters, characters),
                  ratio(lines.duplicates, lines.pieces), ratio(lines.duplicate_characters, characters)},
                 options, results);
  words_.clear();
  powers_.clear();
  hashes_.clear();
  for (const EnglishToken& token : tokens) {
    if ((token.kind & EnglishToken::kSpace) == 0) {
      words_.push_back({token.hash, token.characters, token.begin});
      powers_.push_back(token.power);
      hashes_.push_back(token.hash);
    }
  }
  TextStats unused;
  ngrams_.count(words_, unused, kMaxTopNgram);
  for (size_t n = kMinTopNgram; n <= kMaxDuplicateNgram; ++n) {
    for (size_t i = 0; i + n <= words_.size(); ++i) {
      hashes_[i] = polynomial::multiply_add(hashes_[i], powers_[i + n - 1], words_[i + n - 1].hash);
    }
    int64_t repeated = 0;
    if (n > kMaxTopNgram) {
      repeated = duplicate_characters(n);
    } else if (words_.size() >= n) {
      const FrequentNgram& frequent = ngrams_.frequent()[n - kMinTopNgram];
      repeated = frequent.count * ngram_characters(words_, frequent.place, static_cast<uint32_t>(n));
    }
    const size_t i = n - kMinTopNgram;
    results.push_back({kNgramReasons[i], ratio(repeated, characters), 0, options.ngrams.max[i]});
  }
}

void PublishedGopher::judge_quality(std::string_view text, std::span<const EnglishToken> tokens,
                                    const GopherOptions& options, std::vector<RuleResult>& results) {
  Quality quality;
  std::bitset<9> stop_words;
  for (const EnglishToken& token : tokens) {
    if ((token.kind & EnglishToken::kSpace) != 0) {
      continue;
    }
    ++quality.words;
    quality.alphabetic_words += (token.kind & EnglishToken::kHasLetter) != 0 ? 1 : 0;
    if ((token.kind & EnglishToken::kIsWord) != 0) {
      ++quality.plain_words;
      quality.plain_characters += token.characters;
    }
    stop_words.set(token.stop_word);
  }
  stop_words.reset(0);
  quality.stop_words = static_cast<int64_t>(stop_words.count());
  quality.hashes = std::count(text.begin(), text.end(), '#');
  quality.ellipses = count_phrase(text, "...") + count_phrase(text, "\u2026");
  std::string_view rest = text;
  for (std::string_view line; next_line(rest, line);) {
    const std::string_view head = strip_leading_spaces(line);
    const std::string_view tail = strip_trailing_spaces(line);
    ++quality.lines;
    quality.bullet_lines += head.starts_with("\u2022") || head.starts_with('-') ? 1 : 0;
    quality.ellipsis_lines += tail.ends_with("...") || tail.ends_with("\u2026") ? 1 : 0;
  }
  add_quality(quality, true, true, options, results);
}

}  // namespace smelt
