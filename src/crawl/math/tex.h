// TeX as pages carry it: tidied, told from prose, found between delimiters.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace smelt {

struct TexSource {
  std::string tex;       // on one line, without delimiters and style switches around the whole
  bool display = false;  // the source said so: \[, $$, \displaystyle
};

// From the source of a formula ("$x$", "{\\displaystyle x}"): comments and delimiters off, white space collapsed.
// Empty where nothing is left or the source is longer than 100,000 bytes.
TexSource clean_tex(std::string_view source);

// Whether a text that may be a formula or its description in words is a formula.
bool looks_like_tex(std::string_view text);

// "$tex$" or "$$tex$$".
std::string with_dollars(std::string_view tex, bool display);

// A formula in running text with its delimiters: $ $, $$ $$, \( \), \[ \], and environments of display mathematics.
struct MathSpan {
  size_t begin = 0;
  size_t end = 0;
  TexSource source;
};

// In ascending order, apart from each other. A dollar opens where no space follows, and closes where none stands before
// and no digit follows: prices are no formulas. Linear in the text.
std::vector<MathSpan> find_math_spans(std::string_view text);

// Spaces off both ends; of a closing "\\ " both characters.
std::string_view trim_tex(std::string_view tex);

}  // namespace smelt
