#include "crawl/math/pieces.h"

#include <array>

namespace smelt {
namespace {

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool ends_with_command(std::string_view tex) {
  size_t begin = tex.size();
  while (begin > 0 && is_letter(tex[begin - 1])) {
    --begin;
  }
  return begin < tex.size() && begin > 0 && tex[begin - 1] == '\\' && (begin < 2 || tex[begin - 2] != '\\');
}

struct Fences {
  uint32_t open;
  uint32_t close;
  std::string_view environment;
};

std::string_view fenced_environment(uint32_t open, uint32_t close) {
  constexpr std::array<Fences, 6> kFences = {{{'(', ')', "pmatrix"},
                                              {'[', ']', "bmatrix"},
                                              {'{', '}', "Bmatrix"},
                                              {'|', '|', "vmatrix"},
                                              {0x2223, 0x2223, "vmatrix"},
                                              {0x2016, 0x2016, "Vmatrix"}}};
  for (const Fences& fences : kFences) {
    if (fences.open == open && fences.close == close) {
      return fences.environment;
    }
  }
  return {};
}

std::string matrix_environment(const TexPiece& piece, std::string_view name) {
  return "\\begin{" + std::string(name) + "} " + piece.tex + " \\end{" + std::string(name) + "}";
}

// Matrices and binomials take the fences around them into themselves; others get their environment.
void settle_forms(std::vector<TexPiece>& pieces) {
  for (size_t i = 0; i < pieces.size(); ++i) {
    TexPiece& piece = pieces[i];
    if (piece.form != TexPiece::Form::kMatrix && piece.form != TexPiece::Form::kStack &&
        piece.form != TexPiece::Form::kCases) {
      continue;
    }
    const uint32_t open = i > 0 ? pieces[i - 1].code : 0;
    const uint32_t close = i + 1 < pieces.size() ? pieces[i + 1].code : 0;
    const auto swallow = [&](bool both) {
      pieces[i - 1] = TexPiece{};
      if (both) {
        pieces[i + 1] = TexPiece{};
      }
    };
    if (piece.form == TexPiece::Form::kStack) {
      const bool binomial = open == '(' && close == ')';
      piece.tex = (binomial ? "\\binom" : "\\genfrac{}{}{0pt}{}") + piece.tex;
      if (binomial) {
        swallow(true);
      }
    } else if (const std::string_view name = fenced_environment(open, close); !name.empty()) {
      piece.tex = matrix_environment(piece, name);
      swallow(true);
    } else if (open == '{' && (i + 1 == pieces.size() || pieces[i + 1].empty())) {
      piece.tex = matrix_environment(piece, "cases");
      swallow(false);
    } else {
      piece.tex = matrix_environment(piece, piece.form == TexPiece::Form::kCases ? "aligned" : "matrix");
    }
    piece.form = TexPiece::Form::kPlain;
    piece.single = true;
  }
}

// Fences of a pair with something tall between them grow.
void grow_fences(std::vector<TexPiece>& pieces) {
  std::vector<size_t> open;
  std::vector<size_t> tall_before(pieces.size() + 1, 0);
  for (size_t i = 0; i < pieces.size(); ++i) {
    tall_before[i + 1] = tall_before[i] + (pieces[i].tall ? 1 : 0);
    if (pieces[i].role == MathRole::kOpen) {
      open.push_back(i);
    } else if (pieces[i].role == MathRole::kClose && !open.empty()) {
      const size_t from = open.back();
      open.pop_back();
      const bool plain = pieces[from].code != 0 && pieces[i].code != 0;
      if (plain && tall_before[i] > tall_before[from]) {
        pieces[from].tex = "\\left" + pieces[from].tex;
        pieces[i].tex = "\\right" + pieces[i].tex;
        pieces[i].tall = true;
      }
    }
  }
}

// A sign rather than an operator between two operands.
bool is_prefix(const TexPiece* previous) {
  if (previous == nullptr) {
    return true;
  }
  switch (previous->role) {
    case MathRole::kBinary:
    case MathRole::kRelation:
    case MathRole::kOpen:
    case MathRole::kPunctuation:
    case MathRole::kLarge:
    case MathRole::kFunction:
      return true;
    default:
      return false;
  }
}

bool spaces_around(const TexPiece& piece, bool prefix, bool in_script) {
  const bool infix = piece.role == MathRole::kRelation || (piece.role == MathRole::kBinary && !prefix);
  return infix && (!in_script || piece.tex.starts_with('\\'));
}

bool space_between(const TexPiece& previous, const TexPiece& piece, bool in_script) {
  if (previous.role == MathRole::kPunctuation) {
    return !in_script;
  }
  const bool binds = piece.tex.starts_with('_') || piece.tex.starts_with('^') || piece.role == MathRole::kClose ||
                     piece.role == MathRole::kPunctuation;
  if (previous.role == MathRole::kLarge) {
    return !binds && !in_script;
  }
  const bool fenced = piece.role == MathRole::kOpen || piece.tex.starts_with('(') || piece.tex.starts_with('[') ||
                      piece.tex.starts_with("\\left");
  return previous.role == MathRole::kFunction && !binds && !fenced;
}

}  // namespace

void append_tex(std::string& out, std::string_view tex) {
  if (!tex.empty() && is_letter(tex.front()) && ends_with_command(out)) {
    out += ' ';
  }
  out += tex;
}

std::string tex_argument(std::string_view tex) {
  return "{" + std::string(tex) + "}";
}

std::string tex_script(std::string_view tex) {
  const bool bare = tex.size() == 1 && (is_letter(tex[0]) || is_digit(tex[0]) || tex[0] == '*' || tex[0] == '+');
  return bare ? std::string(tex) : tex_argument(tex);
}

TexPiece join_pieces(std::vector<TexPiece> pieces, bool in_script) {
  if (pieces.size() == 1) {
    return std::move(pieces.front());
  }
  settle_forms(pieces);
  grow_fences(pieces);
  TexPiece out;
  const TexPiece* previous = nullptr;
  bool wants_space = false;
  size_t count = 0;
  for (TexPiece& piece : pieces) {
    if (piece.empty()) {
      continue;
    }
    const bool prefix = is_prefix(previous);
    const bool spaced = spaces_around(piece, prefix, in_script);
    if (previous != nullptr && (wants_space || spaced || space_between(*previous, piece, in_script))) {
      out.tex += ' ';
    }
    append_tex(out.tex, piece.tex);
    wants_space = spaced;
    out.tall = out.tall || piece.tall;
    ++count;
    // A sign in front leaves what follows an operand.
    if (prefix && piece.role == MathRole::kBinary) {
      piece.role = MathRole::kOrdinary;
    }
    previous = &piece;
  }
  while (out.tex.ends_with(' ') && !out.tex.ends_with("\\ ")) {
    out.tex.pop_back();
  }
  if (count == 1) {
    TexPiece only = *previous;
    only.tex = std::move(out.tex);
    return only;
  }
  out.role = out.empty() ? MathRole::kInvisible : MathRole::kOrdinary;
  if (count > 1) {
    // "(a + b)" bears a script as it stands, where its own fences are the outer ones.
    size_t open = 0;
    bool outer = pieces.front().role == MathRole::kOpen && pieces.back().role == MathRole::kClose;
    for (size_t i = 0; i < pieces.size() && outer; ++i) {
      open += pieces[i].role == MathRole::kOpen ? 1 : 0;
      open -= pieces[i].role == MathRole::kClose && open > 0 ? 1 : 0;
      outer = open > 0 || i + 1 == pieces.size();
    }
    out.single = outer;
  }
  return out;
}

TexPiece settle(TexPiece piece) {
  if (piece.form == TexPiece::Form::kPlain || piece.form == TexPiece::Form::kName) {
    return piece;
  }
  std::vector<TexPiece> alone;
  alone.push_back(std::move(piece));
  settle_forms(alone);
  return std::move(alone.front());
}

TexPiece attach_scripts(TexPiece base, const TexPiece& sub, const TexPiece& sup) {
  if (sub.empty() && sup.empty()) {
    return base;
  }
  const bool clashes = (base.has_sub && !sub.empty()) || (base.has_sup && !sup.empty());
  if (base.empty()) {
    base.tex = "{}";
    base.role = MathRole::kOrdinary;
  } else if (!base.single || clashes) {
    base.tex = tex_argument(base.tex);
    base.has_sub = base.has_sup = false;
  }
  const bool primes = !sup.empty() && sup.tex.find_first_not_of('\'') == std::string::npos;
  if (primes) {
    base.tex += sup.tex;
  }
  if (!sub.empty()) {
    base.tex += "_" + tex_script(sub.tex);
    base.has_sub = true;
  }
  if (!sup.empty() && !primes) {
    // "°" comes with its own mark.
    base.tex += "^" + tex_script(sup.tex.starts_with('^') ? sup.tex.substr(1) : sup.tex);
  }
  base.has_sup = base.has_sup || !sup.empty();
  base.single = true;
  base.code = 0;
  base.form = TexPiece::Form::kPlain;
  if (base.role != MathRole::kLarge && base.role != MathRole::kFunction && base.role != MathRole::kClose &&
      base.role != MathRole::kRelation && base.role != MathRole::kBinary) {
    base.role = MathRole::kOrdinary;
  }
  return base;
}

bool has_balanced_braces(std::string_view tex) {
  size_t open = 0;
  for (size_t i = 0; i < tex.size(); ++i) {
    if (tex[i] == '\\') {
      ++i;
    } else if (tex[i] == '{') {
      ++open;
    } else if (tex[i] == '}' && open-- == 0) {
      return false;
    }
  }
  return open == 0;
}

}  // namespace smelt
