// Regular expressions of tokenizer.json: Oniguruma's Ruby syntax, matched by PCRE2 with JIT.
//
// What differs is translated: \p{..}, \w, \d, \s and \h get Oniguruma's sets (Unicode 16.0), ^ and $ match at lines,
// (?m) lets the dot match a newline, scripts are meant without their extensions. Bytes that are not valid UTF-8 match
// nothing. Thread-safe.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "tokens/text/aligned_text.h"

namespace smelt {

class TextRegex {
 public:
  // Reject invalid_regex with the message and the offset in the translated expression.
  static Result<TextRegex> compile(const std::string& regex);
  static TextRegex literal(const std::string& text);

  // Appends the matches and the gaps between them: the whole text in order. Empty matches are found where the last
  // match did not end. UserError(kInput) where the expression needs too much work on this text.
  void find(std::string_view text, std::vector<Stretch>& out) const;

 private:
  struct Code;
  explicit TextRegex(std::shared_ptr<const Code> code) : code_(std::move(code)) {}
  void find_literal(std::string_view text, std::vector<Stretch>& out) const;
  std::shared_ptr<const Code> code_;
};

// The expression in PCRE2's syntax.
std::string translate_regex(std::string_view regex);

}  // namespace smelt
