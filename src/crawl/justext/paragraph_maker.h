// Paragraphs from a page's elements in document order. Internal to justext.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "crawl/html/tag.h"
#include "crawl/justext.h"

namespace smelt {

class ParagraphMaker {
 public:
  // Starts and ends are balanced.
  void start(HtmlTag tag, std::string_view name, bool style_sheet_link);
  void end(HtmlTag tag, std::string_view name);
  void characters(std::string_view text) {
    if (removed_depth_ == 0) {
      chunk_ += text;
    }
  }
  void comment();
  // What follows may be no part of the page, but for the text up to the next tag or comment.
  void end_of_body();
  // Nothing that follows is part of the page.
  void end_of_page();
  enum class Extent { kPage, kBody, kBodyAndTail };  // the tail: text right behind the body
  std::vector<JustextParagraph> finish(Extent extent);

 private:
  void flush_chunk();
  void append(std::string_view text);
  void append_space(bool line_end);
  void new_paragraph();

  std::vector<JustextParagraph> paragraphs_;
  JustextParagraph paragraph_;
  std::string chunk_;      // text between two tags
  int removed_depth_ = 0;  // elements open since the one that is removed with its content
  int headings_ = 0;       // open elements
  int selects_ = 0;
  bool link_ = false;
  bool line_break_ = false;  // no text since a <br>
  bool stopped_ = false;
  bool body_ended_ = false;
  bool has_tail_ = false;
  std::string tail_;  // text right behind the body
  size_t body_paragraphs_ = 0;
};

}  // namespace smelt
