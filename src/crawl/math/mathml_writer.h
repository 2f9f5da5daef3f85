// The walk over MathML behind mathml.h.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "crawl/html/tree.h"
#include "crawl/math/pieces.h"

namespace smelt {

class MathMlWriter {
 public:
  explicit MathMlWriter(const HtmlTree& tree) : tree_(tree), nodes_(tree.nodes()) {}

  // The children of an element as a row.
  TexPiece row(uint32_t node, bool in_script);

 private:
  TexPiece element(uint32_t node, bool in_script);  // matrices without their environment, for fences around them
  TexPiece part(uint32_t node, bool in_script) { return settle(element(node, in_script)); }
  TexPiece dispatch(uint32_t node, bool in_script);

  // Tokens (mathml_tokens.cpp).
  std::string text_of(uint32_t node) const;  // white space trimmed and collapsed
  TexPiece identifier(uint32_t node) const;
  TexPiece number(uint32_t node) const;
  TexPiece operation(uint32_t node) const;
  TexPiece words(uint32_t node) const;
  TexPiece space(uint32_t node, bool in_script);
  TexPiece with_variant(TexPiece piece, uint32_t node) const;

  // Scripts and accents (mathml_scripts.cpp).
  TexPiece scripts(uint32_t node, bool has_sub, bool has_sup, bool in_script);
  TexPiece under_over(uint32_t node, bool has_under, bool has_over, bool in_script);
  TexPiece over_or_under(TexPiece base, const TexPiece& mark, bool under, bool base_is_arrow);
  TexPiece multiscripts(uint32_t node, bool in_script);

  // Layout (mathml.cpp).
  TexPiece fraction(uint32_t node, bool in_script);
  TexPiece root(uint32_t node, bool in_script);
  TexPiece fenced(uint32_t node, bool in_script);
  TexPiece enclosed(uint32_t node, bool in_script);
  TexPiece table(uint32_t node);
  std::string table_row(uint32_t node);

  std::vector<uint32_t> children(uint32_t node) const;  // elements, without annotations
  std::string_view attribute(uint32_t node, std::string_view name) const { return tree_.attribute(nodes_[node], name); }

  const HtmlTree& tree_;
  const std::vector<HtmlNode>& nodes_;
  int depth_ = 0;
};

}  // namespace smelt
