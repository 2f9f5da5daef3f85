// The text of one block as it grows, and what its parts are.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "crawl/blocks.h"

namespace smelt {

class BlockText {
 public:
  bool empty() const { return text_.empty(); }
  size_t size() const { return text_.size(); }
  // The text that what comes next would touch: empty where it stands apart.
  std::string_view glued() const { return space_ ? std::string_view() : text_; }
  int64_t length() const { return length_; }
  int64_t link_length() const { return link_length_; }

  // `verbatim`: spaces and line ends stay.
  void append(std::string_view text, bool in_link, bool verbatim);
  // The next character stands apart.
  void space() { space_ = true; }
  // A line break of the page; two of them in a row are for the caller, who asks ends_line() first.
  void line_break();
  bool ends_line() const { return !text_.empty() && text_.back() == '\n'; }

  void open_mark(TextMark::Kind kind, uint32_t node);
  void close_mark(uint32_t node);
  // A formula with its dollars, displayed ones on lines of their own unless `inline_only`.
  void formula(std::string_view tex, bool display, bool inline_only, uint32_t node);

  // What has grown, trimmed at its end; marks that are still open go on in what follows.
  std::string take(std::vector<TextMark>& marks);
  // The same as written, for code: no marks.
  std::string take_verbatim();

 private:
  // `linked`: how many of its characters stand in a link; spaces do not count.
  void put(std::string_view run, int64_t length, int64_t linked);
  void reset(const std::vector<TextMark>& open);

  std::string text_;
  std::vector<TextMark> marks_;
  std::vector<uint32_t> open_;  // of marks_, by number
  bool space_ = false;
  int64_t length_ = 0;
  int64_t link_length_ = 0;
};

// Formulas between delimiters become such between dollars, and marks of their own; code stays. Tells by how many code
// points the text grew. `inline_only`: displayed ones do not begin lines.
int64_t convert_math_spans(std::string& text, std::vector<TextMark>& marks, bool inline_only);

}  // namespace smelt
