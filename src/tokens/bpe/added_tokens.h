// Tokens that are found in a text before it is split into words: <|endoftext|> and its kind.
//
// As in the Hugging Face library: tokens with normalized = false are looked for first, the others in what is left; at
// each place the longest one wins; then single_word, lstrip and rstrip are applied. Immutable, so thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace smelt {

struct AddedToken {
  uint32_t id = 0;
  std::string content;
  bool special = false;
  bool single_word = false;  // only between non-word characters
  bool lstrip = false;       // swallows white space before it
  bool rstrip = false;       // swallows white space behind it
  bool normalized = false;
};

// Part of a text: an added token, or plain text where token is null.
struct TextPart {
  std::string_view text;
  const AddedToken* token = nullptr;
};

class AddedTokens {
 public:
  AddedTokens() = default;
  explicit AddedTokens(std::vector<AddedToken> tokens);  // no content may be empty
  AddedTokens(AddedTokens&&) noexcept = default;
  AddedTokens& operator=(AddedTokens&&) noexcept = default;
  AddedTokens(const AddedTokens&) = delete;
  AddedTokens& operator=(const AddedTokens&) = delete;

  const std::vector<AddedToken>& tokens() const { return tokens_; }
  const AddedToken* find_content(std::string_view content) const;
  // Appends the parts of a text in order; empty plain parts are left out.
  void split(std::string_view text, std::vector<TextPart>& parts) const;

 private:
  // The tokens of one pass, by content, with the lengths that occur behind each first byte (longest first).
  struct Finder {
    std::unordered_map<std::string_view, size_t> by_content;
    std::vector<size_t> lengths[256];
    std::string first_bytes;
    // The next match at or after `from`: its index in tokens_; `from` moves to its place. npos where there is none.
    size_t next(std::string_view text, size_t& from) const;
  };
  void split_pass(const Finder& finder, std::string_view text, std::vector<TextPart>& parts) const;

  std::vector<AddedToken> tokens_;
  Finder passes_[2];
};

}  // namespace smelt
