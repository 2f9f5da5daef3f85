// Comments, doctypes and what else begins with "<!" or "<?".
#include <algorithm>
#include <cstring>

#include "base/text.h"
#include "crawl/html/scan.h"
#include "crawl/html/tokenizer.h"

namespace smelt {

void HtmlTokenizer::declaration() {
  const std::string_view rest(pos_ + 2, static_cast<size_t>(end_ - pos_ - 2));
  if (rest.starts_with("--")) {
    pos_ += 4;
    comment();
  } else if (starts_with_ignoring_case(rest.substr(0, 7), "doctype")) {
    pos_ += 9;
    doctype();
  } else if (rest.starts_with("[CDATA[") && sink_.allows_cdata()) {
    pos_ += 9;
    cdata();
  } else {
    pos_ += 2;
    bogus_comment();
  }
}

// Ends at "-->" or "--!>"; "<!-->" and "<!--->" are empty ones.
void HtmlTokenizer::comment() {
  char* begin = pos_;
  if (*pos_ == '>' || (*pos_ == '-' && pos_[1] == '>')) {
    pos_ += *pos_ == '>' ? 1 : 2;
    emit_comment(begin, begin);
    return;
  }
  for (char* p = begin; p < end_; ++p) {
    p = static_cast<char*>(std::memchr(p, '-', static_cast<size_t>(end_ - p)));
    if (p == nullptr) {
      break;
    }
    if (p[1] != '-') {
      continue;
    }
    const bool bang = p[2] == '!' && p[3] == '>';
    if (p[2] == '>' || bang) {
      pos_ = p + (bang ? 4 : 3);
      emit_comment(begin, p);
      return;
    }
  }
  pos_ = end_;
  const std::string_view all(begin, static_cast<size_t>(end_ - begin));
  const size_t unfinished = all.ends_with("--!") ? 3 : all.ends_with("--") ? 2 : all.ends_with('-') ? 1 : 0;
  emit_comment(begin, end_ - unfinished);
}

void HtmlTokenizer::bogus_comment() {
  char* begin = pos_;
  void* close = std::memchr(pos_, '>', static_cast<size_t>(end_ - pos_));
  char* end = close == nullptr ? end_ : static_cast<char*>(close);
  pos_ = std::min(end + 1, end_);
  emit_comment(begin, end);
}

void HtmlTokenizer::emit_comment(char* begin, char* end) {
  if (!skip_comments_) {
    sink_.comment(mended(begin, end, 0));
  }
}

// "<!doctype" has been read.
void HtmlTokenizer::doctype() {
  HtmlDoctype doctype;
  doctype.present = true;
  skip_space();
  char* begin = pos_;
  while (pos_ < end_ && !is_html_space(*pos_) && *pos_ != '>') {
    ++pos_;
  }
  doctype.name = lowered(begin, pos_);
  doctype.force_quirks = pos_ == begin;
  skip_space();
  if (*pos_ != '>') {
    doctype_identifiers(doctype);
  }
  while (pos_ < end_ && *pos_ != '>') {  // the bogus doctype state
    ++pos_;
  }
  pos_ += pos_ < end_ ? 1 : 0;
  sink_.doctype(doctype);
}

// After the name.
void HtmlTokenizer::doctype_identifiers(HtmlDoctype& doctype) {
  const std::string_view rest(pos_, static_cast<size_t>(end_ - pos_));
  const bool is_public = starts_with_ignoring_case(rest.substr(0, 6), "public");
  if (!is_public && !starts_with_ignoring_case(rest.substr(0, 6), "system")) {
    doctype.force_quirks = true;
    return;
  }
  pos_ += 6;
  skip_space();
  if (is_public) {
    if (*pos_ != '"' && *pos_ != '\'') {
      doctype.force_quirks = true;
      return;
    }
    doctype.has_public_id = true;
    if (!doctype_quoted(doctype, doctype.public_id)) {
      return;
    }
    skip_space();
  }
  doctype_system(doctype, is_public);
}

void HtmlTokenizer::doctype_system(HtmlDoctype& doctype, bool after_public) {
  if (*pos_ == '"' || *pos_ == '\'') {
    doctype.has_system_id = true;
    if (doctype_quoted(doctype, doctype.system_id)) {
      skip_space();
      doctype.force_quirks = pos_ >= end_;
    }
  } else {
    doctype.force_quirks = !after_public || pos_ >= end_ || *pos_ != '>';
  }
}

// An identifier in quotes; false where '>' or the end of the page stands inside.
bool HtmlTokenizer::doctype_quoted(HtmlDoctype& doctype, std::string_view& id) {
  const char quote = *pos_++;
  char* begin = pos_;
  while (pos_ < end_ && *pos_ != quote && *pos_ != '>') {
    ++pos_;
  }
  id = mended(begin, pos_, 0);
  if (*pos_ != quote || pos_ >= end_) {
    doctype.force_quirks = true;
    return false;
  }
  ++pos_;
  return true;
}

}  // namespace smelt
