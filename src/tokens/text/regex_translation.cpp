#include <fmt/core.h>

#include "tokens/text/text_regex.h"

namespace smelt {
namespace {

using Runs = std::vector<std::pair<uint32_t, uint32_t>>;

constexpr std::string_view kSpaceClass =
    R"(\x{9}-\x{D}\x{20}\x{85}\x{A0}\x{1680}\x{2000}-\x{200A}\x{2028}\x{2029}\x{202F}\x{205F}\x{3000})";
constexpr std::string_view kNotSpaceClass =
    R"(\x{0}-\x{8}\x{E}-\x{1F}\x{21}-\x{84}\x{86}-\x{9F}\x{A1}-\x{167F}\x{1681}-\x{1FFF}\x{200B}-\x{2027})"
    R"(\x{202A}-\x{202E}\x{2030}-\x{205E}\x{2060}-\x{2FFF}\x{3001}-\x{10FFFF})";
constexpr std::string_view kHexClass = "0-9A-Fa-f";

// Members of a character class, without the brackets.
std::string class_of(const Runs& runs, bool negated) {
  std::string out;
  uint32_t next = 0;
  const auto add = [&](uint32_t first, uint32_t last) {
    if (first <= last) {
      out += first == last ? fmt::format("\\x{{{:X}}}", first) : fmt::format("\\x{{{:X}}}-\\x{{{:X}}}", first, last);
    }
  };
  for (const auto& [first, last] : runs) {
    if (!negated) {
      add(first, last);
    } else if (first > 0) {
      add(next, first - 1);
    }
    next = last + 1;
  }
  if (negated && next <= 0x10FFFF) {
    add(next, 0x10FFFF);
  }
  return out;
}

// \w: letters, marks, decimal and letter-like numbers, connectors, circled letters. Outside of a class Oniguruma adds
// Latin-1's other numbers.
std::string word_class(bool negated, bool in_class) {
  std::vector<bool> in(0x110000);
  const auto mark = [&](uint32_t first, uint32_t last) {
    for (uint32_t c = first; c <= last; ++c) {
      in[c] = true;
    }
  };
  for (const char* name : {"L", "M", "Nd", "Nl", "Pc"}) {
    for (const auto& [first, last] : category_runs(name)) {
      mark(first, last);
    }
  }
  constexpr std::pair<uint32_t, uint32_t> kLatin1[] = {{0xB2, 0xB3}, {0xB9, 0xB9}, {0xBC, 0xBE}};
  constexpr std::pair<uint32_t, uint32_t> kMore[] = {
      {0x24B6, 0x24E9}, {0x1F130, 0x1F149}, {0x1F150, 0x1F169}, {0x1F170, 0x1F189}};
  for (const auto& [first, last] : kLatin1) {
    if (!in_class) {
      mark(first, last);
    }
  }
  for (const auto& [first, last] : kMore) {
    mark(first, last);
  }
  Runs runs;
  for (uint32_t c = 0; c < in.size(); ++c) {
    if (in[c] && !runs.empty() && runs.back().second + 1 == c) {
      runs.back().second = c;
    } else if (in[c]) {
      runs.emplace_back(c, c);
    }
  }
  return class_of(runs, negated);
}

class Translator {
 public:
  explicit Translator(std::string_view regex) : in_(regex) {}

  std::string run() {
    while (at_ < in_.size()) {
      const char c = in_[at_];
      if (c == '\\') {
        escape();
      } else if (c == '[') {
        open_class();
      } else if (c == ']' && depth_ > 0) {
        --depth_;
        out_ += in_[at_++];
      } else if (c == '(' && depth_ == 0 && in_.substr(at_).starts_with("(?")) {
        options();
      } else {
        out_ += in_[at_++];
      }
    }
    return std::move(out_);
  }

 private:
  void open_class() {
    if (depth_ > 0 && in_.substr(at_).starts_with("[:")) {  // [[:alpha:]]
      const size_t end = in_.find(":]", at_);
      if (end != std::string_view::npos) {
        out_ += in_.substr(at_, end + 2 - at_);
        at_ = end + 2;
        return;
      }
    }
    if (depth_ > 0) {  // a set inside a set is not translated: PCRE2 takes the bracket as a character
      out_ += "\\[";
      ++at_;
      return;
    }
    ++depth_;
    out_ += in_[at_++];
    if (at_ < in_.size() && in_[at_] == '^') {
      out_ += in_[at_++];
    }
    if (at_ < in_.size() && in_[at_] == ']') {
      out_ += "\\]";
      ++at_;
    }
  }

  // (?imx-imx: and (?imx-imx): m is what PCRE2 calls s.
  void options() {
    size_t end = at_ + 2;
    while (end < in_.size() && std::string_view("imx-").find(in_[end]) != std::string_view::npos) {
      ++end;
    }
    const bool is_options = end > at_ + 2 && end < in_.size() && (in_[end] == ':' || in_[end] == ')');
    out_ += "(?";
    at_ += 2;
    for (; is_options && at_ < end; ++at_) {
      out_ += in_[at_] == 'm' ? 's' : in_[at_];
    }
  }

  void add_class(std::string_view members) { out_ += depth_ > 0 ? std::string(members) : fmt::format("[{}]", members); }

  void escape() {
    if (at_ + 1 >= in_.size()) {
      out_ += in_[at_++];
      return;
    }
    const char c = in_[at_ + 1];
    switch (c) {
      case 's':
      case 'S':
        add_class(c == 's' ? kSpaceClass : kNotSpaceClass);
        break;
      case 'w':
      case 'W':
        add_class(word_class(c == 'W', depth_ > 0));
        break;
      case 'd':
      case 'D':
        add_class(class_of(category_runs("Nd"), c == 'D'));
        break;
      case 'h':
        add_class(kHexClass);
        break;
      case 'u':
        if (at_ + 6 <= in_.size()) {
          out_ += fmt::format("\\x{{{}}}", in_.substr(at_ + 2, 4));
          at_ += 6;
          return;
        }
        out_ += "\\u";
        break;
      case 'p':
      case 'P':
        property(c == 'P');
        return;
      default:
        out_ += in_.substr(at_, 2);
    }
    at_ += 2;
  }

  // \p{L}, \p{^L}, \P{L}, \p{Han}.
  void property(bool negated) {
    const size_t end = in_.find('}', at_);
    if (at_ + 2 >= in_.size() || in_[at_ + 2] != '{' || end == std::string_view::npos) {
      out_ += in_.substr(at_, 2);
      at_ += 2;
      return;
    }
    std::string_view name = in_.substr(at_ + 3, end - at_ - 3);
    if (name.starts_with('^')) {
      negated = !negated;
      name.remove_prefix(1);
    }
    const std::vector<std::pair<uint32_t, uint32_t>> runs = name.size() <= 2 ? category_runs(name) : Runs();
    if (runs.empty()) {
      const bool is_script = name.size() > 3 && name != "Any" && !name.starts_with("X");
      out_ += fmt::format("\\{}{{{}{}}}", negated ? 'P' : 'p', is_script ? "sc:" : "", name);
    } else {
      add_class(class_of(runs, negated));
    }
    at_ = end + 1;
  }

  std::string_view in_;
  std::string out_;
  size_t at_ = 0;
  int depth_ = 0;  // inside a character class
};

}  // namespace

std::string translate_regex(std::string_view regex) {
  return Translator(regex).run();
}

}  // namespace smelt
