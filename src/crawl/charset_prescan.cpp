// "Prescan a byte stream to determine its encoding" of the HTML standard (section 13.2.3.2), and the same search beyond
// the bytes that it looks at.
#include <algorithm>
#include <optional>

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
bool is_name(std::string_view text, std::string_view lower_case_name) {
  return std::equal(text.begin(), text.end(), lower_case_name.begin(), lower_case_name.end(),
                    [](char a, char b) { return lower(a) == b; });
}

// "Extracting a character encoding from a meta element": the value after charset= anywhere in `content`.
std::string_view charset_in_content(std::string_view content) {
  constexpr std::string_view kName = "charset";
  size_t pos = 0;
  while (pos + kName.size() <= content.size()) {
    if (!is_name(content.substr(pos, kName.size()), kName)) {
      ++pos;
      continue;
    }
    pos += kName.size();
    while (pos < content.size() && is_space(content[pos])) {
      ++pos;
    }
    if (pos >= content.size() || content[pos] != '=') {
      continue;
    }
    ++pos;
    while (pos < content.size() && is_space(content[pos])) {
      ++pos;
    }
    if (pos >= content.size()) {
      return {};
    }
    if (content[pos] == '"' || content[pos] == '\'') {
      const size_t close = content.find(content[pos], pos + 1);
      return close == std::string_view::npos ? std::string_view{} : content.substr(pos + 1, close - pos - 1);
    }
    size_t end = pos;
    while (end < content.size() && !is_space(content[end]) && content[end] != ';') {
      ++end;
    }
    return content.substr(pos, end - pos);
  }
  return {};
}

// What a <meta> may declare: it was read as ASCII, so UTF-16 cannot be true.
std::string_view possible_charset(std::string_view charset) {
  if (charset.starts_with("utf-16")) {
    return "utf-8";
  }
  return charset == "x-user-defined" ? "windows-1252" : charset;
}

class Prescan {
 public:
  // `skip_raw_text`: what stands in scripts, styles and the like is no markup.
  Prescan(std::string_view bytes, bool skip_raw_text) : bytes_(bytes), skip_raw_text_(skip_raw_text) {}

  std::string_view run() {
    while (true) {
      const size_t open = bytes_.find('<', std::min(pos_, bytes_.size()));
      if (open == std::string_view::npos || open + 1 >= bytes_.size()) {
        return {};
      }
      pos_ = open + 1;
      if (const std::string_view found = markup(); !found.empty()) {
        return found;
      }
    }
  }

 private:
  struct Attribute {
    std::string_view name;
    std::string_view value;
  };

  bool at_end() const { return pos_ >= bytes_.size(); }
  void skip_past(std::string_view what, size_t from) {
    const size_t at = bytes_.find(what, from);
    pos_ = at == std::string_view::npos ? bytes_.size() : at + what.size();
  }

  // After a "<".
  std::string_view markup() {
    const std::string_view rest = bytes_.substr(pos_);
    if (rest.starts_with("!--")) {
      skip_past("-->", pos_ + 1);
      return {};
    }
    if (rest.size() > 4 && is_name(rest.substr(0, 4), "meta") && (is_space(rest[4]) || rest[4] == '/')) {
      pos_ += 4;
      return meta();
    }
    const size_t name = rest[0] == '/' ? 1 : 0;
    if (name < rest.size() && is_letter(rest[name])) {
      tag(name == 0);
    } else if (rest[0] == '!' || rest[0] == '/' || rest[0] == '?') {
      skip_past(">", pos_);
    }
    return {};
  }

  void tag(bool start) {
    const size_t begin = pos_;
    while (!at_end() && !is_space(bytes_[pos_]) && bytes_[pos_] != '>') {
      ++pos_;
    }
    const std::string_view name = bytes_.substr(begin, pos_ - begin);
    while (attribute()) {
    }
    if (start && skip_raw_text_) {
      skip_raw_text(name);
    }
  }

  void skip_raw_text(std::string_view name) {
    for (const std::string_view raw :
         {"script", "style", "title", "textarea", "noembed", "noframes", "iframe", "xmp", "plaintext"}) {
      if (!is_name(name, raw)) {
        continue;
      }
      while (true) {
        skip_past("</", std::min(pos_, bytes_.size()));
        if (at_end() || is_name(bytes_.substr(pos_, raw.size()), raw)) {
          return;
        }
      }
    }
  }

