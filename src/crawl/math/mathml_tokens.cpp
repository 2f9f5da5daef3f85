#include <algorithm>
#include <charconv>

#include "base/text.h"
#include "crawl/math/mathml_writer.h"

namespace smelt {
namespace {

bool is_ascii_word(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); });
}

std::string symbols_of(std::string_view text) {
  std::string out;
  size_t pos = 0;
  while (pos < text.size()) {
    append_tex(out, math_symbol(next_code_point(text, pos)).tex);
  }
  return out;
}

// Words as \text takes them.
std::string escape_words(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '\\':
        out += "\\textbackslash ";
        break;
      case '~':
        out += "\\textasciitilde ";
        break;
      case '^':
        out += "\\textasciicircum ";
        break;
      case '{':
      case '}':
      case '$':
      case '%':
      case '#':
      case '&':
      case '_':
        out += '\\';
        [[fallthrough]];
      default:
        out += c;
    }
  }
  return out;
}

std::string_view variant_command(std::string_view variant) {
  if (variant == "bold") {
    return "\\mathbf";
  }
  if (variant == "bold-italic") {
    return "\\boldsymbol";
  }
  if (variant == "double-struck") {
    return "\\mathbb";
  }
  if (variant == "script" || variant == "bold-script") {
    return "\\mathcal";
  }
  if (variant == "fraktur" || variant == "bold-fraktur") {
    return "\\mathfrak";
  }
  if (variant.starts_with("sans-serif") || variant == "bold-sans-serif") {
    return "\\mathsf";
  }
  return variant == "monospace" ? "\\mathtt" : variant == "normal" ? "\\mathrm" : "";
}

}  // namespace

std::string MathMlWriter::text_of(uint32_t node) const {
  std::string out;
  bool space = false;
  for (uint32_t i = node + 1; i < nodes_[node].end; ++i) {
    if (!nodes_[i].is_text()) {
      continue;
    }
    for (const char c : nodes_[i].text) {
      if (c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f') {
        space = !out.empty();
      } else if (static_cast<unsigned char>(c) >= ' ' && c != 0x7F) {
        out += space ? " " : "";
        space = false;
        out += c;
      }
    }
  }
  return out;
}

TexPiece MathMlWriter::with_variant(TexPiece piece, uint32_t node) const {
  const std::string_view command = variant_command(attribute(node, "mathvariant"));
  const bool upright = command == "\\mathrm";
  if (!command.empty() && !piece.empty() && !piece.tex.starts_with("\\math") &&
      !(upright && piece.tex.starts_with('\\'))) {
    const bool greek = piece.tex.starts_with('\\') && command == "\\mathbf";
    piece.tex = (greek ? "\\boldsymbol" : std::string(command)) + tex_argument(piece.tex);
  }
  return piece;
}

TexPiece MathMlWriter::identifier(uint32_t node) const {
  const std::string text = text_of(node);
  TexPiece out;
  out.role = text.empty() ? MathRole::kInvisible : MathRole::kOrdinary;
  out.single = true;
  if (text.size() > 1 && is_tex_function(text)) {
    out.tex = text == "mod" ? "\\bmod" : "\\" + text;
    out.role = text == "mod" ? MathRole::kBinary : MathRole::kFunction;
    out.limits = takes_limits(text);
    return out;
  }
  size_t pos = 0;
  const uint32_t first = text.empty() ? 0 : next_code_point(text, pos);
  if (pos == text.size()) {
    const MathSymbol symbol = text.empty() ? MathSymbol{} : math_symbol(first);
    out.tex = symbol.tex;
    if (symbol.role == MathRole::kInvisible || symbol.role == MathRole::kSpace) {
      out.role = symbol.role;
    }
    return with_variant(std::move(out), node);
  }
  if (!is_ascii_word(text)) {
    // Words and abbreviations: "arg max", "p-value", letters with marks of their own.
    const bool letters = std::any_of(text.begin(), text.end(), [](char c) { return is_ascii_word({&c, 1}); });
    out.tex = letters ? "\\text" + tex_argument(escape_words(text)) : symbols_of(text);
    out.single = letters;
    out.form = letters ? TexPiece::Form::kName : TexPiece::Form::kPlain;
    return letters ? out : with_variant(std::move(out), node);
  }
  const std::string_view variant = attribute(node, "mathvariant");
  const std::string_view command = variant_command(variant);
  out.tex = std::string(variant == "italic" ? "\\mathit" : command.empty() ? "\\mathrm" : command) + tex_argument(text);
  out.form = TexPiece::Form::kName;
  return out;
}

