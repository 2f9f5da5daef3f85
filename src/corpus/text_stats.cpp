#include "corpus/text_stats.h"

#include <algorithm>
#include <cstring>
#include <string>

#include <utf8proc.h>

#include "base/hash.h"
#include "base/text.h"
#include "corpus/ngram_stats.h"

namespace smelt {

namespace {

constexpr std::array<std::string_view, 9> kEllipses = {"...",      "[...]",   "(...)",       "\u2026",   "[\u2026]",
                                                       "(\u2026)", "-\u00BB", "read more..", "read more"};
constexpr std::array<std::string_view, 12> kBullets = {"\u2022", "\u2023", "\u2043", "\u204C", "\u204D", "\u2219",
                                                       "\u25CB", "\u25CF", "\u25D8", "\u25E6", "\u29BE", "\u29BF"};
// End marks of other scripts: ideographic, Devanagari, Arabic, Armenian, Ethiopic, Khmer, Burmese, Greek, and closing
// quotes.
constexpr std::array<std::string_view, 17> kOtherEndMarks = {"\u3002", "\uFF01", "\uFF1F", "\uFF0E", "\u0964", "\u0965",
                                                             "\u061F", "\u06D4", "\u0589", "\u1362", "\u17D4", "\u104B",
                                                             "\u037E", "\u201D", "\u2019", "\u00BB", "\u300D"};
constexpr std::array<std::string_view, 7> kPolicyPhrases = {"terms of use",    "privacy policy", "cookie policy",
                                                            "uses cookies",    "use cookies",    "use of cookies",
                                                            "privacy overview"};
constexpr std::array<std::string_view, 2> kPolicyPhrasesLong = {"privacy & cookies policy",
                                                                "privacy and cookies policy"};
constexpr std::array<std::string_view, 8> kCommonWords = {"the", "be", "to", "of", "and", "that", "have", "with"};

bool is_unicode_space(uint32_t c) {
  return c == ' ' || (c >= 9 && c <= 13) || (c >= 0x1C && c <= 0x1F) || c == 0x85 || c == 0xA0 || c == 0x1680 ||
         (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
}

bool is_letter(uint32_t c) {
  const utf8proc_category_t category = utf8proc_category(static_cast<utf8proc_int32_t>(c));
  return category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_LO;
}

bool is_ascii_letter(unsigned char c) {
  return static_cast<unsigned char>((c | 0x20) - 'a') < 26;
}

bool is_ascii_digit(unsigned char c) {
  return static_cast<unsigned char>(c - '0') < 10;
}

// What a byte means to the search for words.
enum ByteClass : uint8_t { kOther, kSpace, kHigh, kLetter, kHash };

constexpr std::array<uint8_t, 256> make_byte_classes() {
  std::array<uint8_t, 256> classes{};
  for (int c = 0; c < 256; ++c) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    const bool space = c == ' ' || (c >= 9 && c <= 13) || (c >= 0x1C && c <= 0x1F);
    classes[static_cast<size_t>(c)] = c >= 0x80 ? kHigh : space ? kSpace : letter ? kLetter : c == '#' ? kHash : kOther;
  }
  return classes;
}
constexpr std::array<uint8_t, 256> kByteClasses = make_byte_classes();

bool is_url_byte(unsigned char c) {
  return is_ascii_letter(c) || is_ascii_digit(c) || (c != 0 && std::strchr("$-_@.&+!*(),%/:;=?#~", c) != nullptr);
}

template <size_t N>
bool ends_with_any(std::string_view text, const std::array<std::string_view, N>& endings) {
  return std::any_of(endings.begin(), endings.end(), [&](std::string_view ending) { return text.ends_with(ending); });
}

template <size_t N>
bool contains_any(std::string_view text, const std::array<std::string_view, N>& phrases) {
  return std::any_of(phrases.begin(), phrases.end(),
                     [&](std::string_view phrase) { return text.find(phrase) != std::string_view::npos; });
}

int64_t characters_of(std::string_view text) {
  return std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; });
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
  stats.bytes = static_cast<int64_t>(text.size());
  stats.characters = stats.bytes - continuations;
}

void count_urls(std::string_view text, TextStats& stats) {
  for (size_t at = text.find("://"); at != std::string_view::npos; at = text.find("://", at)) {
    const std::string_view before = text.substr(0, at);
    const size_t scheme = before.ends_with("https") ? 5 : before.ends_with("http") ? 4 : 0;
    at += 3;
    if (scheme == 0) {
      continue;
    }
    const size_t begin = at;
    while (at < text.size() && is_url_byte(static_cast<unsigned char>(text[at]))) {
      ++at;
    }
    if (at > begin) {
      stats.url_characters += static_cast<int64_t>(scheme + 3 + at - begin);
    }
  }
}

