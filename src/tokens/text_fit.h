// How well a tokenizer fits texts: what `smelt tokenizer inspect` and `compare` print.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/context.h"
#include "corpus/input_files.h"
#include "tokens/tokenizer.h"

namespace smelt {

// Counts over texts. A word is a run of characters that are not white space, so "tokens a word" says little of
// languages that write without spaces; bytes a token always means the same.
struct TextFit {
  int64_t documents = 0;
  int64_t bytes = 0;
  int64_t characters = 0;
  int64_t words = 0;
  int64_t tokens = 0;
  int64_t part_tokens = 0;  // tokens that are one byte of a longer character: what no other token covers

  void add(const TextFit& other);
  double bytes_per_token() const { return ratio(bytes, tokens); }
  double tokens_per_word() const { return ratio(tokens, words); }
  double characters_per_token() const { return ratio(characters, tokens); }
  double part_share() const { return ratio(part_tokens, tokens); }

 private:
  static double ratio(int64_t a, int64_t b) { return b == 0 ? 0 : static_cast<double>(a) / static_cast<double>(b); }
};

struct FitReport {
  TextFit all;
  std::vector<std::pair<std::string, TextFit>> files;  // by name, in the order given
  std::map<std::string, TextFit> languages;            // by the documents' `language`, where they have one
  std::vector<int64_t> uses;                           // by id
  std::string sample;                                  // the beginning of the first text
  int64_t unused() const;                              // ids that no text needs
};

// Encodes what the files hold: documents (corpus/document_io.h), and files that are no documents as one text each. Of
// each file at most `bytes_per_file` (0: all). Special tokens in a text are plain text. On all threads; the same
// figures for any number of them. UserError(kInput) where there is no text.
FitReport measure_fit(const Context& context, const Tokenizer& tokenizer, const std::vector<InputFile>& files,
                      int64_t bytes_per_file);

// What a vocabulary holds, apart from any text.
struct VocabularyFigures {
  int64_t entries = 0;  // tokens; ids without one are not counted
  int64_t special = 0;
  int64_t bytes = 0;                // tokens of one byte
  int64_t parts = 0;                // not valid UTF-8 alone, single bytes left out
  int64_t after_space = 0;          // begin with a space
  int64_t letters = 0;              // nothing but letters and marks, but for a space before
  int64_t numbers = 0;              // hold a number
  int64_t white_space = 0;          // nothing else
  std::map<int, int64_t> by_bytes;  // number of tokens by length: 1, 2, 4, 8, 16, 32 bytes and more, up to the next
  std::vector<uint32_t> longest;    // ids of the longest tokens that are not special, longest first
};

VocabularyFigures vocabulary_figures(const Tokenizer& tokenizer, size_t num_longest);

// Tokens, special ones left out, that both have, by their bytes.
int64_t shared_tokens(const Tokenizer& a, const Tokenizer& b);

}  // namespace smelt
