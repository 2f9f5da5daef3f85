#include "tokens/chat/template_lexer.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>

#include <fmt/format.h>

#include "base/text.h"
#include "tokens/chat/template_builtins.h"

namespace smelt::jinja {

namespace {

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\v' || c == '\f';
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_name_start(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

std::string normalize_newlines(std::string_view source) {
  std::string out;
  out.reserve(source.size());
  for (size_t i = 0; i < source.size(); ++i) {
    if (source[i] == '\r') {
      out += '\n';
      i += i + 1 < source.size() && source[i + 1] == '\n' ? 1 : 0;
    } else {
      out += source[i];
    }
  }
  if (!out.empty() && out.back() == '\n') {
    out.pop_back();
  }
  return out;
}

class Lexer {
 public:
  explicit Lexer(std::string_view source) : source_(normalize_newlines(source)) {}

  std::vector<Token> run() {
    while (pos_ < source_.size()) {
      lex_text();
    }
    add(Token::Kind::kEnd, "");
    return std::move(tokens_);
  }

 private:
  // Text up to the next tag, then the tag.
  void lex_text() {
    const size_t tag = find_tag(pos_);
    if (tag == std::string::npos) {
      add_text(source_.substr(pos_));
      pos_ = source_.size();
      return;
    }
    const char kind = source_[tag + 1];
    const char mark = tag + 2 < source_.size() ? source_[tag + 2] : '\0';
    std::string text = source_.substr(pos_, tag - pos_);
    const size_t lines = static_cast<size_t>(std::count(text.begin(), text.end(), '\n'));
    if (mark == '-') {
      text = strip_text(text, nullptr, false, true);
    } else if (mark != '+' && kind != '{') {
      strip_line_start(text);
    }
    add_text(text, lines);
    pos_ = tag + 2 + (mark == '-' || mark == '+' ? 1 : 0);
    if (kind == '#') {
      skip_comment();
    } else if (kind == '{') {
      add(Token::Kind::kOutputBegin, "");
      lex_tag("}}", Token::Kind::kOutputEnd);
    } else if (!lex_raw_block()) {
      add(Token::Kind::kBlockBegin, "");
      lex_tag("%}", Token::Kind::kBlockEnd);
    }
  }

  size_t find_tag(size_t from) const {
    for (size_t at = source_.find('{', from); at != std::string::npos; at = source_.find('{', at + 1)) {
      const char next = at + 1 < source_.size() ? source_[at + 1] : '\0';
      if (next == '{' || next == '%' || next == '#') {
        return at;
      }
    }
    return std::string::npos;
  }

  // lstrip_blocks: blanks between the start of the line and the tag vanish.
  void strip_line_start(std::string& text) const {
    const size_t newline = text.rfind('\n');
    const size_t begin = newline == std::string::npos ? 0 : newline + 1;
    if ((begin > 0 || at_line_start_) && text.find_first_not_of(" \t", begin) == std::string::npos) {
      text.resize(begin);
    }
  }

  // After the closing mark of a tag: white space control, then trim_blocks.
  void finish_tag(char mark, bool trims_newline) {
    const size_t begin = pos_;
    if (mark == '-') {
      for (size_t after = pos_; after < source_.size() && is_space_code(next_code_point(source_, after));) {
        pos_ = after;
      }
    } else if (mark != '+' && trims_newline && pos_ < source_.size() && source_[pos_] == '\n') {
      ++pos_;
    }
    line_ += static_cast<int>(std::count(source_.begin() + static_cast<std::ptrdiff_t>(begin),
                                         source_.begin() + static_cast<std::ptrdiff_t>(pos_), '\n'));
    at_line_start_ = pos_ > begin && source_[pos_ - 1] == '\n';
  }

  void skip_comment() {
    const size_t end = source_.find("#}", pos_);
    if (end == std::string::npos) {
      throw TemplateError("this comment has no end", line_);
    }
    const char mark = end > pos_ && (source_[end - 1] == '-' || source_[end - 1] == '+') ? source_[end - 1] : '\0';
    line_ += static_cast<int>(std::count(source_.begin() + static_cast<std::ptrdiff_t>(pos_),
                                         source_.begin() + static_cast<std::ptrdiff_t>(end), '\n'));
    pos_ = end + 2;
    finish_tag(mark, true);
  }

  void skip_spaces(size_t& at) const {
    while (at < source_.size() && is_space(source_[at])) {
      ++at;
    }
  }

  // `{% raw %} ... {% endraw %}`: true when it was one.
  bool lex_raw_block() {
    size_t at = pos_;
    skip_spaces(at);
    if (source_.compare(at, 3, "raw") != 0) {
      return false;
    }
    at += 3;
    skip_spaces(at);
    char mark = at < source_.size() ? source_[at] : '\0';
    at += mark == '-' || mark == '+' ? 1 : 0;
    if (source_.compare(at, 2, "%}") != 0) {
      return false;
    }
    pos_ = at + 2;
    finish_tag(mark, false);
    for (size_t end = source_.find("{%", pos_); end != std::string::npos; end = source_.find("{%", end + 2)) {
      size_t after = end + 2;
      const char begin_mark = after < source_.size() ? source_[after] : '\0';
      after += begin_mark == '-' || begin_mark == '+' ? 1 : 0;
      skip_spaces(after);
      if (source_.compare(after, 6, "endraw") != 0) {
        continue;
      }
      after += 6;
      skip_spaces(after);
      mark = after < source_.size() ? source_[after] : '\0';
      after += mark == '-' || mark == '+' ? 1 : 0;
      if (source_.compare(after, 2, "%}") != 0) {
        continue;
      }
      std::string text = source_.substr(pos_, end - pos_);
      const size_t lines = static_cast<size_t>(std::count(text.begin(), text.end(), '\n'));
      if (begin_mark == '-') {
        text = strip_text(text, nullptr, false, true);
      } else if (begin_mark != '+') {
        strip_line_start(text);
      }
      add_text(text, lines);
      pos_ = after + 2;
      finish_tag(mark, true);
      return true;
    }
    throw TemplateError("{% raw %} has no {% endraw %}", line_);
  }

  void lex_tag(std::string_view close, Token::Kind close_kind) {
    std::string brackets;
    while (pos_ < source_.size()) {
      const char c = source_[pos_];
      if (c == '\n') {
        ++line_;
        ++pos_;
      } else if (is_space(c)) {
        ++pos_;
      } else if (brackets.empty() && ends_tag(close)) {
        const char mark = c == '-' || c == '+' ? c : '\0';
        add(close_kind, "");
        pos_ += 2 + (mark != '\0' ? 1 : 0);
        finish_tag(mark, close_kind == Token::Kind::kBlockEnd);
        return;
      } else if (is_name_start(c) || static_cast<unsigned char>(c) >= 0x80) {
        lex_name();
      } else if (is_digit(c)) {
        lex_number();
      } else if (c == '"' || c == '\'') {
        lex_string(c);
      } else {
        lex_operator(brackets);
      }
    }
    throw TemplateError(fmt::format("a tag is not closed by {}", close), line_);
  }

  bool ends_tag(std::string_view close) const {
    const std::string_view rest = std::string_view(source_).substr(pos_);
    return rest.starts_with(close) || ((rest[0] == '-' || rest[0] == '+') && rest.substr(1).starts_with(close));
  }

  void lex_name() {
    const size_t begin = pos_;
    while (pos_ < source_.size() && (is_name_start(source_[pos_]) || is_digit(source_[pos_]) ||
                                     static_cast<unsigned char>(source_[pos_]) >= 0x80)) {
      ++pos_;
    }
    add(Token::Kind::kName, source_.substr(begin, pos_ - begin));
  }

  // Digits of a base with single underscores between them; what lies behind is left.
  std::string take_digits(std::string_view digits) {
    std::string out;
    while (pos_ < source_.size()) {
      const bool joins = source_[pos_] == '_' && !out.empty() && pos_ + 1 < source_.size() &&
                         digits.find(source_[pos_ + 1]) != std::string_view::npos;
      if (!joins && digits.find(source_[pos_]) == std::string_view::npos) {
        break;
      }
      pos_ += joins ? 1 : 0;
      out += source_[pos_++];
    }
    return out;
  }

  // 0x1F, 0o17, 0b11: false where it is none of them.
  bool lex_prefixed_integer() {
    static constexpr std::string_view kDigits = "0123456789abcdefABCDEF";
    const char letter =
        pos_ + 1 < source_.size() && source_[pos_] == '0' ? static_cast<char>(source_[pos_ + 1] | 0x20) : '\0';
    const int base = letter == 'x' ? 16 : (letter == 'o' ? 8 : (letter == 'b' ? 2 : 0));
    if (base == 0) {
      return false;
    }
    const size_t before = pos_;
    pos_ += 2;
    const std::string digits = take_digits(base == 16 ? kDigits : kDigits.substr(0, static_cast<size_t>(base)));
    if (digits.empty()) {
      pos_ = before;
      return false;
    }
    add_integer(digits, base);
    return true;
  }

  void add_integer(const std::string& digits, int base) {
    add(Token::Kind::kInteger, digits);
    errno = 0;
    tokens_.back().integer = std::strtoll(digits.c_str(), nullptr, base);
    if (errno == ERANGE) {
      throw TemplateError("this integer is too large", line_, TemplateError::Kind::kLimit);
    }
  }

  void lex_number() {
    static constexpr std::string_view kDigits = "0123456789";
    if (lex_prefixed_integer()) {
      return;
    }
    const auto digit_at = [&](size_t at) { return at < source_.size() && is_digit(source_[at]); };
    const bool is_index = pos_ > 0 && source_[pos_ - 1] == '.';  // x.0.1 is two indices
    std::string digits = take_digits(kDigits);
    bool is_float = false;
    if (!is_index && pos_ < source_.size() && source_[pos_] == '.' && digit_at(pos_ + 1)) {
      ++pos_;
      digits += "." + take_digits(kDigits);
      is_float = true;
    }
    if (!is_index && pos_ < source_.size() && (source_[pos_] | 0x20) == 'e') {
      const size_t sign = pos_ + 1 < source_.size() && (source_[pos_ + 1] == '-' || source_[pos_ + 1] == '+') ? 1 : 0;
      if (digit_at(pos_ + 1 + sign)) {
        digits += source_.substr(pos_, 1 + sign);
        pos_ += 1 + sign;
        digits += take_digits(kDigits);
        is_float = true;
      }
    }
    if (is_float) {
      add(Token::Kind::kFloat, digits);
      tokens_.back().number = std::strtod(digits.c_str(), nullptr);
      return;
    }
    const size_t zeros = std::min(digits.find_first_not_of('0'), digits.size() - 1);
    if (zeros > 0 && digits[zeros] != '0') {
      throw TemplateError("an integer begins with 0", line_);
    }
    add_integer(digits, 10);
  }

  void lex_string(char quote) {
    const int first_line = line_;
    std::string text;
    ++pos_;
    while (pos_ < source_.size() && source_[pos_] != quote) {
      if (source_[pos_] == '\n') {
        ++line_;
      }
      if (source_[pos_] == '\\' && pos_ + 1 < source_.size()) {
        lex_escape(text);
      } else {
        text += source_[pos_++];
      }
    }
    if (pos_ >= source_.size()) {
      throw TemplateError("a string has no closing quote", first_line);
    }
    ++pos_;
    add(Token::Kind::kString, text);
  }

  // Python's escapes; an unknown one stays as it is written.
  void lex_escape(std::string& text) {
    static constexpr std::string_view kFrom = "nrtbfav\\'\"";
    static constexpr std::string_view kTo = "\n\r\t\b\f\a\v\\'\"";
    const char c = source_[pos_ + 1];
    if (const size_t known = kFrom.find(c); known != std::string_view::npos) {
      text += kTo[known];
      pos_ += 2;
    } else if (c == '\n') {
      pos_ += 2;
      ++line_;
    } else if (c >= '0' && c <= '7') {
      uint32_t code = 0;
      size_t at = pos_ + 1;
      for (; at < pos_ + 4 && at < source_.size() && source_[at] >= '0' && source_[at] <= '7'; ++at) {
        code = 8 * code + static_cast<uint32_t>(source_[at] - '0');
      }
      append_utf8(text, code);
      pos_ = at;
    } else if (c == 'x' || c == 'u' || c == 'U') {
      const size_t digits = c == 'x' ? 2 : (c == 'u' ? 4 : 8);
      const std::string hex = source_.substr(pos_ + 2, digits);
      if (hex.size() != digits || hex.find_first_not_of("0123456789abcdefABCDEF") != std::string::npos) {
        throw TemplateError("a broken escape in a string", line_);
      }
      const unsigned long code = std::strtoul(hex.c_str(), nullptr, 16);
      if (code > 0x10FFFF) {
        throw TemplateError("a broken escape in a string", line_);
      }
      append_utf8(text, code >= 0xD800 && code <= 0xDFFF ? kReplacementCharacter : static_cast<uint32_t>(code));
      pos_ += 2 + digits;
    } else {
      text += source_[pos_++];
    }
  }

  void lex_operator(std::string& brackets) {
    static constexpr std::array<std::string_view, 6> kPairs = {"==", "!=", "<=", ">=", "**", "//"};
    const std::string_view rest = std::string_view(source_).substr(pos_);
    for (const std::string_view pair : kPairs) {
      if (rest.starts_with(pair)) {
        add(Token::Kind::kOperator, std::string(pair));
        pos_ += 2;
        return;
      }
    }
    const char c = rest[0];
    if (std::string_view("+-*/%~<>=()[]{}.,:|").find(c) == std::string_view::npos) {
      throw TemplateError(fmt::format("unexpected character '{}'", c), line_);
    }
    if (c == '(' || c == '[' || c == '{') {
      brackets += c == '(' ? ')' : (c == '[' ? ']' : '}');
    } else if (c == ')' || c == ']' || c == '}') {
      if (brackets.empty() || brackets.back() != c) {
        throw TemplateError(fmt::format("unexpected '{}'", c), line_);
      }
      brackets.pop_back();
    }
    add(Token::Kind::kOperator, std::string(1, c));
    ++pos_;
  }

  void add(Token::Kind kind, std::string text) {
    Token token;
    token.kind = kind;
    token.text = std::move(text);
    token.line = line_;
    tokens_.push_back(std::move(token));
  }

  void add_text(std::string text) {
    const size_t lines = static_cast<size_t>(std::count(text.begin(), text.end(), '\n'));
    add_text(std::move(text), lines);
  }

  void add_text(std::string text, size_t lines) {
    if (!text.empty()) {
      add(Token::Kind::kText, std::move(text));
    }
    line_ += static_cast<int>(lines);
  }

  std::string source_;
  size_t pos_ = 0;
  int line_ = 1;
  bool at_line_start_ = true;
  std::vector<Token> tokens_;
};

}  // namespace

std::vector<Token> tokenize_template(std::string_view source) {
  if (source.size() > kMaxTemplateBytes) {
    throw TemplateError("the template is larger than 1 MiB", 0, TemplateError::Kind::kLimit);
  }
  return Lexer(source).run();
}

}  // namespace smelt::jinja
