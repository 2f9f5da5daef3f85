#include "tokens/text/aligned_text.h"

#include <algorithm>

#include "base/error.h"

namespace smelt {
namespace {

// Joins stretches in place as a behaviour wants it; `matched` then says which are dropped.
void join(SplitBehavior behavior, std::vector<Stretch>& stretches) {
  if (behavior == SplitBehavior::kRemoved) {
    return;
  }
  std::vector<Stretch> out;
  out.reserve(stretches.size());
  bool previous_match = false;
  const auto take = [&](const Stretch& s, bool joins) {
    if (joins && !out.empty()) {
      out.back().begin = std::min(out.back().begin, s.begin);
      out.back().end = std::max(out.back().end, s.end);
    } else {
      out.push_back({s.begin, s.end, false});
    }
    previous_match = s.matched;
  };
  switch (behavior) {
    case SplitBehavior::kMergedWithNext:
      for (auto s = stretches.rbegin(); s != stretches.rend(); ++s) {
        take(*s, s->matched && !previous_match);
      }
      std::reverse(out.begin(), out.end());
      break;
    case SplitBehavior::kMergedWithPrevious:
      for (const Stretch& s : stretches) {
        take(s, s.matched && !previous_match);
      }
      break;
    case SplitBehavior::kContiguous:
      for (const Stretch& s : stretches) {
        take(s, s.matched == previous_match);
      }
      break;
    default:
      for (const Stretch& s : stretches) {
        take(s, false);
      }
  }
  stretches.swap(out);
}

void check_growth(size_t size, size_t limit) {
  if (size > limit) {
    throw input_error("the normalizer makes a text more than 64 times as long", {},
                      "use a tokenizer that does not, or leave that text out");
  }
}

}  // namespace

AlignedText::AlignedText(std::string_view original)
    : text_(original), limit_(std::min<size_t>(UINT32_MAX, (size_t{1} << 20) + 64 * original.size())) {
  if (original.size() > UINT32_MAX / 4) {
    throw input_error("a text of more than 1 GiB cannot be encoded in one call", {}, "cut it into documents");
  }
  spans_.resize(original.size());
  for (size_t at = 0; at < original.size();) {
    const uint32_t length = character_at(original, at).length;
    const Span span{static_cast<uint32_t>(at), static_cast<uint32_t>(at) + length};
    std::fill_n(spans_.begin() + static_cast<std::ptrdiff_t>(at), length, span);
    at += length;
  }
  if (!original.empty()) {
    pieces_.push_back({0, static_cast<uint32_t>(original.size()), 0});
  }
}

Span AlignedText::original_of(const TextPiece& piece, uint32_t begin, uint32_t end) const {
  if (begin >= end) {
    return {piece.shift + begin, piece.shift + end};
  }
  if (end > piece.end - piece.begin) {
    return {begin, end};
  }
  return {spans_[piece.begin + begin].begin, spans_[piece.begin + end - 1].end};
}

TextPiece AlignedText::part_of(const TextPiece& piece, uint32_t begin, uint32_t end, uint32_t token) const {
  return {piece.begin + begin, piece.begin + end, begin < end ? spans_[piece.begin + begin].begin : piece.shift, token};
}

void AlignedText::cut(FunctionRef<void(const TextPiece&, std::vector<TextPiece>&)> cut) {
  std::vector<TextPiece> out;
  out.reserve(pieces_.size());
  for (const TextPiece& piece : pieces_) {
    if (piece.token != TextPiece::kPlain) {
      out.push_back(piece);
    } else {
      cut(piece, out);
    }
  }
  std::erase_if(out, [](const TextPiece& piece) { return piece.begin == piece.end; });
  pieces_.swap(out);
}

void AlignedText::split(SplitBehavior behavior, FunctionRef<void(std::string_view, std::vector<Stretch>&)> find) {
  std::vector<Stretch> stretches;
  cut([&](const TextPiece& piece, std::vector<TextPiece>& out) {
    stretches.clear();
    find(view(piece), stretches);
    join(behavior, stretches);
    for (const Stretch& s : stretches) {
      if (behavior != SplitBehavior::kRemoved || !s.matched) {
        out.push_back(part_of(piece, s.begin, s.end));
      }
    }
  });
}

void AlignedText::rewrite(FunctionRef<void(std::string_view, Writer&)> rewrite) {
  Writer writer;
  writer.limit_ = limit_;
  writer.text_.reserve(text_.size());
  writer.spans_.reserve(text_.size());
  std::vector<TextPiece> out;
  out.reserve(pieces_.size());
  for (const TextPiece& piece : pieces_) {
    const size_t begin = writer.text_.size();
    writer.old_ = view(piece);
    writer.old_spans_ = spans_.data() + piece.begin;
    writer.shift_ = piece.shift;
    writer.cursor_ = 0;
    if (piece.token != TextPiece::kPlain) {
      writer.keep_to(writer.old_.size());
    } else {
      rewrite(writer.old_, writer);
    }
    check_growth(writer.text_.size(), limit_);
    if (writer.text_.size() > begin) {
      out.push_back(
          {static_cast<uint32_t>(begin), static_cast<uint32_t>(writer.text_.size()), piece.shift, piece.token});
    }
  }
  text_.swap(writer.text_);
  spans_.swap(writer.spans_);
  pieces_.swap(out);
}

Span AlignedText::Writer::before_cursor(size_t at) const {
  return at == 0 ? Span{shift_, shift_} : old_spans_[at - 1];
}

void AlignedText::Writer::drop(size_t characters) {
  for (; characters > 0 && cursor_ < old_.size(); --characters) {
    cursor_ += character_at(old_, cursor_).length;
  }
}

void AlignedText::Writer::put(uint32_t code_point, int change) {
  const Span span = change > 0 || cursor_ >= old_.size() ? before_cursor(cursor_) : old_spans_[cursor_];
  if (change <= 0) {
    drop(static_cast<size_t>(1 - change));
  }
  const size_t before = text_.size();
  append_character(text_, code_point);
  spans_.insert(spans_.end(), text_.size() - before, span);
}

void AlignedText::Writer::keep_to(size_t end) {
  if (end > cursor_) {
    text_.append(old_.substr(cursor_, end - cursor_));
    spans_.insert(spans_.end(), old_spans_ + cursor_, old_spans_ + end);
    cursor_ = end;
  }
}

void AlignedText::Writer::insert_behind(size_t at, std::string_view content) {
  check_growth(text_.size() + content.size(), limit_);
  text_.append(content);
  spans_.insert(spans_.end(), content.size(), before_cursor(at));
}

}  // namespace smelt
