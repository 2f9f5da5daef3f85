#include "crawl/math/mathml.h"

#include <algorithm>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "base/text.h"
#include "crawl/math/mathml_writer.h"
#include "crawl/math/tex.h"

namespace smelt {
namespace {

constexpr int kMaxDepth = 100;

enum class Kind : uint8_t {
  kRow,
  kIdentifier,
  kNumber,
  kOperator,
  kWords,
  kQuoted,
  kSpace,
  kFraction,
  kSquareRoot,
  kRoot,
  kSub,
  kSup,
  kSubSup,
  kUnder,
  kOver,
  kUnderOver,
  kMultiscripts,
  kFenced,
  kEnclosed,
  kPhantom,
  kTable,
  kFirst,  // semantics, maction: the first child is what is shown
  kNothing,
};

Kind kind_of(std::string_view name) {
  static const std::unordered_map<std::string_view, Kind> kinds = {{"mi", Kind::kIdentifier},
                                                                   {"mn", Kind::kNumber},
                                                                   {"mo", Kind::kOperator},
                                                                   {"mtext", Kind::kWords},
                                                                   {"ms", Kind::kQuoted},
                                                                   {"mspace", Kind::kSpace},
                                                                   {"mfrac", Kind::kFraction},
                                                                   {"msqrt", Kind::kSquareRoot},
                                                                   {"mroot", Kind::kRoot},
                                                                   {"msub", Kind::kSub},
                                                                   {"msup", Kind::kSup},
                                                                   {"msubsup", Kind::kSubSup},
                                                                   {"munder", Kind::kUnder},
                                                                   {"mover", Kind::kOver},
                                                                   {"munderover", Kind::kUnderOver},
                                                                   {"mmultiscripts", Kind::kMultiscripts},
                                                                   {"mfenced", Kind::kFenced},
                                                                   {"menclose", Kind::kEnclosed},
                                                                   {"mphantom", Kind::kPhantom},
                                                                   {"mtable", Kind::kTable},
                                                                   {"semantics", Kind::kFirst},
                                                                   {"maction", Kind::kFirst},
                                                                   {"annotation", Kind::kNothing},
                                                                   {"annotation-xml", Kind::kNothing},
                                                                   {"none", Kind::kNothing},
                                                                   {"mprescripts", Kind::kNothing},
                                                                   {"malignmark", Kind::kNothing},
                                                                   {"maligngroup", Kind::kNothing},
                                                                   {"script", Kind::kNothing},
                                                                   {"style", Kind::kNothing}};
  const auto at = kinds.find(name);
  return at != kinds.end() ? at->second : Kind::kRow;
}

TexPiece command_of(std::string command, TexPiece piece) {
  piece.tex = std::move(command) + tex_argument(piece.tex);
  piece.role = MathRole::kOrdinary;
  piece.form = TexPiece::Form::kPlain;
  piece.single = true;
  piece.code = 0;
  return piece;
}

}  // namespace

std::string_view mathml_name(const HtmlNode& node) {
  const std::string_view name = node.text;
  const size_t colon = name.rfind(':');
  return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

std::vector<uint32_t> MathMlWriter::children(uint32_t node) const {
  std::vector<uint32_t> out;
  for (uint32_t i = node + 1; i < nodes_[node].end; i = nodes_[i].end) {
    if (nodes_[i].is_element() && !mathml_name(nodes_[i]).starts_with("annotation")) {
      out.push_back(i);
    }
  }
  return out;
}

TexPiece MathMlWriter::row(uint32_t node, bool in_script) {
  std::vector<TexPiece> pieces;
  bool has_fence = false;
  for (uint32_t i = node + 1; i < nodes_[node].end; i = nodes_[i].end) {
    TexPiece piece;
    if (nodes_[i].is_element()) {
      piece = element(i, in_script);
    } else if (nodes_[i].is_text()) {
      // Text without a token around it is no MathML, but written.
      const std::string_view text = trim(nodes_[i].text);
      size_t pos = 0;
      while (pos < text.size()) {
        append_tex(piece.tex, math_symbol(next_code_point(text, pos)).tex);
      }
      piece.role = piece.empty() ? MathRole::kInvisible : MathRole::kOrdinary;
    }
    // An applied name is a function.
    const bool is_operator = nodes_[i].is_element() && mathml_name(nodes_[i]) == "mo";
    const bool applied = is_operator && text_of(i) == "\xE2\x81\xA1";
    if (applied && !pieces.empty() && pieces.back().form == TexPiece::Form::kName &&
        pieces.back().tex.starts_with("\\mathrm")) {
      pieces.back().tex = "\\operatorname" + pieces.back().tex.substr(7);
      pieces.back().role = MathRole::kFunction;
    }
    has_fence = has_fence || piece.fence;
    // An empty fence closes what another opened.
    if (!piece.empty() || (is_operator && !applied)) {
      pieces.push_back(std::move(piece));
    }
  }
  // Bars that are fences open and close by turns.
  bool open = true;
  for (TexPiece& piece : pieces) {
    if (has_fence && piece.fence && piece.role != MathRole::kOpen && piece.role != MathRole::kClose) {
      piece.role = open ? MathRole::kOpen : MathRole::kClose;
      open = !open;
    }
  }
  return pieces.empty() ? TexPiece{} : join_pieces(std::move(pieces), in_script);
}

TexPiece MathMlWriter::element(uint32_t node, bool in_script) {
  if (depth_ >= kMaxDepth) {
    return words(node);
  }
  ++depth_;
  TexPiece out = dispatch(node, in_script);
  --depth_;
  if (out.tex.size() > kMaxTexBytes) {
    return {};
  }
  return out;
}

TexPiece MathMlWriter::dispatch(uint32_t node, bool in_script) {
  switch (kind_of(mathml_name(nodes_[node]))) {
    case Kind::kIdentifier:
      return identifier(node);
    case Kind::kNumber:
      return number(node);
    case Kind::kOperator:
      return operation(node);
    case Kind::kWords:
      return words(node);
    case Kind::kQuoted: {
      TexPiece out = words(node);
      if (out.tex.ends_with('}')) {
        out.tex.insert(out.tex.find('{') + 1, "\"");
        out.tex.insert(out.tex.size() - 1, "\"");
      }
      return out;
    }
    case Kind::kSpace:
      return space(node, in_script);
    case Kind::kFraction:
      return fraction(node, in_script);
    case Kind::kSquareRoot: {
      TexPiece inside = settle(row(node, in_script));
      return command_of("\\sqrt", std::move(inside));
    }
    case Kind::kRoot:
      return root(node, in_script);
    case Kind::kSub:
      return scripts(node, true, false, in_script);
    case Kind::kSup:
      return scripts(node, false, true, in_script);
    case Kind::kSubSup:
      return scripts(node, true, true, in_script);
    case Kind::kUnder:
      return under_over(node, true, false, in_script);
    case Kind::kOver:
      return under_over(node, false, true, in_script);
    case Kind::kUnderOver:
      return under_over(node, true, true, in_script);
    case Kind::kMultiscripts:
      return multiscripts(node, in_script);
    case Kind::kFenced:
      return fenced(node, in_script);
    case Kind::kEnclosed:
      return enclosed(node, in_script);
    case Kind::kPhantom: {
      TexPiece inside = settle(row(node, in_script));
      return inside.empty() ? TexPiece{} : command_of("\\phantom", std::move(inside));
    }
    case Kind::kTable:
      return table(node);
    case Kind::kFirst: {
      const std::vector<uint32_t> parts = children(node);
      return parts.empty() ? TexPiece{} : element(parts[0], in_script);
    }
    case Kind::kNothing:
      return {};
    case Kind::kRow:
      break;
  }
  return row(node, in_script);
}

TexPiece MathMlWriter::fraction(uint32_t node, bool in_script) {
  const std::vector<uint32_t> parts = children(node);
  const TexPiece above = !parts.empty() ? part(parts[0], in_script) : TexPiece{};
  const TexPiece below = parts.size() > 1 ? part(parts[1], in_script) : TexPiece{};
  TexPiece out;
  out.role = MathRole::kOrdinary;
  out.tall = true;
  const std::string_view line = attribute(node, "linethickness");
  const bool no_line = !line.empty() && line.find_first_not_of("0.pxtemin%") == std::string_view::npos &&
                       line.find('0') != std::string_view::npos;
  if (attribute(node, "bevelled") == "true") {
    const auto side = [](const TexPiece& piece) { return piece.single ? piece.tex : tex_argument(piece.tex); };
    out.tex = side(above) + "/" + side(below);
    out.tall = false;
    return out;
  }
  out.single = true;
  out.tex = tex_argument(above.tex) + tex_argument(below.tex);
  if (no_line) {
    out.form = TexPiece::Form::kStack;
  } else {
    out.tex.insert(0, "\\frac");
  }
  return out;
}

TexPiece MathMlWriter::root(uint32_t node, bool in_script) {
  const std::vector<uint32_t> parts = children(node);
  TexPiece inside = !parts.empty() ? part(parts[0], in_script) : TexPiece{};
  const TexPiece degree = parts.size() > 1 ? part(parts[1], true) : TexPiece{};
  if (degree.empty()) {
    return command_of("\\sqrt", std::move(inside));
  }
  const bool bracket = degree.tex.find(']') != std::string::npos;
  return command_of("\\sqrt[" + (bracket ? tex_argument(degree.tex) : degree.tex) + "]", std::move(inside));
}

TexPiece MathMlWriter::fenced(uint32_t node, bool in_script) {
  const auto mark = [&](const char* name, std::string_view fallback, MathRole role) {
    const std::string_view value = tree_.has_attribute(nodes_[node], name) ? trim(attribute(node, name)) : fallback;
    TexPiece piece;
    size_t pos = 0;
    while (pos < value.size()) {
      piece.code = next_code_point(value, pos);
      piece.tex += math_symbol(piece.code).tex;
    }
    piece.role = role;
    return piece;
  };
  std::vector<std::string> separators;
  const std::string_view given =
      tree_.has_attribute(nodes_[node], "separators") ? attribute(node, "separators") : std::string_view(",");
  size_t pos = 0;
  while (pos < given.size()) {
    if (const uint32_t code = next_code_point(given, pos); code > ' ') {
      separators.push_back(math_symbol(code).tex);
    }
  }
  std::vector<TexPiece> pieces;
  pieces.push_back(mark("open", "(", MathRole::kOpen));
  size_t count = 0;
  for (const uint32_t part : children(node)) {
    if (count > 0 && !separators.empty()) {
      TexPiece separator;
      separator.tex = separators[std::min(count - 1, separators.size() - 1)];
      separator.role = MathRole::kPunctuation;
      pieces.push_back(std::move(separator));
    }
    pieces.push_back(element(part, in_script));
    ++count;
  }
  pieces.push_back(mark("close", ")", MathRole::kClose));
  return join_pieces(std::move(pieces), in_script);
}

TexPiece MathMlWriter::enclosed(uint32_t node, bool in_script) {
  TexPiece inside = settle(row(node, in_script));
  const std::string_view notation = attribute(node, "notation");
  const auto has = [&](std::string_view word) { return notation.find(word) != std::string_view::npos; };
  if (inside.empty()) {
    return inside;
  }
  if (has("box") || (has("top") && has("bottom") && has("left") && has("right"))) {
    return command_of("\\boxed", std::move(inside));
  }
  if (has("updiagonalstrike") && has("downdiagonalstrike")) {
    return command_of("\\xcancel", std::move(inside));
  }
  if (has("updiagonalstrike")) {
    return command_of("\\cancel", std::move(inside));
  }
  if (has("downdiagonalstrike")) {
    return command_of("\\bcancel", std::move(inside));
  }
  if (has("radical")) {
    return command_of("\\sqrt", std::move(inside));
  }
  if (has("top") || has("actuarial")) {
    return command_of("\\overline", std::move(inside));
  }
  return has("bottom") ? command_of("\\underline", std::move(inside)) : inside;
}

std::string MathMlWriter::table_row(uint32_t node) {
  std::string out;
  bool first = true;
  // A label stands before the cells it numbers.
  bool label = mathml_name(nodes_[node]) == "mlabeledtr";
  for (const uint32_t cell : children(node)) {
    if (label) {
      label = false;
      continue;
    }
    out += first ? "" : " & ";
    first = false;
    out += mathml_name(nodes_[cell]) == "mtd" ? settle(row(cell, false)).tex : part(cell, false).tex;
  }
  while (out.ends_with(" & ")) {
    out.resize(out.size() - 3);
  }
  return out;
}

TexPiece MathMlWriter::table(uint32_t node) {
  TexPiece out;
  size_t rows = 0;
  for (const uint32_t part : children(node)) {
    const std::string_view name = mathml_name(nodes_[part]);
    if (name == "mtr" || name == "mlabeledtr") {
      out.tex += (rows++ > 0 ? " \\\\ " : "") + table_row(part);
    }
  }
  if (out.empty()) {
    return out;
  }
  out.role = MathRole::kOrdinary;
  out.tall = true;
  const std::string_view align = attribute(node, "columnalign");
  out.form = align.starts_with("right left") || align == "right" ? TexPiece::Form::kCases : TexPiece::Form::kMatrix;
  return out;
}

std::string mathml_to_tex(const HtmlTree& tree, uint32_t math) {
  MathMlWriter writer(tree);
  const std::string tex = settle(writer.row(math, false)).tex;
  return tex.size() <= kMaxTexBytes ? std::string(trim_tex(tex)) : "";
}

}  // namespace smelt
