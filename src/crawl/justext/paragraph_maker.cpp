#include "crawl/justext/paragraph_maker.h"

#include <algorithm>

#include "base/text.h"

namespace smelt {
namespace {

using enum HtmlTag;

constexpr HtmlTagSet kParagraphTags = {kBody,  kBlockquote, kCaption,  kCenter, kCol,      kColgroup, kDd, kDiv,
                                       kDl,    kDt,         kFieldset, kForm,   kH1,       kH2,       kH3, kH4,
                                       kH5,    kH6,         kLegend,   kLi,     kOptgroup, kOption,   kP,  kPre,
                                       kTable, kTd,         kTextarea, kTfoot,  kTh,       kThead,    kTr, kUl};

// Removed with what they hold; and removed alone.
constexpr HtmlTagSet kRemoved = {kApplet, kBase, kButton, kHead, kInput, kScript, kSelect, kStyle, kTextarea};
constexpr HtmlTagSet kUnwrapped = {kEmbed, kForm, kIframe, kObject, kParam};

bool is_unwrapped(HtmlTag tag, std::string_view name) {
  return kUnwrapped.has(tag) || (tag == kUnknown && name == "layer");
}

bool is_word_byte(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0x80 || c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// The name has "h" and a digit as a word of its own: "h1", "x-h7".
bool names_heading(HtmlTag tag, std::string_view name) {
  if (tag != kUnknown) {
    return is_heading_tag(tag);
  }
  for (size_t i = 0; i + 1 < name.size(); ++i) {
    if (name[i] == 'h' && name[i + 1] >= '0' && name[i + 1] <= '9' && (i == 0 || !is_word_byte(name[i - 1])) &&
        (i + 2 == name.size() || !is_word_byte(name[i + 2]))) {
      return true;
    }
  }
  return false;
}

bool names_select(HtmlTag tag, std::string_view name) {
  return tag == kUnknown && name.find("select") != std::string_view::npos;
}

// White space of Unicode, as regular expressions of Python have it.
bool is_wide_space(uint32_t code) {
  return code == 0x85 || code == 0xA0 || code == 0x1680 || (code >= 0x2000 && code <= 0x200A) || code == 0x2028 ||
         code == 0x2029 || code == 0x202F || code == 0x205F || code == 0x3000;
}
bool is_ascii_space(unsigned char c) {
  return c == ' ' || (c >= '\t' && c <= '\r') || (c >= 0x1C && c <= 0x1F);
}

// Whether white space stands at text[pos]; `next` is where what follows begins.
bool is_space_at(std::string_view text, size_t pos, size_t& next) {
  const auto byte = static_cast<unsigned char>(text[pos]);
  next = pos + 1;
  if (byte < 0x80) {
    return is_ascii_space(byte);
  }
  if (byte != 0xC2 && (byte < 0xE1 || byte > 0xE3)) {  // lead bytes of all that is_wide_space() knows
    return false;
  }
  next = pos;
  return is_wide_space(next_code_point(text, next));
}

bool is_blank(std::string_view text) {
  size_t pos = 0;
  while (pos < text.size()) {
    if (!is_space_at(text, pos, pos)) {
      return false;
    }
  }
  return true;
}

}  // namespace

void ParagraphMaker::start(HtmlTag tag, std::string_view name, bool style_sheet_link) {
  if (removed_depth_ > 0 || kRemoved.has(tag) || style_sheet_link) {
    ++removed_depth_;
    return;
  }
  if (stopped_ || is_unwrapped(tag, name)) {
    return;
  }
  flush_chunk();
  headings_ += names_heading(tag, name) ? 1 : 0;
  selects_ += names_select(tag, name) ? 1 : 0;
  if (kParagraphTags.has(tag) || (tag == kBr && line_break_)) {
    new_paragraph();
    return;
  }
  line_break_ = tag == kBr;
  if (line_break_) {
    append_space(false);
  } else if (tag == kA) {
    link_ = true;
  }
}

void ParagraphMaker::end(HtmlTag tag, std::string_view name) {
  if (removed_depth_ > 0) {
    --removed_depth_;
    return;
  }
  if (stopped_ || is_unwrapped(tag, name)) {
    return;
  }
  flush_chunk();
  headings_ -= names_heading(tag, name) ? 1 : 0;
  selects_ -= names_select(tag, name) ? 1 : 0;
  if (kParagraphTags.has(tag)) {
    new_paragraph();
  }
  link_ = link_ && tag != kA;
}

void ParagraphMaker::comment() {
  if (body_ended_ && !has_tail_) {
    tail_ = chunk_;
    has_tail_ = true;
  }
}

void ParagraphMaker::end_of_body() {
  body_ended_ = true;
  body_paragraphs_ = paragraphs_.size();
}

void ParagraphMaker::end_of_page() {
  flush_chunk();
  stopped_ = true;
}

void ParagraphMaker::flush_chunk() {
  comment();
  if (!stopped_ && !is_blank(chunk_)) {
    append(chunk_);
    line_break_ = false;
  }
  chunk_.clear();
}

// Runs of white space become one character, at the edges too; what the chunk counts for the links counts those.
void ParagraphMaker::append(std::string_view text) {
  int64_t length = 0;
  size_t pos = 0;
  while (pos < text.size()) {
    size_t next = pos;
    if (is_space_at(text, pos, next)) {
      bool line_end = text[pos] == '\n' || text[pos] == '\r';
      pos = next;
      while (pos < text.size() && is_space_at(text, pos, next)) {
        line_end = line_end || text[pos] == '\n' || text[pos] == '\r';
        pos = next;
      }
      append_space(line_end);
      ++length;
      continue;
    }
    const size_t begin = pos;
    while (pos < text.size() && !is_space_at(text, pos, next)) {
      ++pos;
    }
    const std::string_view word = text.substr(begin, pos - begin);
    const int64_t characters = count_code_points(word);
    paragraph_.text += word;
    paragraph_.length += characters;
    length += characters;
  }
  paragraph_.link_length += link_ ? length : 0;
}

void ParagraphMaker::append_space(bool line_end) {
  std::string& text = paragraph_.text;
  if (text.empty()) {
    return;
  }
  if (text.back() != ' ' && text.back() != '\n') {
    text += ' ';
    ++paragraph_.length;
  }
  if (line_end) {
    text.back() = '\n';
  }
}

void ParagraphMaker::new_paragraph() {
  if (!paragraph_.text.empty()) {
    if (paragraph_.text.back() == ' ' || paragraph_.text.back() == '\n') {
      paragraph_.text.pop_back();
      --paragraph_.length;
    }
    paragraphs_.push_back(std::move(paragraph_));
  }
  paragraph_ = JustextParagraph{};
  paragraph_.heading = headings_ > 0;
  paragraph_.select = selects_ > 0;
}

std::vector<JustextParagraph> ParagraphMaker::finish(Extent extent) {
  flush_chunk();
  new_paragraph();
  if (extent != Extent::kPage && body_ended_) {
    paragraphs_.resize(body_paragraphs_);
    if (extent == Extent::kBodyAndTail) {
      stopped_ = false;
      chunk_ = std::move(tail_);
      flush_chunk();
      new_paragraph();
    }
  }
  return std::move(paragraphs_);
}

}  // namespace smelt
