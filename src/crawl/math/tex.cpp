#include "crawl/math/tex.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "crawl/math/mathml.h"

namespace smelt {
namespace {

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

// Comments end at the line; without a line end behind it "%" is a sign that lost its backslash.
std::string without_comments(std::string_view source) {
  std::string out;
  for (size_t i = 0; i < source.size(); ++i) {
    if (source[i] == '\\' && i + 1 < source.size()) {
      out += source[i++];
      out += source[i];
    } else if (const size_t line = source[i] == '%' ? source.find('\n', i) : std::string_view::npos;
               line != std::string_view::npos) {
      i = line;
    } else {
      out += source[i];
    }
  }
  return out;
}

// Also of what was escaped twice.
std::string collapse(std::string_view text) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kEscaped = {
      {{"&amp;", "&"}, {"&lt;", "<"}, {"&gt;", ">"}, {"&space;", " "}}};
  std::string out;
  bool space = false;
  size_t pos = 0;
  while (pos < text.size()) {
    const size_t begin = pos;
    const uint32_t code = next_code_point(text, pos);
    std::string_view character = text.substr(begin, pos - begin);
    if (code == '&') {
      for (const auto& [escaped, plain] : kEscaped) {
        if (text.substr(begin).starts_with(escaped)) {
          character = plain;
          pos = begin + escaped.size();
        }
      }
    }
    if (code <= ' ' || code == 0xA0 || code == 0x2028 || character == " ") {
      space = true;
    } else if (code != 0x200B && code != 0xFEFF && code != 0x2060 && !(code >= 0x7F && code < 0xA0)) {
      out += space && !out.empty() ? " " : "";
      space = false;
      out += character;
    }
  }
  return out;
}

bool strip_around(std::string_view& tex, std::string_view open, std::string_view close) {
  if (tex.size() < open.size() + close.size() || !tex.starts_with(open) || !tex.ends_with(close)) {
    return false;
  }
  const std::string_view inside = tex.substr(open.size(), tex.size() - open.size() - close.size());
  if (inside.find(open) != std::string_view::npos || (inside.ends_with('\\') && close.front() == '$')) {
    return false;  // two formulas, or the sign itself
  }
  tex = trim_tex(inside);
  return true;
}

// A command at the front, and what it is written of, off.
bool strip_style(std::string_view& tex, std::string_view command) {
  if (!tex.starts_with(command) || (tex.size() > command.size() && is_letter(tex[command.size()]))) {
    return false;
  }
  tex = trim_tex(tex.substr(command.size()));
  return true;
}

// "{\displaystyle x}" where the first brace closes at the end.
bool strip_styled_group(std::string_view& tex, std::string_view command) {
  if (!tex.starts_with('{') || !tex.ends_with('}')) {
    return false;
  }
  std::string_view inside = trim(tex.substr(1, tex.size() - 2));
  if (!inside.starts_with(command)) {
    return false;
  }
  size_t open = 0;
  for (size_t i = 0; i < inside.size(); ++i) {
    if (inside[i] == '\\') {
      ++i;
    } else if (inside[i] == '{') {
      ++open;
    } else if (inside[i] == '}' && open-- == 0) {
      return false;
    }
  }
  if (open != 0 || !strip_style(inside, command)) {
    return false;
  }
  tex = inside;
  return true;
}

constexpr size_t kLongestSource = kMaxTexBytes;
constexpr size_t kLongestInline = 2000;
constexpr size_t kLongestEnvironment = 20'000;
constexpr int kMaxLayers = 4;  // of delimiters and styles around one formula

// Words between \[ and \] are text that escaped its brackets.
bool is_formula_text(std::string_view inside) {
  if (inside.find_first_of("\\^_=+-<>/*|0123456789") != std::string_view::npos) {
    return true;
  }
  size_t letters = 0;
  for (const char c : inside) {
    letters = is_letter(c) ? letters + 1 : 0;
    if (letters > 3) {
      return false;
    }
  }
  return !inside.empty();
}

class SpanFinder {
 public:
  explicit SpanFinder(std::string_view text) : text_(text) {}

  std::vector<MathSpan> run() {
    size_t pos = 0;
    while (true) {
      pos = text_.find_first_of("\\$", pos);
      if (pos == std::string_view::npos || pos + 1 >= text_.size()) {
        return std::move(spans_);
      }
      pos = text_[pos] == '$' ? dollar(pos) : backslash(pos);
    }
  }

 private:
  size_t add(size_t begin, size_t end, TexSource source) {
    spans_.push_back({begin, end, std::move(source)});
    return end;
  }

  size_t dollar(size_t begin) {
    if (text_[begin + 1] == '$') {
      const size_t close = no_double_ ? std::string_view::npos : text_.find("$$", begin + 2);
      no_double_ = close == std::string_view::npos;
      TexSource source = no_double_ || close - begin > kLongestSource
                             ? TexSource{}
                             : clean_tex(text_.substr(begin + 2, close - begin - 2));
      source.display = true;
      return source.tex.empty() ? begin + 2 : add(begin, close + 2, std::move(source));
    }
    if (is_space(text_[begin + 1])) {
      return begin + 1;
    }
    const std::string_view reach = text_.substr(0, std::min(text_.size(), begin + kLongestInline));
    size_t close = begin + 1;
    while (true) {
      close = reach.find_first_of("\\$\n", close);
      if (close == std::string_view::npos || (reach[close] == '\n' && reach.substr(close + 1).starts_with('\n'))) {
        return begin + 1;
      }
      if (reach[close] == '$') {
        break;
      }
      close += reach[close] == '\\' ? 2 : 1;
    }
    const bool digit_follows = close + 1 < text_.size() && text_[close + 1] >= '0' && text_[close + 1] <= '9';
    if (is_space(text_[close - 1]) || digit_follows) {
      return close;
    }
    TexSource source = clean_tex(text_.substr(begin + 1, close - begin - 1));
    source.display = false;
    return source.tex.empty() ? close : add(begin, close + 1, std::move(source));
  }

