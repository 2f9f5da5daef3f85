// Runs of tokens that are an exception of the English rules when nothing stands between them: "a" and "." of "foo-a.".
// They matter because the rules split before they look at the list.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "corpus/filters/english_rules.h"
#include "corpus/filters/english_tokens.h"

namespace smelt::english {

// EnglishToken::runs of the token with this hash.
uint16_t runs_that_begin_with(uint64_t hash);

// Keeps buffers: one a thread.
class RunJoiner {
 public:
  // Replaces the runs among the tokens of the text by the tokens of their exceptions.
  void join(std::string_view text, std::vector<EnglishToken>& tokens);

 private:
  struct Match {
    size_t begin;  // among the tokens
    size_t end;
    const Exception* exception;
  };
  void find_runs(const std::vector<EnglishToken>& tokens);
  void choose_runs(size_t num_tokens);

  std::vector<Match> matches_;
  std::vector<uint8_t> seen_;
  std::vector<EnglishToken> joined_;
};

}  // namespace smelt::english
