// Paragraphs that occur more often in a corpus than they may: exact, in bounded memory.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/hash.h"
#include "corpus/dedup/external_sort.h"
#include "corpus/dedup/options.h"
#include "corpus/dedup/repeats.h"

namespace smelt {

// Calls each(begin, end) for the paragraphs of a text (runs of lines that are not blank) or its non-blank lines; `end`
// is where the next one begins, or the end of the text: together they cover the text from the first of them on.
template <class Each>
void for_each_paragraph(std::string_view text, bool lines, Each each);

// Finds all occurrences of a paragraph but the first `max_copies`, in the order of positions. Paragraphs are equal
// where their normalised texts are (128-bit hashes of them). Disk: 32 bytes a paragraph.
class ParagraphFinder {
 public:
  ParagraphFinder(const ParagraphOptions& options, const ScratchSpace& space);

  // Each document once, by any thread, in any order; positions as RepeatFinder's.
  void scan(uint64_t start, std::string_view text);
  RangeList ranges();  // after the last scan

 private:
  struct Paragraph {
    Hash128 hash;
    uint64_t begin;
    uint64_t end;
    auto operator<=>(const Paragraph&) const = default;
  };

  ParagraphOptions options_;
  ScratchSpace space_;
  ExternalSorter<Paragraph> paragraphs_;
};

template <class Each>
void for_each_paragraph(std::string_view text, bool lines, Each each) {
  constexpr size_t kNone = std::string_view::npos;
  size_t begin = kNone;  // of the paragraph that has not been given yet
  bool after_break = true;
  for (size_t line = 0; line < text.size();) {
    const size_t newline = text.find('\n', line);
    const size_t next = newline == kNone ? text.size() : newline + 1;
    const bool blank = text.substr(line, next - line).find_first_not_of(" \t\r\n\f\v") == kNone;
    if (!blank && after_break) {
      if (begin != kNone) {
        each(begin, line);
      }
      begin = line;
    }
    after_break = blank || lines;
    line = next;
  }
  if (begin != kNone) {
    each(begin, text.size());
  }
}

}  // namespace smelt
