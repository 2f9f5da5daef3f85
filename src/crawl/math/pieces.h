// Parts of a formula as they are put together: TeX, and what the parts beside it need to know of it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "crawl/math/symbols.h"

namespace smelt {

struct TexPiece {
  // What the TeX is a part of, beside plain symbols.
  enum class Form : uint8_t { kPlain, kName, kMatrix, kCases, kStack };
  std::string tex;  // of kMatrix its rows without an environment, of kStack "{above}{below}"
  MathRole role = MathRole::kInvisible;
  Form form = Form::kPlain;
  uint32_t code = 0;    // the character of an operator, 0 of anything else
  bool single = false;  // may bear a script without braces
  bool has_sub = false;
  bool has_sup = false;
  bool tall = false;    // fractions, matrices: fences around it grow
  bool limits = false;  // what stands over and under it are its limits
  bool fence = false;   // an operator that is an opening or closing fence by its attributes

  bool empty() const { return tex.empty(); }
};

// "\\alpha" and "x" need a space between them.
void append_tex(std::string& out, std::string_view tex);
// "x" as it is, "x+1" in braces.
std::string tex_argument(std::string_view tex);  // always in braces
std::string tex_script(std::string_view tex);    // a letter or digit without

// One piece of a row of them: fences matched (and around a matrix made its environment), spaces around relations and
// binary operators; in scripts only around those that are commands.
TexPiece join_pieces(std::vector<TexPiece> pieces, bool in_script);

// A matrix that stands alone gets its environment; others stay as they are.
TexPiece settle(TexPiece piece);

// `base` with scripts, each of which may be empty. Braces where TeX needs them.
TexPiece attach_scripts(TexPiece base, const TexPiece& sub, const TexPiece& sup);

// Whether the TeX's braces are balanced and none closes before it opens; "\\{" is none.
bool has_balanced_braces(std::string_view tex);

}  // namespace smelt
