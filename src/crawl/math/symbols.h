// Characters of mathematics by their TeX: Greek letters, operators, relations, arrows, delimiters, styled alphabets.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace smelt {

// What a symbol is to the symbols beside it (Knuth, "The TeXbook", chapter 17, and its invisible operators).
enum class MathRole : uint8_t {
  kOrdinary,
  kLarge,     // a sum, an integral; its limits are scripts
  kFunction,  // \sin, \max, ...
  kBinary,
  kRelation,
  kOpen,
  kClose,
  kPunctuation,
  kSpace,
  kInvisible,  // function application, invisible times: nothing is written
};

struct MathSymbol {
  std::string tex;  // "\\alpha"; what is no symbol of TeX stands as itself; TeX's own characters are escaped
  MathRole role = MathRole::kOrdinary;
};

MathSymbol math_symbol(uint32_t code);

// Letters and digits of a styled alphabet (U+1D400 to U+1D7FF): the command of the style, "\\mathbb" or empty for
// italic, and the plain character; 0 where the character is none of them.
struct StyledLetter {
  std::string_view command;
  uint32_t plain = 0;
};
StyledLetter styled_letter(uint32_t code);

bool is_tex_function(std::string_view name);  // "sin", "lim"; its command is the name behind a backslash
bool takes_limits(std::string_view name);     // of them: "lim", "max", ...

// The command of an accent over (or under) a base, "\\hat"; empty where the character is no accent. `wide`: of a base
// of more than one symbol.
std::string_view math_accent(uint32_t code, bool under, bool wide);

}  // namespace smelt
