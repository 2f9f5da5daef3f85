// How pages mark up code: its language, the numbers of its lines, tables and lines of elements instead of <pre>.
#pragma once

#include <cstdint>
#include <string>

#include "crawl/html/tree.h"

namespace smelt {

// The language that the element of a block of code names, or one around it: class words as highlighters write them
// ("language-x", "highlight-source-x", "brush: x", "hljs x"), data-lang, data-language. Lower case; empty where none.
std::string code_language(const HtmlTree& tree, uint32_t node);

// Whether the element holds nothing but numbers of lines of code.
bool is_line_number(const HtmlTree& tree, uint32_t node);

// Whether a <div> or <table> without <pre> holds lines of code, an element each.
bool is_code_container(const HtmlTree& tree, uint32_t node);

// Every line's number off, where they all have one and count on: "1 int", "2 {", ...
void drop_line_numbers(std::string& code);

}  // namespace smelt
