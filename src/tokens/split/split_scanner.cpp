#include "tokens/split/split_scanner.h"

#include <array>

namespace smelt {
namespace {

constexpr const char* kGpt2Regex = R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)";
constexpr const char* kGpt2Grouped = R"('(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)";
constexpr const char* kContractions = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
constexpr const char* kContractionsGrouped = "'(?i:[sdmt]|ll|ve|re)";
constexpr const char* kCasedWords = R"([^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+%|)"
                                    R"([^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*%|)";

std::string digits_regex(int max_digits) {
  if (max_digits == 1) {
    return R"(\p{N}|)";
  }
  return max_digits == 0 ? R"(\p{N}+|)" : R"(\p{N}{1,)" + std::to_string(max_digits) + "}|";
}

std::string cl100k_regex(const char* contractions, int max_digits) {
  return std::string(contractions) + R"(|[^\r\n\p{L}\p{N}]?\p{L}+|)" + digits_regex(max_digits) +
         R"( ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
}

std::string tekken_regex(int max_digits, bool contraction_suffix) {
  std::string words = kCasedWords;
  for (size_t at = words.find('%'); at != std::string::npos; at = words.find('%')) {
    words.replace(at, 1, contraction_suffix ? std::string(kContractions) + "?" : "");
  }
  return words + digits_regex(max_digits) + R"( ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
}

bool is_one_of(char c, std::string_view set) {
  return set.find(c) != std::string_view::npos;
}

}  // namespace

std::optional<SplitRule> known_split_rule(std::string_view regex) {
  if (regex == kGpt2Regex || regex == kGpt2Grouped) {
    return SplitRule{SplitFamily::kGpt2};
  }
  for (const int max_digits : {0, 1, 2, 3}) {
    if (regex == cl100k_regex(kContractions, max_digits) || regex == cl100k_regex(kContractionsGrouped, max_digits)) {
      return SplitRule{SplitFamily::kCl100k, max_digits};
    }
    for (const bool suffix : {false, true}) {
      if (regex == tekken_regex(max_digits, suffix)) {
        return SplitRule{SplitFamily::kTekken, max_digits, suffix};
      }
    }
  }
  return std::nullopt;
}

std::string split_regex(const SplitRule& rule) {
  switch (rule.family) {
    case SplitFamily::kGpt2:
      return kGpt2Regex;
    case SplitFamily::kCl100k:
      return cl100k_regex(kContractions, rule.max_digits);
    case SplitFamily::kTekken:
      return tekken_regex(rule.max_digits, rule.contraction_suffix);
  }
  return {};
}

int SplitScanner::contraction(const char* p, const char* end, bool any_case) {
  const auto letter = [&](int i) {
    const char c = end - p > i ? p[i] : '\0';
    return any_case && c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  };
  const char a = letter(1);
  if (is_one_of(a, "stmd")) {
    return 2;
  }
  const char b = letter(2);
  if ((a == 'r' && b == 'e') || (a == 'v' && b == 'e') || (a == 'l' && b == 'l')) {
    return 3;
  }
  // U+017F, the long s, is an s to a case-insensitive match.
  return any_case && a == '\xC5' && b == '\xBF' ? 3 : 0;
}

const char* SplitScanner::digits(const char* p, const char* end) const {
  if (rule_.max_digits == 0) {
    return run(p, end, kClassNumber);
  }
  for (int i = 0; i < rule_.max_digits && p < end; ++i) {
    const ClassedChar c = classify(classes_, p, end);
    if ((c.bits & kClassNumber) == 0) {
      break;
    }
    p += c.length;
  }
  return p;
}

// White space at p: up to its last line break where the rule asks for it; else all of it at the end of the text, and
// all but its last character before a word (unless it is the only one).
const char* SplitScanner::spaces(const char* p, const char* end, bool break_at_newline) const {
  const char* q = p;
  const char* last = p;
  const char* after_newline = nullptr;
  while (q < end) {
    const ClassedChar c = classify(classes_, q, end);
    if ((c.bits & kClassSpace) == 0) {
      break;
    }
    last = q;
    q += c.length;
    if (c.bits & kClassNewline) {
      after_newline = q;
    }
  }
  if (break_at_newline && after_newline != nullptr) {
    return after_newline;
  }
  return q == end || last == p ? q : last;
}

const char* SplitScanner::tail(const char* p, const char* end, ClassedChar c, bool slash) const {
  if (c.bits & kClassNumber) {
    return digits(p, end);
  }
  const char* q = p;
  if (*p == ' ' && p + 1 < end) {
    ++q;
    c = classify(classes_, q, end);
  }
  if ((c.bits & (kClassSpace | kClassLetter | kClassNumber)) != 0) {
    return spaces(p, end, true);
  }
  q = run_symbols(q + c.length, end);
  while (q < end && (*q == '\r' || *q == '\n' || (slash && *q == '/'))) {
    ++q;
  }
  return q;
}

// X? U* L+ | X? U+ L* with the backtracking of the regular expression, where U is upper-like, L lower-like and X =
// [start, first) the optional symbol before the word. Returns null where neither matches.
const char* SplitScanner::cased_word(const char* start, const char* first, const char* end) const {
  // The longest U* from `from`; then L+ behind it, or else the last character of the run that is also lower-like.
  const auto upper_then_lower = [&](const char* from, const char*& upper_end) -> const char* {
    const char* q = from;
    const char* after_last_lower = nullptr;
    while (q < end) {
      const ClassedChar c = classify(classes_, q, end);
      if ((c.bits & kClassUpperLike) == 0) {
        upper_end = q;
        return c.bits & kClassLowerLike ? run(q, end, kClassLowerLike) : after_last_lower;
      }
      q += c.length;
      if (c.bits & kClassLowerLike) {
        after_last_lower = q;
      }
    }
    upper_end = q;
    return after_last_lower;
  };
  const char* upper_end = nullptr;
  if (const char* q = upper_then_lower(first, upper_end)) {
    return q;
  }
  const char* const after_upper = upper_end;
  if (first != start) {
    if (const char* q = upper_then_lower(start, upper_end)) {
      return q;
    }
  }
  if (after_upper > first) {
    return after_upper;
  }
  return upper_end > start ? upper_end : nullptr;
}

template <SplitFamily kFamily>
const char* SplitScanner::next_word(const char* p, const char* end) const {
  return next<kFamily>(p, end);
}
template const char* SplitScanner::next_word<SplitFamily::kGpt2>(const char* p, const char* end) const;
template const char* SplitScanner::next_word<SplitFamily::kCl100k>(const char* p, const char* end) const;
template const char* SplitScanner::next_word<SplitFamily::kTekken>(const char* p, const char* end) const;

}  // namespace smelt
