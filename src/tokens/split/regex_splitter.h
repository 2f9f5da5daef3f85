// Splitting by any regular expression (PCRE2 with JIT): for the rules that have no scanner of their own.
//
// \p and \s follow Unicode; where the text is not valid UTF-8 nothing matches. Thread-safe.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/function_ref.h"

namespace smelt {

class RegexSplitter {
 public:
  // Reject invalid_regex with PCRE2's message and the offset.
  static Result<RegexSplitter> compile(const std::string& regex);

  // Calls piece(text, matched) for every match and every gap between matches, in order; never with an empty piece.
  // Throws UserError(kInput) where the expression needs too much work on this text.
  void split(std::string_view text, FunctionRef<void(std::string_view, bool)> piece) const;

 private:
  struct Code;
  explicit RegexSplitter(std::shared_ptr<const Code> code) : code_(std::move(code)) {}
  std::shared_ptr<const Code> code_;
};

}  // namespace smelt
