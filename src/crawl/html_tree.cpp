// The tokenizer of the HTML standard, section 13.2.5, in one pass over the bytes.
#include "crawl/html_tree.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "base/text.h"
#include "crawl/html_builder.h"
#include "crawl/html_entities.h"

namespace smelt {
namespace {

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\f' || c == '\r';
}
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool ends_name(char c) {
  return is_space(c) || c == '/' || c == '>';
}

class Tokenizer {
 public:
  explicit Tokenizer(HtmlTreeBuilder& builder) : builder_(builder), in_(builder.input()) {}

  void run() {
    while (pos_ < in_.size() && !builder_.full()) {
      const size_t text_begin = pos_;
      pos_ = next_markup(pos_);
      emit_text(in_.substr(text_begin, pos_ - text_begin), true);
      if (pos_ >= in_.size()) {
        return;
      }
      markup();
    }
  }

 private:
  // The next '<' that starts a tag, a comment or a declaration, from `from` on.
  size_t next_markup(size_t from) const {
    while (true) {
      const size_t open = in_.find('<', from);
      if (open == std::string_view::npos || open + 1 >= in_.size()) {
        return in_.size();
      }
      const char next = in_[open + 1];
      if (is_letter(next) || next == '/' || next == '!' || next == '?') {
        return open;
      }
      from = open + 1;
    }
  }

  void emit_text(std::string_view text, bool unescape) {
    if (unescape && text.find('&') != std::string_view::npos) {
      std::string out;
      out.reserve(text.size());
      append_unescaped(out, text, false);
      builder_.text(builder_.keep(std::move(out)));
    } else {
      builder_.text(text);
    }
  }

  void markup() {
    const char next = in_[pos_ + 1];
    if (is_letter(next)) {
      start_tag();
    } else if (next == '/' && pos_ + 2 < in_.size() && is_letter(in_[pos_ + 2])) {
      end_tag();
    } else if (in_.substr(pos_, 4) == "<!--") {
      comment();
    } else {
      const size_t close = in_.find('>', pos_);
      pos_ = close == std::string_view::npos ? in_.size() : close + 1;
    }
  }

  void comment() {
    const size_t body = pos_ + 4;
    if (in_.substr(body, 1) == ">" || in_.substr(body, 2) == "->") {
      pos_ = in_.find('>', body) + 1;
      return;
    }
    // "-->" and "--!>" both end it.
    for (size_t at = in_.find("--", body); at != std::string_view::npos; at = in_.find("--", at + 1)) {
      const std::string_view rest = in_.substr(at + 2, 2);
      if (rest.starts_with('>') || rest == "!>") {
        pos_ = at + (rest[0] == '>' ? 3 : 4);
        return;
      }
    }
    pos_ = in_.size();
  }

  // The tag name at pos_ in lower case; moves past it.
  std::string_view tag_name(HtmlTag& tag) {
    const size_t begin = pos_;
    bool lower = true;
    while (pos_ < in_.size() && !ends_name(in_[pos_])) {
      lower = lower && !(in_[pos_] >= 'A' && in_[pos_] <= 'Z');
      ++pos_;
    }
    const std::string_view name = in_.substr(begin, pos_ - begin);
    constexpr size_t kLongestKnown = 12;
    if (lower) {
      tag = html_tag_of(name);
      return name;
    }
    if (name.size() > kLongestKnown) {
      tag = HtmlTag::kUnknown;
      return builder_.keep(lower_ascii(name));
    }
    std::array<char, kLongestKnown> buffer{};
    for (size_t i = 0; i < std::min(name.size(), kLongestKnown); ++i) {
      buffer[i] = name[i] >= 'A' && name[i] <= 'Z' ? static_cast<char>(name[i] | 0x20) : name[i];
    }
    const std::string_view folded(buffer.data(), name.size());
    tag = html_tag_of(folded);
    return tag == HtmlTag::kUnknown ? builder_.keep(std::string(folded)) : html_tag_name(tag);
  }

  void end_tag() {
    pos_ += 2;
    HtmlTag tag = HtmlTag::kUnknown;
    const std::string_view name = tag_name(tag);
    bool self_closing = false;
    if (skip_attributes(false, self_closing)) {
      builder_.end_tag(tag, name);
    }
  }

  void start_tag() {
    ++pos_;
    HtmlTag tag = HtmlTag::kUnknown;
    const std::string_view name = tag_name(tag);
    bool self_closing = false;
    if (!skip_attributes(true, self_closing)) {
      return;
    }
    const bool raw = is_raw_text_tag(tag) && !builder_.in_foreign();
    builder_.start_tag(tag, name, self_closing);
    if (raw) {
      raw_text(tag);
    } else if (tag == HtmlTag::kPlaintext) {
      emit_text(in_.substr(pos_), false);
      pos_ = in_.size();
    }
  }

  // Reads up to and past '>'; false where the input ends first, which drops the tag.
  bool skip_attributes(bool wanted, bool& self_closing) {
    while (true) {
      self_closing = false;
      while (pos_ < in_.size() && (is_space(in_[pos_]) || in_[pos_] == '/')) {
        self_closing = in_[pos_] == '/';
        ++pos_;
      }
      if (pos_ >= in_.size()) {
        return false;
      }
      if (in_[pos_] == '>') {
        ++pos_;
        return true;
      }
      attribute(wanted);
    }
  }

