// The words of a text, many at a time: what SplitScanner finds word by word, found 64 bytes at a time.
//
// A block of 64 bytes becomes one bit a byte for each class of characters, and the beginnings of words are bit
// arithmetic on these. That holds for ASCII; words that touch other characters or the end of the text are left to
// SplitScanner, and a word that is cut by the end of a block begins the next one.
#pragma once

#include <cstddef>
#include <string_view>

#include "base/cpu.h"
#include "tokens/split/split_scanner.h"

namespace smelt {

// Immutable and thread-safe.
class WordScanner {
 public:
  explicit WordScanner(const SplitRule& rule, Isa isa = active_isa());

  // What `ends` of next() must have room for beyond `count`.
  static constexpr size_t kSlack = 72;

  // Writes the ends of the words that begin at p, in order, until there are `count` or some more (at most kSlack) or
  // the text ends, and returns how many. p must be the beginning of the text or the end of one of its words.
  size_t next(const char* p, const char* end, const char** ends, size_t count) const {
    return scan_(scanner_, p, end, ends, count);
  }
  const SplitRule& rule() const { return scanner_.rule(); }

  using Scan = size_t (*)(const SplitScanner& scanner, const char* p, const char* end, const char** ends, size_t count);

 private:
  SplitScanner scanner_;
  Scan scan_;
};

// The first place at or after `from` where a text may be cut without a change to its words under any of the rules; its
// size where there is none. Either a space between two ASCII letters comes next: no word goes from a letter on to a
// space, and none looks beyond. Or the text goes on with a letter or the like behind one line break that is no part of
// a longer run of white space.
size_t next_safe_cut(std::string_view text, size_t from);

// The scan of a family for one instruction set.
WordScanner::Scan word_scan_generic(SplitFamily family);
WordScanner::Scan word_scan_avx2(SplitFamily family);

}  // namespace smelt
