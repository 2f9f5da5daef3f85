// What raised text stands for, so that it keeps its sense where nothing can be raised: 10<sup>-3</sup> is no 10-3.
#pragma once

#include <cstdint>
#include <string_view>

#include "crawl/html/tree.h"

namespace smelt {

enum class Superscript : uint8_t {
  kPlain,     // as it stands: 1st, trade marks, what stands apart
  kExponent,  // behind a caret: 10^-3, m^2
  kNote,      // in brackets: the number or sign of a footnote
  kNoteLink,  // the same as a link to the note, which nobody can follow in a text: left out
  kFraction,  // behind a space: 5<sup>1</sup>/<sub>2</sub> is 5 1/2
};

// Of the element <sup> that follows `before` without a space; kPlain where that is empty. Only short superscripts
// are looked at.
Superscript read_superscript(const HtmlTree& tree, uint32_t node, std::string_view before);

}  // namespace smelt
