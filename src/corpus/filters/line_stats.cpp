#include "corpus/filters/line_stats.h"

#include <algorithm>
#include <array>

#include "base/hash.h"
#include "base/text.h"
#include "corpus/filters/characters.h"

namespace smelt {

namespace {

constexpr std::array<std::string_view, 8> kEllipses = {"...",      "[...]",   "(...)",       "\u2026",
                                                       "[\u2026]", "-\u00BB", "read more..", "read more"};
constexpr std::array<std::string_view, 12> kBullets = {"\u2022", "\u2023", "\u2043", "\u204C", "\u204D", "\u2219",
                                                       "\u25CB", "\u25CF", "\u25D8", "\u25E6", "\u29BE", "\u29BF"};
// End marks of other scripts: ideographic, Devanagari, Arabic, Armenian, Ethiopic, Khmer, Burmese, Greek, and closing
// quotes.
constexpr std::array<std::string_view, 17> kOtherEndMarks = {"\u3002", "\uFF01", "\uFF1F", "\uFF0E", "\u0964", "\u0965",
                                                             "\u061F", "\u06D4", "\u0589", "\u1362", "\u17D4", "\u104B",
                                                             "\u037E", "\u201D", "\u2019", "\u00BB", "\u300D"};
// Phrases of cookie banners and terms (NeMo Curator 1.4, text/utils/constants.py), those left out that hold another.
constexpr std::array<std::string_view, 9> kPolicyPhrases = {"terms of use",
                                                            "privacy policy",
                                                            "cookie policy",
                                                            "uses cookies",
                                                            "use cookies",
                                                            "use of cookies",
                                                            "privacy overview",
                                                            "privacy & cookies policy",
                                                            "privacy and cookies policy"};
constexpr std::array<std::string_view, 3> kPublishedPhrases = {
    "necessary cookies are absolutely essential for the website to function properly. this category only includes "
    "cookies that ensures basic functionalities and security features of the website. these cookies do not store any "
    "personal information.",
    "any cookies that may not be particularly necessary for the website to function and is used specifically to "
    "collect user personal data via analytics, ads, other embedded contents are termed as non-necessary cookies. it is "
    "mandatory to procure user consent prior to running these cookies on your website.",
    "if you continue to browse this site without changing your cookie settings, you agree to this use. acceptread "
    "more"};

template <size_t N>
bool ends_with_any(std::string_view text, const std::array<std::string_view, N>& endings) {
  return std::any_of(endings.begin(), endings.end(), [&](std::string_view ending) { return text.ends_with(ending); });
}

template <size_t N>
bool contains_any(std::string_view text, const std::array<std::string_view, N>& phrases) {
  return std::any_of(phrases.begin(), phrases.end(),
                     [&](std::string_view phrase) { return text.find(phrase) != std::string_view::npos; });
}

bool ends_a_sentence(std::string_view line, bool english, TextRules rules) {
  const char last = line.back();
  if (last == '.' || last == '?' || last == '!' || last == '"' || last == '\'') {
    return true;
  }
  return rules == TextRules::kFixed && static_cast<unsigned char>(last) >= 0x80 &&
         ends_with_any(line, kOtherEndMarks) && (!english || line.ends_with("\u201D") || line.ends_with("\u2019"));
}

bool ends_in_ellipsis(std::string_view line, TextRules rules) {
  const char last = line.back();
  const bool possible = last == '.' || last == ']' || last == ')' || last == 'e' || last == 'E' ||
                        static_cast<unsigned char>(last) >= 0x80;
  if (!possible) {
    return false;
  }
  const std::string tail = lower_ascii(line.substr(line.size() - std::min<size_t>(line.size(), 12)));
  return ends_with_any(tail, kEllipses) || (rules == TextRules::kFixed && tail.ends_with("(\u2026)"));
}

bool starts_with_bullet(std::string_view line) {
  return static_cast<unsigned char>(line.front()) >= 0x80 &&
         std::any_of(kBullets.begin(), kBullets.end(), [&](std::string_view mark) { return line.starts_with(mark); });
}

}  // namespace

bool DistinctPieces::add(std::string_view piece) {
  bool is_new = false;
  table_.insert(hash64(piece), is_new);
  return is_new;
}

void LineCounter::add_line(std::string_view line, bool english, TextRules rules, TextStats& stats) {
  const std::string_view trimmed = rules == TextRules::kPublished ? strip_spaces(line) : line;
  const int64_t characters = count_code_points(line);
  const bool is_new = lines_.add(line);
  ++stats.lines;
  stats.line_characters += characters;
  stats.unique_lines += is_new ? 1 : 0;
  stats.unique_line_characters += is_new ? characters : 0;
  stats.unfinished_lines += ends_a_sentence(trimmed, english, rules) ? 0 : 1;
  stats.ellipsis_lines += ends_in_ellipsis(trimmed, rules) ? 1 : 0;
  stats.bullet_lines += starts_with_bullet(trimmed) ? 1 : 0;
  stats.dash_lines += trimmed.starts_with("- ") || trimmed.starts_with("* ") ? 1 : 0;
}

void LineCounter::add_paragraph(std::string_view text, std::string_view paragraph, bool has_policy, TextRules rules,
                                TextStats& stats) {
  const int64_t characters = count_code_points(paragraph);
  const bool is_new = paragraphs_.add(paragraph);
  ++stats.paragraphs;
  stats.paragraph_characters += characters;
  stats.unique_paragraphs += is_new ? 1 : 0;
  stats.unique_paragraph_characters += is_new ? characters : 0;
  if (has_policy) {
    const auto begin = static_cast<size_t>(paragraph.data() - text.data());
    const std::string_view lowered = std::string_view(lower_).substr(begin, paragraph.size());
    const bool policy = contains_any(lowered, kPolicyPhrases) ||
                        (rules == TextRules::kPublished && contains_any(lowered, kPublishedPhrases));
    stats.boilerplate_paragraphs += policy ? 1 : 0;
  }
}

void LineCounter::split_lines(std::string_view text, bool english, TextRules rules, bool has_policy, TextStats& stats) {
  bool in_paragraph = false;
  size_t paragraph_begin = 0;
  size_t paragraph_end = 0;
  const auto finish_paragraph = [&] {
    if (in_paragraph && rules == TextRules::kFixed) {
      add_paragraph(text, text.substr(paragraph_begin, paragraph_end - paragraph_begin), has_policy, rules, stats);
    }
    in_paragraph = false;
  };
  for (size_t begin = 0; begin <= text.size();) {
    const size_t newline = std::min(text.find('\n', begin), text.size());
    const std::string_view whole = text.substr(begin, newline - begin);
    const std::string_view trimmed = trim(whole);
    const bool blank = rules == TextRules::kFixed ? trimmed.empty() : strip_leading_spaces(whole).empty();
    if (!blank) {
      add_line(rules == TextRules::kFixed ? trimmed : whole, english, rules, stats);
      const auto offset = static_cast<size_t>(trimmed.data() - text.data());
      paragraph_begin = in_paragraph ? paragraph_begin : offset;
      paragraph_end = offset + trimmed.size();
      in_paragraph = true;
    } else {
      finish_paragraph();
    }
    begin = newline + 1;
  }
  finish_paragraph();
}

void LineCounter::split_published_paragraphs(std::string_view text, bool has_policy, TextStats& stats) {
  for (size_t begin = 0; begin <= text.size();) {
    const size_t end = std::min(text.find("\n\n", begin), text.size());
    add_paragraph(text, text.substr(begin, end - begin), has_policy, TextRules::kPublished, stats);
    begin = end == text.size() ? text.size() + 1 : end + 2;
  }
}

void LineCounter::count(std::string_view text, bool english, TextRules rules, TextStats& stats) {
  const auto count = static_cast<size_t>(std::count(text.begin(), text.end(), '\n')) + 1;
  lines_.reset(count);
  paragraphs_.reset(count);
  lower_into(text, lower_);
  stats.lorem_ipsum = contains_phrase(lower_, "lorem ipsum");
  const bool has_policy = contains_phrase(lower_, "cookie") || contains_phrase(lower_, "privacy") ||
                          contains_phrase(lower_, "terms of use");
  split_lines(text, english, rules, has_policy, stats);
  if (rules == TextRules::kPublished) {
    split_published_paragraphs(text, has_policy, stats);
  }
}

}  // namespace smelt
