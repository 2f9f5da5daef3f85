#include <algorithm>

#include "base/text.h"
#include "crawl/math/mathml.h"
#include "crawl/math/mathml_writer.h"

namespace smelt {
namespace {

bool is_arrow(uint32_t code) {
  return code == 0x2190 || code == 0x2192 || code == 0x21D2 || code == 0x21D0 || code == 0x27F6 || code == 0x27F5;
}

std::string_view growing_arrow(uint32_t code) {
  switch (code) {
    case 0x2190:
    case 0x27F5:
      return "\\xleftarrow";
    case 0x21D2:
      return "\\xRightarrow";
    case 0x21D0:
      return "\\xLeftarrow";
    default:
      return "\\xrightarrow";
  }
}

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// More than one letter, digit or command; a command's argument counts for it: "\\mathbf{x}" is one.
bool is_wide(std::string_view tex) {
  if (!tex.starts_with('\\')) {
    return tex.size() > 1;
  }
  const size_t open = std::min(tex.find('{'), tex.size());
  if (!std::all_of(tex.begin() + 1, tex.begin() + static_cast<std::ptrdiff_t>(open), is_letter)) {
    return true;
  }
  return open < tex.size() && (!tex.ends_with('}') || is_wide(tex.substr(open + 1, tex.size() - open - 2)));
}

// "\\mathrm{argmax}" as an operator that bears limits.
std::string operator_name(std::string_view tex) {
  const size_t open = tex.find('{');
  std::string name;
  size_t pos = open == std::string_view::npos ? tex.size() : open + 1;
  while (pos + 1 < tex.size()) {
    const size_t begin = pos;
    const uint32_t code = next_code_point(tex, pos);
    name += code == ' ' || code == 0xA0 || code == 0x2009 ? std::string("\\,")
                                                          : std::string(tex.substr(begin, pos - begin));
  }
  return "\\operatorname*" + tex_argument(name);
}

}  // namespace

TexPiece MathMlWriter::scripts(uint32_t node, bool has_sub, bool has_sup, bool in_script) {
  const std::vector<uint32_t> parts = children(node);
  if (parts.empty()) {
    return {};
  }
  TexPiece base = part(parts[0], in_script);
  size_t next = 1;
  const auto script = [&](bool wanted) {
    return wanted && next < parts.size() ? part(parts[next++], true) : TexPiece{};
  };
  const TexPiece sub = script(has_sub);
  const TexPiece sup = script(has_sup);
  return attach_scripts(std::move(base), sub, sup);
}

TexPiece MathMlWriter::over_or_under(TexPiece base, const TexPiece& mark, bool under, bool base_is_arrow) {
  if (mark.empty()) {
    return base;
  }
  if (const std::string_view accent = mark.code != 0 ? math_accent(mark.code, under, is_wide(base.tex)) : "";
      !accent.empty()) {
    TexPiece out;
    out.tex = std::string(accent) + tex_argument(base.tex);
    out.role = MathRole::kOrdinary;
    out.single = true;
    out.tall = base.tall;
    out.limits = accent.ends_with("brace");
    return out;
  }
  if (base.limits) {
    return under ? attach_scripts(std::move(base), mark, {}) : attach_scripts(std::move(base), {}, mark);
  }
  const std::string command = base_is_arrow && !under ? std::string(growing_arrow(base.code))
                              : under                 ? "\\underset" + tex_argument(mark.tex)
                                                      : "\\overset" + tex_argument(mark.tex);
  base.tex = command + tex_argument(base_is_arrow && !under ? mark.tex : base.tex);
  base.role = base.role == MathRole::kInvisible ? MathRole::kOrdinary : base.role;
  base.single = true;
  base.tall = true;
  base.code = 0;
  return base;
}

TexPiece MathMlWriter::under_over(uint32_t node, bool has_under, bool has_over, bool in_script) {
  const std::vector<uint32_t> parts = children(node);
  if (parts.empty()) {
    return {};
  }
  TexPiece base = part(parts[0], in_script);
  if (base.form == TexPiece::Form::kName && has_under) {
    base.tex = operator_name(base.tex);
    base.form = TexPiece::Form::kPlain;
    base.role = MathRole::kFunction;
    base.limits = true;
  }
  size_t next = 1;
  TexPiece under = has_under && next < parts.size() ? part(parts[next++], true) : TexPiece{};
  const TexPiece over = has_over && next < parts.size() ? part(parts[next++], true) : TexPiece{};
  const bool arrow = is_arrow(base.code);
  if (arrow && !over.empty() && !under.empty()) {
    TexPiece out = base;
    out.tex = std::string(growing_arrow(base.code)) + "[" + under.tex + "]" + tex_argument(over.tex);
    out.code = 0;
    return has_balanced_braces(under.tex) && under.tex.find(']') == std::string::npos
               ? out
               : over_or_under(over_or_under(std::move(base), over, false, true), under, true, false);
  }
  if (base.limits) {
    const bool accents = (under.code != 0 && !math_accent(under.code, true, true).empty()) ||
                         (over.code != 0 && !math_accent(over.code, false, true).empty());
    if (!accents) {
      return attach_scripts(std::move(base), under, over);
    }
  }
  return over_or_under(over_or_under(std::move(base), over, false, arrow), under, true, false);
}

TexPiece MathMlWriter::multiscripts(uint32_t node, bool in_script) {
  const std::vector<uint32_t> parts = children(node);
  if (parts.empty()) {
    return {};
  }
  TexPiece base = part(parts[0], in_script);
  std::string before;
  bool in_front = false;
  size_t i = 1;
  while (i < parts.size()) {
    if (mathml_name(nodes_[parts[i]]) == "mprescripts") {
      in_front = true;
      ++i;
      continue;
    }
    const TexPiece sub = part(parts[i], true);
    const TexPiece sup = i + 1 < parts.size() ? part(parts[i + 1], true) : TexPiece{};
    i += 2;
    if (in_front) {
      before += attach_scripts({}, sub, sup).tex;
    } else {
      base = attach_scripts(std::move(base), sub, sup);
    }
  }
  if (!before.empty()) {
    append_tex(before, base.tex);
    base.tex = std::move(before);
    base.single = false;
  }
  return base;
}

}  // namespace smelt
