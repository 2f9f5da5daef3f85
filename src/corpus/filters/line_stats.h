// Counts what the filters ask of a text's lines and paragraphs (corpus/text_stats.h).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/hash_table.h"
#include "corpus/text_stats.h"

namespace smelt {

// How many different pieces there are, and their characters.
class DistinctPieces {
 public:
  void reset(size_t at_most) { table_.reset(at_most); }
  // True where the piece is new.
  bool add(std::string_view piece);

 private:
  HashTable<Nothing> table_;
};

// Reusable buffers: one a thread.
class LineCounter {
 public:
  void count(std::string_view text, bool english, TextRules rules, TextStats& stats);

 private:
  void add_line(std::string_view line, bool english, TextRules rules, TextStats& stats);
  void add_paragraph(std::string_view text, std::string_view paragraph, bool has_policy, TextRules rules,
                     TextStats& stats);
  void split_lines(std::string_view text, bool english, TextRules rules, bool has_policy, TextStats& stats);
  void split_published_paragraphs(std::string_view text, bool has_policy, TextStats& stats);

  DistinctPieces lines_;
  DistinctPieces paragraphs_;
  std::string lower_;
};

}  // namespace smelt
