// The few tokens that a text may write: their places in it.
//
// A corpus marks structure in its texts (<repo_name>, <file_sep>, <jupyter_code>); these are to become tokens of their
// own. All other special tokens in a text of others stay plain text: a file that quotes <|endoftext|> must not end the
// document. At each place the longest marker wins. Immutable, so thread-safe.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tokens/tokenizer.h"

namespace smelt {

class MarkerFinder {
 public:
  struct Marker {
    std::string text;
    uint32_t id;
  };
  MarkerFinder() = default;
  explicit MarkerFinder(std::vector<Marker> markers);
  // By the tokens' texts. UserError(kUsage), naming `key`, for one that the tokenizer does not have.
  MarkerFinder(const Tokenizer& tokenizer, const std::vector<std::string>& texts, const std::string& key);

  bool empty() const { return markers_.empty(); }
  struct Match {
    size_t begin = std::string_view::npos;  // npos: none
    const Marker* marker = nullptr;
  };
  // The first marker that begins at or after `from`.
  Match find(std::string_view text, size_t from) const;

 private:
  std::vector<Marker> markers_;  // longest first
  std::string first_bytes_;      // of all markers, each once
  std::array<bool, 256> is_first_{};
};

// The id of a token that the settings name. UserError(kUsage) where the tokenizer does not have it.
uint32_t required_token(const Tokenizer& tokenizer, const std::string& text, const std::string& key);

}  // namespace smelt
