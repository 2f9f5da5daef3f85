// A text on its way from what was given to what a model sees: its pieces, and for every byte the bytes of the original
// that it came from.
//
// Normalizers rewrite pieces, pre-tokenizers cut them; both keep the alignment by the rules of Hugging Face's library,
// so that offsets come out as there. Pieces that are added tokens are finished: nothing rewrites or cuts them. Not
// thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/function_ref.h"
#include "tokens/unicode/properties.h"

namespace smelt {

// Bytes [begin, end) of the original text.
struct Span {
  uint32_t begin = 0;
  uint32_t end = 0;
  bool operator==(const Span&) const = default;
};

struct TextPiece {
  static constexpr uint32_t kPlain = UINT32_MAX;
  uint32_t begin = 0;  // in AlignedText::text
  uint32_t end = 0;
  uint32_t shift = 0;       // where its original begins
  uint32_t token = kPlain;  // the id of an added token
};

// What a cutting step makes of a stretch of a piece. Stretches cover a piece without gaps.
struct Stretch {
  uint32_t begin = 0;  // within the piece
  uint32_t end = 0;
  bool matched = false;
};

enum class SplitBehavior { kRemoved, kIsolated, kMergedWithPrevious, kMergedWithNext, kContiguous };

class AlignedText {
 public:
  // One piece; each byte belongs to its character.
  explicit AlignedText(std::string_view original);

  const std::string& text() const { return text_; }
  const std::vector<TextPiece>& pieces() const { return pieces_; }
  std::string_view view(const TextPiece& piece) const {
    return std::string_view(text_).substr(piece.begin, piece.end - piece.begin);
  }
  // The original of bytes [begin, end) of a piece, by the library's rule: an empty range stays what it is behind the
  // piece's start, a range past the piece is not converted at all.
  Span original_of(const TextPiece& piece, uint32_t begin, uint32_t end) const;

  // Cuts every plain piece: find(text, stretches) appends stretches, which the behaviour joins or drops.
  void split(SplitBehavior behavior, FunctionRef<void(std::string_view, std::vector<Stretch>&)> find);
  // Cuts every plain piece into what cut(piece, out) appends, as pieces of the same text; empty ones are dropped. See
  // part_of().
  void cut(FunctionRef<void(const TextPiece&, std::vector<TextPiece>&)> cut);
  TextPiece part_of(const TextPiece& piece, uint32_t begin, uint32_t end, uint32_t token = TextPiece::kPlain) const;

  class Writer;
  // Rewrites every plain piece: rewrite(text, writer). UserError(kInput) where a text grows beyond measure.
  void rewrite(FunctionRef<void(std::string_view, Writer&)> rewrite);

 private:
  std::string text_;
  size_t limit_ = 0;         // what text_ may grow to
  std::vector<Span> spans_;  // by byte of text_
  std::vector<TextPiece> pieces_;
};

// Takes the new text of one piece, character by character. A cursor moves over the old characters; what is put with
// change 0 replaces the character at the cursor, with change < 0 also drops -change characters behind it, and with
// change > 0 is new and belongs to the original of the character before the cursor.
class AlignedText::Writer {
 public:
  void put(uint32_t code_point, int change);
  void skip(size_t characters) { drop(characters); }  // drops what is at the cursor
  // Keeps the old text up to byte `end` of the piece.
  void keep_to(size_t end);
  // New characters behind byte `at` of the piece: they belong to the character before it.
  void insert_behind(size_t at, std::string_view content);
  // Goes on behind byte `at` without keeping what lies between.
  void move_to(size_t at) { cursor_ = at; }
  bool at_original_start() const { return shift_ == 0; }

 private:
  friend class AlignedText;
  void drop(size_t characters);
  Span before_cursor(size_t at) const;

  std::string_view old_;  // the piece
  const Span* old_spans_ = nullptr;
  uint32_t shift_ = 0;
  size_t cursor_ = 0;
  size_t limit_ = 0;
  std::string text_;
  std::vector<Span> spans_;
};

}  // namespace smelt