// Equal words have equal hashes; most words fit into one or two loads, where the general hash would be a call.
uint64_t word_hash(std::string_view word) {
  uint64_t first = 0;
  uint64_t last = 0;
  if (word.size() > 16) {
    return hash64(word);
  }
  if (word.size() >= 8) {
    std::memcpy(&first, word.data(), 8);
    std::memcpy(&last, word.data() + word.size() - 8, 8);
  } else {
    for (const char c : word) {
      first = first << 8 | static_cast<unsigned char>(c);
    }
  }
  uint64_t hash = (first ^ 0x9E3779B97F4A7C15u) * 0xBF58476D1CE4E5B9u;
  hash = (hash ^ (hash >> 32) ^ last ^ (word.size() << 56)) * 0x94D049BB133111EBu;
  return hash ^ (hash >> 31);
}

// A stretch of equal lines or paragraphs is found by its hash.
struct Uniques {
  HashTable<Nothing> table;
  void add(std::string_view text, int64_t characters, int64_t& count, int64_t& counted_characters) {
    bool is_new = false;
    table.insert(hash64(text), is_new);
    count += is_new ? 1 : 0;
    counted_characters += is_new ? characters : 0;
  }
};

}  // namespace

bool is_unspaced_language(std::string_view language) {
  constexpr std::array<std::string_view, 8> kLanguages = {"zh", "ja", "th", "lo", "km", "my", "bo", "yue"};
  const std::string_view primary = language.substr(0, language.find_first_of("-_"));
  return std::find(kLanguages.begin(), kLanguages.end(), primary) != kLanguages.end();
}

struct TextAnalyzer::State {
  std::vector<Word> words;
  NgramCounter ngrams;
  Uniques lines;
  Uniques paragraphs;
  std::string lower;

  void add_word(std::string_view word, int64_t characters, bool has_letter, int64_t hashes, TextStats& stats);
  void split_words(std::string_view text, bool unspaced, TextStats& stats);
  void add_line(std::string_view line, bool english, TextStats& stats);
  void add_paragraph(std::string_view text, size_t begin, size_t end, bool has_policy, TextStats& stats);
  void split_lines(std::string_view text, bool english, TextStats& stats);
};

void TextAnalyzer::State::add_word(std::string_view word, int64_t characters, bool has_letter, int64_t hashes,
                                   TextStats& stats) {
  words.push_back({word_hash(word), static_cast<uint32_t>(characters)});
  ++stats.words;
  stats.word_characters += characters;
  stats.longest_word = std::max(stats.longest_word, characters);
  stats.alphabetic_words += has_letter ? 1 : 0;
  if (word.size() <= 4 && std::find(kCommonWords.begin(), kCommonWords.end(), word) != kCommonWords.end()) {
    ++stats.common_english_words;
  }
  const bool ellipsis =
      !has_letter && word.size() <= 7 && std::find(kEllipses.begin(), kEllipses.end(), word) != kEllipses.end();
  stats.symbol_words += ellipsis || 2 * hashes > characters ? 1 : 0;
}

// Walks over the text once; code points are only decoded where a byte is not ASCII.
void TextAnalyzer::State::split_words(std::string_view text, bool unspaced, TextStats& stats) {
  words.clear();
  size_t begin = 0;
  int64_t characters = 0;
  int64_t hashes = 0;
  bool has_letter = false;
  const auto finish = [&](size_t end) {
    if (characters > 0) {
      add_word(text.substr(begin, end - begin), characters, has_letter, hashes, stats);
    }
    characters = 0;
    hashes = 0;
    has_letter = false;
  };
  size_t pos = 0;
  while (pos < text.size()) {
    const uint8_t kind = kByteClasses[static_cast<unsigned char>(text[pos])];
    if (kind == kSpace) {
      finish(pos);
      begin = ++pos;
      continue;
    }
    if (kind != kHigh) {
      ++characters;
      hashes += kind == kHash ? 1 : 0;
      has_letter = has_letter || kind == kLetter;
      ++pos;
      continue;
    }
    const size_t start = pos;
    const uint32_t c = next_code_point(text, pos);
    if (is_unicode_space(c)) {
      finish(start);
      begin = pos;
      continue;
    }
    const bool letter = is_letter(c);
    stats.digits += utf8proc_category(static_cast<utf8proc_int32_t>(c)) == UTF8PROC_CATEGORY_ND ? 1 : 0;
    stats.parentheses += c == 0x27E8 || c == 0x27E9 ? 1 : 0;
    if (unspaced && letter) {
      finish(start);
      begin = start;
      characters = 1;
      has_letter = true;
      finish(pos);
      begin = pos;
      continue;
    }
    ++characters;
    has_letter = has_letter || letter;
  }
  finish(text.size());
}