  void attribute(bool wanted) {
    const size_t begin = pos_;
    ++pos_;
    while (pos_ < in_.size() && !ends_name(in_[pos_]) && in_[pos_] != '=') {
      ++pos_;
    }
    std::string_view name = in_.substr(begin, pos_ - begin);
    size_t equals = pos_;
    while (equals < in_.size() && is_space(in_[equals])) {
      ++equals;
    }
    std::string_view value;
    if (equals < in_.size() && in_[equals] == '=') {
      pos_ = equals + 1;
      value = attribute_value();
    }
    if (!wanted || pos_ >= in_.size()) {
      return;
    }
    if (std::any_of(name.begin(), name.end(), [](char c) { return c >= 'A' && c <= 'Z'; })) {
      name = builder_.keep(lower_ascii(name));
    }
    if (value.find('&') != std::string_view::npos) {
      std::string out;
      append_unescaped(out, value, true);
      value = builder_.keep(std::move(out));
    }
    builder_.attribute(name, value);
  }

  std::string_view attribute_value() {
    while (pos_ < in_.size() && is_space(in_[pos_])) {
      ++pos_;
    }
    if (pos_ >= in_.size()) {
      return {};
    }
    const char quote = in_[pos_];
    if (quote == '"' || quote == '\'') {
      const size_t begin = pos_ + 1;
      const size_t close = in_.find(quote, begin);
      pos_ = close == std::string_view::npos ? in_.size() : close + 1;
      return in_.substr(begin, std::min(close, in_.size()) - begin);
    }
    const size_t begin = pos_;
    while (pos_ < in_.size() && !is_space(in_[pos_]) && in_[pos_] != '>') {
      ++pos_;
    }
    return in_.substr(begin, pos_ - begin);
  }

  // Position of "</name" with a proper end from `from` on. An element that is never closed takes the rest of the page.
  size_t find_end_tag(std::string_view name, size_t from) const {
    for (size_t at = in_.find("</", from); at != std::string_view::npos; at = in_.find("</", at + 2)) {
      const std::string_view rest = in_.substr(at + 2);
      if (starts_with_ignoring_case(rest, name) && rest.size() > name.size() && ends_name(rest[name.size()])) {
        return at;
      }
    }
    return in_.size();
  }

  // A script may write "<!-- <script> ... </script> -->": the inner end tag is not its own ("script data double escaped
  // state").
  size_t find_script_end(size_t from) const {
    size_t end = find_end_tag("script", from);
    size_t comment_open = in_.substr(0, end).find("<!--", from);
    while (comment_open != std::string_view::npos && end < in_.size()) {
      size_t inner = comment_open;
      do {
        inner = in_.substr(0, end).find('<', inner + 1);
      } while (inner != std::string_view::npos && !starts_with_ignoring_case(in_.substr(inner + 1), "script"));
      const size_t close = in_.substr(0, end).find("-->", comment_open);
      if (inner == std::string_view::npos || close < inner) {
        return end;
      }
      const size_t next = find_end_tag("script", end + 2);
      if (next >= in_.size()) {
        return end;
      }
      comment_open = in_.substr(0, next).find("-->", end) != std::string_view::npos ? std::string_view::npos : end;
      end = next;
    }
    return end;
  }

  void raw_text(HtmlTag tag) {
    const std::string_view name = html_tag_name(tag);
    size_t end = 0;
    if (unclosed_[static_cast<size_t>(tag)]) {
      end = in_.size();
    } else {
      end = tag == HtmlTag::kScript ? find_script_end(pos_) : find_end_tag(name, pos_);
    }
    unclosed_[static_cast<size_t>(tag)] = end == in_.size();
    if (end == in_.size() && tag == HtmlTag::kTitle) {
      // Cheap to forgive, and the page would be lost.
      end = std::min(in_.find('<', pos_), in_.size());
    }
    emit_text(in_.substr(pos_, end - pos_), tag == HtmlTag::kTitle || tag == HtmlTag::kTextarea);
    pos_ = end;
    if (end == in_.size() || in_.substr(end, 2) != "</") {
      builder_.end_tag(tag, name);
    }
  }

  HtmlTreeBuilder& builder_;
  std::string_view in_;
  size_t pos_ = 0;
  std::array<bool, kNumHtmlTags> unclosed_{};
};

}  // namespace

std::string_view HtmlTree::attribute(const HtmlNode& node, std::string_view name) const {
  for (uint32_t i = 0; i < node.num_attributes; ++i) {
    if (attributes_[node.first_attribute + i].name == name) {
      return attributes_[node.first_attribute + i].value;
    }
  }
  return {};
}

bool HtmlTree::has_attribute(const HtmlNode& node, std::string_view name) const {
  for (uint32_t i = 0; i < node.num_attributes; ++i) {
    if (attributes_[node.first_attribute + i].name == name) {
      return true;
    }
  }
  return false;
}

HtmlTree parse_html(std::string utf8, const HtmlLimits& limits) {
  HtmlTreeBuilder builder(std::move(utf8), limits);
  Tokenizer(builder).run();
  return builder.finish();
}

}  // namespace smelt
