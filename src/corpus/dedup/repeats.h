// Passages that occur more than once in a corpus: exact, in bounded memory, without a suffix array.
//
// What is found: every window of `min_length` symbols that equals a window before it which it does not overlap. A
// window lies within one document. The result is the union of these windows, so all occurrences of a passage but the
// first.
//
// How: of the grams (half a window long) in each window the one with the lowest hash is its anchor ("winnowing":
// Schleimer, Wilkerson, Aiken, "Winnowing: local algorithms for document fingerprinting", SIGMOD 2003). Equal windows
// have equal anchors, and neighbouring windows mostly share one: about one symbol in 26 for windows of 100 is an
// anchor. Anchors are sorted by hash; those that occur once rule their windows out. The windows of the others are
// sorted by the hashes of anchor and window, 122 bits together, so that passages are equal but with probability 2^-80
// for 2^20 windows a document and 10^12 symbols. Both hashes are polynomials modulo 2^61 - 1 (Karp, Rabin, "Efficient
// randomized pattern-matching algorithms", 1987). Time: two passes over the text and the sorting; disk: 0.6 bytes a
// symbol, and 24 a symbol of repeated text. Results do not depend on memory, threads or the order of calls.
#pragma once

#include <cstdint>
#include <span>

#include "corpus/dedup/external_sort.h"
#include "corpus/scratch.h"

namespace smelt {

// In positions of the whole corpus: a document's begin at the `start` that it was given.
struct TextRange {
  uint64_t begin = 0;
  uint64_t end = 0;
  auto operator<=>(const TextRange&) const = default;
};

// Sorted ranges, at least a symbol apart.
class RangeList {
 public:
  explicit RangeList(const ScratchSpace& space) : list_(space) {}
  // In ascending order of begin; joined with what came before where it overlaps or touches it.
  void add(const TextRange& range);
  void finish();
  std::span<const TextRange> all() const { return list_.values(); }
  // Those with begin in [begin, end).
  std::span<const TextRange> within(uint64_t begin, uint64_t end) const;

 private:
  ScratchList<TextRange> list_;
  TextRange open_;
  bool any_ = false;
};

// Symbol: uint8_t for UTF-8 text (ranges are shrunk to whole characters), uint16_t or uint32_t for tokens.
template <class Symbol>
class RepeatFinder {
 public:
  // min_length >= 2 symbols.
  RepeatFinder(int64_t min_length, uint64_t seed, const ScratchSpace& space);

  // First all documents go through scan, then, after select, all once more through collect with the same arguments. Any
  // thread may call them, in any order of documents. The positions of two documents, [start, start + size), have at
  // least one between them; all are below 2^60.
  void scan(uint64_t start, std::span<const Symbol> text);
  void select();
  void collect(uint64_t start, std::span<const Symbol> text);
  // After the last collect.
  RangeList ranges();

 private:
  struct Anchor {
    uint64_t hash;
    uint64_t position;
    auto operator<=>(const Anchor&) const = default;
  };
  struct Window {
    uint64_t anchor;
    uint64_t hash;
    uint64_t position;  // x 16, plus twice 2 bits: symbols by which the range shrinks at its begin and end
    auto operator<=>(const Window&) const = default;
  };

  template <class Each>
  void for_each_window(std::span<const Symbol> text, bool with_hash, Each each) const;

  uint64_t length_;
  uint64_t gram_;
  uint64_t base_;
  ScratchSpace space_;
  ExternalSorter<Anchor> anchors_;
  ExternalSorter<Window> windows_;
  ScratchList<uint64_t> repeated_;  // positions of anchors that occur more than once, ascending
};

extern template class RepeatFinder<uint8_t>;
extern template class RepeatFinder<uint16_t>;
extern template class RepeatFinder<uint32_t>;

}  // namespace smelt
