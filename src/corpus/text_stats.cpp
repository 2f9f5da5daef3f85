#include "corpus/text_stats.h"

#include <algorithm>
#include <cstring>
#include <string>

#include "corpus/filters/characters.h"
#include "corpus/filters/line_stats.h"
#include "corpus/filters/word_stats.h"
#include "corpus/ngram_stats.h"

namespace smelt {

namespace {

bool is_ascii_letter(unsigned char c) {
  return static_cast<unsigned char>((c | 0x20) - 'a') < 26;
}

bool is_ascii_digit(unsigned char c) {
  return static_cast<unsigned char>(c - '0') < 10;
}

bool is_hex_digit(char c) {
  return is_ascii_digit(static_cast<unsigned char>(c)) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

// Bytes at text[pos] that may be part of an address: 1, or 3 of an escape, or 0.
size_t url_step(std::string_view text, size_t pos, TextRules rules) {
  const auto c = static_cast<unsigned char>(text[pos]);
  if (is_ascii_letter(c) || is_ascii_digit(c) || (c != 0 && std::strchr("$-_@.&+!*(),/:=?#~", c) != nullptr)) {
    return 1;
  }
  if (rules == TextRules::kFixed) {
    return c == '%' || c == ';' ? 1 : 0;
  }
  return c == '%' && pos + 2 < text.size() && is_hex_digit(text[pos + 1]) && is_hex_digit(text[pos + 2]) ? 3 : 0;
}

// Counts of bytes; four histograms keep equal neighbours from waiting for each other.
std::array<int64_t, 256> byte_histogram(std::string_view text) {
  std::array<std::array<uint32_t, 256>, 4> part{};
  std::array<int64_t, 256> total{};
  while (!text.empty()) {
    const std::string_view block = text.substr(0, 1u << 30);
    const auto* bytes = reinterpret_cast<const unsigned char*>(block.data());
    size_t i = 0;
    for (; i + 4 <= block.size(); i += 4) {
      ++part[0][bytes[i]];
      ++part[1][bytes[i + 1]];
      ++part[2][bytes[i + 2]];
      ++part[3][bytes[i + 3]];
    }
    for (; i < block.size(); ++i) {
      ++part[0][bytes[i]];
    }
    for (size_t c = 0; c < 256; ++c) {
      total[c] += int64_t{part[0][c]} + part[1][c] + part[2][c] + part[3][c];
    }
    part = {};
    text.remove_prefix(block.size());
  }
  return total;
}

// Runs of three or more full stops, and U+2026.
int64_t count_ellipses(std::string_view text) {
  int64_t ellipses = 0;
  for (size_t at = text.find("..."); at != std::string_view::npos; at = text.find("...", at)) {
    ++ellipses;
    at = std::min(text.find_first_not_of('.', at), text.size());
  }
  for (size_t at = text.find("\u2026"); at != std::string_view::npos; at = text.find("\u2026", at + 3)) {
    ++ellipses;
  }
  return ellipses;
}

void count_characters(std::string_view text, TextStats& stats) {
  const std::array<int64_t, 256> histogram = byte_histogram(text);
  int64_t continuations = 0;
  for (size_t c = 0; c < 256; ++c) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain =
        is_ascii_letter(byte) || is_ascii_digit(byte) || c == '\n' || c == '?' || c == '!' || c == ',' || c == '.';
    stats.plain_characters += plain ? histogram[c] : 0;
    stats.digits += is_ascii_digit(byte) ? histogram[c] : 0;
    stats.white_space += c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\b' ? histogram[c] : 0;
    stats.parentheses += c != 0 && c < 0x80 && std::strchr("()[]{}", static_cast<int>(c)) != nullptr ? histogram[c] : 0;
    continuations += (c & 0xC0) == 0x80 ? histogram[c] : 0;
  }
  stats.hashes = histogram['#'];
  stats.ellipses = histogram['.'] >= 3 || histogram[0xA6] > 0 ? count_ellipses(text) : 0;
  stats.bytes = static_cast<int64_t>(text.size());
  stats.characters = stats.bytes - continuations;
}

void count_urls(std::string_view text, TextRules rules, TextStats& stats) {
  for (size_t at = text.find("://"); at != std::string_view::npos; at = text.find("://", at)) {
    const std::string_view before = text.substr(0, at);
    const size_t scheme = before.ends_with("https") ? 5 : before.ends_with("http") ? 4 : 0;
    at += 3;
    if (scheme == 0) {
      continue;
    }
    const size_t begin = at;
    for (size_t step = 0; at < text.size() && (step = url_step(text, at, rules)) > 0;) {
      at += step;
    }
    if (at > begin) {
      stats.url_characters += static_cast<int64_t>(scheme + 3 + at - begin);
    }
  }
}

// Characters of the places where the words from `first` on, joined by spaces, stand in the text.
int64_t characters_of_places(std::string_view text, const std::vector<Word>& words, size_t first, size_t n) {
  std::string phrase;
  int64_t characters = 0;
  for (size_t i = first; i < first + n; ++i) {
    phrase += i == first ? "" : " ";
    phrase += word_at(text, words[i]);
    characters += words[i].characters + (i == first ? 0 : 1);
  }
  return count_phrase(text, phrase) * characters;
}

}  // namespace

bool is_english(std::string_view language) {
  return language.empty() || language == "und" || language.substr(0, language.find_first_of("-_")) == "en";
}

bool is_unspaced_language(std::string_view language) {
  constexpr std::array<std::string_view, 8> kLanguages = {"zh", "ja", "th", "lo", "km", "my", "bo", "yue"};
  const std::string_view primary = language.substr(0, language.find_first_of("-_"));
  return std::find(kLanguages.begin(), kLanguages.end(), primary) != kLanguages.end();
}

struct TextAnalyzer::State {
  WordCounter words;
  LineCounter lines;
  NgramCounter ngrams;
};

TextAnalyzer::TextAnalyzer() : state_(std::make_unique<State>()) {}
TextAnalyzer::~TextAnalyzer() = default;
TextAnalyzer::TextAnalyzer(TextAnalyzer&&) noexcept = default;
TextAnalyzer& TextAnalyzer::operator=(TextAnalyzer&&) noexcept = default;

TextStats TextAnalyzer::analyze(std::string_view text, std::string_view language, TextRules rules) {
  TextStats stats;
  count_characters(text, stats);
  count_urls(text, rules, stats);
  state_->words.count(text, is_unspaced_language(language), rules, stats);
  state_->lines.count(text, is_english(language), rules, stats);
  const std::vector<Word>& words = state_->words.words();
  state_->ngrams.count(words, stats);
  if (rules == TextRules::kPublished) {
    for (size_t i = 0; i < stats.top_ngram_characters.size(); ++i) {
      const size_t n = kMinTopNgram + i;
      stats.top_ngram_characters[i] = words.size() < n
                                          ? stats.characters
                                          : characters_of_places(text, words, state_->ngrams.frequent()[i].place, n);
    }
    if (words.size() < kMaxDuplicateNgram) {
      for (size_t i = 0; i < stats.duplicate_ngram_characters.size(); ++i) {
        const bool too_few = words.size() < kMinDuplicateNgram + i;
        stats.duplicate_ngram_characters[i] = too_few ? stats.characters : stats.duplicate_ngram_characters[i];
      }
    }
  }
  return stats;
}

}  // namespace smelt