  // A declaration that the bytes break off in does not count.
  std::string_view meta() {
    bool pragma = false;
    std::optional<bool> needs_pragma;
    std::optional<std::string_view> charset;  // empty: a name that is none
    bool seen[3] = {false, false, false};
    while (const std::optional<Attribute> attr = attribute()) {
      if (is_name(attr->name, "http-equiv") && !seen[0]) {
        seen[0] = true;
        pragma = is_name(attr->value, "content-type");
      } else if (is_name(attr->name, "content") && !seen[1]) {
        seen[1] = true;
        const std::string_view found = charset_for_label(charset_in_content(attr->value));
        if (!found.empty() && !charset) {
          charset = found;
          needs_pragma = true;
        }
      } else if (is_name(attr->name, "charset") && !seen[2]) {
        seen[2] = true;
        charset = charset_for_label(attr->value);
        needs_pragma = false;
      }
    }
    if (at_end() || !needs_pragma || (*needs_pragma && !pragma)) {
      return {};
    }
    return possible_charset(*charset);
  }

  void skip_spaces() {
    while (!at_end() && is_space(bytes_[pos_])) {
      ++pos_;
    }
  }

  // "Get an attribute"; none at '>' or at the end of the bytes.
  std::optional<Attribute> attribute() {
    while (!at_end() && (is_space(bytes_[pos_]) || bytes_[pos_] == '/')) {
      ++pos_;
    }
    if (at_end() || bytes_[pos_] == '>') {
      return std::nullopt;
    }
    const size_t begin = pos_;
    while (!at_end() && !(bytes_[pos_] == '=' && pos_ > begin) && !is_space(bytes_[pos_]) && bytes_[pos_] != '/' &&
           bytes_[pos_] != '>') {
      ++pos_;
    }
    Attribute out{bytes_.substr(begin, pos_ - begin), {}};
    skip_spaces();
    if (!at_end() && bytes_[pos_] == '=') {
      ++pos_;
      skip_spaces();
      out.value = value();
    }
    return at_end() ? std::nullopt : std::optional(out);
  }

  std::string_view value() {
    if (at_end()) {
      return {};
    }
    const char quote = bytes_[pos_];
    size_t begin = pos_;
    if (quote == '"' || quote == '\'') {
      ++begin;
      skip_past(std::string_view(&bytes_[pos_], 1), begin);
      return at_end() ? std::string_view{} : bytes_.substr(begin, pos_ - 1 - begin);
    }
    while (!at_end() && !is_space(bytes_[pos_]) && bytes_[pos_] != '>') {
      ++pos_;
    }
    return bytes_.substr(begin, pos_ - begin);
  }

  std::string_view bytes_;
  bool skip_raw_text_;
  size_t pos_ = 0;
};

// "Get an XML encoding": the declaration must be the first thing in the file.
std::string_view xml_encoding(std::string_view bytes) {
  const auto skip_blank = [&](size_t at) {
    while (at < bytes.size() && static_cast<unsigned char>(bytes[at]) <= ' ') {
      ++at;
    }
    return at;
  };
  if (!bytes.starts_with("<?xml") || bytes.find('>') == std::string_view::npos) {
    return {};
  }
  const std::string_view declaration = bytes.substr(0, bytes.find('>'));
  size_t pos = declaration.find("encoding");
  if (pos == std::string_view::npos) {
    return {};
  }
  pos = skip_blank(pos + 8);
  if (pos >= declaration.size() || declaration[pos] != '=') {
    return {};
  }
  pos = skip_blank(pos + 1);
  if (pos >= declaration.size() || (declaration[pos] != '"' && declaration[pos] != '\'')) {
    return {};
  }
  const size_t end = declaration.find(declaration[pos], pos + 1);
  if (end == std::string_view::npos) {
    return {};
  }
  const std::string_view label = declaration.substr(pos + 1, end - pos - 1);
  if (std::any_of(label.begin(), label.end(), [](char c) { return static_cast<unsigned char>(c) <= ' '; })) {
    return {};
  }
  const std::string_view found = charset_for_label(label);
  return found.starts_with("utf-16") ? "utf-8" : found;
}

}  // namespace

std::string_view prescan_charset(std::string_view body) {
  const std::string_view head = body.substr(0, kPrescanBytes);
  if (head.starts_with(std::string_view("<\0?\0x\0", 6))) {
    return "utf-16le";
  }
  if (head.starts_with(std::string_view("\0<\0?\0x", 6))) {
    return "utf-16be";
  }
  const std::string_view found = Prescan(head, false).run();
  return found.empty() ? xml_encoding(head) : found;
}

std::string_view late_meta_charset(std::string_view body) {
  return Prescan(body, true).run();
}

}  // namespace smelt
