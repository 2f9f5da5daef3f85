#include "crawl/inline_writer.h"

#include <algorithm>
#include <vector>

#include "base/text.h"

namespace smelt {
namespace {

using Kind = TextMark::Kind;

bool is_alnum(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         static_cast<unsigned char>(c) >= 0x80;
}
bool is_blank(char c) {
  return c == ' ' || c == '\n' || c == '\0';
}

// The character at `at`, 0 outside the text.
char at_or_none(std::string_view text, size_t at) {
  return at < text.size() ? text[at] : '\0';
}

bool starts_reference(std::string_view text) {
  size_t at = 1;
  while (at < text.size() && at < 32 && (is_alnum(text[at]) || text[at] == '#')) {
    ++at;
  }
  return at > 1 && at < text.size() && text[at] == ';';
}

bool needs_backslash(std::string_view text, size_t at, bool in_cell) {
  const char before = at > 0 ? text[at - 1] : '\0';
  const char after = at_or_none(text, at + 1);
  switch (text[at]) {
    case '\\':
      return after > ' ' && after < 0x7F && !is_alnum(after);
    case '`':
      return true;
    case '*':
      return !is_blank(before) || !is_blank(after);
    case '_':
      return !(is_alnum(before) && is_alnum(after)) && !(is_blank(before) && is_blank(after));
    case ']':
      return after == '(' || after == '[';
    case '<':
      return is_alnum(after) || after == '/' || after == '!' || after == '?';
    case '~':
      return after == '~' || before == '~';
    case '|':
      return in_cell;
    default:
      return false;
  }
}

void append_plain(std::string& out, std::string_view text, size_t begin, size_t end, bool in_cell) {
  for (size_t i = begin; i < end; ++i) {
    if (text[i] == '&' && starts_reference(text.substr(i))) {
      out += "&amp;";
      continue;
    }
    out += needs_backslash(text, i, in_cell) ? "\\" : "";
    out += text[i];
  }
}

// Between as many backticks as it takes.
std::string code_span(std::string_view code) {
  const std::string ticks = backticks_around(code, 1);
  const bool padded = code.starts_with('`') || code.ends_with('`');
  return ticks + (padded ? " " : "") + std::string(code) + (padded ? " " : "") + ticks;
}

// CommonMark's flanking rules for ASCII: a run opens before a letter, or before punctuation that follows a space.
bool can_stress(std::string_view text, const TextMark& mark) {
  const char before = mark.begin > 0 ? text[mark.begin - 1] : '\0';
  const char after = at_or_none(text, mark.end);
  const bool opens = is_alnum(text[mark.begin]) || !is_alnum(before);
  const bool closes = is_alnum(text[mark.end - 1]) || !is_alnum(after);
  return opens && closes;
}

}  // namespace

std::string backticks_around(std::string_view code, size_t least) {
  size_t longest = 0;
  size_t run = 0;
  for (const char c : code) {
    run = c == '`' ? run + 1 : 0;
    longest = std::max(longest, run);
  }
  return std::string(std::max(longest + 1, least), '`');
}

InlineWriter::InlineWriter(const HtmlTree& tree, const WriteOptions& options) : tree_(tree), options_(options) {
  if (!options.links) {
    return;
  }
  const std::optional<Url> page = parse_url(options.base);
  base_ = page;
  for (const HtmlNode& node : tree.nodes()) {
    if (node.tag == HtmlTag::kBase && tree.has_attribute(node, "href")) {
      if (const auto base = parse_url(tree.attribute(node, "href"), page ? &*page : nullptr)) {
        base_ = base;
      }
      break;
    }
  }
}

std::string InlineWriter::address(const TextMark& mark) const {
  const std::optional<Url> url =
      parse_url(trim(tree_.attribute(tree_.nodes()[mark.node], "href")), base_ ? &*base_ : nullptr);
  return url ? url->text() : std::string();
}

std::string InlineWriter::opening(const TextBlock& block, const TextMark& mark) const {
  if (mark.kind == Kind::kLink) {
    return options_.links && !address(mark).empty() ? "[" : "";
  }
  const bool stressed = mark.kind == Kind::kStrong || mark.kind == Kind::kEmphasis;
  if (!stressed || !options_.emphasis || block.kind == TextBlock::Kind::kHeading || !can_stress(block.text, mark)) {
    return {};
  }
  return mark.kind == Kind::kStrong ? "**" : "*";
}

std::string InlineWriter::write(const TextBlock& block, std::span<const TextMark> marks, uint32_t begin, uint32_t end,
                                bool in_cell) const {
  struct Open {
    uint32_t end;
    Kind kind;
    std::string closing;
  };
  const std::string_view text = block.text;
  std::string out;
  std::vector<Open> open;
  uint32_t at = begin;
  const auto close_until = [&](uint32_t place) {
    while (!open.empty() && open.back().end <= place) {
      append_plain(out, text, at, open.back().end, in_cell);
      at = open.back().end;
      out += open.back().closing;
      open.pop_back();
    }
  };
  for (const TextMark& mark : marks) {
    if (mark.begin < at || mark.end > end || mark.kind == Kind::kCell || mark.kind == Kind::kHeaderCell) {
      continue;
    }
    close_until(mark.begin);
    append_plain(out, text, at, mark.begin, in_cell);
    at = mark.begin;
    if (mark.kind == Kind::kFormula || mark.kind == Kind::kCode) {
      const std::string_view inside = text.substr(mark.begin, mark.end - mark.begin);
      out += mark.kind == Kind::kCode ? code_span(inside) : std::string(inside);
      at = mark.end;
      continue;
    }
    const bool again = std::any_of(open.begin(), open.end(), [&](const Open& o) { return o.kind == mark.kind; });
    const std::string mark_text = again || (!open.empty() && mark.end > open.back().end) ? "" : opening(block, mark);
    if (!mark_text.empty()) {
      out += mark_text;
      open.push_back({mark.end, mark.kind, mark.kind == Kind::kLink ? "](" + address(mark) + ")" : mark_text});
    }
  }
  close_until(end);
  append_plain(out, text, at, end, in_cell);
  return out;
}

std::string escape_line_start(std::string_view line) {
  const size_t mark = line.find_first_not_of(line.empty() ? "" : std::string_view(line.data(), 1));
  const auto followed_by_space = [&](size_t at) { return at >= line.size() || line[at] == ' '; };
  bool escape = line.starts_with('>') || line.starts_with("~~~");
  if (line.starts_with('#')) {
    escape =
        (mark == std::string_view::npos ? line.size() : mark) <= 6 && followed_by_space(std::min(mark, line.size()));
  } else if (line.starts_with('-') || line.starts_with('+') || line.starts_with('=')) {
    const bool rule = line.find_first_not_of("-= ") == std::string_view::npos;
    escape = rule || (followed_by_space(1) && !line.starts_with('='));
  } else if (!line.empty() && line[0] >= '0' && line[0] <= '9') {
    const size_t dot = line.find_first_not_of("0123456789");
    if (dot < 10 && dot < line.size() && (line[dot] == '.' || line[dot] == ')') && followed_by_space(dot + 1)) {
      return std::string(line.substr(0, dot)) + "\\" + std::string(line.substr(dot));
    }
  }
  return (escape ? "\\" : "") + std::string(line);
}

}  // namespace smelt