  size_t backslash(size_t begin) {
    const char next = text_[begin + 1];
    if (next == '(' || next == '[') {
      return bracket(begin, next == '(' ? ')' : ']');
    }
    if (text_.substr(begin).starts_with("\\begin{")) {
      return environment(begin);
    }
    return begin + 2;
  }

  size_t bracket(size_t begin, char closing) {
    const char opening = text_[begin + 1];
    size_t close = begin + 2;
    while (true) {
      close = text_.find('\\', close);
      if (close == std::string_view::npos || close + 1 >= text_.size()) {
        return begin + 2;
      }
      if (text_[close + 1] == closing) {
        break;
      }
      if (text_[close + 1] == opening) {
        return close;
      }
      close += 2;
    }
    const std::string_view inside = text_.substr(begin + 2, close - begin - 2);
    TexSource source = is_formula_text(inside) ? clean_tex(inside) : TexSource{};
    source.display = closing == ']';
    return source.tex.empty() ? close + 2 : add(begin, close + 2, std::move(source));
  }

  // The environments that TeX reads outside a formula.
  size_t environment(size_t begin) {
    constexpr std::array<std::string_view, 8> kDisplay = {"align",    "alignat", "displaymath", "eqnarray",
                                                          "equation", "flalign", "gather",      "multline"};
    const size_t name_begin = begin + 7;
    const size_t name_end = text_.substr(0, std::min(text_.size(), name_begin + 16)).find('}', name_begin);
    if (name_end == std::string_view::npos) {
      return name_begin;
    }
    const std::string_view name = text_.substr(name_begin, name_end - name_begin);
    const std::string_view plain = name.ends_with('*') ? name.substr(0, name.size() - 1) : name;
    if (!std::binary_search(kDisplay.begin(), kDisplay.end(), plain)) {
      return name_end;
    }
    const std::string closing = "\\end{" + std::string(name) + "}";
    const size_t close = text_.substr(0, std::min(text_.size(), begin + kLongestEnvironment)).find(closing, name_end);
    if (close == std::string_view::npos) {
      return name_end;
    }
    const bool bare = plain == "equation" || plain == "displaymath";
    const size_t end = close + closing.size();
    TexSource source =
        clean_tex(bare ? text_.substr(name_end + 1, close - name_end - 1) : text_.substr(begin, end - begin));
    source.display = true;
    return source.tex.empty() ? end : add(begin, end, std::move(source));
  }

  std::string_view text_;
  std::vector<MathSpan> spans_;
  bool no_double_ = false;  // no "$$" stands further on
};

}  // namespace

std::string_view trim_tex(std::string_view tex) {
  tex = trim(tex);
  size_t backslashes = 0;
  while (backslashes < tex.size() && tex[tex.size() - 1 - backslashes] == '\\') {
    ++backslashes;
  }
  return backslashes % 2 == 1 ? trim_tex(tex.substr(0, tex.size() - 1)) : tex;
}

TexSource clean_tex(std::string_view source) {
  TexSource out;
  if (source.size() > kLongestSource) {
    return out;
  }
  const std::string flat =
      collapse(source.find('%') == std::string_view::npos ? std::string(source) : without_comments(source));
  std::string_view tex = trim_tex(flat);
  bool more = true;
  for (int layer = 0; more && layer < kMaxLayers; ++layer) {
    const bool display = strip_around(tex, "$$", "$$") || strip_around(tex, "\\[", "\\]") ||
                         strip_styled_group(tex, "\\displaystyle") || strip_style(tex, "\\displaystyle");
    out.display = out.display || display;
    more = display || strip_around(tex, "$", "$") || strip_around(tex, "\\(", "\\)") ||
           strip_styled_group(tex, "\\textstyle") || strip_style(tex, "\\textstyle") ||
           strip_styled_group(tex, "\\scriptstyle");
  }
  out.tex = std::string(tex);
  return out;
}

bool looks_like_tex(std::string_view text) {
  text = trim(text);
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '^' || (text[i] == '\\' && i + 1 < text.size() && (is_letter(text[i + 1]) || text[i + 1] == '('))) {
      return true;
    }
    if (text[i] == '_' && i + 1 < text.size() && (text[i + 1] == '{' || (i > 0 && text.size() <= 12))) {
      return true;
    }
  }
  size_t letters = 0;
  bool word = false;
  for (const char c : text) {
    letters = is_letter(c) ? letters + 1 : 0;
    word = word || letters > 2;
  }
  return !text.empty() && !word && text.size() <= 200;
}

std::string with_dollars(std::string_view tex, bool display) {
  const std::string_view dollars = display ? "$$" : "$";
  return std::string(dollars) + std::string(tex) + std::string(dollars);
}

std::vector<MathSpan> find_math_spans(std::string_view text) {
  return SpanFinder(text).run();
}

}  // namespace smelt
