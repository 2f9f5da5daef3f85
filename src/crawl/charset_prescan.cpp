// "Prescan a byte stream to determine its encoding" of the HTML standard.
#include <cstring>

#include "base/text.h"
#include "crawl/charset.h"

namespace smelt {
namespace {

constexpr size_t kPrescanBytes = 1024;

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\f' || c == '\r';
}
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

// "Extracting a character encoding from a meta element": the value after charset= anywhere in `content`.
std::string_view charset_in_content(std::string_view content) {
  const std::string low = lower_ascii(content);
  size_t pos = 0;
  while ((pos = low.find("charset", pos)) != std::string::npos) {
    pos += 7;
    while (pos < low.size() && is_space(low[pos])) {
      ++pos;
    }
    if (pos >= low.size() || low[pos] != '=') {
      continue;
    }
    ++pos;
    while (pos < low.size() && is_space(low[pos])) {
      ++pos;
    }
    if (pos >= low.size()) {
      return {};
    }
    if (low[pos] == '"' || low[pos] == '\'') {
      const size_t close = low.find(low[pos], pos + 1);
      return close == std::string::npos ? std::string_view{} : content.substr(pos + 1, close - pos - 1);
    }
    size_t end = pos;
    while (end < low.size() && !is_space(low[end]) && low[end] != ';') {
      ++end;
    }
    return content.substr(pos, end - pos);
  }
  return {};
}

class Prescan {
 public:
  explicit Prescan(std::string_view bytes) : bytes_(bytes) {}

  std::string_view run() {
    while (pos_ < bytes_.size()) {
      const size_t open = bytes_.find('<', pos_);
      if (open == std::string_view::npos || open + 1 >= bytes_.size()) {
        return {};
      }
      pos_ = open + 1;
      if (const std::string_view found = tag(); !found.empty()) {
        return found;
      }
    }
    return {};
  }

 private:
  struct Attribute {
    std::string name;
    std::string_view value;
  };

  std::string_view tag() {
    const std::string_view rest = bytes_.substr(pos_);
    if (rest.starts_with("!--")) {
      const size_t end = bytes_.find("-->", pos_ + 1);
      pos_ = end == std::string_view::npos ? bytes_.size() : end + 3;
      return {};
    }
    if (starts_with_ignoring_case(rest, "meta") && rest.size() > 4 && (is_space(rest[4]) || rest[4] == '/')) {
      pos_ += 4;
      return meta();
    }
    const size_t name = rest[0] == '/' ? 1 : 0;
    if (name < rest.size() && is_letter(rest[name])) {
      while (pos_ < bytes_.size() && !is_space(bytes_[pos_]) && bytes_[pos_] != '>') {
        ++pos_;
      }
      Attribute ignored;
      while (attribute(ignored)) {
      }
      return {};
    }
    if (rest[0] == '!' || rest[0] == '/' || rest[0] == '?') {
      const size_t end = bytes_.find('>', pos_);
      pos_ = end == std::string_view::npos ? bytes_.size() : end + 1;
    }
    return {};
  }

  std::string_view meta() {
    bool pragma = false;
    bool needs_pragma = false;
    std::string_view charset;
    bool seen[3] = {false, false, false};
    Attribute attr;
    while (attribute(attr)) {
      if (attr.name == "http-equiv" && !seen[0]) {
        seen[0] = true;
        pragma = lower_ascii(attr.value) == "content-type";
      } else if (attr.name == "content" && !seen[1]) {
        seen[1] = true;
        const std::string_view found = charset_for_label(charset_in_content(attr.value));
        if (!found.empty() && charset.empty()) {
          charset = found;
          needs_pragma = true;
        }
      } else if (attr.name == "charset" && !seen[2]) {
        seen[2] = true;
        charset = charset_for_label(attr.value);
        needs_pragma = false;
      }
    }
    if (charset.empty() || (needs_pragma && !pragma)) {
      return {};
    }
    if (charset.starts_with("utf-16")) {
      return "utf-8";
    }
    return charset == "x-user-defined" ? "windows-1252" : charset;
  }

  void skip_spaces() {
    while (pos_ < bytes_.size() && is_space(bytes_[pos_])) {
      ++pos_;
    }
  }

  // "Get an attribute"; false at '>' or at the end of the bytes.
  bool attribute(Attribute& out) {
    while (pos_ < bytes_.size() && (is_space(bytes_[pos_]) || bytes_[pos_] == '/')) {
      ++pos_;
    }
    if (pos_ >= bytes_.size() || bytes_[pos_] == '>') {
      return false;
    }
    out.name.clear();
    out.value = {};
    while (pos_ < bytes_.size() && !(bytes_[pos_] == '=' && !out.name.empty()) && !is_space(bytes_[pos_]) &&
           bytes_[pos_] != '/' && bytes_[pos_] != '>') {
      out.name += lower(bytes_[pos_++]);
    }
    skip_spaces();
    if (pos_ >= bytes_.size() || bytes_[pos_] != '=') {
      return pos_ < bytes_.size();
    }
    ++pos_;
    skip_spaces();
    return value(out);
  }

  bool value(Attribute& out) {
    if (pos_ >= bytes_.size()) {
      return false;
    }
    const char quote = bytes_[pos_];
    if (quote == '"' || quote == '\'') {
      const size_t end = bytes_.find(quote, pos_ + 1);
      if (end == std::string_view::npos) {
        pos_ = bytes_.size();
        return false;
      }
      out.value = bytes_.substr(pos_ + 1, end - pos_ - 1);
      pos_ = end + 1;
      return true;
    }
    const size_t begin = pos_;
    while (pos_ < bytes_.size() && !is_space(bytes_[pos_]) && bytes_[pos_] != '>') {
      ++pos_;
    }
    out.value = bytes_.substr(begin, pos_ - begin);
    return pos_ < bytes_.size();
  }

  std::string_view bytes_;
  size_t pos_ = 0;
};

// "Get an XML encoding": the declaration must be the first thing in the file.
std::string_view xml_encoding(std::string_view bytes) {
  if (!bytes.starts_with("<?xml")) {
    return {};
  }
  const std::string_view declaration = bytes.substr(0, bytes.find('>'));
  size_t pos = declaration.find("encoding");
  if (pos == std::string_view::npos) {
    return {};
  }
  pos = declaration.find_first_not_of(" \t\r\n", pos + 8);
  if (pos == std::string_view::npos || declaration[pos] != '=') {
    return {};
  }
  pos = declaration.find_first_not_of(" \t\r\n", pos + 1);
  if (pos == std::string_view::npos || (declaration[pos] != '"' && declaration[pos] != '\'')) {
    return {};
  }
  const size_t end = declaration.find(declaration[pos], pos + 1);
  if (end == std::string_view::npos) {
    return {};
  }
  const std::string_view found = charset_for_label(declaration.substr(pos + 1, end - pos - 1));
  return found.starts_with("utf-16") ? "utf-8" : found;
}

}  // namespace

std::string_view prescan_charset(std::string_view body) {
  const std::string_view head = body.substr(0, kPrescanBytes);
  const std::string_view found = Prescan(head).run();
  return found.empty() ? xml_encoding(head) : found;
}

}  // namespace smelt
