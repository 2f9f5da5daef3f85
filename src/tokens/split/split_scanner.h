// Cuts text into the words that BPE works inside, by hand-written scanners for the regular expressions in common use.
//
// Three families are known, each equal to its regular expression on every valid UTF-8 text:
//   kGpt2     's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
//   kCl100k   (?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,max_digits}| ?[^\s\p{L}\p{N}]+[\r\n]*|
//             \s*[\r\n]+|\s+(?!\S)|\s+                                       (Llama 3: 3 digits, Qwen 2: 1 digit)
//   kTekken   words that begin upper-like and go on lower-like, then as above but with [\r\n/]* after symbols
//             (Nemotron: 1 digit; with contraction_suffix also o200k)
// A byte that is not part of valid UTF-8 counts as a symbol. Every text is covered without gaps. Stateless and
// thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "tokens/split/unicode_classes.h"

namespace smelt {

enum class SplitFamily { kGpt2, kCl100k, kTekken };

struct SplitRule {
  SplitFamily family = SplitFamily::kGpt2;
  int max_digits = 0;  // 0: any number
  bool contraction_suffix = false;
  bool operator==(const SplitRule&) const = default;
};

// The rule equal to a regular expression, if it is one of the known ones.
std::optional<SplitRule> known_split_rule(std::string_view regex);
// The expression as tokenizer.json holds it.
std::string split_regex(const SplitRule& rule);

class SplitScanner {
 public:
  explicit SplitScanner(const SplitRule& rule, const UnicodeClasses& classes = UnicodeClasses::get())
      : rule_(rule), classes_(classes) {}

  // The end of the word that begins at p; p < end.
  template <SplitFamily kFamily>
  const char* next(const char* p, const char* end) const;
  // The same, never inlined.
  template <SplitFamily kFamily>
  const char* next_word(const char* p, const char* end) const;

  const SplitRule& rule() const { return rule_; }
  // The length of a contraction behind an apostrophe at p ("'s" gives 2), 0 where there is none.
  static int contraction(const char* p, const char* end, bool any_case);

 private:
  const char* run(const char* p, const char* end, uint8_t any_of) const;
  const char* run_symbols(const char* p, const char* end) const;
  const char* digits(const char* p, const char* end) const;
  const char* spaces(const char* p, const char* end, bool break_at_newline) const;
  const char* cased_word(const char* start, const char* first, const char* end) const;
  const char* tail(const char* p, const char* end, ClassedChar c, bool slash) const;
  const char* next_gpt2(const char* p, const char* end) const;
  const char* next_cl100k(const char* p, const char* end) const;
  const char* next_tekken(const char* p, const char* end) const;

  SplitRule rule_;
  const UnicodeClasses& classes_;
};

inline const char* SplitScanner::run(const char* p, const char* end, uint8_t any_of) const {
  while (p < end) {
    const ClassedChar c = classify(classes_, p, end);
    if ((c.bits & any_of) == 0) {
      break;
    }
    p += c.length;
  }
  return p;
}

inline const char* SplitScanner::run_symbols(const char* p, const char* end) const {
  while (p < end) {
    const ClassedChar c = classify(classes_, p, end);
    if ((c.bits & (kClassLetter | kClassNumber | kClassSpace)) != 0) {
      break;
    }
    p += c.length;
  }
  return p;
}

inline const char* SplitScanner::next_gpt2(const char* p, const char* end) const {
  const char* q = p;
  if (*p == ' ' && p + 1 < end) {
    ++q;
  } else if (*p == '\'') {
    if (const int length = contraction(p, end, false)) {
      return p + length;
    }
  }
  const ClassedChar c = classify(classes_, q, end);
  if (c.bits & kClassLetter) {
    return run(q + c.length, end, kClassLetter);
  }
  if (c.bits & kClassNumber) {
    return run(q + c.length, end, kClassNumber);
  }
  return c.bits & kClassSpace ? spaces(p, end, false) : run_symbols(q + c.length, end);
}

inline const char* SplitScanner::next_cl100k(const char* p, const char* end) const {
  if (*p == '\'') {
    if (const int length = contraction(p, end, true)) {
      return p + length;
    }
  }
  const ClassedChar c = classify(classes_, p, end);
  if (c.bits & kClassLetter) {
    return run(p + c.length, end, kClassLetter);
  }
  if ((c.bits & (kClassNewline | kClassNumber)) == 0) {
    const char* q = p + c.length;
    if (q < end) {
      const ClassedChar d = classify(classes_, q, end);
      if (d.bits & kClassLetter) {
        return run(q + d.length, end, kClassLetter);
      }
    }
  }
  return tail(p, end, c, false);
}

inline const char* SplitScanner::next_tekken(const char* p, const char* end) const {
  const ClassedChar c = classify(classes_, p, end);
  const char* q = nullptr;
  if ((c.bits & (kClassNewline | kClassNumber | kClassLetter)) == 0) {
    q = cased_word(p, p + c.length, end);
  } else if (c.bits & kClassLetter) {
    q = cased_word(p, p, end);
  }
  if (q == nullptr) {
    return tail(p, end, c, true);
  }
  return rule_.contraction_suffix && q < end && *q == '\'' ? q + contraction(q, end, true) : q;
}

template <SplitFamily kFamily>
const char* SplitScanner::next(const char* p, const char* end) const {
  if constexpr (kFamily == SplitFamily::kGpt2) {
    return next_gpt2(p, end);
  } else if constexpr (kFamily == SplitFamily::kCl100k) {
    return next_cl100k(p, end);
  } else {
    return next_tekken(p, end);
  }
}

extern template const char* SplitScanner::next_word<SplitFamily::kGpt2>(const char* p, const char* end) const;
extern template const char* SplitScanner::next_word<SplitFamily::kCl100k>(const char* p, const char* end) const;
extern template const char* SplitScanner::next_word<SplitFamily::kTekken>(const char* p, const char* end) const;

}  // namespace smelt