void TextAnalyzer::State::add_line(std::string_view line, bool english, TextStats& stats) {
  const int64_t characters = characters_of(line);
  ++stats.lines;
  stats.line_characters += characters;
  lines.add(line, characters, stats.unique_lines, stats.unique_line_characters);
  const char last = line.back();
  const bool finished =
      last == '.' || last == '?' || last == '!' || last == '"' || last == '\'' ||
      (static_cast<unsigned char>(last) >= 0x80 &&
       (ends_with_any(line, kOtherEndMarks) && (!english || line.ends_with("\u201D") || line.ends_with("\u2019"))));
  stats.unfinished_lines += finished ? 0 : 1;
  const bool may_end_in_ellipsis = last == '.' || last == ']' || last == ')' || last == 'e' || last == 'E' ||
                                   static_cast<unsigned char>(last) >= 0x80;
  if (may_end_in_ellipsis) {
    const std::string tail = lower_ascii(line.substr(line.size() - std::min<size_t>(line.size(), 12)));
    stats.ellipsis_lines += ends_with_any(tail, kEllipses) ? 1 : 0;
  }
  if (static_cast<unsigned char>(line.front()) >= 0x80) {
    stats.bullet_lines +=
        std::any_of(kBullets.begin(), kBullets.end(), [&](std::string_view bullet) { return line.starts_with(bullet); })
            ? 1
            : 0;
  }
}

void TextAnalyzer::State::add_paragraph(std::string_view text, size_t begin, size_t end, bool has_policy,
                                        TextStats& stats) {
  const std::string_view paragraph = text.substr(begin, end - begin);
  const int64_t characters = characters_of(paragraph);
  ++stats.paragraphs;
  stats.paragraph_characters += characters;
  paragraphs.add(paragraph, characters, stats.unique_paragraphs, stats.unique_paragraph_characters);
  if (has_policy) {
    const std::string_view lowered = std::string_view(lower).substr(begin, end - begin);
    const bool policy = contains_any(lowered, kPolicyPhrases) || contains_any(lowered, kPolicyPhrasesLong);
    stats.boilerplate_paragraphs += policy ? 1 : 0;
  }
}

void TextAnalyzer::State::split_lines(std::string_view text, bool english, TextStats& stats) {
  const auto count = static_cast<size_t>(std::count(text.begin(), text.end(), '\n')) + 1;
  lines.table.reset(count);
  paragraphs.table.reset(count);
  lower = lower_ascii(text);
  stats.lorem_ipsum = lower.find("lorem ipsum") != std::string::npos;
  const bool has_policy = lower.find("cookie") != std::string::npos || lower.find("privacy") != std::string::npos ||
                          lower.find("terms of use") != std::string::npos;
  bool in_paragraph = false;
  size_t paragraph_begin = 0;
  size_t paragraph_end = 0;
  for (size_t begin = 0; begin <= text.size();) {
    const size_t newline = std::min(text.find('\n', begin), text.size());
    const std::string_view line = trim(text.substr(begin, newline - begin));
    if (!line.empty()) {
      add_line(line, english, stats);
      const auto offset = static_cast<size_t>(line.data() - text.data());
      paragraph_begin = in_paragraph ? paragraph_begin : offset;
      paragraph_end = offset + line.size();
      in_paragraph = true;
    } else if (in_paragraph) {
      add_paragraph(text, paragraph_begin, paragraph_end, has_policy, stats);
      in_paragraph = false;
    }
    begin = newline + 1;
  }
  if (in_paragraph) {
    add_paragraph(text, paragraph_begin, paragraph_end, has_policy, stats);
  }
}

TextAnalyzer::TextAnalyzer() : state_(std::make_unique<State>()) {}
TextAnalyzer::~TextAnalyzer() = default;
TextAnalyzer::TextAnalyzer(TextAnalyzer&&) noexcept = default;
TextAnalyzer& TextAnalyzer::operator=(TextAnalyzer&&) noexcept = default;

TextStats TextAnalyzer::analyze(std::string_view text, std::string_view language) {
  TextStats stats;
  count_characters(text, stats);
  count_urls(text, stats);
  state_->split_words(text, is_unspaced_language(language), stats);
  state_->split_lines(text, language.empty() || language.starts_with("en"), stats);
  state_->ngrams.count(state_->words, stats);
  return stats;
}

}  // namespace smelt