TexPiece MathMlWriter::number(uint32_t node) const {
  TexPiece out;
  const std::string text = text_of(node);
  out.role = text.empty() ? MathRole::kInvisible : MathRole::kOrdinary;
  out.single = true;
  size_t pos = 0;
  while (pos < text.size()) {
    const uint32_t code = next_code_point(text, pos);
    append_tex(out.tex, code == ',' || code == '.' ? std::string(1, static_cast<char>(code)) : math_symbol(code).tex);
  }
  return with_variant(std::move(out), node);
}

TexPiece MathMlWriter::operation(uint32_t node) const {
  const std::string text = text_of(node);
  TexPiece out;
  if (text.empty()) {
    return out;
  }
  out.single = true;
  if (text.size() > 1 && is_ascii_word(text)) {
    return identifier(node);
  }
  size_t pos = 0;
  const uint32_t first = next_code_point(text, pos);
  if (pos < text.size()) {
    out.tex = text == "..." ? "\\ldots" : symbols_of(text);
    const bool relation = text.find('=') != std::string::npos || text == "->" || text == "<<" || text == ">>";
    out.role = relation ? MathRole::kRelation : MathRole::kOrdinary;
    out.single = out.tex.starts_with('\\') || text.find_first_not_of('\'') == std::string::npos;
    return out;
  }
  MathSymbol symbol = math_symbol(first);
  out.code = first;
  out.role = symbol.role;
  out.limits = symbol.role == MathRole::kLarge;
  out.tex = std::move(symbol.tex);
  const std::string_view form = attribute(node, "form");
  const bool bar = first == '|' || first == 0x2016 || first == 0x2223 || first == 0x2225;
  if (bar && (form == "prefix" || form == "postfix") && attribute(node, "stretchy") != "false") {
    out.role = form == "prefix" ? MathRole::kOpen : MathRole::kClose;
  } else if (form == "prefix" && out.role == MathRole::kBinary) {
    out.role = MathRole::kOrdinary;
  }
  if (bar && attribute(node, "fence") == "true") {
    out.fence = true;
  }
  return out;
}

TexPiece MathMlWriter::words(uint32_t node) const {
  std::string text;
  bool space = false;
  for (uint32_t i = node + 1; i < nodes_[node].end; ++i) {
    size_t pos = 0;
    while (nodes_[i].is_text() && pos < nodes_[i].text.size()) {
      const uint32_t code = next_code_point(nodes_[i].text, pos);
      const MathRole role = code <= ' ' ? MathRole::kSpace : code < 0x80 ? MathRole::kOrdinary : math_symbol(code).role;
      if (role == MathRole::kSpace) {
        space = true;
      } else if (role != MathRole::kInvisible && code != 0x7F) {
        text += space ? " " : "";
        space = false;
        append_utf8(text, code);
      }
    }
  }
  TexPiece out;
  if (text.empty()) {
    out.tex = space ? "\\ " : "";
    out.role = space ? MathRole::kSpace : MathRole::kInvisible;
    return out;
  }
  text += space ? " " : "";
  const std::string_view variant = attribute(node, "mathvariant");
  const std::string_view command = variant == "bold"        ? "\\textbf"
                                   : variant == "italic"    ? "\\textit"
                                   : variant == "monospace" ? "\\texttt"
                                                            : "\\text";
  out.tex = std::string(command) + tex_argument(escape_words(text));
  out.role = MathRole::kOrdinary;
  out.single = true;
  return out;
}

TexPiece MathMlWriter::space(uint32_t node, bool in_script) {
  TexPiece out;
  out.role = MathRole::kSpace;
  const std::string_view width = attribute(node, "width");
  double size = 0;
  const auto end = std::from_chars(width.data(), width.data() + width.size(), size);
  const std::string_view unit = width.substr(static_cast<size_t>(end.ptr - width.data()));
  const double em = unit == "ex" ? size / 2 : unit == "px" ? size / 16 : unit == "pt" ? size / 12 : size;
  if (attribute(node, "linebreak") == "newline") {
    out.tex = "\\\\";
  } else if (em >= 1.5) {
    out.tex = "\\qquad";
  } else if (em >= 0.8) {
    out.tex = "\\quad";
  } else if (em >= 0.25) {
    out.tex = "\\;";
  } else if (em >= 0.1) {
    out.tex = "\\,";
  } else if (em < 0) {
    out.tex = "\\!";
  }
  // A tag that does not close itself outside MathML's own namespace takes in what follows.
  TexPiece inside = settle(row(node, in_script));
  if (inside.empty()) {
    return out;
  }
  append_tex(out.tex, inside.tex);
  inside.tex = std::move(out.tex);
  return inside;
}

}  // namespace smelt
